import { expect } from "chai";
import fc from "fast-check";
import { matchesArn, matchesPattern } from "../../../src/core/iam/pattern";

const none = () => undefined;

describe("patterns of policies", () => {
  const queue = "arn:aws:sqs:us-east-1:000000000000:orders";
  const cases: [pattern: string, arn: string, matches: boolean][] = [
    [queue, queue, true],
    ["arn:aws:sqs:*:*:orders", queue, true],
    ["arn:aws:sqs:us-east-?:000000000000:order?", queue, true],
    ["arn:aws:sqs:us-east-1:000000000000:order", queue, false],
    ["arn:aws:sqs:us-east-1:000000000000:Orders", queue, false],
    ["arn:aws:sqs:*", queue, true],
    ["arn:aws:s?s:*:000000000000:*", queue, true],
    ["arn:*:orders", queue, false],
    ["arn:aws:*:orders", queue, false],
    [
      "arn:aws:logs:*:*:log-group:/aws/lambda/f:*",
      "arn:aws:logs:r:a:log-group:/aws/lambda/f:log-stream:s",
      true,
    ],
    [
      "arn:aws:logs:*:*:log-group:/aws/lambda/g:*",
      "arn:aws:logs:r:a:log-group:/aws/lambda/f:log-stream:s",
      false,
    ],
    ["arn:aws:dynamodb:*:*:table/*/stream/*", "arn:aws:dynamodb:r:a:table/orders/stream/2026", true],
    ["arn:aws:sqs:us-east-1:000000000000:orders", "*", false],
  ];
  for (const [pattern, arn, expected] of cases) {
    it(`${pattern} ${expected ? "matches" : "does not match"} ${arn}`, () => {
      expect(matchesArn(pattern, arn, none)).to.equal(expected);
    });
  }

  it("fills in variables, and takes wildcards in their values for ordinary characters", () => {
    const variables = (key: string) => ({ "aws:PrincipalTag/team": "a*" })[key];
    expect(matchesPattern("${aws:PrincipalTag/team}/?", "a*/x", variables)).to.be.true;
    expect(matchesPattern("${aws:PrincipalTag/team}/?", "ab/x", variables)).to.be.false;
    expect(matchesPattern("${aws:username, 'nobody'}", "nobody", variables)).to.be.true;
    expect(matchesPattern("${aws:username}", "", variables)).to.be.false;
    expect(matchesPattern("a${*}b", "a*b", variables)).to.be.true;
    expect(matchesPattern("a${*}b", "axb", variables)).to.be.false;
  });

  it("agrees with a regular expression on every pattern", () => {
    const expressions: Readonly<Record<string, string>> = { "*": ".*", "?": ".", ".": "\\." };
    const letters = fc.constantFrom("a", "b", "*", "?", ".");
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 8 }),
        fc.string({ unit: letters, maxLength: 10 }),
        (parts, text) => {
          const expression = parts.map((part) => expressions[part] ?? part).join("");
          expect(matchesPattern(parts.join(""), text, none)).to.equal(
            new RegExp(`^${expression}$`, "s").test(text),
          );
        },
      ),
    );
  });

  it("does not slow down on many wildcards", () => {
    expect(matchesPattern(`${"a*".repeat(200)}b`, "a".repeat(2000), none)).to.be.false;
  });
});
