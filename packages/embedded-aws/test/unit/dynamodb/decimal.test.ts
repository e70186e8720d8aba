import { expect } from "chai";
import fc from "fast-check";
import {
  addNumbers,
  compareNumbers,
  parseNumber,
  sortableNumber,
} from "../../../src/services/dynamodb/decimal";

/** A number of up to 38 digits as its coefficient and exponent. */
const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 38n - 1n), max: 10n ** 38n - 1n }), fc.integer({ min: -120, max: 80 }))
  .map(([coefficient, exponent]) => ({ coefficient, exponent, text: kept(`${coefficient}e${exponent}`) }));

function kept(text: string): string {
  const number = parseNumber(text);
  if (number.outcome === "refused") throw new Error(`${text}: ${number.reason}`);
  return number.text;
}

describe("Decimals", () => {
  const table: readonly (readonly [text: string, wanted: string])[] = [
    ["1.50", "1.5"],
    ["-0", "0"],
    ["+007", "7"],
    [".5", "0.5"],
    ["5.", "5"],
    ["1E3", "1000"],
    ["12.5e-3", "0.0125"],
    ["1e125", `1${"0".repeat(125)}`],
    ["1e-130", `0.${"0".repeat(129)}1`],
    ["0e999", "0"],
    ["99999999999999999999999999999999999999", "99999999999999999999999999999999999999"],
  ];
  for (const [text, wanted] of table)
    it(`${text} is kept as ${wanted}`, () => expect(kept(text)).to.equal(wanted));

  const refused: readonly (readonly [text: string, reason: string])[] = [
    ["", "The parameter cannot be converted to a numeric value"],
    ["x", "The parameter cannot be converted to a numeric value: x"],
    [".", "The parameter cannot be converted to a numeric value: ."],
    ["1e126", "Number overflow. Attempting to store a number with magnitude larger than supported range"],
    ["1e-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"],
    ["9".repeat(39), "Attempting to store more than 38 significant digits in a Number"],
    [
      "1e999999999",
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    ],
  ];
  for (const [text, reason] of refused) {
    it(`${text} is refused`, () => {
      expect(parseNumber(text)).to.deep.equal({ outcome: "refused", reason });
    });
  }

  it("are compared, and sorted as texts, by value", () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const least = Math.min(a.exponent, b.exponent);
        const left = a.coefficient * 10n ** BigInt(a.exponent - least);
        const right = b.coefficient * 10n ** BigInt(b.exponent - least);
        const wanted = left < right ? -1 : left > right ? 1 : 0;
        expect(Math.sign(compareNumbers(a.text, b.text))).to.equal(wanted);
        // Keys of storage go on with a slash.
        const [x, y] = [`${sortableNumber(a.text)}/`, `${sortableNumber(b.text)}/`];
        expect(x < y ? -1 : x > y ? 1 : 0).to.equal(wanted);
      }),
      { numRuns: 2_000 },
    );
  });

  it("are added and subtracted exactly, or not at all", () => {
    const small = fc.tuple(fc.bigInt({ min: -(10n ** 36n), max: 10n ** 36n }), fc.nat({ max: 1 }));
    fc.assert(
      fc.property(small, small, fc.constantFrom(1 as const, -1 as const), ([a, e], [b, f], sign) => {
        const least = Math.min(e, f);
        const wanted = a * 10n ** BigInt(e - least) + BigInt(sign) * b * 10n ** BigInt(f - least);
        const sum = addNumbers(kept(`${a}e${e}`), sign, kept(`${b}e${f}`));
        expect(sum).to.deep.equal({ outcome: "number", text: kept(`${wanted}e${least}`) });
      }),
    );
    expect(addNumbers("1", 1, kept("1e-50"))).to.have.property("outcome", "refused");
    expect(addNumbers("0.1", 1, "0.2")).to.deep.equal({ outcome: "number", text: "0.3" });
  });
});
