import { expect } from "chai";
import fc from "fast-check";
import type { AttributeValue, Item } from "../../../src/services/dynamodb/attributeValue";
import { ItemCodec } from "../../../src/services/dynamodb/itemCodec";
import { runs } from "../../support/runs";
import { anyCharacter } from "../../support/anyCharacter";

const text = fc.string({ unit: anyCharacter, maxLength: 5 });
const name = fc.oneof(fc.constantFrom("__proto__", "constructor", "toString", "a", "b", "c"), text);
const texts = fc.array(text, { maxLength: 3 });

const { value } = fc.letrec<{ value: AttributeValue; item: Item }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(
      fc.record({ S: text }),
      fc.record({ N: fc.integer().map(String) }),
      fc.record({ B: fc.base64String({ maxLength: 8 }) }),
      fc.record({ BOOL: fc.boolean() }),
      fc.record({ NULL: fc.constant(true) }),
      fc.record({ SS: texts }),
      fc.record({ NS: texts }),
    ),
    fc.record({ L: fc.array(tie("value"), { maxLength: 3 }) }),
    fc.record({ M: tie("item") }),
  ),
  item: fc.dictionary(name, tie("value"), { maxKeys: 4 }),
}));
const items = fc.array(fc.dictionary(name, value, { maxKeys: 4 }), { maxLength: 8 });

describe("the texts of a table's items", () => {
  it("hold every item, whatever its attributes are called", () => {
    fc.assert(
      fc.property(items, (written) => {
        const codec = new ItemCodec();
        const stored = written.map((item) => codec.encode(item));
        for (const [index, item] of written.entries()) {
          const read = codec.decode(stored[index]!);
          expect(JSON.stringify(read)).to.equal(JSON.stringify(item));
        }
      }),
      { seed: 1, numRuns: runs(500) },
    );
  });

  it("inherit nothing", () => {
    const codec = new ItemCodec();
    const read = codec.decode(codec.encode({ a: { M: { b: { S: "c" } } } })) as Record<string, unknown>;
    expect(read.constructor).to.equal(undefined);
    expect("toString" in (read.a as { M: object }).M).to.equal(false);
  });

  it("name attributes once for all items of one shape", () => {
    const codec = new ItemCodec();
    const order = (id: number) => ({ orderIdentification: { S: `order-${id}` }, totalAmount: { N: "12" } });
    expect(codec.encode(order(1))).to.equal('["0","order-1","12"]');
    expect(codec.encode(order(2))).to.equal('["0","order-2","12"]');
    expect(codec.encode({ totalAmount: { S: "12" } })).to.equal('["1","12"]');
  });

  it("stay right when there are more shapes than are remembered", () => {
    const codec = new ItemCodec();
    const item = (index: number): Item => ({ [`attribute${index}`]: { L: [{ N: String(index) }] } });
    const stored = Array.from({ length: 1_100 }, (_, index) => codec.encode(item(index)));
    expect(stored[999]).to.equal('["999","999"]');
    expect(stored[1_000]).to.equal('{"attribute1000":{"L":[{"N":"1000"}]}}');
    for (const [index, one] of stored.entries())
      expect(JSON.stringify(codec.decode(one))).to.equal(JSON.stringify(item(index)));
  });
});
