import { InputProblem, isEmpty, wrongType } from "./problem";
import type { Shape, Structure } from "./shape";

/**
 * Checks a value that did not come over the wire against its shape: the input of a call in-process, or an
 * operation's answer in a test. Members that are undefined count as left out.
 *
 * @throws InputProblem
 */
export function check(shape: Shape, value: unknown): void {
  switch (shape.kind) {
    case "string":
      expect(typeof value === "string", "a string", value);
      break;
    case "boolean":
      expect(typeof value === "boolean", "a boolean", value);
      break;
    case "number":
      expect(typeof value === "number", "a number", value);
      break;
    case "bigInteger":
      expect(typeof value === "bigint" || Number.isInteger(value), "a whole number", value);
      break;
    case "bigDecimal":
      expect(typeof value === "string", "a number's text", value);
      break;
    case "blob":
      expect(value instanceof Uint8Array, "bytes", value);
      break;
    case "timestamp":
      expect(value instanceof Date && !Number.isNaN(value.getTime()), "a date", value);
      break;
    case "document":
    case "unit":
      break;
    case "list": {
      if (!Array.isArray(value)) throw wrongType("a list", value);
      for (const [index, item] of value.entries()) checkAt(index, shape.item.shape, item);
      break;
    }
    case "map": {
      for (const [key, item] of Object.entries(objectOf(value))) {
        if (item !== undefined) checkAt(key, shape.value.shape, item);
      }
      break;
    }
    case "structure":
      checkStructure(shape, objectOf(value));
  }
}

function checkStructure(shape: Structure, value: Readonly<Record<string, unknown>>): void {
  const names = new Set(Object.keys(value).filter((name) => value[name] !== undefined));
  if (shape.union) {
    const present = shape.members.filter(({ name }) => names.has(name)).length;
    if (present !== 1) throw new InputProblem({ kind: "union", present });
  }
  for (const { name, shape: inner, required, supported } of shape.members) {
    if (!names.delete(name)) {
      if (required) throw InputProblem.at(name, new InputProblem({ kind: "missing" }));
      continue;
    }
    if (!supported) {
      if (isEmpty(value[name])) continue;
      throw InputProblem.at(name, new InputProblem({ kind: "notSupported" }));
    }
    checkAt(name, inner, value[name]);
  }
  const [unknown] = names;
  if (unknown !== undefined) throw InputProblem.at(unknown, new InputProblem({ kind: "unknown" }));
}

function checkAt(segment: string | number, shape: Shape, value: unknown): void {
  try {
    check(shape, value);
  } catch (cause) {
    throw InputProblem.at(segment, cause);
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrongType("a structure", value);
  return value as Readonly<Record<string, unknown>>;
}

function expect(right: boolean, expected: string, value: unknown): void {
  if (!right) throw wrongType(expected, value);
}
