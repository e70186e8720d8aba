import { expect } from "chai";
import { automaticName, autonamingProblem } from "../../src/engine/autonaming";

const QUEUE = "aws:sqs/queue:Queue";
const context = {
  organization: "organization",
  project: "shop",
  stack: "dev",
  config: { "shop:team": "tea", "aws:region": "eu-west-1" },
  salt: "one",
};
const nameOf = (setting: unknown, salt = "one", type = QUEUE) =>
  automaticName(JSON.stringify(setting), type, "orders", { ...context, salt });

describe("pulumi:autonaming", () => {
  it("leaves names to the provider by default", () => {
    expect(automaticName(undefined, QUEUE, "orders", context)).to.deep.equal({ kind: "default" });
    expect(nameOf({ mode: "default" })).to.deep.equal({ kind: "default" });
    expect(nameOf({})).to.deep.equal({ kind: "default" });
  });

  it("gives the resource's own name, or none", () => {
    expect(nameOf({ mode: "verbatim" })).to.deep.equal({ kind: "proposed", name: "orders" });
    expect(nameOf({ mode: "disabled" })).to.deep.equal({ kind: "disabled" });
  });

  it("fills in a pattern", () => {
    const pattern = "${organization}-${project}-${stack}-${name}-${config.team}-${config.aws:region}";
    expect(nameOf({ pattern })).to.deep.equal({
      kind: "proposed",
      name: "organization-shop-dev-orders-tea-eu-west-1",
    });
  });

  for (const [expression, shape] of [
    ["${hex(7)}", /^[0-9a-f]{7}$/],
    ["${alphanum(40)}", /^[a-z0-9]{40}$/],
    ["${string(5)}", /^[a-z]{5}$/],
    ["${num(3)}", /^[0-9]{3}$/],
    ["${uuid}", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  ] as const) {
    it(`draws ${expression}, the same for the same seed`, () => {
      const drawn = nameOf({ pattern: expression });
      expect(drawn).to.have.property("name").that.matches(shape);
      expect(nameOf({ pattern: expression })).to.deep.equal(drawn);
      expect(nameOf({ pattern: `${expression}${expression}` })).not.to.deep.include({ name: drawn });
      expect(nameOf({ pattern: expression }, "two")).not.to.deep.equal(drawn);
    });
  }

  it("is overridden for a provider, and for a resource type", () => {
    const setting = {
      mode: "disabled",
      providers: { aws: { pattern: "aws-${name}", resources: { [QUEUE]: { mode: "verbatim" } } } },
    };
    expect(nameOf(setting)).to.deep.equal({ kind: "proposed", name: "orders" });
    expect(nameOf(setting, "one", "aws:sns/topic:Topic")).to.deep.equal({
      kind: "proposed",
      name: "aws-orders",
    });
    expect(nameOf(setting, "one", "gcp:a/b:C")).to.deep.equal({ kind: "disabled" });
  });

  for (const [setting, problem] of [
    ["verbatim", /expected an object/],
    [{ mod: "verbatim" }, /^mod: unknown; expected one of mode/],
    [{ mode: "none" }, /^mode: got "none"; expected one of default, verbatim, disabled/],
    [{ mode: "verbatim", pattern: "${name}" }, /^mode: got a pattern too/],
    [{ pattern: "${nam}" }, /^pattern: got \$\{nam\}; expected/],
    [{ pattern: "${hex(x)}" }, /^pattern: got \$\{hex\(x\)\}/],
    [{ providers: { aws: { modes: 1 } } }, /^providers\.aws\.modes: unknown/],
    [
      { providers: { aws: { resources: { [QUEUE]: { mode: 1 } } } } },
      /^providers\.aws\.resources\..*mode: got 1/,
    ],
    [{ mode: "verbatim" }, undefined],
    [{ pattern: "${name}-${hex(7)}", enforce: true }, undefined],
  ] as const) {
    it(`${problem === undefined ? "takes" : "refuses"} ${JSON.stringify(setting)}`, () => {
      if (problem === undefined) expect(autonamingProblem(setting)).to.equal(undefined);
      else expect(autonamingProblem(setting)).to.match(problem);
    });
  }
});
