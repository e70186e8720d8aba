import { expect } from "chai";
import fc from "fast-check";
import { messageOf } from "../../../src/core/messageOf";

describe("messageOf", () => {
  const throwing = () => {
    throw new Error("from a getter");
  };
  const cases: readonly [unknown, string][] = [
    [new Error("no tea"), "no tea"],
    [new RangeError(), "RangeError"],
    ["text", "text"],
    [undefined, "undefined"],
    [null, "null"],
    [{}, "{}"],
    [{ code: 7 }, "{ code: 7 }"],
    [10n, "10n"],
    [Object.create(null), "[Object: null prototype] {}"],
  ];
  for (const [thrown, told] of cases)
    it(`says ${told}`, () => {
      expect(messageOf(thrown)).to.equal(told);
    });

  it("never throws, and never says [object Object]", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const odd = [
      cyclic,
      Object.defineProperty(new Error("x"), "message", { get: throwing }),
      Object.assign(new Error("x"), { message: {} }),
      new Proxy({}, { get: throwing, getPrototypeOf: throwing }),
      { toString: throwing, [Symbol.toStringTag]: "Odd" },
    ];
    for (const thrown of odd) expect(messageOf(thrown)).not.to.include("[object Object]");
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (thrown) => {
        const told = messageOf(thrown);
        return typeof thrown === "string" || !told.includes("[object Object]");
      }),
    );
  });
});
