import type { AttributeValue, Item } from "./attributeValue";
import { parseNumber } from "./decimal";

/**
 * Why a value of a request is none, in AWS's words; undefined when it is one. Puts its numbers into the one form
 * that they are kept in, so the value must be the request's own copy.
 */
export function validateValue(value: AttributeValue): string | undefined {
  const types = Object.keys(value);
  if (types.length !== 1) {
    return `Supplied AttributeValue ${types.length === 0 ? "is empty" : "has more than one datatypes set"}, must contain exactly one of the supported datatypes`;
  }
  if ("S" in value || "BOOL" in value || "B" in value) return undefined;
  if ("N" in value) return keepNumber(value, "N");
  if ("M" in value) return validateAll(Object.values(value.M));
  if ("L" in value) return validateAll(value.L);
  if ("NULL" in value) {
    return value.NULL
      ? undefined
      : "One or more parameter values were invalid: Null attribute value types must have the value of true";
  }
  return validateSet(value);
}

export function validateItem(item: Item): string | undefined {
  return validateAll(Object.values(item));
}

function validateAll(values: readonly AttributeValue[]): string | undefined {
  for (const value of values) {
    const reason = validateValue(value);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

type SetValue = Extract<
  AttributeValue,
  { SS: readonly string[] } | { NS: readonly string[] } | { BS: readonly string[] }
>;

function validateSet(value: SetValue): string | undefined {
  if ("SS" in value) {
    if (value.SS.length === 0) {
      return "One or more parameter values were invalid: An string set  may not be empty";
    }
    return repeated(value.SS)
      ? `One or more parameter values were invalid: Input collection [${value.SS.join(", ")}] contains duplicates.`
      : undefined;
  }
  if ("NS" in value) {
    if (value.NS.length === 0) {
      return "One or more parameter values were invalid: An number set  may not be empty";
    }
    for (const index of value.NS.keys()) {
      const reason = keepNumber(value.NS, index);
      if (reason !== undefined) return reason;
    }
    return repeated(value.NS) ? "Input collection contains duplicates" : undefined;
  }
  if (value.BS.length === 0) {
    return "One or more parameter values were invalid: Binary sets should not be empty";
  }
  return repeated(value.BS)
    ? `One or more parameter values were invalid: Input collection [${value.BS.join(", ")}]of type BS contains duplicates.`
    : undefined;
}

function repeated(members: readonly string[]): boolean {
  return new Set(members).size !== members.length;
}

function keepNumber<Key extends PropertyKey>(
  holder: Readonly<Record<Key, string>>,
  key: Key,
): string | undefined {
  const number = parseNumber(holder[key]);
  if (number.outcome === "refused") return number.reason;
  (holder as Record<Key, string>)[key] = number.text;
  return undefined;
}
