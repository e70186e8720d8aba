import { expect } from "chai";
import { demandFunction, isNamed } from "../../src/cli/inspection";
import type { RegisteredResource } from "../../src/engine/state";

const fn = (name: string): RegisteredResource => ({
  urn: name,
  type: "aws:lambda/function:Function",
  name,
  custom: true,
  id: `${name}-0123abc`,
  inputs: {},
  outputs: {},
  dependencies: [],
  propertyDependencies: {},
  protect: false,
});

describe("the function that --inspect names", () => {
  it("is known by its resource's name and by AWS's", () => {
    expect(isNamed("reader", { name: "reader-0123abc" })).to.equal(true);
    expect(isNamed("reader-0123abc", { name: "reader-0123abc" })).to.equal(true);
    expect(isNamed("reader", { name: "reader-of-0123abc" })).to.equal(false);
    expect(() => demandFunction("reader", { resources: [fn("reader")] })).not.to.throw();
  });

  it("has to be there; the error lists those that are", () => {
    const resources = [fn("writer"), fn("reader")];
    expect(() => demandFunction("raeder", { resources })).to.throw(
      '--inspect: got "raeder"; expected one of reader, writer',
    );
    expect(() => demandFunction("x", { resources: [] })).to.throw("expected a program with functions");
  });
});
