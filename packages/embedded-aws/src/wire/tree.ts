import { bareRecord } from "../core/record";
import { InputProblem, isEmpty, wrongType } from "./problem";
import type { ListShape, MapShape, Member, Shape, Structure, TimestampFormat } from "./shape";

/**
 * JSON and CBOR carry trees of the same build; they differ in how bytes and times stand in them. A decoder or
 * encoder is compiled once for each shape and kept with it.
 */
export interface TreeFormat {
  readonly decodeBlob: (value: unknown) => Uint8Array;
  readonly encodeBlob: (value: Uint8Array) => unknown;
  readonly decodeTimestamp: (value: unknown, format: TimestampFormat | undefined) => Date;
  readonly encodeTimestamp: (value: Date, format: TimestampFormat | undefined) => unknown;
  readonly encodeNumber: (value: number) => unknown;
  readonly decodeNumber: (value: unknown) => number;
  /** Whether the format's writer leaves out members that are undefined. */
  readonly skipsUndefined: boolean;
}

type Convert = (value: unknown) => unknown;

type Tree = Record<string, unknown>;

/** The trees of one format. */
export class TreeCodec {
  readonly #decoders = new WeakMap<Shape, Convert>();
  readonly #encoders = new WeakMap<Shape, Convert>();

  constructor(private readonly format: TreeFormat) {}

  /**
   * The value of `shape` that a parsed tree stands for. The tree is the caller's to give away: what need not be
   * converted is checked where it lies. `null` counts as left out, as AWS counts it.
   *
   * @throws InputProblem
   */
  decode(shape: Shape, tree: unknown): unknown {
    return this.#decoder(shape)(tree);
  }

  /** What to hand to the format's writer. */
  encode(shape: Shape, value: unknown): unknown {
    return this.#encoder(shape)(value);
  }

