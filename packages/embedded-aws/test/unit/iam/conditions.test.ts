import { expect } from "chai";
import { conditionHolds, conditionOperators } from "../../../src/core/iam/conditions";
import { parsePolicyDocument } from "../../../src/core/iam/policyDocument";

type Values = string | readonly string[];

/** Whether a condition on the key `k` holds for a request in which `k` is `actual`. */
function holds(operator: string, expected: unknown, actual: Values | undefined): boolean {
  const [statement] = parsePolicyDocument(
    {
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "*", Resource: "*", Condition: { [operator]: { k: expected } } },
    },
    "identity",
  ).statements;
  const values = typeof actual === "string" ? [actual] : actual;
  return conditionHolds(
    statement!.conditions[0]!,
    (key) => (key === "k" ? values : undefined),
    (key) => ({ "aws:userid": "me" })[key],
  );
}

const arn = "arn:aws:sqs:us-east-1:000000000000:orders";

const cases: [operator: string, expected: unknown, actual: Values | undefined, result: boolean][] = [
  ["StringEquals", "a", "a", true],
  ["StringEquals", ["a", "b"], "b", true],
  ["StringEquals", "a", "A", false],
  ["StringEquals", "a*", "ab", false],
  ["StringEquals", "a", undefined, false],
  ["StringEquals", "${aws:userid}", "me", true],
  ["StringEquals", "${aws:username}", "", false],
  ["StringNotEquals", ["a", "b"], "c", true],
  ["StringNotEquals", ["a", "b"], "b", false],
  ["StringNotEquals", "a", undefined, true],
  ["StringEqualsIgnoreCase", "a", "A", true],
  ["StringEqualsIgnoreCase", "a", "b", false],
  ["StringNotEqualsIgnoreCase", "a", "A", false],
  ["StringNotEqualsIgnoreCase", "a", "b", true],
  ["StringLike", "a*?", "abc", true],
  ["StringLike", "a*?", "a", false],
  ["StringNotLike", "a*", "abc", false],
  ["StringNotLike", "a*", "b", true],
  ["ArnEquals", arn, arn, true],
  ["ArnEquals", "arn:aws:sqs:*:*:orders", arn, true],
  ["ArnLike", "arn:aws:sqs:*:*:or*", arn, true],
  ["ArnLike", "arn:aws:*:orders", arn, false],
  ["ArnNotEquals", arn, arn, false],
  ["ArnNotEquals", arn, `${arn}2`, true],
  ["ArnNotLike", "arn:aws:sqs:*:*:or*", arn, false],
  ["ArnNotLike", "arn:aws:sqs:*:*:or*", undefined, true],
  ["NumericEquals", 5, "5.0", true],
  ["NumericEquals", "5", "6", false],
  ["NumericNotEquals", 5, "6", true],
  ["NumericNotEquals", 5, "5", false],
  ["NumericLessThan", "5", "4.9", true],
  ["NumericLessThan", "5", "5", false],
  ["NumericLessThanEquals", "5", "5", true],
  ["NumericLessThanEquals", "5", "5.1", false],
  ["NumericGreaterThan", "5", "6", true],
  ["NumericGreaterThan", "5", "5", false],
  ["NumericGreaterThanEquals", "5", "5", true],
  ["NumericGreaterThanEquals", "5", "not a number", false],
  ["DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", true],
  ["DateEquals", "2026-01-01T00:00:00Z", "1767225600", true],
  ["DateEquals", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", false],
  ["DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", true],
  ["DateLessThan", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", true],
  ["DateLessThan", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", false],
  ["DateLessThanEquals", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", true],
  ["DateGreaterThan", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", true],
  ["DateGreaterThan", "2026-01-02T00:00:00Z", "no date", false],
  ["DateGreaterThanEquals", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", false],
  ["Bool", "true", "true", true],
  ["Bool", true, "true", true],
  ["Bool", "false", "true", false],
  ["Bool", "true", undefined, false],
  ["IpAddress", "127.0.0.0/8", "127.0.0.1", true],
  ["IpAddress", "10.0.0.1", "10.0.0.1", true],
  ["IpAddress", "10.0.0.0/8", "127.0.0.1", false],
  ["IpAddress", "fd00::/8", "fd00::1", true],
  ["NotIpAddress", "10.0.0.0/8", "127.0.0.1", true],
  ["NotIpAddress", "10.0.0.0/8", "10.1.2.3", false],
  ["Null", "true", undefined, true],
  ["Null", "true", "a", false],
  ["Null", "false", "a", true],
  ["Null", "false", undefined, false],
  ["StringEqualsIfExists", "a", undefined, true],
  ["StringEqualsIfExists", "a", "b", false],
  ["BoolIfExists", "true", undefined, true],
  ["ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], true],
  ["ForAnyValue:StringEquals", ["a", "b"], ["c"], false],
  ["ForAnyValue:StringEquals", "a", undefined, false],
  ["ForAnyValue:StringNotEquals", "a", ["a", "b"], true],
  ["ForAnyValue:StringNotEquals", "a", ["a"], false],
  ["ForAnyValue:StringNotEquals", "a", undefined, false],
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "b", "a"], true],
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
  ["ForAllValues:StringEquals", "a", undefined, true],
  ["ForAllValues:StringLike", "a*", ["ab", "ac"], true],
  ["ForAllValues:StringNotEquals", "a", ["b", "a"], false],
  ["ForAnyValue:StringEqualsIfExists", "a", undefined, true],
];

describe("condition operators", () => {
  for (const [operator, expected, actual, result] of cases) {
    it(`${operator} ${JSON.stringify(expected)} ${result ? "holds" : "fails"} for ${actual === undefined ? "no value" : JSON.stringify(actual)}`, () => {
      expect(holds(operator, expected, actual)).to.equal(result);
    });
  }

  it("are all in this table", () => {
    const tried = new Set(cases.map(([operator]) => operator));
    expect(conditionOperators.filter((operator) => !tried.has(operator))).to.deep.equal([]);
  });
});
