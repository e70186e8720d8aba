/**
 * Property values as they travel between a Pulumi program and its engine. On the wire they are plain JSON in
 * a protobuf `Struct`; values that JSON has no form for are marked objects, or, for an unknown, one marked string.
 */

/** The wire protocol's markers; a test holds each against the installed SDK's `runtime/rpc`. */
export const WIRE = {
  unknown: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  signatureKey: "4dabf18193072939515e22adb298388d",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  secret: "1b47061264138c4ac30d75fd1eb44270",
  resourceReference: "5cf8f73096256a8f31e491e813e4eb8e",
  outputValue: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
} as const;

/** A value that only a real deployment would know. */
export class Unknown {
  readonly kind = "unknown";
}

export const UNKNOWN = new Unknown();

export class Secret {
  readonly kind = "secret";
  constructor(readonly value: PropertyValue) {}
}

/** One file: its text, its path (relative to the program's folder), or an address to fetch it from. */
export class Asset {
  readonly kind = "asset";
  constructor(
    readonly source: { readonly text: string } | { readonly path: string } | { readonly uri: string },
  ) {}
}

/** Several files: named parts, a folder or archive file, or an address to fetch one from. */
export class Archive {
  readonly kind = "archive";
  constructor(
    readonly source:
      | { readonly assets: Readonly<Record<string, Asset | Archive>> }
      | { readonly path: string }
      | { readonly uri: string },
  ) {}
}

/** An output with all that is known about it; `value` is left out while it is unknown. */
export class OutputValue {
  readonly kind = "output";
  constructor(
    readonly value: PropertyValue | undefined,
    readonly secret: boolean,
    readonly dependencies: readonly string[],
  ) {}
}

/** A resource passed as a value. Components have no id; that of a resource still to be created is unknown. */
export class ResourceReference {
  readonly kind = "resource";
  constructor(
    readonly urn: string,
    readonly id: string | Unknown | undefined,
  ) {}
}

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | readonly PropertyValue[]
  | PropertyMap
  | Unknown
  | Secret
  | Asset
  | Archive
  | OutputValue
  | ResourceReference;

export interface PropertyMap {
  readonly [property: string]: PropertyValue;
}

/** JSON as `Struct` holds it. */
export type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire };

function isWireObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a property value is an ordinary object, not one of the marked kinds. */
export function isPropertyMap(value: PropertyValue): value is PropertyMap {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Reads a value off the wire. Throws a `TypeError` for a mark that this protocol version does not know. */
export function fromWire(wire: unknown): PropertyValue {
  if (wire === WIRE.unknown) return UNKNOWN;
  if (wire === null || typeof wire === "boolean" || typeof wire === "number" || typeof wire === "string")
    return wire;
  if (Array.isArray(wire)) return wire.map(fromWire);
  if (!isWireObject(wire)) throw new TypeError(`a property value of type ${typeof wire}; expected JSON`);
  const signature = wire[WIRE.signatureKey];
  return signature === undefined ? mapFromWire(wire) : markedFromWire(signature, wire);
}

export function mapFromWire(wire: Readonly<Record<string, unknown>>): PropertyMap {
  return Object.fromEntries(Object.entries(wire).map(([key, value]) => [key, fromWire(value)]));
}

function markedFromWire(signature: unknown, wire: Record<string, unknown>): PropertyValue {
  switch (signature) {
    case WIRE.secret:
      return new Secret(fromWire(wire.value ?? null));
    case WIRE.asset:
      return assetFromWire(wire);
    case WIRE.archive:
      return archiveFromWire(wire);
    case WIRE.resourceReference:
      return new ResourceReference(String(wire.urn), referenceId(wire.id));
    case WIRE.outputValue:
      return new OutputValue(
        wire.value === undefined ? undefined : fromWire(wire.value),
        wire.secret === true,
        Array.isArray(wire.dependencies) ? wire.dependencies.map(String) : [],
      );
    default:
      throw new TypeError(
        `a property value with the mark ${String(signature)}, which the embedded engine does not know`,
      );
  }
}

function referenceId(id: unknown): string | Unknown | undefined {
  if (id === undefined || id === null) return undefined;
  return typeof id !== "string" || id === WIRE.unknown || id === "" ? UNKNOWN : id;
}

function assetFromWire(wire: Record<string, unknown>): Asset {
  if (typeof wire.text === "string") return new Asset({ text: wire.text });
  if (typeof wire.path === "string") return new Asset({ path: wire.path });
  if (typeof wire.uri === "string") return new Asset({ uri: wire.uri });
  throw new TypeError("an asset with none of text, path, uri");
}

function archiveFromWire(wire: Record<string, unknown>): Archive {
  if (isWireObject(wire.assets)) {
    const parts = Object.entries(wire.assets).map(([name, part]): [string, Asset | Archive] => {
      const value = fromWire(part);
      if (value instanceof Asset || value instanceof Archive) return [name, value];
      throw new TypeError(`part ${name} of an archive is neither an asset nor an archive`);
    });
    return new Archive({ assets: Object.fromEntries(parts) });
  }
  if (typeof wire.path === "string") return new Archive({ path: wire.path });
  if (typeof wire.uri === "string") return new Archive({ uri: wire.uri });
  throw new TypeError("an archive with none of assets, path, uri");
}

/** Writes a value for the wire; the reverse of `fromWire`. */
export function toWire(value: PropertyValue): Wire {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Unknown) return WIRE.unknown;
  if (value instanceof Secret) return marked(WIRE.secret, { value: toWire(value.value) });
  if (value instanceof Asset) return marked(WIRE.asset, { ...value.source });
  if (value instanceof Archive) return marked(WIRE.archive, archiveSource(value));
  if (value instanceof ResourceReference) {
    const id = value.id instanceof Unknown ? WIRE.unknown : value.id;
    return marked(WIRE.resourceReference, { urn: value.urn, ...(id === undefined ? {} : { id }) });
  }
  if (value instanceof OutputValue) {
    return marked(WIRE.outputValue, {
      ...(value.value === undefined ? {} : { value: toWire(value.value) }),
      ...(value.secret ? { secret: true } : {}),
      ...(value.dependencies.length > 0 ? { dependencies: [...value.dependencies] } : {}),
    });
  }
  if (Array.isArray(value)) return value.map(toWire);
  return mapToWire(value as PropertyMap);
}

