import { expect } from "chai";
import fc from "fast-check";
import { comparePreviews } from "../../src/preview/compare";
import { comparedValues } from "../../src/provider/compareValues";
import { previewed, QUEUE, snapshot, TABLE } from "./resources";

const changesOf = (...sides: readonly [Parameters<typeof snapshot>[0], Parameters<typeof snapshot>[0]]) =>
  comparePreviews(snapshot(sides[0]), snapshot(sides[1]));

describe("comparePreviews", () => {
  it("finds nothing between equal previews, in whatever order their resources were registered", () => {
    const [a, b] = [previewed(QUEUE, "a", { x: 1, y: 2 }), previewed(QUEUE, "b")];
    expect(changesOf([a, b], [b, { ...a, properties: { y: 2, x: 1 } }])).to.deep.equal([]);
  });

  it("tells what is created and what is deleted", () => {
    const [old, current] = [previewed(QUEUE, "old"), previewed(QUEUE, "new")];
    expect(changesOf([old], [current])).to.deep.equal([
      { kind: "deleted", resource: old },
      { kind: "created", resource: current },
    ]);
  });

  it("tells each property that differs, with both values", () => {
    const [change] = changesOf(
      [previewed(QUEUE, "a", { delaySeconds: 1, gone: true, same: [1] })],
      [previewed(QUEUE, "a", { delaySeconds: 2, same: [1], tags: { Stack: "dev" } })],
    );
    expect(change).to.deep.include({
      kind: "updated",
      properties: [
        { path: ["delaySeconds"], before: 1, after: 2, replaces: false },
        { path: ["gone"], before: true, after: undefined, replaces: false },
        { path: ["tags"], before: undefined, after: { Stack: "dev" }, replaces: false },
      ],
    });
  });

  for (const [type, property, kind] of [
    [TABLE, "hashKey", "replaced"],
    [TABLE, "billingMode", "updated"],
    [QUEUE, "region", "replaced"],
    ["custom:index:Thing", "hashKey", "updated"],
  ] as const) {
    it(`calls a resource ${kind} when ${property} of ${type} changes`, () => {
      const [change] = changesOf(
        [previewed(type, "a", { [property]: "old" })],
        [previewed(type, "a", { [property]: "new" })],
      );
      expect(change?.kind).to.equal(kind);
    });
  }

  it("tells that a resource which is to be replaced is protected, and stays so: Pulumi then refuses it", () => {
    for (const [before, after] of [
      [true, true],
      [true, false],
      [false, true],
    ] as const) {
      const [change] = changesOf(
        [previewed(TABLE, "a", { hashKey: "a" }, before)],
        [previewed(TABLE, "a", { hashKey: "b" }, after)],
      );
      expect(change).to.deep.include({ kind: "replaced", staysProtected: before && after });
    }
  });

  it("tells when protection changes", () => {
    const [change] = changesOf([previewed(TABLE, "a", {}, true)], [previewed(TABLE, "a", {}, false)]);
    expect(change).to.deep.include({
      kind: "updated",
      properties: [{ path: ["options", "protect"], before: true, after: false, replaces: false }],
    });
  });

  it("takes unknown values on both sides as equal, and one that becomes known as a change", () => {
    const unknown = previewed(QUEUE, "a", { arn: "[unknown]" });
    expect(changesOf([unknown], [unknown])).to.deep.equal([]);
    expect(changesOf([unknown], [previewed(QUEUE, "a", { arn: "arn:aws:…" })])).to.have.length(1);
  });

  it("tells configuration that is added, removed and changed", () => {
    const before = snapshot([], { a: "1", b: "1", c: "1" });
    const after = snapshot([], { a: "1", b: "2", d: "1" });
    expect(comparePreviews(before, after)).to.deep.equal([
      { kind: "configured", key: "b", before: "1", after: "2" },
      { kind: "configured", key: "c", before: "1", after: undefined },
      { kind: "configured", key: "d", before: undefined, after: "1" },
    ]);
  });

  it("puts what is lost before what is changed, and that before what is new", () => {
    const before = [
      previewed(QUEUE, "z"),
      previewed(QUEUE, "m", { x: 1 }),
      previewed(TABLE, "r", { name: "a" }),
    ];
    const after = [
      previewed(QUEUE, "a"),
      previewed(QUEUE, "m", { x: 2 }),
      previewed(TABLE, "r", { name: "b" }),
    ];
    expect(changesOf(before, after).map(({ kind }) => kind)).to.deep.equal([
      "deleted",
      "replaced",
      "updated",
      "created",
    ]);
  });
});

describe("comparedValues", () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  type Members = Parameters<typeof comparedValues>[0];

  it("finds nothing between a value and its copy", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (value) => {
        const members = value as Members;
        expect(comparedValues(members, structuredClone(members))).to.deep.equal([]);
      }),
    );
  });

  it("finds the same places in both directions, with the sides exchanged", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.dictionary(fc.string(), json), (a, b) => {
        const there = comparedValues(a as Members, b as Members);
        const back = comparedValues(b as Members, a as Members);
        expect(
          there.map(({ path, before, after }) => ({ path, before: after, after: before })),
        ).to.deep.equal(back);
      }),
    );
  });

  for (const [what, before, after, expected] of [
    ["a member of an object", { a: { b: 1, c: 1 } }, { a: { b: 2, c: 1 } }, ["a.b"]],
    ["a member of JSON text", { a: '{"b":1}' }, { a: '{"b":2}' }, ["a.b"]],
    [
      "nothing where JSON text is only written otherwise",
      { a: '{"b":1,"c":2}' },
      { a: '{ "c": 2, "b": 1 }' },
      [],
    ],
    ["one object of a list", { a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 1 }, { b: 3 }] }, ["a.[1].b"]],
    ["a list whole that became longer", { a: [{ b: 1 }] }, { a: [{ b: 1 }, { b: 2 }] }, ["a"]],
    ["a list of plain values whole", { a: [1, 2] }, { a: [1, 3] }, ["a"]],
    ["a value that became an object", { a: "x" }, { a: { b: 1 } }, ["a"]],
    ["text that only looks like JSON", { a: "{b}" }, { a: "{c}" }, ["a"]],
  ] as const) {
    it(`finds ${what}`, () => {
      const changes = comparedValues(
        structuredClone(before) as unknown as Members,
        structuredClone(after) as unknown as Members,
      );
      expect(changes.map(({ path }) => path.join("."))).to.deep.equal(expected);
    });
  }
});
