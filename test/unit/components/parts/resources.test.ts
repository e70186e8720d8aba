import { expect } from "chai";
import { transformed } from "../../../../components/parts/resources";

describe("transformed", () => {
  it("leaves arguments and options as they are without a transform", () => {
    expect(transformed(undefined, { a: 1 }, { b: 2 })).to.deep.equal([{ a: 1 }, { b: 2 }]);
  });

  it("replaces what the transform returns and keeps what it leaves out", () => {
    expect(transformed((args) => ({ args: { a: args.a + 1 } }), { a: 1 }, { b: 2 })).to.deep.equal([
      { a: 2 },
      { b: 2 },
    ]);
    expect(transformed((_args, opts) => ({ opts: { b: opts.b + 1 } }), { a: 1 }, { b: 2 })).to.deep.equal([
      { a: 1 },
      { b: 3 },
    ]);
  });
});
