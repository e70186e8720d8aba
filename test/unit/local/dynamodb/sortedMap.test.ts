import { expect } from "chai";
import fc from "fast-check";
import { type Range, SortedMap } from "../../../../local/cloud/dynamodb/sortedMap";

const key = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 3 });

const range: fc.Arbitrary<Range> = fc.record(
  { gt: key, gte: key, lt: key, lte: key, reverse: fc.boolean(), limit: fc.integer({ min: -1, max: 4 }) },
  { requiredKeys: [] },
);

describe("a sorted map", () => {
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
});
