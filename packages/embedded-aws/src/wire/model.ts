import { schemaFile, type Static } from "./schemaFile";
import type { ErrorShape, Member, OperationShape, Shape, Structure, TimestampFormat, Traits } from "./shape";

/*
 * How the SDK's clients write their schemas stands here and in `schemaFile.ts` alone: arrays in the form of
 * `StaticSchema` of @smithy/types. It is no public interface, so the clients' versions are exact, and
 * test/endpoint/wire/roundTrip.test.ts holds that their own decoders read what is written by it.
 */

/** What AWS publishes on one service. */
export interface Model {
  /** "com.amazonaws.sqs" */
  readonly namespace: string;
  readonly operations: ReadonlyMap<string, OperationShape>;
  /** By their names in the model ("QueueDoesNotExist"), which are the names of the SDK's classes. */
  readonly errors: ReadonlyMap<string, ErrorShape>;
}

const models = new Map<string, Model>();

/**
 * The model in the packages of a service's SDK clients, mostly one; read at the first call, and shapes are made
 * when they are asked for.
 */
export function modelOf(...packageNames: readonly string[]): Model {
  const key = packageNames.join();
  let model = models.get(key);
  if (model === undefined) models.set(key, (model = readModel(packageNames)));
  return model;
}

function readModel(packageNames: readonly string[]): Model {
  const files = packageNames.map(schemaFile);
  const operations = new Map(files.flatMap((file) => [...file.operations]));
  const errors = new Map(files.flatMap((file) => [...file.errors]));
  const [first] = operations.values();
  if (first === undefined) throw new Error(`${packageNames.join()}: found no operations in the schemas`);
  return {
    namespace: first()[1],
    operations: lazyMap(operations, operationOf),
    errors: lazyMap(errors, errorOf),
  };
}

function isStatic(value: unknown): value is Static {
  return Array.isArray(value) && typeof value[0] === "number" && typeof value[2] === "string";
}

function lazyMap<Value>(sources: ReadonlyMap<string, () => Static>, make: (schema: Static) => Value) {
  const made = new Map<string, Value>();
  return new (class extends Map<string, Value> {
    override get size() {
      return sources.size;
    }
    override has(name: string) {
      return sources.has(name);
    }
    override keys() {
      return sources.keys();
    }
    override get(name: string): Value | undefined {
      const source = sources.get(name);
      if (source !== undefined && !made.has(name)) made.set(name, make(source()));
      return made.get(name);
    }
  })();
}

function operationOf([, , name, traits, input, output]: Static): OperationShape {
  const { http } = traitsOf(traits) as { http?: OperationShape["http"] };
  return {
    name,
    input: structureOf(input),
    output: structureOf(output),
    ...(http === undefined ? {} : { http }),
  };
}

/** Smithy: an error without `httpError` answers 400, or 500 if it is the server's fault. */
function errorOf(schema: Static): ErrorShape {
  const traits = traitsOf(schema[3]) as {
    error?: "client" | "server";
    httpError?: number;
    awsQueryError?: readonly [string, number];
  };
  const httpStatus = traits.httpError ?? (traits.error === "server" ? 500 : 400);
  const [code, status] = traits.awsQueryError ?? [schema[2], httpStatus];
  return { structure: structureOf(schema), httpStatus, query: { code, status } };
}

const shapes = new WeakMap<Static, Shape>();

function structureOf(reference: unknown): Structure {
  const shape = shapeOf(reference);
  if (shape.kind === "structure") return shape;
  if (shape.kind === "unit") return { kind: "structure", name: "Unit", union: false, members: [] };
  throw new Error(`expected a structure; got a ${shape.kind}`);
}

function shapeOf(reference: unknown): Shape {
  const schema: unknown = typeof reference === "function" ? (reference as () => unknown)() : reference;
  if (schema === "unit") return { kind: "unit" };
  if (typeof schema === "number") return simpleShape(schema);
  if (!isStatic(schema)) throw new Error(`not a schema: ${JSON.stringify(schema)}`);
  let shape = shapes.get(schema);
  if (shape === undefined) shapes.set(schema, (shape = staticShape(schema)));
  return shape;
}

function staticShape(schema: Static): Shape {
  const [kind, , name, , first, second, third] = schema;
  switch (kind) {
    case 0:
      return shapeOf(first);
    case 1: {
      return lazily({ kind: "list" }, "item", () => memberOf("member", first, false));
    }
    case 2:
      return lazily(
        lazily({ kind: "map" }, "key", () => memberOf("key", first, false)),
        "value",
        () => memberOf("value", second, false),
      );
    case 3:
    case -3:
    case 4: {
      const references = second as readonly unknown[];
      const required = typeof third === "number" ? third : 0;
      return lazily({ kind: "structure", name, union: kind === 4 }, "members", () =>
        (first as readonly string[]).map((member, index) =>
          memberOf(member, references[index], index < required),
        ),
      );
    }
    default:
      throw new Error(`${name}: a schema of an unknown kind, ${kind}`);
  }
}

/** Shapes refer to themselves: a DynamoDB value holds values. */
function lazily<Base extends object, Name extends string, Value>(base: Base, name: Name, make: () => Value) {
  let value: Value | undefined;
  const get = () => (value ??= make());
  return Object.defineProperty(base, name, { get, enumerable: true }) as Base & Record<Name, Value>;
}

/** Traits of a member's own stand beside its schema: [schema, traits]. */
function memberOf(name: string, reference: unknown, required: boolean): Member {
  const [schema, own] =
    Array.isArray(reference) && !isStatic(reference) ? (reference as unknown[]) : [reference, 0];
  const target: unknown = typeof schema === "function" ? (schema as () => unknown)() : schema;
  const inherited = isStatic(target) ? traitsOf(target[3]) : {};
  return {
    name,
    shape: shapeOf(target),
    required,
    traits: { ...inherited, ...traitsOf(own) },
    supported: true,
  };
}

/** Bits of a number that stands for traits without values, from the lowest: Smithy's `TraitBitVector`. */
const traitBits = [
  "httpLabel",
  "idempotent",
  "idempotencyToken",
  "sensitive",
  "httpPayload",
  "httpResponseCode",
  "httpQueryParams",
] as const;

function traitsOf(traits: unknown): Traits {
  if (typeof traits === "object" && traits !== null) return traits;
  const bits = Number(traits ?? 0);
  return Object.fromEntries(traitBits.filter((_, index) => (bits >> index) & 1).map((name) => [name, 1]));
}

const timestampFormats: Readonly<Record<number, TimestampFormat>> = {
  5: "date-time",
  6: "http-date",
  7: "epoch-seconds",
};

function simpleShape(code: number): Shape {
  if (code >= 128) {
    return { kind: "map", key: memberOf("key", 0, false), value: memberOf("value", code - 128, false) };
  }
  if (code >= 64) return { kind: "list", item: memberOf("member", code - 64, false) };
  switch (code) {
    case 0:
      return { kind: "string" };
    case 1:
      return { kind: "number" };
    case 2:
      return { kind: "boolean" };
    case 4:
      return { kind: "timestamp" };
    case 5:
    case 6:
    case 7:
      return { kind: "timestamp", format: timestampFormats[code] ?? "epoch-seconds" };
    case 15:
      return { kind: "document" };
    case 17:
      return { kind: "bigInteger" };
    case 19:
      return { kind: "bigDecimal" };
    case 21:
    case 42:
      return { kind: "blob" };
    default:
      throw new Error(`a simple schema of an unknown kind, ${code}`);
  }
}
