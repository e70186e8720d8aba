import { BlockList, isIP } from "node:net";
import { anyText, type GlobToken, matchesGlob } from "./glob";
import { messageOf } from "./messageOf";
import { parseJson } from "./parseJson";
import { isObject } from "./record";

/**
 * Event patterns, as EventBridge rules and Lambda's filters of event sources use them: EventBridge user guide,
 * "Comparison operators". A pattern names fields; each field's value is an array of which one entry must match.
 */
export type EventPattern = (event: unknown) => boolean;

/** A pattern that is none; the message names the field, the value, and what was expected. */
export class EventPatternError extends Error {
  override readonly name = "EventPatternError";
}

/** One entry of a field's array. */
interface ValueTest {
  /** Whether it matches a field that is not there. */
  readonly absent: boolean;
  readonly present: (value: Scalar) => boolean;
}

type Scalar = string | number | boolean | null;
type JsonObject = Readonly<Record<string, unknown>>;

/** EventBridge's bounds of numbers. */
const MAX_NUMBER = 5e9;

/** Reads a pattern, given as JSON text or as what that parses to. Throws EventPatternError. */
export function parseEventPattern(source: unknown): EventPattern {
  return compileObject(typeof source === "string" ? parse(source) : source, "");
}

export function matchesEventPattern(pattern: EventPattern, event: unknown): boolean {
  return pattern(event);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new EventPatternError(`The pattern is not JSON: ${messageOf(error)}`);
  }
}

function compileObject(pattern: unknown, path: string): EventPattern {
  if (!isObject(pattern)) throw unexpected(path, pattern, "an object of fields");
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw unexpected(path, pattern, "at least one field");
  const tests = entries.map(([name, value]): ((object: JsonObject) => boolean) => {
    const fieldPath = path === "" ? name : `${path}.${name}`;
    if (name === "$or") return compileOr(value, path, fieldPath);
    const test = Array.isArray(value) ? compileLeaf(value, fieldPath) : compileNested(value, fieldPath);
    return (object) => test(Object.hasOwn(object, name) ? object[name] : undefined);
  });
  // A list of objects matches when one of them matches as a whole; what is no object has none of the fields.
  return (value) =>
    asCandidates(value).some((candidate) => {
      const object = isObject(candidate) ? candidate : {};
      return tests.every((test) => test(object));
    });
}

function compileNested(value: unknown, path: string): EventPattern {
  if (!isObject(value)) throw unexpected(path, value, "an array of values, or an object of fields");
  return compileObject(value, path);
}

function compileOr(alternatives: unknown, path: string, fieldPath: string): EventPattern {
  if (!Array.isArray(alternatives) || alternatives.length < 2) {
    throw unexpected(fieldPath, alternatives, "an array of at least two objects of fields");
  }
  const tests = alternatives.map((alternative: unknown, index) => {
    try {
      return compileObject(alternative, path);
    } catch (error) {
      if (error instanceof EventPatternError)
        throw new EventPatternError(`${fieldPath}[${index}]: ${error.message}`);
      throw error;
    }
  });
  return (event) => tests.some((test) => test(event));
}

function compileLeaf(entries: readonly unknown[], path: string): EventPattern {
  if (entries.length === 0) throw unexpected(path, entries, "at least one value");
  const tests = entries.map((entry, index) => compileEntry(entry, `${path}[${index}]`));
  return (value) => {
    const scalars = scalarsOf(value);
    return scalars.length === 0
      ? tests.some(({ absent }) => absent)
      : tests.some(({ present }) => scalars.some(present));
  };
}

function compileEntry(entry: unknown, path: string): ValueTest {
  if (isScalar(entry)) return whenPresent((value) => value === entry);
  if (!isObject(entry))
    throw unexpected(path, entry, "a string, a number, a boolean, null, or one comparison");
  const [[operator, operand] = ["", undefined], ...others] = Object.entries(entry);
  if (others.length > 0) throw unexpected(path, entry, "one comparison in each object");
  const operandPath = `${path}.${operator}`;
  switch (operator) {
    case "exists":
      if (typeof operand !== "boolean") throw unexpected(operandPath, operand, "true or false");
      return { absent: !operand, present: () => operand };
    case "numeric":
      return whenPresent(ofNumbers(compileNumeric(operand, operandPath)));
    case "cidr":
      return whenPresent(ofStrings(compileCidr(operand, operandPath)));
    case "anything-but":
      return whenPresent(compileAnythingBut(operand, operandPath));
    case "prefix":
    case "suffix":
      return whenPresent(ofStrings(compileAffix(operator, operand, operandPath)));
    case "equals-ignore-case":
    case "wildcard":
      return whenPresent(ofStrings(textTest(operator, operand, operandPath)));
    default:
      throw unexpected(
        path,
        entry,
        "one of prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, cidr, exists",
      );
  }
}

type TextOperator = "prefix" | "suffix" | "equals-ignore-case" | "wildcard";
type TextTest = (text: string) => boolean;

function isTextOperator(name: string): name is TextOperator {
  return name === "prefix" || name === "suffix" || name === "equals-ignore-case" || name === "wildcard";
}

function textTest(operator: TextOperator, operand: unknown, path: string): TextTest {
  if (typeof operand !== "string") throw unexpected(path, operand, "a string");
  switch (operator) {
    case "prefix":
      return (text) => text.startsWith(operand);
    case "suffix":
      return (text) => text.endsWith(operand);
    case "equals-ignore-case": {
      const folded = operand.toLowerCase();
      return (text) => text.toLowerCase() === folded;
    }
    case "wildcard":
      return compileWildcard(operand, path);
  }
}

