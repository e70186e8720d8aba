import { expect } from "chai";
import fc from "fast-check";
import { JsonDepthError, nestsDeeperThan, parseJson } from "../../../src/core/parseJson";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe("a stranger's JSON", () => {
  it("has the depth of what it parses to, whatever stands in its texts", () => {
    const texts = fc.string({ unit: fc.constantFrom("[", "]", "{", "}", '"', "\\", "é", " ", "a") });
    const values = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 8 },
        texts,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(texts, tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(values, fc.boolean(), (value, indented) => {
        const text = JSON.stringify(value, undefined, indented ? 2 : 0);
        const depth = depthOf(value);
        expect(nestsDeeperThan(text, depth)).to.equal(false);
        if (depth > 0) expect(nestsDeeperThan(text, depth - 1)).to.equal(true);
        expect(parseJson(text, depth)).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it("is refused in proportion to its length, as JSON that is none is", () => {
    const text = "[".repeat(1_000_000);
    expect(() => parseJson(text)).to.throw(JsonDepthError, "nests more than 1000 levels");
    expect(new JsonDepthError("")).to.be.instanceOf(SyntaxError);
    expect(() => parseJson('{"a":')).to.throw(SyntaxError);
    expect(() => parseJson('"\\')).to.throw(SyntaxError);
  });
});
