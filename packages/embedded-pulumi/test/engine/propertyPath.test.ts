import { expect } from "chai";
import { concerns, parsePath, withOld } from "../../src/engine/propertyPath";

describe("a property's path", () => {
  for (const [text, path] of [
    ["tags", ["tags"]],
    ["tags.Owner", ["tags", "Owner"]],
    ["rules[0].port", ["rules", "0", "port"]],
    ['variables["a.b"].c', ["variables", "a.b", "c"]],
    ["rules[*].port", ["rules", "*", "port"]],
    ["*", ["*"]],
  ] as const)
    it(`is read from ${text}`, () => expect(parsePath(text)).to.deep.equal(path));

  for (const text of ["a..b", "[", "a[", '["x'])
    it(`is not ${text}`, () => expect(() => parsePath(text)).to.throw(`got ${JSON.stringify(text)}`));

  it("concerns what lies below it and what it lies in", () => {
    expect(concerns(["tags"], ["tags", "Owner"])).to.equal(true);
    expect(concerns(["tags", "Owner"], ["tags"])).to.equal(true);
    expect(concerns(["tags", "Owner"], ["tags", "Team"])).to.equal(false);
    expect(concerns(["rules", "0"], ["rules", "[0]", "port"])).to.equal(true);
    expect(concerns(["*"], ["anything"])).to.equal(true);
  });

  it("takes the old value, its absence too", () => {
    const after = { size: 2, tags: { a: "new", b: "new" }, rules: [{ p: 2 }, { p: 2 }] };
    const before = { tags: { a: "old" }, rules: [{ p: 1 }] };
    expect(withOld<object>(after, before, ["size"])).to.deep.equal({ tags: after.tags, rules: after.rules });
    expect(withOld<object>(after, before, ["tags", "a"])).to.have.deep.property("tags", {
      a: "old",
      b: "new",
    });
    expect(withOld<object>(after, before, ["tags", "*"])).to.have.deep.property("tags", { a: "old" });
    expect(withOld<object>(after, before, ["rules", "*", "p"])).to.have.deep.property("rules", [
      { p: 1 },
      { p: 2 },
    ]);
    expect(withOld<object>({}, {}, ["no", "where"])).to.deep.equal({});
  });
});
