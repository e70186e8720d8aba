import { expect } from "chai";
import { evaluate, staleWaivers, UNKNOWN_VALUE, type Waiver } from "../../../policy/evaluate";
import { findingIf, type PolicyResource, type Rule } from "../../../policy/rule";
import { resource, TABLE, urnOf, QUEUE } from "./resources";

const described = { ids: [], severity: "high", description: "", advice: "" } as const;

const encrypted: Rule = {
  ...described,
  name: "encrypted",
  types: [QUEUE],
  judges: "resource",
  check: ({ props }) => findingIf(props.encrypted !== true, "is not encrypted"),
};

const namesParts: Rule = {
  ...described,
  name: "parts",
  types: [QUEUE],
  judges: "resource",
  check: ({ props }) => (props.parts as string[]).map((part) => ({ reason: `has ${part}`, subject: part })),
};

const summary = (resources: readonly PolicyResource[], rule: Rule, waivers: readonly Waiver[] = []) =>
  evaluate(resources, [rule], waivers).map(({ name, outcome }) => `${name} ${outcome}`);

describe("evaluate", () => {
  it("judges only resources of the rule's types", () => {
    const stack = [resource(QUEUE, "a", { encrypted: true }), resource(QUEUE, "b"), resource(TABLE, "c")];
    expect(summary(stack, encrypted)).to.deep.equal(["a passed", "b violated"]);
  });

  it("gives the reason of a violation", () => {
    expect(evaluate([resource(QUEUE, "a")], [encrypted], [])[0]).to.include({
      outcome: "violated",
      reason: "is not encrypted",
      urn: urnOf(QUEUE, "a"),
    });
  });

  it("leaves a rule undetermined that reads an unknown value, and names it", () => {
    const nested: Rule = {
      ...described,
      name: "nested",
      types: [QUEUE],
      judges: "resource",
      check: ({ props }) => findingIf((props.sse as { key: string }).key === "", "has no key"),
    };
    const [result] = evaluate([resource(QUEUE, "a", { sse: { key: UNKNOWN_VALUE } })], [nested], []);
    expect(result).to.include({ outcome: "undetermined", property: "sse.key" });
  });

  it("does not mind unknown values that a rule does not read", () => {
    const stack = [resource(QUEUE, "a", { encrypted: true, arn: UNKNOWN_VALUE })];
    expect(summary(stack, encrypted)).to.deep.equal(["a passed"]);
  });

  it("leaves a rule undetermined that reads an unknown value of another resource", () => {
    const other: Rule = {
      ...described,
      name: "other",
      types: [QUEUE],
      judges: "stack",
      check: (_resource, stack) =>
        findingIf(
          stack.some(({ props }) => props.arn === ""),
          "has an empty neighbour",
        ),
    };
    const stack = [resource(QUEUE, "a"), resource(TABLE, "b", { arn: UNKNOWN_VALUE })];
    expect(summary(stack, other)).to.deep.equal(["a undetermined"]);
  });

  it("lets other errors through", () => {
    expect(() => evaluate([resource(QUEUE, "a")], [namesParts], [])).to.throw(TypeError);
  });

  describe("waivers", () => {
    const waiver = { rule: "encrypted", reason: "because" };

    for (const [scope, limits, waived] of [
      ["everything", {}, true],
      ["the stack", { stack: /^dev$/ }, true],
      ["another stack", { stack: /^prod$/ }, false],
      ["the name", { name: /^orders-/ }, true],
      ["another name", { name: /^other-/ }, false],
      ["a part, of a rule without parts", { subject: /part/ }, false],
    ] as const) {
      it(`of ${scope} ${waived ? "covers" : "does not cover"} the finding`, () => {
        const outcomes = summary([resource(QUEUE, "orders-queue")], encrypted, [{ ...waiver, ...limits }]);
        expect(outcomes).to.deep.equal([`orders-queue ${waived ? "waived" : "violated"}`]);
      });
    }

    it("of one part leave the others violated", () => {
      const stack = [resource(QUEUE, "a", { parts: ["left", "right"] })];
      const outcomes = summary(stack, namesParts, [{ rule: "parts", subject: /^left$/, reason: "" }]);
      expect(outcomes).to.deep.equal(["a waived", "a violated"]);
    });

    it("that excuse nothing are stale", () => {
      const used: Waiver = { rule: "encrypted", reason: "" };
      const unused: Waiver = { rule: "parts", reason: "" };
      const results = evaluate([resource(QUEUE, "a")], [encrypted], [used, unused]);
      expect(staleWaivers(results, [used, unused])).to.deep.equal([unused]);
    });
  });
});
