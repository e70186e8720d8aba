import { expect } from "chai";
import { parseAddress } from "../../../src/services/ses/address";

describe("parseAddress", () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ["ann@example.com", "ann@example.com", undefined],
    ["Ann Lee <ann@example.com>", "ann@example.com", "Ann Lee"],
    ['"Lee, Ann" <ann+x@mail.example.com>', "ann+x@mail.example.com", "Lee, Ann"],
    ["<ann@example.com>", "ann@example.com", undefined],
  ];
  for (const [text, address, displayName] of cases) {
    it(`reads ${text}`, () => {
      expect(parseAddress(text)).to.deep.include({ address, displayName });
    });
  }

  it("compares domains in lower case", () => {
    expect(parseAddress("ann@Example.COM")?.domain).to.equal("example.com");
  });

  for (const text of [
    "",
    "ann",
    "ann@",
    "@example.com",
    "ann@example",
    "a b@example.com",
    "a@b@example.com",
    `${"a".repeat(320)}@example.com`,
  ]) {
    it(`refuses "${text.slice(0, 30)}"`, () => {
      expect(parseAddress(text)).to.equal(undefined);
    });
  }
});
