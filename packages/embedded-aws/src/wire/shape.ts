/**
 * The shapes of AWS's own models, as plain data: what the SDK's clients carry for each operation, less Smithy's
 * encoding of it. `model.ts` makes them; codecs and checks walk them.
 */
export type Shape =
  | { readonly kind: Scalar }
  | { readonly kind: "timestamp"; readonly format?: TimestampFormat }
  | ListShape
  | MapShape
  | Structure;

/** In JavaScript: string, boolean, number, bigint, a decimal number's text, Uint8Array, anything that JSON can say. */
export type Scalar =
  "string" | "boolean" | "number" | "bigInteger" | "bigDecimal" | "blob" | "document" | "unit";

/** Without one, each protocol has its own. */
export type TimestampFormat = "date-time" | "http-date" | "epoch-seconds";

export interface ListShape {
  readonly kind: "list";
  readonly item: Member;
}

export interface MapShape {
  readonly kind: "map";
  readonly key: Member;
  readonly value: Member;
}

export interface Structure {
  readonly kind: "structure";
  readonly name: string;
  /** Of a union exactly one member is there. */
  readonly union: boolean;
  readonly members: readonly Member[];
}

/** A member of a structure, the item of a list, the key or the value of a map. */
export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
  readonly traits: Traits;
  /** False for a member that the operation at hand does not do anything with; see `restrict`. */
  readonly supported: boolean;
}

/** Of Smithy's traits those that say how a member travels. */
export interface Traits {
  readonly jsonName?: string;
  readonly xmlName?: string;
  readonly ec2QueryName?: string;
  readonly xmlFlattened?: unknown;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpQuery?: string;
  readonly httpQueryParams?: unknown;
  readonly httpLabel?: unknown;
  readonly httpPayload?: unknown;
  readonly httpResponseCode?: unknown;
  /** Clients make one up where the caller gives none. */
  readonly idempotencyToken?: unknown;
}

export interface OperationShape {
  readonly name: string;
  readonly input: Structure;
  readonly output: Structure;
  /** Method, path template and status of a success, of the services that speak REST. */
  readonly http?: readonly [method: string, path: string, status: number];
}

export interface ErrorShape {
  readonly structure: Structure;
  /** Of JSON, REST and CBOR answers. */
  readonly httpStatus: number;
  /** The code and the status of the query protocols. */
  readonly query: { readonly code: string; readonly status: number };
}

/**
 * The same structure, in which only members at `paths` are supported. "Content" stands for all that is in it,
 * "Content.Simple" for that part of it alone; lists and maps are passed through: "Entries.MessageBody".
 *
 * @throws Error for a path that the structure does not have: a defect of whoever wrote it.
 */
export function restrict(structure: Structure, paths: readonly string[]): Structure {
  const inner = new Map<string, string[]>();
  for (const path of paths) {
    const [name = "", ...rest] = path.split(".");
    const list = inner.get(name) ?? [];
    inner.set(name, list);
    if (rest.length > 0) list.push(rest.join("."));
  }
  const members = structure.members.map((member): Member => {
    const rest = inner.get(member.name);
    inner.delete(member.name);
    if (rest === undefined) return { ...member, supported: false };
    return rest.length === 0 ? member : { ...member, shape: restrictInside(member.shape, rest) };
  });
  const [unknown] = inner.keys();
  if (unknown !== undefined) throw new Error(`supports: ${structure.name} has no member "${unknown}"`);
  return { ...structure, members };
}

function restrictInside(shape: Shape, paths: readonly string[]): Shape {
  switch (shape.kind) {
    case "structure":
      return restrict(shape, paths);
    case "list":
      return { ...shape, item: { ...shape.item, shape: restrictInside(shape.item.shape, paths) } };
    case "map":
      return { ...shape, value: { ...shape.value, shape: restrictInside(shape.value.shape, paths) } };
    default:
      throw new Error(`supports: "${paths.join(", ")}" is inside of a ${shape.kind}`);
  }
}
