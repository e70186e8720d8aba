import { expect } from "chai";
import { childrenOf, parseCompositeRule, ruleHolds } from "../../../src/services/cloudWatch/compositeRule";

const parse = (rule: string) => parseCompositeRule(rule, "arn:aws:cloudwatch:us-east-1:000000000000:alarm:");
import type { AlarmStateValue } from "../../../src/services/cloudWatch/evaluateAlarm";

const states: Readonly<Record<string, AlarmStateValue>> = {
  cpu: "ALARM",
  disk: "OK",
  new: "INSUFFICIENT_DATA",
  "my alarm (1)": "ALARM",
};

describe("the rule of a composite alarm", () => {
  const rules: [rule: string, expected: boolean][] = [
    ["TRUE", true],
    ["FALSE", false],
    ["NOT FALSE", true],
    ["NOT (TRUE AND FALSE)", true],
    ["ALARM(cpu)", true],
    ['ALARM("cpu")', true],
    ["ALARM('cpu')", true],
    ["OK ( disk )", true],
    ["INSUFFICIENT_DATA(new)", true],
    ["ALARM(disk)", false],
    ['ALARM("my alarm (1)")', true],
    ["ALARM(arn:aws:cloudwatch:us-east-1:000000000000:alarm:cpu)", true],
    ["ALARM(arn:aws:cloudwatch:eu-west-1:000000000000:alarm:cpu)", false],
    ["ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu)", false],
    ["ALARM(cpu) AND OK(disk)", true],
    ["ALARM(cpu) AND ALARM(disk) OR INSUFFICIENT_DATA(new)", true],
    ["ALARM(disk) AND (ALARM(cpu) OR ALARM(new))", false],
    ["FALSE AND FALSE OR TRUE", true],
    ["TRUE OR TRUE AND FALSE", true],
    ["NOT ALARM(cpu) OR NOT NOT OK(disk)", true],
    ["\n  (ALARM(cpu)\n OR ALARM(disk)) AND\n NOT ALARM(new) ", true],
    ["ALARM(gone)", false],
  ];
  for (const [rule, expected] of rules) {
    it(`reads ${JSON.stringify(rule)}`, () => {
      expect(ruleHolds(parse(rule), (name) => states[name])).to.equal(expected);
    });
  }

  it("names its children once each", () => {
    const rule = parse("ALARM(a) AND (NOT ALARM(b) OR OK(a))");
    expect([...childrenOf(rule)]).to.deep.equal(["a", "b"]);
  });

  const refused: [rule: string, reason: RegExp][] = [
    ["ALARM", /Invalid AlarmRule: got "ALARM"; expected ALARM\("alarm"\)/],
    ["alarm(cpu)", /Invalid AlarmRule: got "alarm"/],
    ["ALARMED(cpu)", /got "ALARMED\(cpu\)"; expected OK\("alarm"\)/],
    ["ALARM(cpu) ALARM(disk)", /expected AND, OR or the end/],
    ["ALARM(cpu) AND", /got the end/],
    ["(ALARM(cpu)", /expected "\)"/],
    ["ALARM(cpu) & OK(disk)", /cannot read "& OK\(disk\)"/],
    ["AT_LEAST(2, ALARM, (a, b, c))", /AT_LEAST in an AlarmRule is not supported/],
    [`${"(".repeat(60)}TRUE${")".repeat(60)}`, /nested more than 50 deep/],
    [
      Array.from({ length: 101 }, (_, index) => `ALARM(a${index})`).join(" OR "),
      /names 101 alarms; expected at most 100/,
    ],
    [Array.from({ length: 300 }, () => "TRUE").join(" OR "), /has 599 elements; expected at most 500/],
  ];
  for (const [rule, reason] of refused) {
    it(`that says ${rule.slice(0, 40)} is refused`, () => {
      expect(() => parse(rule)).to.throw(reason);
    });
  }
});