  #decoder(shape: Shape): Convert {
    let decoder = this.#decoders.get(shape);
    if (decoder === undefined) {
      // A shape may contain itself: while it is compiled, it is found through the map.
      this.#decoders.set(shape, (value) => (this.#decoders.get(shape) ?? reject)(value));
      this.#decoders.set(shape, (decoder = this.#compileDecoder(shape)));
    }
    return decoder;
  }

  #compileDecoder(shape: Shape): Convert {
    switch (shape.kind) {
      case "string":
      case "bigDecimal":
        return decodeString;
      case "boolean":
        return decodeBoolean;
      case "number":
        return this.format.decodeNumber;
      case "bigInteger":
        return (value) => (typeof value === "bigint" ? value : BigInt(this.format.decodeNumber(value)));
      case "blob":
        return this.format.decodeBlob;
      case "timestamp":
        return (value) => this.format.decodeTimestamp(value, shape.format);
      case "document":
      case "unit":
        return (value) => value;
      case "list":
        return this.#listDecoder(shape);
      case "map":
        return this.#mapDecoder(shape);
      case "structure":
        return this.#structureDecoder(shape);
    }
  }

  #listDecoder(shape: ListShape): Convert {
    const decode = this.#decoder(shape.item.shape);
    const inPlace = isScalar(shape.item.shape);
    return (value) => {
      if (!Array.isArray(value)) throw wrongType("a list", value);
      const list: unknown[] = value;
      let index = 0;
      try {
        for (; index < list.length; index++) {
          if (inPlace) decode(list[index]);
          else list[index] = decode(list[index]);
        }
      } catch (cause) {
        throw InputProblem.at(index, cause);
      }
      return list;
    };
  }

  #mapDecoder(shape: MapShape): Convert {
    const decode = this.#decoder(shape.value.shape);
    return (tree) => {
      if (!isTree(tree)) throw wrongType("a map", tree);
      // Keys are a stranger's text: the map must not know any of them beforehand.
      const map = bareRecord<unknown>();
      let at = "";
      try {
        for (at in tree) {
          const value = tree[at];
          if (value !== null && value !== undefined) map[at] = decode(value);
        }
      } catch (cause) {
        throw InputProblem.at(at, cause);
      }
      return map;
    };
  }

  #structureDecoder(shape: Structure): Convert {
    interface Plan {
      readonly member: Member;
      readonly decode: Convert;
      readonly inPlace: boolean;
    }
    const plans = new Map<string, Plan>();
    for (const member of shape.members) {
      const name = jsonName(member);
      const inPlace = name === member.name && isScalar(member.shape);
      plans.set(name, { member, decode: this.#decoder(member.shape), inPlace });
    }
    const required = requiredNames(shape);
    return (tree) => {
      if (!isTree(tree)) throw wrongType("a structure", tree);
      let at = "";
      let present = 0;
      let strange: string | undefined;
      try {
        for (at in tree) {
          const value = tree[at];
          const plan = plans.get(at);
          if (value === null || value === undefined) {
            tree[at] = undefined;
            continue;
          }
          // Clients of a union's answers send its type along.
          if (plan === undefined && at === "__type") continue;
          // A union of nothing that is known is empty, which services have words of their own for.
          if (plan === undefined && shape.union) {
            strange = at;
            continue;
          }
          if (plan === undefined) throw new InputProblem({ kind: "unknown" });
          if (!plan.member.supported) {
            if (!isEmpty(value)) throw new InputProblem({ kind: "notSupported" });
            tree[at] = undefined;
            continue;
          }
          present++;
          if (plan.inPlace) {
            plan.decode(value);
          } else {
            const decoded = plan.decode(value);
            if (plan.member.name !== at) tree[at] = undefined;
            tree[plan.member.name] = decoded;
          }
        }
      } catch (cause) {
        throw InputProblem.at(at, cause);
      }
      for (const name of required) {
        if (tree[name] === undefined) throw InputProblem.at(name, new InputProblem({ kind: "missing" }));
      }
      if (shape.union && present !== 1) throw new InputProblem({ kind: "union", present });
      if (strange !== undefined) throw InputProblem.at(strange, new InputProblem({ kind: "unknown" }));
      return tree;
    };
  }

  #encoder(shape: Shape): Convert {
    let encoder = this.#encoders.get(shape);
    if (encoder === undefined) {
      this.#encoders.set(shape, (value) => (this.#encoders.get(shape) ?? reject)(value));
      this.#encoders.set(shape, (encoder = this.#compileEncoder(shape)));
    }
    return encoder;
  }

  #compileEncoder(shape: Shape): Convert {
    const { format } = this;
    switch (shape.kind) {
      case "string":
      case "boolean":
      case "document":
      case "unit":
      case "bigDecimal":
      case "bigInteger":
        return (value) => value;
      case "number":
        return (value) => (typeof value === "number" ? format.encodeNumber(value) : value);
      case "blob":
        return (value) => format.encodeBlob(value as Uint8Array);
      case "timestamp":
        return (value) => format.encodeTimestamp(value as Date, shape.format);
      case "list": {
        if (isIdentity(shape.item.shape)) return (value) => value;
        const encode = this.#encoder(shape.item.shape);
        return (value) => {
          const list = value as readonly unknown[];
          const encoded = list.map((item) => encode(item));
          return encoded.every((item, index) => item === list[index]) ? list : encoded;
        };
      }
      case "map": {
        if (isIdentity(shape.value.shape)) return (value) => value;
        const encode = this.#encoder(shape.value.shape);
        return (value) => {
          const map = value as Tree;
          for (const key in map) {
            const item = map[key];
            if (item === undefined || item === null || encode(item) !== item) return encodedMap(map, encode);
          }
          return map;
        };
      }
      case "structure":
        return this.#structureEncoder(shape);
    }
  }

  /** Most answers are written as they are: only what holds bytes or times is copied. */
  #structureEncoder(shape: Structure): Convert {
    const { members } = shape;
    const plans = members
      .filter((member) => !isIdentity(member.shape) || jsonName(member) !== member.name)
      .map((member) => ({
        name: member.name,
        wire: jsonName(member),
        encode: this.#encoder(member.shape),
      }));
    const { skipsUndefined } = this.format;
    return (value) => {
      let tree = value as Tree;
      if (!skipsUndefined) {
        tree = Object.fromEntries(Object.entries(tree).filter(([, member]) => member !== undefined));
      }
      for (const { name, wire, encode } of plans) {
        const member = tree[name];
        if (member === undefined || member === null) continue;
        const encoded = encode(member);
        if (encoded === member && wire === name) continue;
        if (tree === value) tree = { ...tree };
        if (wire !== name) tree[name] = undefined;
        tree[wire] = encoded;
      }
      return tree;
    };
  }
}

/** Only maps of what cannot be written as it is are copied. */
function encodedMap(map: Tree, encode: Convert): Tree {
  const tree = bareRecord<unknown>();
  for (const [key, item] of Object.entries(map)) {
    if (item !== undefined && item !== null) tree[key] = encode(item);
  }
  return tree;
}

function reject(): never {
  throw new Error("a shape was used before it was compiled");
}

function decodeString(value: unknown): unknown {
  if (typeof value !== "string") throw wrongType("a string", value);
  return value;
}

function decodeBoolean(value: unknown): unknown {
  if (typeof value !== "boolean") throw wrongType("a boolean", value);
  return value;
}

function isTree(value: unknown): value is Tree {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** Values that are checked and stay as they are. Numbers may come as "NaN". */
function isScalar(shape: Shape): boolean {
  return shape.kind === "string" || shape.kind === "boolean";
}

function isIdentity(shape: Shape): boolean {
  return isScalar(shape) || shape.kind === "document";
}

function jsonName(member: Member): string {
  return member.traits.jsonName ?? member.name;
}

export function requiredNames(shape: Structure): readonly string[] {
  return shape.members.filter((member) => member.required).map((member) => member.name);
}
