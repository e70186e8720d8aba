import { expect } from "chai";
import { conditionsOf, kind, newAccount, unkind } from "../../../src/core/conditions/conditions";
import { conditionsAsJson, describeConditions } from "../../../src/core/conditions/describeConditions";

describe("conditionsOf", () => {
  it("is unkind wherever nothing else is said", () => {
    expect(conditionsOf()).to.deep.equal(unkind);
    expect(conditionsOf(newAccount)).to.deep.equal({ ...unkind, lambdaConcurrency: 10 });
    expect(conditionsOf(kind)).to.deep.equal(kind);
  });

  it("names what is not known, not of its kind, or out of its range", () => {
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ lambdaConcurency: 10 }, /^conditions: got "lambdaConcurency"; expected any of lambdaConcurrency, /],
      [{ lambdaConcurrency: -1 }, /^conditions\.lambdaConcurrency: got -1; expected a number of at least 0$/],
      [{ ec2Vcpus: NaN }, /^conditions\.ec2Vcpus: got NaN; expected/],
      [{ sesSandbox: "yes" }, /^conditions\.sesSandbox: got "yes"; expected true or false$/],
      [{ bootCpu: null }, /^conditions\.bootCpu: got null; expected an object such as \{"seconds":60/],
      [
        { bootCpu: { seconds: 60, percent: 101 } },
        /^conditions\.bootCpu\.percent: got 101; expected .* 0 to 100$/,
      ],
      [{ otherInstances: { count: 2 } }, /^conditions\.otherInstances\.cpuPercent: got undefined; expected/],
    ];
    for (const [given, message] of wrong) expect(() => conditionsOf(given)).to.throw(RangeError, message);
  });
});

describe("describeConditions", () => {
  it("has a name for what there is a name for, and says what differs", () => {
    expect(describeConditions(unkind)).to.equal("as unkind as AWS");
    expect(describeConditions(kind)).to.match(/^kind: /);
    expect(describeConditions(conditionsOf(newAccount))).to.equal(
      "as unkind as AWS, with the quotas of a new account",
    );
    expect(describeConditions({ ...kind, ...newAccount })).to.match(
      /^kind: .*, with the quotas of a new account$/,
    );
    expect(describeConditions(conditionsOf({ bootCpu: { seconds: 0, percent: 0 } }))).to.equal(
      'as unkind as AWS, but for bootCpu {"seconds":0,"percent":0}',
    );
  });

  it("says as JSON what has no number in it", () => {
    expect(JSON.parse(JSON.stringify(conditionsAsJson(kind)))).to.include({
      ec2Vcpus: "unlimited",
      sesSandbox: false,
    });
  });
});
