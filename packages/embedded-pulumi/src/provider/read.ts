import { AwsError } from "embedded-aws";
import type { ReadResource, StandingResource } from "../engine/provider";
import { isPropertyMap, type PropertyMap, type PropertyValue } from "../engine/values";
import { asRead, isSame } from "./asRead";
import type { Reader, Reading } from "./readers/reader";
import type { CreateContext } from "./resourceType";
import { isGone } from "./unlessGone";

/** A resource's inputs for its reader, and what of its tags comes from the provider's configuration. */
interface ReadRequest {
  /** With the schema's defaults, and the provider's default tags. */
  readonly parsed: Readonly<Record<string, unknown>>;
  /** The provider's default tags, of a type that takes them. */
  readonly defaultTags?: Readonly<Record<string, string>>;
}

/**
 * A resource as AWS has it now: what differs from what was asked for is as AWS says, and all else as it was. Undefined
 * when it is gone. What AWS fills in where nothing was asked for is no difference.
 */
export async function readResource(
  reader: Reader,
  standing: StandingResource,
  { parsed, defaultTags }: ReadRequest,
  context: CreateContext,
): Promise<ReadResource | undefined> {
  const reading = await ask(reader, standing, parsed, context);
  if (reading === undefined) return undefined;
  const inputs: Record<string, PropertyValue> = { ...standing.inputs };
  const outputs: Record<string, PropertyValue> = { ...standing.outputs };
  const changed: string[] = [];
  const put = (values: Record<string, PropertyValue>, name: string, value: PropertyValue | undefined) => {
    if (value === undefined) Reflect.deleteProperty(values, name);
    else values[name] = value;
  };
  for (const [name, observed] of Object.entries(reading.inputs)) {
    const given = { given: standing.inputs[name], parsed: parsed[name], filledIn: reading.defaults?.[name] };
    const value = asRead(given, observed);
    // Tags of the provider's alone are no input that would differ.
    const same = name === "tags" ? isSame(parsed.tags, observed) : value === given.given;
    if (same) continue;
    changed.push(name);
    if (name === "tags" && defaultTags !== undefined) {
      const all = { ...(observed as Readonly<Record<string, string>>) };
      const own = ownTags(all, standing.inputs.tags, defaultTags);
      put(inputs, "tags", Object.keys(own).length === 0 && given.given === undefined ? undefined : own);
      put(outputs, "tags", own);
      put(outputs, "tagsAll", all);
    } else {
      put(inputs, name, value);
      put(outputs, name, value);
    }
  }
  for (const [name, value] of Object.entries(reading.outputs ?? {}))
    if (!isSame(outputs[name], value)) put(outputs, name, value as PropertyValue | undefined);
  return { changed, inputs, outputs };
}

async function ask(
  reader: Reader,
  { id, outputs }: StandingResource,
  inputs: ReadRequest["parsed"],
  context: CreateContext,
): Promise<Reading | undefined> {
  const text = (name: string) => {
    const value = inputs[name] ?? outputs[name];
    return typeof value === "string" ? value : "";
  };
  try {
    return await reader({ id, inputs, outputs, text }, context);
  } catch (error) {
    if (error instanceof AwsError && isGone(error)) return undefined;
    throw error;
  }
}

/** The tags of a resource that its program gives it, rather than its provider. */
function ownTags(
  all: Readonly<Record<string, string>>,
  given: PropertyMap[string] | undefined,
  defaults: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = (key: string) => given !== undefined && isPropertyMap(given) && Object.hasOwn(given, key);
  return Object.fromEntries(
    Object.entries(all).filter(([key, value]) => own(key) || defaults[key] !== value),
  );
}
