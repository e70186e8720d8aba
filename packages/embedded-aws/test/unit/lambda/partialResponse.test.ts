import { expect } from "chai";
import fc from "fast-check";
import { readBatchResponse } from "../../../src/services/lambda/mappings/partialResponse";

describe("readBatchResponse", () => {
  const batch = new Set(["a", "b", "c"]);
  const failures = (...identifiers: unknown[]) =>
    JSON.stringify({ batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) });

  const succeeded: [string, string][] = [
    ["an empty response", ""],
    ["null", "null"],
    ["an empty string", '""'],
    ["an empty object", "{}"],
    ["an empty list of failures", '{"batchItemFailures":[]}'],
    ["null instead of the list", '{"batchItemFailures":null}'],
    ["a misspelt key, which Lambda cannot know", '{"batchItemFailure":[{"itemIdentifier":"a"}]}'],
  ];
  for (const [what, payload] of succeeded) {
    it(`takes ${what} as a complete success`, () => {
      expect(readBatchResponse(payload, batch)).to.deep.equal({ kind: "succeeded" });
    });
  }

  const failed: [string, string][] = [
    ["text that is not JSON", "{batchItemFailures"],
    ["a text", '"done"'],
    ["a list", "[]"],
    ["failures that are no list", '{"batchItemFailures":{"itemIdentifier":"a"}}'],
    ["an empty identifier", failures("")],
    ["a null identifier", failures(null)],
    ["a missing identifier", '{"batchItemFailures":[{"messageId":"a"}]}'],
    ["a null entry", '{"batchItemFailures":[null]}'],
    ["an unknown identifier", failures("d")],
    ["an unknown identifier beside a known one", failures("a", "d")],
  ];
  for (const [what, payload] of failed) {
    it(`takes ${what} as a complete failure`, () => {
      expect(readBatchResponse(payload, batch)).to.deep.equal({ kind: "failed" });
    });
  }

  it("fails exactly the records that are named, each once", () => {
    expect(readBatchResponse(failures("c", "a", "c"), batch)).to.deep.equal({
      kind: "partly-failed",
      failed: new Set(["a", "c"]),
    });
  });

  it("never invents a failure: what it reports as failed is in the batch", () => {
    const response = fc.oneof(
      fc.json(),
      fc.array(fc.constantFrom("a", "b", "c", "d", "", null)).map((ids) => failures(...ids)),
    );
    fc.assert(
      fc.property(response, (payload) => {
        const result = readBatchResponse(payload, batch);
        if (result.kind === "partly-failed") {
          expect([...batch]).to.include.members([...result.failed]);
          expect(result.failed.size).to.be.greaterThan(0);
        }
      }),
    );
  });
});
