import { expect } from "chai";
import fc from "fast-check";
import { spy } from "sinon";
import type { EntryPage } from "../../../src/core/entryPage";
import { OpenPages } from "../../../src/core/openPages";
import { seededRandom } from "../../../src/core/random";
import { type Range, SortedMap } from "../../../src/core/sortedMap";
import { newColdFile } from "../../support/coldFile";
import { runs } from "../../support/runs";

const key = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 3 });

const range: fc.Arbitrary<Range> = fc.record(
  { gt: key, gte: key, lt: key, lte: key, reverse: fc.boolean(), limit: fc.integer({ min: -1, max: 4 }) },
  { requiredKeys: [] },
);

/** Changes of a long life, between two looks; as many keys, and of their entries a third lies open. */
const CHANGES = runs(3_000);
const OPEN_BYTES = runs(100_000);

describe("a sorted map", () => {
  const file = newColdFile();
  after(() => file.close());

  it("reads the same ranges as a sorted list of everything would", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), key)), range, (steps, wanted) => {
        const map = new SortedMap<string>();
        const model = new Set<string>();
        for (const [put, name] of steps) {
          if (put) {
            map.set(name, `value of ${name}`);
            model.add(name);
          } else {
            map.delete(name);
            model.delete(name);
          }
        }
        const inRange = [...model]
          .sort()
          .filter((name) => wanted.gt === undefined || name > wanted.gt)
          .filter((name) => wanted.gte === undefined || name >= wanted.gte)
          .filter((name) => wanted.lt === undefined || name < wanted.lt)
          .filter((name) => wanted.lte === undefined || name <= wanted.lte);
        if (wanted.reverse === true) inRange.reverse();
        const limit = wanted.limit === undefined || wanted.limit < 0 ? inRange.length : wanted.limit;
        expect(map.values(wanted)).to.deep.equal(inRange.slice(0, limit).map((name) => `value of ${name}`));
        expect(map.size).to.equal(model.size);
      }),
    );
  });

  const openings = {
    "all of it lies open": undefined,
    "most of it is packed": new OpenPages(undefined, OPEN_BYTES),
    "most of it lies in a file": new OpenPages(file.store, OPEN_BYTES),
  };
  for (const [how, open] of Object.entries(openings))
    it(`holds the same as a map does after thousands of changes, while ${how}`, function () {
      this.timeout(60_000);
      const random = seededRandom(1);
      const map = new SortedMap<string>(undefined, undefined, open);
      const model = new Map<string, string>();
      const name = () => `key-${String(Math.floor(random.next() * CHANGES))}`;
      const check = () => {
        const inOrder = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
        expect(map.size).to.equal(model.size);
        // As one text, which is a hundred times as fast to compare as thousands of them.
        expect(map.values().join()).to.equal(inOrder.join());
        expect(map.values({ reverse: true }).join()).to.equal(inOrder.toReversed().join());
        expect([...model.keys()].map((key) => map.get(key)).join()).to.equal([...model.values()].join());
      };
      for (const growth of [0.9, 0.5, 0.05, 0.9]) {
        for (let step = 0; step < CHANGES; step++) {
          const key = name();
          if (random.next() < growth) {
            const value = `${step} ü`.repeat(1 + Math.floor(random.next() * 40));
            map.set(key, value);
            model.set(key, value);
          } else {
            map.delete(key);
            model.delete(key);
          }
        }
        check();
      }
      for (const key of [...model.keys()]) {
        map.delete(key);
        model.delete(key);
      }
      check();
      map.set("a", "again");
      expect(map.get("a")).to.equal("again");
    });

  it("keeps many values that look alike in a third of their bytes", () => {
    const bytesOf = (mostOpen: number) => {
      const open = new OpenPages(undefined, mostOpen);
      const pages = new Set<EntryPage>();
      const use = spy(open, "use");
      const map = new SortedMap<string>(undefined, undefined, open);
      for (let value = 0; value < 5_000; value++)
        map.set(`key-${value}`, `a value that is much like ${value}`);
      for (const { args } of use.getCalls()) pages.add(args[0]);
      return [...pages].reduce((bytes, page) => bytes + page.memory, 0);
    };
    expect(bytesOf(20_000)).to.be.lessThan(bytesOf(Infinity) / 3);
  });

  it("holds none of what was not used lately in memory, where there is a file", () => {
    const open = new OpenPages(file.store, 20_000);
    const use = spy(open, "use");
    const map = new SortedMap<string>(undefined, undefined, open);
    for (let value = 0; value < 5_000; value++) map.set(`key-${value}`, `a value of some length: ${value}`);
    const pages = new Set(use.getCalls().map(({ args }) => args[0]));
    expect(pages.size).to.be.greaterThan(10);
    expect([...pages].reduce((bytes, page) => bytes + page.memory, 0)).to.be.lessThan(40_000);
  });

  it("gives its places in the file back when it is cleared, and when its entries go", () => {
    const own = newColdFile();
    const map = new SortedMap<string>(undefined, undefined, new OpenPages(own.store, 20_000));
    const keys = Array.from({ length: 3_000 }, (_, index) => `key-${index}`);
    const fill = () => {
      for (const key of keys) map.set(key, `a value of some length of ${key}`);
    };
    fill();
    const size = own.size();
    expect(size).to.be.greaterThan(10_000);
    for (let round = 0; round < 3; round++) {
      map.clear();
      fill();
      for (const key of keys) map.delete(key);
      fill();
    }
    expect(own.size()).to.be.lessThan(2 * size);
    own.close();
  });

  it("takes values far larger than a page", () => {
    const map = new SortedMap<string>();
    for (const key of ["b", "a", "d", "c"]) map.set(key, key.repeat(400_000));
    map.set("b", "small");
    expect(map.values().map((value) => value.length)).to.deep.equal([400_000, 5, 400_000, 400_000]);
  });

  it("gives a new value at each reading", () => {
    const map = new SortedMap<{ list: number[] }>();
    map.set("a", { list: [1] });
    map.get("a")?.list.push(2);
    expect(map.get("a")).to.deep.equal({ list: [1] });
  });
});
