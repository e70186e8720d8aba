import { expect } from "chai";
import fc from "fast-check";
import * as v from "valibot";
import { bareRecord, record, recordOf } from "../../../src/core/record";

const names = fc.oneof(
  fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype), "prototype", "__proto__"),
  fc.string(),
);

describe("records of a stranger's names", () => {
  it("inherit nothing, and no change of one reaches another", () => {
    const members = bareRecord<unknown>();
    for (const name of [...Object.getOwnPropertyNames(Object.prototype), "prototype"])
      expect(name in members, name).to.equal(false);
    for (const name of ["__proto__", "toString"]) members[name] = { stranger: true };
    expect(Object.keys(members)).to.have.members(["__proto__", "toString"]);
    expect("stranger" in members).to.equal(false);
    expect(Object.keys(bareRecord())).to.deep.equal([]);
    expect(Object.getPrototypeOf(bareRecord())).to.satisfy(Object.isFrozen);
  });

  it("keep every name, and know no other", () => {
    const schema = v.strictObject({ tags: record(v.string(), v.string()) });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(names, fc.string()), { selector: ([name]) => name }), (entries) => {
        const sent: unknown = JSON.parse(JSON.stringify({ tags: recordOf(entries) }));
        const { tags } = v.parse(schema, sent);
        expect(Object.entries(tags)).to.have.deep.members(entries);
        for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
          expect(tags[name]).to.equal(entries.find(([known]) => known === name)?.[1]);
        }
      }),
    );
  });

  it("check every name and value, and say where it stands", () => {
    const schema = v.strictObject({
      tags: record(v.pipe(v.string(), v.maxLength(3)), v.strictObject({ value: v.string() })),
    });
    const dirty: unknown = JSON.parse(
      '{"tags":{"__proto__":{"value":"x"},"a":{"value":1},"b":{"more":1,"value":""}}}',
    );
    const parsed = v.safeParse(schema, dirty);
    expect(parsed.issues?.map((issue) => [v.getDotPath(issue), issue.type])).to.deep.equal([
      ["tags.__proto__", "max_length"],
      ["tags.a.value", "string"],
      ["tags.b.more", "strict_object"],
    ]);
  });

  for (const other of [null, 1, "text", [], [1]]) {
    it(`are refused as ${JSON.stringify(other)}`, () => {
      expect(v.safeParse(record(v.string(), v.unknown()), other).issues).to.have.length(1);
    });
  }
});
