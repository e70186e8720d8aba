import { expect } from "chai";
import { ClientTokens } from "../../../src/services/dynamodb/clientTokens";

const MINUTE = 60_000;

describe("the client tokens of transactions", () => {
  it("recall the answer to the same request for ten minutes", () => {
    const tokens = new ClientTokens<string>();
    tokens.remember("t", ["put"], 0, "done");
    expect(tokens.recall("t", ["put"], 10 * MINUTE - 1)).to.equal("done");
    expect(tokens.recall("t", ["put"], 10 * MINUTE)).to.equal(undefined);
  });

  it("refuse another request under a token that is still remembered", () => {
    const tokens = new ClientTokens<string>();
    tokens.remember("t", ["put"], 0, "done");
    expect(() => tokens.recall("t", ["delete"], MINUTE)).to.throw("different parameters");
    expect(tokens.recall("t", ["delete"], 10 * MINUTE)).to.equal(undefined);
  });

  it("know nothing of a token that was never remembered", () => {
    expect(new ClientTokens<string>().recall("t", [], 0)).to.equal(undefined);
  });

  it("take requests that differ in the order of members alone for the same", () => {
    const tokens = new ClientTokens<string>();
    tokens.remember("t", { a: [{ b: 1, c: "2" }], __proto__: null }, 0, "done");
    expect(tokens.recall("t", { a: [{ c: "2", b: 1 }] }, MINUTE)).to.equal("done");
    for (const other of [
      { a: [{ b: "1", c: "2" }] },
      {
        a: [
          ["b", 1],
          ["c", "2"],
        ],
      },
      { a: [] },
      {},
    ])
      expect(() => tokens.recall("t", other, MINUTE)).to.throw("different parameters");
  });

  it("remember the newer of two requests, any text as a token, and forget each in its time", () => {
    const tokens = new ClientTokens<number>();
    for (const [index, token] of ["", "\ud800", "Ünicode", "__proto__", "a/b"].entries()) {
      tokens.remember(token, [], 0, index);
      tokens.remember(token, [], 10 * MINUTE + 1, index + 100);
      expect(tokens.recall(token, [], 20 * MINUTE), token).to.equal(index + 100);
      expect(tokens.recall(token, [], 20 * MINUTE + 1), token).to.equal(undefined);
    }
  });
});
