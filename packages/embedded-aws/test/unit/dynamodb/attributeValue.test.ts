import { expect } from "chai";
import {
  type AttributeValue,
  itemSize,
  sameItem,
  sameValue,
} from "../../../src/services/dynamodb/attributeValue";

describe("the size of an item", () => {
  const sizes: readonly (readonly [AttributeValue, number])[] = [
    [{ S: "" }, 0],
    [{ S: "abc" }, 3],
    [{ S: "é" }, 2],
    [{ N: "0" }, 1],
    [{ N: "7" }, 2],
    [{ N: "-7" }, 3],
    [{ N: "100" }, 2],
    [{ N: "123" }, 3],
    [{ N: "99.99" }, 3],
    [{ N: "0.001" }, 2],
    [{ N: "-0.5" }, 3],
    [{ N: "100000000000000000000" }, 2],
    [{ N: "12345678901234567890123456789012345678" }, 20],
    [{ B: "AAEC" }, 3],
    [{ BOOL: false }, 1],
    [{ NULL: true }, 1],
    [{ SS: ["a", "bb"] }, 3],
    [{ NS: ["1", "22"] }, 4],
    [{ BS: ["AAEC", "AA=="] }, 4],
    [{ L: [] }, 3],
    [{ L: [{ S: "a" }, { M: {} }] }, 9],
    [{ M: {} }, 3],
    [{ M: { a: { M: { b: { S: "c" } } } } }, 11],
  ];
  for (const [value, size] of sizes) {
    it(`counts ${size} for ${JSON.stringify(value)}`, () => {
      expect(itemSize({ v: value })).to.equal(1 + size);
    });
  }

  it("counts names in bytes", () => {
    expect(itemSize({ é: { S: "a" } })).to.equal(3);
  });
});

describe("whether two values are equal", () => {
  const alike: readonly (readonly [AttributeValue, AttributeValue, boolean])[] = [
    [{ S: "a" }, { S: "a" }, true],
    [{ S: "1" }, { N: "1" }, false],
    [{ SS: ["a", "b"] }, { SS: ["b", "a"] }, true],
    [{ SS: ["a", "b"] }, { SS: ["a"] }, false],
    [{ SS: ["1"] }, { NS: ["1"] }, false],
    [{ L: [{ S: "a" }, { S: "b" }] }, { L: [{ S: "b" }, { S: "a" }] }, false],
    [{ L: [{ S: "a" }] }, { L: [{ S: "a" }, { S: "b" }] }, false],
    [{ M: { a: { N: "1" }, b: { NULL: true } } }, { M: { b: { NULL: true }, a: { N: "1" } } }, true],
    [{ M: { a: { N: "1" } } }, { M: { a: { N: "2" } } }, false],
    [{ M: {} }, { L: [] }, false],
  ];
  for (const [a, b, expected] of alike) {
    it(`says ${expected} for ${JSON.stringify(a)} and ${JSON.stringify(b)}`, () => {
      expect(sameValue(a, b)).to.equal(expected);
    });
  }

  it("tells an absent item from an empty one", () => {
    expect(sameItem(undefined, undefined)).to.equal(true);
    expect(sameItem(undefined, {})).to.equal(false);
  });
});
