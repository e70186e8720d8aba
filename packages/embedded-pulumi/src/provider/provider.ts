import * as v from "valibot";
import {
  type CreatedResource,
  type Provider,
  ResourceFailure,
  type ResourceRequest,
} from "../engine/provider";
import { containsUnknown, type PropertyMap, type PropertyValue } from "../engine/values";
import { readConfiguration } from "./configuration";
import { functions } from "./functions";
import type { CreateContext, ResourceType } from "./resourceType";
import { resourceTypes } from "./table";

/** The type of an explicit provider: `new aws.Provider(…)`. */
const PROVIDER_TYPE = "pulumi:providers:aws";

/** The provider of `aws:*` resources in the embedded cloud. */
export function createProvider(context: CreateContext): Provider {
  return {
    check(request) {
      if (request.type === PROVIDER_TYPE) {
        readConfiguration(request.inputs, context.region);
        return request.inputs;
      }
      readConfiguration(request.config, context.region);
      const type = supported(request.type);
      const inputs = withName(type, request);
      const issue = firstIssue(type, inputs);
      if (issue !== undefined) throw issue;
      return inputs;
    },
    create: (request) =>
      request.type === PROVIDER_TYPE
        ? Promise.resolve({ id: request.nameSuffix, outputs: {} })
        : create(request, context),
    async delete({ type, inputs, config }, id) {
      if (type === PROVIDER_TYPE) return;
      const found = supported(type);
      if (found.delete === undefined) return;
      await found.delete(v.parse(found.inputs, inputsOf(found, inputs, config, context).given), id, context);
    },
    async invoke(token, args, config) {
      readConfiguration(config, context.region);
      const run = functions[token];
      if (run === undefined) {
        throw new Error(
          `the function ${token} is not supported by the embedded cloud; supported: ${Object.keys(functions).join(", ")}`,
        );
      }
      return propertyMap(await run(args, context));
    },
  };
}

async function create(request: ResourceRequest, context: CreateContext): Promise<CreatedResource> {
  const type = supported(request.type);
  const { given, taggable, tagsAll } = inputsOf(type, request.inputs, request.config, context);
  const inputs: unknown = v.parse(type.inputs, given);
  const { id, outputs } = await type.create(inputs, context);
  const tags = taggable ? { tags: request.inputs.tags ?? {}, tagsAll } : {};
  return { id, outputs: propertyMap({ region: context.region, ...tags, ...outputs }) };
}

/** The inputs with the provider's default tags, where the type takes tags. */
function inputsOf(type: ResourceType, inputs: PropertyMap, config: PropertyMap, context: CreateContext) {
  const { defaultTags } = readConfiguration(config, context.region);
  const taggable = type.ownTags !== true && "tags" in entries(type);
  const tagsAll = { ...defaultTags, ...(inputs.tags as Record<string, string> | undefined) };
  return { given: taggable ? { ...inputs, tags: tagsAll } : inputs, taggable, tagsAll };
}

function supported(type: string): ResourceType {
  const found = resourceTypes.get(type);
  if (found === undefined)
    throw new ResourceFailure("this resource type is not supported by the embedded cloud");
  return found;
}

function withName(type: ResourceType, request: ResourceRequest): PropertyMap {
  if (type.autoName === undefined || request.inputs[type.autoName.property] !== undefined)
    return request.inputs;
  const { property, suffix: given = "" } = type.autoName;
  const suffix = typeof given === "string" ? given : given(request.inputs);
  const { automaticName = { kind: "default" } } = request;
  if (automaticName.kind === "disabled")
    throw new ResourceFailure("missing, and pulumi:autonaming is disabled for this resource", property);
  const name =
    automaticName.kind === "proposed" ? automaticName.name : `${request.name}-${request.nameSuffix}`;
  return { ...request.inputs, [property]: name.endsWith(suffix) ? name : `${name}${suffix}` };
}

/** The first input that the resource type does not take. What is still unknown is not judged. */
function firstIssue(type: ResourceType, inputs: PropertyMap): ResourceFailure | undefined {
  const parsed = v.safeParse(type.inputs, inputs);
  if (parsed.success) return undefined;
  const issue = parsed.issues.find(({ input }) => !containsUnknown(input as PropertyValue));
  if (issue === undefined) return undefined;
  const property = v.getDotPath(issue) ?? undefined;
  // An issue with a key itself, not with its value: one that is not known, or one that is not there.
  if (issue.path?.at(-1)?.origin !== "key") return new ResourceFailure(expectation(issue), property);
  const unsupported = issue.expected === "never";
  return new ResourceFailure(
    unsupported ? "not supported by the embedded cloud" : "missing, and has no default",
    property,
  );
}

/** The schema's own words where it has any, else valibot's name for the type. */
function expectation(issue: v.BaseIssue<unknown>): string {
  const words = issue.message.startsWith("Invalid ") ? (issue.expected ?? issue.message) : issue.message;
  return `got ${issue.received}; expected ${words}`;
}

/** The properties that a resource type's schema names. */
function entries(type: ResourceType): object {
  return (type.inputs as { readonly entries?: object }).entries ?? {};
}

/** Outputs as property values: what AWS left out is left out. */
function propertyMap(outputs: Readonly<Record<string, unknown>>): PropertyMap {
  return Object.fromEntries(
    Object.entries(outputs).filter(([, value]) => value !== undefined),
  ) as PropertyMap;
}
