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
  for (const path in rules) checkPath(rules[path] ?? {}, path, input);
}

function checkPath(rule: Rule, path: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (path === "") {
    checkValue(rule, value);
    if (!Array.isArray(value)) return;
    const { length: _, ...ofItems } = rule;
    checkEach(value, (item) => {
      checkValue(ofItems, item);
    });
  } else if (Array.isArray(value)) {
    checkEach(value, (item) => {
      checkPath(rule, path, item);
    });
  } else {
    const dot = path.indexOf(".");
    const name = dot < 0 ? path : path.slice(0, dot);
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === undefined) return;
    try {
      checkPath(rule, dot < 0 ? "" : path.slice(dot + 1), member);
    } catch (cause) {
      throw InputProblem.at(name, cause);
    }
  }
}

function checkEach(items: readonly unknown[], checkOne: (item: unknown) => void): void {
  let index = 0;
  try {
    for (; index < items.length; index++) checkOne(items[index]);
  } catch (cause) {
    throw InputProblem.at(index, cause);
  }
}

function broken(value: unknown, constraint: string): InputProblem {
  return new InputProblem({
    kind: "constraint",
    constraint: `Member must ${constraint}`,
    got: describe(value),
  });
}

function checkValue(rule: Rule, value: unknown): void {
  const { range, length } = rule;
  if (range !== undefined && typeof value === "number") {
    if (!Number.isInteger(value)) throw broken(value, "be a whole number");
    if (value < range[0]) throw broken(value, `have value greater than or equal to ${range[0]}`);
    if (value > range[1]) throw broken(value, `have value less than or equal to ${range[1]}`);
  }
  if (length !== undefined && (typeof value === "string" || Array.isArray(value))) {
    if (value.length < length[0]) throw broken(value, `have length greater than or equal to ${length[0]}`);
    if (value.length > length[1]) throw broken(value, `have length less than or equal to ${length[1]}`);
  }
  if (Array.isArray(value)) {
    checkEach(value, (item) => {
      checkItem(rule, item);
    });
  } else {
    checkItem(rule, value);
  }
}

function checkItem({ pattern, oneOf, supported }: Rule, value: unknown): void {
  if (pattern !== undefined && typeof value === "string" && !pattern.test(value)) {
    throw broken(value, `satisfy regular expression pattern: ${pattern.source}`);
  }
  if (
    oneOf !== undefined &&
    (typeof value === "string" || typeof value === "number") &&
    !oneOf.includes(value)
  ) {
    throw broken(value, `satisfy enum value set: [${oneOf.join(", ")}]`);
  }
  if (supported !== undefined && !Array.isArray(value) && !supported.some((known) => known === value)) {
    throw new InputProblem({
      kind: "notSupported",
      value: describe(value),
      supported: supported.map(describe),
    });
  }
}
