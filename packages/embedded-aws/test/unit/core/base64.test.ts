import { expect } from "chai";
import fc from "fast-check";
import * as v from "valibot";
import { blob, decodeBase64 } from "../../../src/core/base64";

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
      expect(decodeBase64(text), text).to.equal(undefined);
  });

  it("takes texts of any length, without a stack for them", () => {
    const bytes = Buffer.alloc(30_000_000, 7);
    expect(decodeBase64(bytes.toString("base64"))?.equals(bytes)).to.equal(true);
    expect(decodeBase64(`${"A".repeat(40_000_000)}!AAA`)).to.equal(undefined);
  });

  it("says of a member that it is none, without repeating it", () => {
    const { issues } = v.safeParse(blob, "?".repeat(1_000_000));
    expect(issues?.[0]).to.include({ expected: "base64", received: "text that is not" });
    expect(v.parse(blob, new Uint8Array([1]))).to.deep.equal(new Uint8Array([1]));
    expect(v.safeParse(blob, 1).success).to.equal(false);
  });
});