/** A prefix or suffix may itself ignore case: {"prefix": {"equals-ignore-case": "us-"}}. */
function compileAffix(operator: "prefix" | "suffix", operand: unknown, path: string): TextTest {
  if (!isObject(operand)) return textTest(operator, operand, path);
  const [[name, inner] = ["", undefined], ...others] = Object.entries(operand);
  if (name !== "equals-ignore-case" || typeof inner !== "string" || others.length > 0) {
    throw unexpected(path, operand, 'a string, or {"equals-ignore-case": a string}');
  }
  const test = textTest(operator, inner.toLowerCase(), path);
  return (text) => test(text.toLowerCase());
}

/** `*` stands for any characters, none included; `\*` and `\\` for themselves. */
function compileWildcard(pattern: string, path: string): TextTest {
  const tokens: GlobToken[] = [];
  const characters = Array.from(pattern);
  for (let index = 0; index < characters.length; index++) {
    let character = characters[index] ?? "";
    if (character === "*") {
      if (tokens.at(-1) === anyText) throw unexpected(path, pattern, "no two * in a row");
      tokens.push(anyText);
      continue;
    }
    if (character === "\\") {
      character = characters[++index] ?? "";
      if (character !== "*" && character !== "\\") throw unexpected(path, pattern, "\\ before * or \\ only");
    }
    tokens.push(character);
  }
  return (text) => matchesGlob(tokens, Array.from(text));
}

/** `anything-but` takes a value, a list of values of one type, or one comparison of texts with one or more. */
function compileAnythingBut(operand: unknown, path: string): (value: Scalar) => boolean {
  if (isObject(operand)) {
    const [[name, inner] = ["", undefined], ...others] = Object.entries(operand);
    if (!isTextOperator(name) || others.length > 0) {
      throw unexpected(path, operand, "one of prefix, suffix, equals-ignore-case, wildcard");
    }
    const innerPath = `${path}.${name}`;
    const tests = nonEmptyList(inner, innerPath).map((text, index) =>
      textTest(name, text, Array.isArray(inner) ? `${innerPath}[${index}]` : innerPath),
    );
    return (value) => !(typeof value === "string" && tests.some((test) => test(value)));
  }
  const values = nonEmptyList(operand, path);
  const ofOneType =
    values.every((value) => typeof value === "string") || values.every((value) => typeof value === "number");
  if (!ofOneType)
    throw unexpected(path, operand, "a string, a number, a list of strings or a list of numbers");
  const excluded = new Set<unknown>(values);
  return (value) => !excluded.has(value);
}

type NumberTest = (value: number) => boolean;

/** One comparison (["=", 5]), or a lower and an upper bound ([">", 0, "<=", 5]). */
function compileNumeric(operand: unknown, path: string): NumberTest {
  const expected = '["=" or a bound, number], or [">" or ">=", number, "<" or "<=", larger number]';
  if (!Array.isArray(operand)) throw unexpected(path, operand, expected);
  const [operator, number, upperOperator, upperNumber, ...rest] = operand as readonly unknown[];
  const first = compareWith(operator, number);
  if (first === undefined || rest.length > 0) throw unexpected(path, operand, expected);
  if (operand.length === 2) return first;
  const second = compareWith(upperOperator, upperNumber);
  const isRange =
    (operator === ">" || operator === ">=") &&
    (upperOperator === "<" || upperOperator === "<=") &&
    second !== undefined;
  if (!isRange || Number(number) >= Number(upperNumber)) throw unexpected(path, operand, expected);
  return (value) => first(value) && second(value);
}

function compareWith(operator: unknown, operand: unknown): NumberTest | undefined {
  if (typeof operand !== "number" || Math.abs(operand) > MAX_NUMBER) return undefined;
  switch (operator) {
    case "=":
      return (value) => value === operand;
    case "<":
      return (value) => value < operand;
    case "<=":
      return (value) => value <= operand;
    case ">":
      return (value) => value > operand;
    case ">=":
      return (value) => value >= operand;
    default:
      return undefined;
  }
}

/** "10.0.0.0/24" or "2001:db8::/32" */
function compileCidr(operand: unknown, path: string): TextTest {
  const expected = 'an address range such as "10.0.0.0/24" or "2001:db8::/32"';
  if (typeof operand !== "string") throw unexpected(path, operand, expected);
  const [, address = "", prefix = ""] = /^([^/]+)\/(\d{1,3})$/.exec(operand) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(prefix) > (version === 4 ? 32 : 128)) throw unexpected(path, operand, expected);
  const family = version === 4 ? "ipv4" : "ipv6";
  const range = new BlockList();
  range.addSubnet(address, Number(prefix), family);
  return (text) => isIP(text) === version && range.check(text, family);
}

function whenPresent(present: (value: Scalar) => boolean): ValueTest {
  return { absent: false, present };
}

function ofStrings(test: TextTest): (value: Scalar) => boolean {
  return (value) => typeof value === "string" && test(value);
}

function ofNumbers(test: NumberTest): (value: Scalar) => boolean {
  return (value) => typeof value === "number" && test(value);
}

function nonEmptyList(value: unknown, path: string): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw unexpected(path, value, "at least one value");
  return list;
}

/** The values that a leaf of a pattern sees: of a list, each; of an object, and of an empty list, none. */
function scalarsOf(value: unknown): readonly Scalar[] {
  if (isScalar(value)) return [value];
  return Array.isArray(value) ? value.flatMap(scalarsOf) : [];
}

function asCandidates(value: unknown): readonly unknown[] {
  return Array.isArray(value) && value.length > 0 ? (value.flat(Infinity) as readonly unknown[]) : [value];
}

function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
  );
}

function unexpected(path: string, value: unknown, expected: string): EventPatternError {
  return new EventPatternError(
    `${path === "" ? "The pattern" : path}: got ${JSON.stringify(value)}; expected ${expected}`,
  );
}
