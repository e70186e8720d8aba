import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import {
  ArgumentChecks,
  boolean,
  integer,
  listOf,
  number,
  oneOf,
  text,
} from "../../../../components/parts/arguments";
import { promiseOf, recordResources } from "../../support/recordResources";

describe("argument rules", () => {
  const cases: [string, { accepts: (value: unknown) => boolean }, unknown[], unknown[]][] = [
    ["integer", integer(1, 10), [1, 10], [0, 11, 1.5, "1", NaN, null, undefined]],
    ["number", number(0, 1), [0, 0.5, 1], [-0.1, 1.1, Infinity, NaN, "0.5"]],
    ["oneOf", oneOf([1, 3]), [1, 3], [2, "1"]],
    ["boolean", boolean, [true, false], ["true", 0, null]],
    ["text", text(/^a+$/, "some a"), ["a", "aa"], ["", "b", 1]],
    ["listOf", listOf(integer(1, 3), 1), [[1], [1, 2, 3]], [[], [4], [1, "2"], 1]],
  ];
  for (const [name, rule, good, bad] of cases) {
    it(`${name} accepts what it says and nothing else`, () => {
      for (const value of good) expect(rule.accepts(value), String(value)).to.equal(true);
      for (const value of bad) expect(rule.accepts(value), String(value)).to.equal(false);
    });
  }

  it("integer accepts exactly the integers between its limits", () => {
    fc.assert(
      fc.property(fc.double(), fc.integer({ min: -50, max: 50 }), fc.nat(50), (value, minimum, width) => {
        const rule = integer(minimum, minimum + width);
        const rounded = Math.round(value);
        expect(rule.accepts(rounded)).to.equal(rounded >= minimum && rounded <= minimum + width);
        if (!Number.isInteger(value)) expect(rule.accepts(value)).to.equal(false);
      }),
    );
  });

  it("says its limits and unit", () => {
    expect(integer(1, 10_000, "messages").expected).to.equal("an integer from 1 to 10,000 messages");
    expect(listOf(integer(1, 3), 1).expected).to.equal("a list of at least 1: an integer from 1 to 3, each");
  });
});

describe("ArgumentChecks", () => {
  beforeEach(() => {
    recordResources();
  });

  it("reports every bad argument in one InputPropertiesError", () => {
    const checks = new ArgumentChecks('Thing "t"');
    void checks.value("size", 0, integer(1, 5), 3);
    void checks.optional("name", "", text(/./, "some text"));
    void checks.value("fine", 2, integer(1, 5), 3);
    checks.reject("whole", "got neither; expected one of a and b");
    try {
      checks.throwIfAny();
      expect.fail("nothing was thrown");
    } catch (error) {
      if (!(error instanceof pulumi.InputPropertiesError)) throw error;
      expect(error.errors).to.deep.equal([
        { propertyPath: "size", reason: "got 0; expected an integer from 1 to 5" },
        { propertyPath: "name", reason: "got ''; expected some text" },
        { propertyPath: "whole", reason: "got neither; expected one of a and b" },
      ]);
      expect(error.message).to.match(/^Thing "t": arguments are not valid\n {2}size: got 0;/);
    }
  });

  it("fills in defaults, also for an explicit undefined, and leaves optional ones away", () => {
    const checks = new ArgumentChecks("c");
    expect(checks.value("size", undefined, integer(1, 5), 3)).to.equal(3);
    expect(checks.optional("size", undefined, integer(1, 5))).to.equal(undefined);
    expect(() => checks.throwIfAny()).not.to.throw();
  });

  it("checks a rule between arguments once each is good by itself", () => {
    const reason = (a: number, b: number) => (a > b ? `got ${a}; expected at most ${b}` : undefined);
    const checks = new ArgumentChecks("c");
    void checks.related("a", checks.value("a", 9, integer(1, 5), 1), [2], reason);
    void checks.related("b", 3, [2], reason);
    expect(() => checks.throwIfAny()).to.throw(
      / {2}a: got 9; expected an integer from 1 to 5\n {2}b: got 3; expected at most 2$/,
    );
  });

  it("passes a good output on", async () => {
    const checked = new ArgumentChecks("c").value("size", pulumi.output(4), integer(1, 5), 3);
    expect(await promiseOf(pulumi.output(checked))).to.equal(4);
  });

  it("fails a bad output once its value is known, with the argument's name", async () => {
    const checks = new ArgumentChecks("c");
    const checked = checks.value("size", pulumi.output(Promise.resolve(9)), integer(1, 5), 3);
    expect(() => checks.throwIfAny()).not.to.throw();
    // An output's promise is internal to Pulumi; a resource that depends on it would be refused with this error.
    const promise = (checked as unknown as { promise(): Promise<number> }).promise();
    const error: unknown = await promise.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).to.be.instanceOf(pulumi.InputPropertiesError);
    expect(String(error)).to.contain("size: got 9; expected an integer from 1 to 5");
  });
});
