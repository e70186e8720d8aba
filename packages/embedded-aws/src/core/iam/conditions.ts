import { BlockList, isIP } from "node:net";
import { matchesArn, matchesPattern, substitute, type Variables } from "./pattern";

/** The request's values of a condition key (whose name has no case); undefined when it has none. */
export type ConditionContext = (key: string) => readonly string[] | undefined;

/** One line of a statement's `Condition`: `{"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a*"]}}`. */
export interface Condition {
  readonly operator: string;
  readonly set: "ForAllValues" | "ForAnyValue" | undefined;
  readonly ifExists: boolean;
  readonly key: string;
  readonly values: readonly string[];
}

interface Comparison {
  /** Whether the value of the request agrees with one value of the policy. */
  readonly agrees: (actual: string, expected: string, variables: Variables) => boolean;
  /** What a policy's value must be, when not any text will do. */
  readonly expects?: { readonly what: string; readonly valid: (value: string) => boolean };
}

/** A comparison of values in which the policy's side has its variables filled in first. */
function plain(
  compare: (actual: string, expected: string) => boolean,
  expects?: Comparison["expects"],
): Comparison {
  return {
    agrees: (actual, expected, variables) => {
      const text = substitute(expected, variables);
      return text !== undefined && compare(actual, text);
    },
    ...(expects === undefined ? {} : { expects }),
  };
}

const isNumber = (value: string) => value.trim() !== "" && Number.isFinite(Number(value));
const number = { what: "a number", valid: isNumber };
const numeric = (compare: (actual: number, expected: number) => boolean) =>
  plain(
    (actual, expected) => isNumber(actual) && isNumber(expected) && compare(Number(actual), Number(expected)),
    number,
  );

/** ISO 8601, or seconds since the epoch. */
const timeOf = (value: string) => (isNumber(value) ? Number(value) * 1000 : Date.parse(value));
const date = {
  what: "an ISO 8601 date or seconds since the epoch",
  valid: (value: string) => !Number.isNaN(timeOf(value)),
};
// A comparison with NaN, of a value that is no date, is never true.
const dated = (compare: (actual: number, expected: number) => boolean) =>
  plain((actual, expected) => compare(timeOf(actual), timeOf(expected)), date);

const truth = { what: '"true" or "false"', valid: (value: string) => /^(true|false)$/i.test(value) };

const stringEquals = plain((actual, expected) => actual === expected);
const stringEqualsIgnoreCase = plain((actual, expected) => actual.toLowerCase() === expected.toLowerCase());
const stringLike: Comparison = {
  agrees: (actual, expected, variables) => matchesPattern(expected, actual, variables),
};
const arnLike: Comparison = {
  agrees: (actual, expected, variables) => matchesArn(expected, actual, variables),
};
const ipAddress = plain(inRange, {
  what: "an IP address or a CIDR range",
  valid: (value) => rangeOf(value) !== undefined,
});
const numericEquals = numeric((actual, expected) => actual === expected);
const dateEquals = dated((actual, expected) => actual === expected);

