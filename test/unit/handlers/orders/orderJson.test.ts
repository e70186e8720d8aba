import { expect } from "chai";
import fc from "fast-check";
import { readOrderJson } from "../../../../handlers/orders/orderJson";

const known = new Set(["a", "items", "sku"]);
/** Of a text as it is, and of one that no program writes as `JSON.stringify` does, which is read more closely. */
const read = (text: string) => {
  const answer = readOrderJson(text, known);
  expect(readOrderJson(` ${text}`, known), text.slice(0, 100)).to.deep.equal(answer);
  return answer;
};
const lists = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

describe("readOrderJson", () => {
  it("gives the value of JSON, and of nothing else", () => {
    expect(read('{"a":[1,{"b":null}]}')).to.deep.equal({ kind: "value", value: { a: [1, { b: null }] } });
    expect(read("7")).to.deep.equal({ kind: "value", value: 7 });
    for (const text of ["", "{", '{"a":1}x', "NaN"]) expect(read(text)).to.deep.equal({ kind: "notJson" });
  });

  it("takes a hundred levels, and not one more", () => {
    const tooDeep = { kind: "tooDeep", expected: "JSON nested at most 100 levels deep" };
    expect(read(lists(100))).to.have.property("kind", "value");
    expect(read(lists(101))).to.deep.equal(tooDeep);
    expect(read(`{"x":${lists(99)},"y":${lists(99)}}`)).to.have.property("kind", "value");
    expect(read(`{"x":${lists(100)}}`)).to.deep.equal(tooDeep);
    expect(read(`"${"[".repeat(200)}\\"${"{".repeat(200)}"`)).to.have.property("kind", "value");
  });

  const repeated: readonly (readonly [text: string, fields: readonly string[]])[] = [
    ['{"a":1,"a":1}', ["a"]],
    ['{"a":1,"b":2,"\\u0061" \n\r\t : 3}', ["a"]],
    ['{"a":1,"items":[{"sku":1},{"sku":1,"sku":2}],"a":3}', ["items.1.sku", "a"]],
    ['{"items":[[],{},{"sku":[1,2],"sku":{"sku":1}}]}', ["items.2.sku"]],
    ['{"items":[{"sku":1}],"items":[{"a":1,"a":2}]}', ["items", "items.0.a"]],
  ];
  for (const [text, fields] of repeated)
    it(`tells what is said twice: ${text}`, () => {
      expect(read(text)).to.deep.equal({ kind: "repeated", fields });
    });

  for (const text of [
    '{"b":1,"b":2}',
    '{"b":{"a":1,"a":2}}',
    '{"a":{"a":1,"a":2}}',
    '{"a":["a","a"],"b":"a"}',
    '{"a":"\\"a\\":","b":"\\\\","items":[]}',
    '{"items":[{"sku":"a"},{"sku":"a"}]}',
    '{"items":[{"x":{"sku":1,"sku":2}}]}',
    '{"items":{"a":1,"b":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '[[{"a":1,"a":2}]]',
    '{"items":[[{"sku":1,"sku":2}]]}',
    '{"x":[{"q":{"r":{}},"a":1,"a":2}]}',
    '{"items.0":{"a":1,"a":2}}',
    '{"x.items.0":{"a":1,"a":2}}',
    '{"items":{"0":{"a":1,"a":2}}}',
    '{"items":[{"items":[{"a":1,"a":2}]}]}',
  ])
    it(`minds nothing that counts for nothing: ${text}`, () => {
      expect(read(text)).to.deep.equal({ kind: "value", value: JSON.parse(text) as unknown });
    });

  it("tells of twenty at most", () => {
    const items = Array.from({ length: 30 }, () => '{"sku":1,"sku":2}').join(",");
    const answer = read(`{"items":[${items}]}`);
    expect(answer.kind === "repeated" && answer.fields).to.have.length(20);
  });

  it("gives every value that was written out once", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        expect(read(text)).to.deep.equal({ kind: "value", value: JSON.parse(text) as unknown });
      }),
    );
  });
});
