import { expect } from "chai";
import { sourcePlace } from "../../../src/services/lambda/sourcePlace";

describe("the place in the source that a trace names", () => {
  const cases: readonly [string, readonly string[], string | undefined][] = [
    ["a frame", ["Error: x", "    at handler (/task/handlers/a.ts:12:9)"], "handlers/a.ts:12"],
    ["a frame without a name", ["    at /task/a.js:3:1"], "a.js:3"],
    ["a module", ["    at async file:///task/a.mjs:3:1"], "a.mjs:3"],
    ["a syntax error", ["/task/index.js:2", "exports.handler = ;"], "index.js:2"],
    ["the first that people wrote", ["    at f (/task/b.js:1:99)", "    at g (/task/a.ts:4:1)"], "a.ts:4"],
    ["no package", ["    at f (/task/node_modules/p/i.ts:1:2)", "    at g (/task/a.js:4:1)"], "a.js:4"],
    [
      "nothing outside",
      ["Error: /etc/passwd:1:1", "    at f (node:fs:1:2)", "    at g (/taskx/a.ts:1:1)"],
      undefined,
    ],
    ["nothing in prose", ["Error: see /task/a.ts for more"], undefined],
    ["nothing of no trace", [], undefined],
  ];
  for (const [what, trace, place] of cases)
    it(`is ${what}`, () => {
      expect(sourcePlace(trace, "/task")).to.equal(place);
    });

  it("is found in a moment, however long the trace is", () => {
    const hostile = Array.from({ length: 100_000 }, () => `/task/${":1".repeat(50_000)}`);
    const before = performance.now();
    expect(sourcePlace(hostile, "/task")).to.equal(undefined);
    expect(performance.now() - before).to.be.below(10_000);
  });
});
