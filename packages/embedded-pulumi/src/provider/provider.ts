import { Unsupported } from "embedded-aws/support";
import * as v from "valibot";
import {
  type CreatedResource,
  describeFailure,
  type Provider,
  ResourceFailure,
  type ResourceRequest,
  type StandingResource,
} from "../engine/provider";
import { containsUnknown, type PropertyMap, type PropertyValue } from "../engine/values";
import { demandRegion, ownInputs, prefixedName } from "./commonInputs";
import { comparable } from "./comparable";
import { readConfiguration } from "./configuration";
import { functions } from "./functions";
import { propertyChanges } from "./propertyChanges";
import { readers } from "./readers";
import { readResource } from "./read";
import { replaces } from "./replacements";
import type { CreateContext, ResourceType } from "./resourceType";
import { resourceTypes } from "./table";
import { unlessGone } from "./unlessGone";

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
      demandRegion(type, request.inputs, context.region);
      const inputs = withName(type, request);
      const issue = firstIssue(type, ownInputs(type, inputs));
      if (issue !== undefined) throw issue;
      return inputs;
    },
    comparable: (request) => comparable(request, context),
    changes: (type, before, after) => {
      const changes = propertyChanges(type, before, after);
      // What has no way to be changed is made anew, rather than left as it was.
      const replaced = type !== PROVIDER_TYPE && supported(type).update === undefined;
      return changes.map((change) => ({ ...change, replaces: change.replaces || replaced }));
    },
    deletesFirst(type, changes, filledIn) {
      if (type === PROVIDER_TYPE) return false;
      const name = supported(type).autoName?.property;
      if (name !== undefined && filledIn.includes(name)) return false;
      // It has the old one's name, unless that, or what else makes up its identity, is what changes.
      return !changes.some(({ path: [changed = ""] }) =>
        name === undefined ? replaces(type, changed) : changed === name,
      );
    },
    create: (request) =>
      request.type === PROVIDER_TYPE
        ? Promise.resolve({ id: request.nameSuffix, outputs: {} })
        : create(request, context),
    update: (request, old, changed) =>
      request.type === PROVIDER_TYPE
        ? Promise.resolve({ id: old.id, outputs: {} })
        : update(request, old, changed, context),
    async read(standing) {
      const { type, inputs, outputs, config } = standing;
      if (type === PROVIDER_TYPE) return { changed: [], inputs, outputs };
      const found = supported(type);
      const reader = readers.get(type);
      if (reader === undefined)
        throw new ResourceFailure("the embedded cloud cannot read resources of this type");
      const { given, taggable } = inputsOf(found, inputs, config, context);
      const parsed = v.parse(found.inputs, given) as Readonly<Record<string, unknown>>;
      const { defaultTags } = readConfiguration(config, context.region);
      return await readResource(reader, standing, { parsed, ...(taggable && { defaultTags }) }, context);
    },
    async delete({ type, inputs, config, id }, force) {
      if (type === PROVIDER_TYPE) return;
      const found = supported(type);
      // What cannot be deleted goes with the cloud, once the whole stack does.
      if (found.delete === undefined && force) return;
      if (found.delete === undefined)
        throw new ResourceFailure("the embedded cloud cannot delete resources of this type");
      await unlessGone(found.delete(parsed(found, inputs, config, context), id, { ...context, force }));
    },
    async invoke(token, args, config) {
      readConfiguration(config, context.region);
      const run = functions[token];
      if (run === undefined) {
        throw new ResourceFailure(
          `this function is not supported by the embedded cloud; supported: ${Object.keys(functions).join(", ")}`,
        );
      }
      try {
        return propertyMap(await run(args, context));
      } catch (error) {
        throw error instanceof Unsupported ? new ResourceFailure(describeFailure(error)) : error;
      }
    },
  };
}

async function create(request: ResourceRequest, context: CreateContext): Promise<CreatedResource> {
  const type = supported(request.type);
  const inputs = parsed(type, request.inputs, request.config, context);
  const { id, outputs } = await type.create(inputs, context);
  return { id, outputs: outputsOf(type, request, outputs, context) };
}

async function update(
  request: ResourceRequest,
  old: StandingResource,
  changed: ReadonlySet<string>,
  context: CreateContext,
): Promise<CreatedResource> {
  const type = supported(request.type);
  if (type.update === undefined)
    throw new ResourceFailure("the embedded cloud cannot change resources of this type");
  const { id = old.id, ...outputs }: Readonly<Record<string, unknown>> =
    (await type.update(
      {
        id: old.id,
        inputs: parsed(type, request.inputs, request.config, context),
        old: parsed(type, old.inputs, old.config, context),
        outputs: old.outputs,
        changed,
      },
      context,
    )) ?? {};
  // What was read at its creation stays true, but for the inputs that are echoed; what AWS has filled in, too.
  const filledIn = (name: string) => old.inputs[name] === undefined && request.inputs[name] === undefined;
  const kept = Object.entries(old.outputs).filter(([name]) => !(name in entries(type)) || filledIn(name));
  return {
    id: String(id),
    outputs: outputsOf(type, request, { ...Object.fromEntries(kept), ...outputs }, context),
  };
}

function outputsOf(
  type: ResourceType,
  request: ResourceRequest,
  outputs: Readonly<Record<string, unknown>>,
  context: CreateContext,
): PropertyMap {
  const { taggable, tagsAll } = inputsOf(type, request.inputs, request.config, context);
  const tags = taggable ? { tags: request.inputs.tags ?? {}, tagsAll } : {};
  return propertyMap({ region: context.region, ...outputs, ...tags });
}

function parsed(
  type: ResourceType,
  inputs: PropertyMap,
  config: PropertyMap,
  context: CreateContext,
): unknown {
  return v.parse(type.inputs, inputsOf(type, inputs, config, context).given);
}

/** The type's own inputs, with the provider's default tags where it takes tags. */
function inputsOf(type: ResourceType, inputs: PropertyMap, config: PropertyMap, context: CreateContext) {
  const { defaultTags } = readConfiguration(config, context.region);
  const taggable = type.ownTags !== true && "tags" in entries(type);
  const tagsAll = { ...defaultTags, ...(inputs.tags as Record<string, string> | undefined) };
  const own = ownInputs(type, inputs);
  return { given: taggable ? { ...own, tags: tagsAll } : own, taggable, tagsAll };
}

function supported(type: string): ResourceType {
  const found = resourceTypes.get(type);
  if (found === undefined)
    throw new ResourceFailure("this resource type is not supported by the embedded cloud");
  return found;
}

function withName(type: ResourceType, request: ResourceRequest): PropertyMap {
  const prefixed = prefixedName(type, request);
  if (type.autoName === undefined || request.inputs[type.autoName.property] !== undefined)
    return request.inputs;
  const { property, suffix: given = "" } = type.autoName;
  const kept = request.kept?.[property];
  if (kept !== undefined) return { ...request.inputs, [property]: kept };
  const suffix = typeof given === "string" ? given : given(request.inputs);
  if (prefixed !== undefined)
    return { ...request.inputs, [property]: typeof prefixed === "string" ? prefixed + suffix : prefixed };
  if (type.autoName.onlyByPrefix) return request.inputs;
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

/** The schema's own words; where it says nothing of its own, valibot's name for the type. */
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
