import { expect } from "chai";
import { asRead, InEach, isSame } from "../../src/provider/asRead";

/** As the embedded cloud makes records: it inherits from an object that has nothing and inherits nothing. */
function bare(members: object): object {
  return Object.assign(Object.create(Object.freeze(Object.create(null) as object)) as object, members);
}

describe("an input as it is read back", () => {
  const read = (given: unknown, observed: unknown, more: { parsed?: unknown; filledIn?: unknown } = {}) =>
    asRead(
      { given: given as string | undefined, parsed: more.parsed ?? given, filledIn: more.filledIn },
      observed,
    );

  it("is as the program gave it, where AWS's means the same", () => {
    for (const [given, observed] of [
      ["a", "a"],
      ['{"b":1,"a":[2,1]}', '{ "a": [1, 2], "b": 1 }'],
      [
        ["b", "a"],
        ["a", "b"],
      ],
      [{ a: "1" }, { a: "1", b: undefined, c: [] }],
      [undefined, ""],
      [{ a: { b: "1" } }, bare({ a: bare({ b: "1" }) })],
    ] as const)
      expect(read(given, observed), JSON.stringify(given)).to.equal(given);
  });

  it("is as observed where it differs, of maps and lists in what differs alone", () => {
    expect(read("a", "b")).to.equal("b");
    expect(read({ a: "1", b: "2" }, { a: "1", b: "3", c: "4" })).to.deep.equal({ a: "1", b: "3", c: "4" });
    expect(read({ a: "1" }, { b: "2" })).to.deep.equal({ b: "2" });
    expect(read(["a", "b"], ["c", "b"])).to.deep.equal(["b", "c"]);
    expect(read({ a: "1" }, undefined)).to.equal(undefined);
  });

  it("goes into maps of the embedded cloud's own kind", () => {
    const policy = '{"a":1}';
    const value = read({ policy, name: "x" }, bare({ policy: '{ "a": 1 }', name: "y" }));
    expect(value).to.deep.equal({ policy, name: "y" });
  });

  it("has what AWS fills in only where it is otherwise", () => {
    expect(read(undefined, 30, { filledIn: 30 })).to.equal(undefined);
    expect(read(undefined, 60, { filledIn: 30 })).to.equal(60);
    const each = new InEach({ size: 8 });
    expect(read([{ name: "a" }], [{ name: "a", size: 8 }], { filledIn: each })).to.deep.equal([
      { name: "a" },
    ]);
    expect(
      read(
        [{ name: "a" }],
        [
          { name: "a", size: 8 },
          { name: "b", size: 8 },
        ],
        { filledIn: each },
      ),
    ).to.deep.equal([{ name: "a" }, { name: "b" }]);
  });

  it("tells an empty text from nothing inside a map, and nowhere else", () => {
    expect(isSame("", undefined)).to.equal(true);
    expect(isSame({ a: "" }, {})).to.equal(false);
  });
});
