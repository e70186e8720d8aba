import { expect } from "chai";
import fc from "fast-check";
import { decodeBase64 } from "../../../src/wire/json";
import { InputProblem } from "../../../src/wire/problem";

describe("base64", () => {
  it("gives back all bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString("base64"))).to.deep.equal(Buffer.from(bytes));
      }),
    );
  });

  it("refuses what is none", () => {
    for (const text of [
      "a",
      "ab",
      "abc",
      "ab=c",
      "a===",
      "=",
      "====",
      "ab-_",
      "ab c",
      "ab\nc",
      "äbcd",
      "YQ==YQ==",
    ])
      expect(() => decodeBase64(text), text).to.throw(InputProblem);
  });

  it("takes texts of any length, without a stack for them", () => {
    const bytes = Buffer.alloc(30_000_000, 7);
    expect(bytes.equals(decodeBase64(bytes.toString("base64")))).to.equal(true);
    expect(() => decodeBase64(`${"A".repeat(40_000_000)}!AAA`)).to.throw(InputProblem);
  });

  it("is refused without repeating all of it", () => {
    expect(() => decodeBase64("?".repeat(1_000_000)))
      .to.throw(InputProblem)
      .satisfies((problem: InputProblem) => JSON.stringify(problem.fault).length < 500);
  });
});
