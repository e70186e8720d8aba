import type { Comparable, Provider } from "../engine/provider";
import { isPropertyMap, mapFromWire, plainMap, type PropertyMap, WIRE } from "../engine/values";
import { comparable } from "../provider/comparable";

/** Inputs as a provider gets them off the wire. */
export type WireMap = Readonly<Record<string, unknown>>;

/** Where a provider notes which inputs it has filled in itself; Pulumi's CLI shows nothing that begins so. */
const DEFAULTS = "__defaults";

/** The inputs that an earlier check filled in, such as an automatic name. */
export function filledIn(inputs: WireMap): readonly string[] {
  const names = inputs[DEFAULTS];
  return Array.isArray(names) ? names.map(String) : [];
}

/** `inputs` with the names of those that the provider has filled in. */
export function withFilledIn(inputs: WireMap, names: readonly string[]): WireMap {
  return { ...inputs, [DEFAULTS]: [...names] };
}

/** What belongs to the resource, without the provider's own notes. */
export function withoutNotes(inputs: WireMap): WireMap {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__")));
}

/** The values as a provider's code reads them: nothing secret, nothing noted. */
export function propertiesOf(inputs: WireMap): PropertyMap {
  return plainMap(mapFromWire(withSources(withoutNotes(inputs)) as WireMap));
}

/** Of a package in an older state the engine sends the hash alone, which no code here reads: it is an empty one. */
function withSources(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSources);
  if (typeof value !== "object" || value === null) return value;
  const wire = value as WireMap;
  const mark = wire[WIRE.signatureKey];
  const empty = !["assets", "path", "uri", "text"].some((source) => source in wire);
  if (mark === WIRE.archive && empty) return { ...wire, assets: {} };
  if (mark === WIRE.asset && empty) return { ...wire, text: "" };
  return Object.fromEntries(Object.entries(wire).map(([name, member]) => [name, withSources(member)]));
}

/**
 * Inputs as they are compared with others. Packages are told by the hash that the engine has sent along: the files of
 * an older one are no longer there.
 */
async function comparedInputs(
  inputs: WireMap,
  config: PropertyMap,
  context: Parameters<typeof comparable>[1],
): Promise<Comparable> {
  const hashed = withHashes(withoutNotes(inputs)) as WireMap;
  return await comparable({ inputs: plainMap(mapFromWire(hashed)), config }, context);
}

/** The changes from `old` to `news`, as `provider` sees them. `tagsAll`: the tags that the resource has been given. */
export async function changesBetween(
  provider: Pick<Provider, "changes">,
  type: string,
  [old, news]: readonly [WireMap, WireMap],
  tagsAll: unknown,
  config: PropertyMap,
  context: Parameters<typeof comparable>[1],
) {
  const after = await comparedInputs(news, config, context);
  const before = await comparedInputs(old, config, context);
  // The provider's default tags may have been others then.
  const given = tagsAll === undefined ? undefined : mapFromWire({ tagsAll }).tagsAll;
  const { tags: _tags, ...untagged } = before;
  const tagged =
    given === undefined || !isPropertyMap(given)
      ? before
      : { ...untagged, ...(Object.keys(given).length > 0 && { tags: given as Comparable }) };
  return provider.changes(type, tagged, after);
}

function withHashes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withHashes);
  if (typeof value !== "object" || value === null) return value;
  const wire = value as WireMap;
  const mark = wire[WIRE.signatureKey];
  if ((mark === WIRE.asset || mark === WIRE.archive) && typeof wire.hash === "string")
    return `sha256:${wire.hash}`;
  return Object.fromEntries(Object.entries(wire).map(([name, member]) => [name, withHashes(member)]));
}