/** Every operator but `Null`, by name; a negated one holds when none of the policy's values agrees. */
const operators: Readonly<Record<string, { readonly comparison: Comparison; readonly negated: boolean }>> = {
  StringEquals: { comparison: stringEquals, negated: false },
  StringNotEquals: { comparison: stringEquals, negated: true },
  StringEqualsIgnoreCase: { comparison: stringEqualsIgnoreCase, negated: false },
  StringNotEqualsIgnoreCase: { comparison: stringEqualsIgnoreCase, negated: true },
  StringLike: { comparison: stringLike, negated: false },
  StringNotLike: { comparison: stringLike, negated: true },
  ArnEquals: { comparison: arnLike, negated: false },
  ArnLike: { comparison: arnLike, negated: false },
  ArnNotEquals: { comparison: arnLike, negated: true },
  ArnNotLike: { comparison: arnLike, negated: true },
  NumericEquals: { comparison: numericEquals, negated: false },
  NumericNotEquals: { comparison: numericEquals, negated: true },
  NumericLessThan: { comparison: numeric((actual, expected) => actual < expected), negated: false },
  NumericLessThanEquals: { comparison: numeric((actual, expected) => actual <= expected), negated: false },
  NumericGreaterThan: { comparison: numeric((actual, expected) => actual > expected), negated: false },
  NumericGreaterThanEquals: { comparison: numeric((actual, expected) => actual >= expected), negated: false },
  DateEquals: { comparison: dateEquals, negated: false },
  DateNotEquals: { comparison: dateEquals, negated: true },
  DateLessThan: { comparison: dated((actual, expected) => actual < expected), negated: false },
  DateLessThanEquals: { comparison: dated((actual, expected) => actual <= expected), negated: false },
  DateGreaterThan: { comparison: dated((actual, expected) => actual > expected), negated: false },
  DateGreaterThanEquals: { comparison: dated((actual, expected) => actual >= expected), negated: false },
  Bool: {
    comparison: plain((actual, expected) => actual.toLowerCase() === expected.toLowerCase(), truth),
    negated: false,
  },
  IpAddress: { comparison: ipAddress, negated: false },
  NotIpAddress: { comparison: ipAddress, negated: true },
};

export const conditionOperators: readonly string[] = [...Object.keys(operators), "Null"];

/** What is wrong with a condition, or undefined. */
export function conditionProblem(condition: Condition): string | undefined {
  if (condition.operator === "Null") {
    if (condition.set !== undefined || condition.ifExists)
      return "Null takes neither ForAllValues, ForAnyValue nor IfExists";
  } else if (!Object.hasOwn(operators, condition.operator)) {
    return `"${condition.operator}" is not an operator that the embedded cloud knows; it knows ${conditionOperators.join(", ")}`;
  }
  const expects = condition.operator === "Null" ? truth : operators[condition.operator]?.comparison.expects;
  const bad = condition.values.find((value) => !value.includes("${") && expects?.valid(value) === false);
  return bad === undefined ? undefined : `${condition.key}: got "${bad}"; expected ${expects?.what ?? ""}`;
}

/** Whether a condition, of which `conditionProblem` had nothing to say, holds for a request. */
export function conditionHolds(
  condition: Condition,
  context: ConditionContext,
  variables: Variables,
): boolean {
  const actual = context(condition.key);
  const exists = actual !== undefined && actual.length > 0;
  if (condition.operator === "Null") {
    return condition.values.some((value) => (value.toLowerCase() === "true") !== exists);
  }
  const operator = operators[condition.operator];
  if (operator === undefined) return false;
  const { comparison, negated } = operator;
  // A key that the request does not have differs from everything (IAM user guide, "Condition operators").
  if (!exists)
    return condition.set === undefined
      ? negated || condition.ifExists
      : condition.set === "ForAllValues" || condition.ifExists;
  const holds = (value: string) =>
    condition.values.some((expected) => comparison.agrees(value, expected, variables)) !== negated;
  if (condition.set === "ForAllValues") return actual.every(holds);
  if (condition.set === "ForAnyValue") return actual.some(holds);
  return negated ? actual.every(holds) : actual.some(holds);
}

function rangeOf(text: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const most = version === 4 ? 32 : 128;
  if (bits !== undefined && !(/^[0-9]{1,3}$/.test(bits) && Number(bits) <= most)) return undefined;
  return { address, bits: bits === undefined ? most : Number(bits), family: version === 4 ? "ipv4" : "ipv6" };
}

function inRange(actual: string, expected: string): boolean {
  const range = rangeOf(expected);
  const version = isIP(actual);
  if (range === undefined || version === 0) return false;
  const list = new BlockList();
  list.addSubnet(range.address, range.bits, range.family);
  return list.check(actual, version === 4 ? "ipv4" : "ipv6");
}
