import { describe, InputProblem } from "./problem";

/**
 * What AWS's API references say of a member's value and the models do not carry. Bounds are inclusive, and
 * a number with a range is a whole one. For a list, all but the length is said of each of its items.
 */
export interface Rule {
  /** Of a number. */
  readonly range?: readonly [min: number, max: number];
  /** Of a string in UTF-16 units, of a list in items. */
  readonly length?: readonly [min: number, max: number];
  /** Of a string, or of each in a list; so are the next two. */
  readonly pattern?: RegExp;
  /** All the values that AWS knows; another is wrong. */
  readonly oneOf?: readonly (string | number)[];
  /** The values that the embedded cloud knows of those that AWS does; another is not supported. */
  readonly supported?: readonly (string | number | boolean)[];
}

/** By the members' paths, as in `supports`: "EmailTags.Name" stands for the name of each tag. */
export type Rules = Readonly<Record<string, Rule>>;

/** @throws InputProblem */
export function checkRules(rules: Rules, input: unknown): void {
  for (const path in rules) checkPath(rules[path] ?? {}, path.split("."), input);
}

function checkPath(rule: Rule, path: readonly string[], value: unknown): void {
  if (value === undefined || value === null) return;
  const [name, ...rest] = path;
  if (name === undefined) {
    checkValue(rule, value);
    if (!Array.isArray(value)) return;
    const { length: _, ...ofItems } = rule;
    for (const [index, item] of value.entries())
      at(index, () => {
        checkValue(ofItems, item);
      });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      at(index, () => {
        checkPath(rule, path, item);
      });
  } else {
    at(name, () => {
      checkPath(rule, rest, (value as Readonly<Record<string, unknown>>)[name]);
    });
  }
}

function at(segment: string | number, run: () => void): void {
  try {
    run();
  } catch (cause) {
    throw InputProblem.at(segment, cause);
  }
}

function unlessOf(value: unknown) {
  return (right: boolean, constraint: string) => {
    if (!right)
      throw new InputProblem({
        kind: "constraint",
        constraint: `Member must ${constraint}`,
        got: describe(value),
      });
  };
}

function checkValue(rule: Rule, value: unknown): void {
  const { range, length } = rule;
  const unless = unlessOf(value);
  if (range !== undefined && typeof value === "number") {
    unless(Number.isInteger(value), "be a whole number");
    unless(value >= range[0], `have value greater than or equal to ${range[0]}`);
    unless(value <= range[1], `have value less than or equal to ${range[1]}`);
  }
  if (length !== undefined && (typeof value === "string" || Array.isArray(value))) {
    unless(value.length >= length[0], `have length greater than or equal to ${length[0]}`);
    unless(value.length <= length[1], `have length less than or equal to ${length[1]}`);
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      at(index, () => {
        checkItem(rule, item);
      });
  } else {
    checkItem(rule, value);
  }
}

function checkItem({ pattern, oneOf, supported }: Rule, value: unknown): void {
  const unless = unlessOf(value);
  if (pattern !== undefined && typeof value === "string") {
    unless(pattern.test(value), `satisfy regular expression pattern: ${pattern.source}`);
  }
  if (oneOf !== undefined && (typeof value === "string" || typeof value === "number")) {
    unless(oneOf.includes(value), `satisfy enum value set: [${oneOf.join(", ")}]`);
  }
  if (supported !== undefined && !Array.isArray(value) && !supported.some((known) => known === value)) {
    throw new InputProblem({ kind: "notSupported", value: describe(value) });
  }
}