export function mapToWire(map: PropertyMap): Record<string, Wire> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, toWire(value)]));
}

function archiveSource(archive: Archive): Record<string, Wire> {
  const { source } = archive;
  return "assets" in source ? { assets: mapToWire(source.assets) } : { ...source };
}

function marked(signature: string, members: Record<string, Wire>): Wire {
  return { [WIRE.signatureKey]: signature, ...members };
}

/** Whether any part of `value` satisfies `test`. */
function some(value: PropertyValue, test: (part: PropertyValue) => boolean): boolean {
  if (test(value)) return true;
  if (value instanceof Secret) return some(value.value, test);
  if (value instanceof OutputValue) return value.value !== undefined && some(value.value, test);
  if (value instanceof ResourceReference) return value.id instanceof Unknown && test(value.id);
  if (Array.isArray(value)) return value.some((part: PropertyValue) => some(part, test));
  return isPropertyMap(value) && Object.values(value).some((part) => some(part, test));
}

export function containsSecret(value: PropertyValue): boolean {
  return some(value, (part) => part instanceof Secret || (part instanceof OutputValue && part.secret));
}

export function containsUnknown(value: PropertyValue): boolean {
  return some(
    value,
    (part) => part instanceof Unknown || (part instanceof OutputValue && part.value === undefined),
  );
}

/** The value as a provider reads it: secrets and outputs opened, resources as their ids (components: URNs). */
export function plain(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return plain(value.value);
  if (value instanceof OutputValue) return value.value === undefined ? UNKNOWN : plain(value.value);
  if (value instanceof ResourceReference) return value.id ?? value.urn;
  if (Array.isArray(value)) return value.map(plain);
  return isPropertyMap(value) ? plainMap(value) : value;
}

export function plainMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, plain(value)]));
}

/** The value as people and reports may see it: JSON, with `[secret]` and `[unknown]` where those stand. */
export function display(value: PropertyValue): Wire {
  if (value instanceof Secret || (value instanceof OutputValue && value.secret)) return "[secret]";
  if (value instanceof Unknown) return "[unknown]";
  if (value instanceof OutputValue) return value.value === undefined ? "[unknown]" : display(value.value);
  if (value instanceof ResourceReference) return value.urn;
  if (value instanceof Asset) return { ...value.source };
  if (value instanceof Archive)
    return "assets" in value.source ? { assets: displayMap(value.source.assets) } : { ...value.source };
  if (Array.isArray(value)) return value.map(display);
  return isPropertyMap(value) ? displayMap(value) : (value as Wire);
}

export function displayMap(map: PropertyMap): Record<string, Wire> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, display(value)]));
}
