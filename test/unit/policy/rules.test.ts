import { expect } from "chai";
import { evaluate } from "../../../policy/evaluate";
import type { PolicyResource, Rule } from "../../../policy/rule";
import { rules } from "../../../policy/rules";
import { waivers } from "../../../policy/waivers";
import { cases } from "./cases";

/** What the rule says of the stack's first resource. */
function judge(rule: Rule, stack: readonly PolicyResource[]): readonly string[] {
  return evaluate(stack, [rule], [])
    .filter(({ urn }) => urn === stack[0]?.urn)
    .map(({ outcome }) => outcome);
}

describe("policy rules", () => {
  for (const rule of rules) {
    describe(rule.name, () => {
      const { passes = {}, fails = {} } = cases[rule.name] ?? {};

      it("has a case that passes and one that fails", () => {
        expect(Object.keys(passes), "passes").not.to.be.empty;
        expect(Object.keys(fails), "fails").not.to.be.empty;
      });

      for (const [what, stack] of Object.entries(passes)) {
        it(`passes: ${what}`, () => expect(judge(rule, stack)).to.deep.equal(["passed"]));
      }

      for (const [what, stack] of Object.entries(fails)) {
        it(`fails: ${what}`, () => {
          const outcomes = judge(rule, stack);
          expect(outcomes).not.to.be.empty;
          expect(new Set(outcomes)).to.deep.equal(new Set(["violated"]));
        });
      }
    });
  }

  it("have names of their own", () => {
    expect(new Set(rules.map(({ name }) => name)).size).to.equal(rules.length);
  });

  it("have cases only where there is a rule", () => {
    expect(Object.keys(cases).filter((name) => !rules.some((rule) => rule.name === name))).to.deep.equal([]);
  });

  it("are not waived under a name that no rule has", () => {
    expect(waivers.filter((waiver) => !rules.some(({ name }) => name === waiver.rule))).to.deep.equal([]);
  });
});
