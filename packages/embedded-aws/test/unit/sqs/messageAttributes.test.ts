import { expect } from "chai";
import type { AwsError } from "../../../src/core/errors";
import {
  checkCharacters,
  parseMessageAttributes,
  parseTraceHeader,
  selectMessageAttributes,
  sizeOfAttributes,
  type RawAttributes,
} from "../../../src/services/sqs/messageAttributes";

const text = { DataType: "String", StringValue: "v" };

function refusal(run: () => unknown): AwsError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error as AwsError;
  }
}

describe("message attributes", () => {
  const accepted: RawAttributes[] = [
    { "a.b-c_D9": text },
    { ["n".repeat(256)]: text },
    { x: { DataType: "String.custom label", StringValue: "v" } },
    { x: { DataType: "Number", StringValue: "-12.50e-3" } },
    { x: { DataType: "Number.float", StringValue: ".5" } },
    { x: { DataType: "Binary.png", BinaryValue: Uint8Array.of(0, 1, 2) } },
    Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`n${i}`, text])),
  ];
  for (const attributes of accepted) {
    it(`takes ${JSON.stringify(attributes).slice(0, 70)}`, () => {
      expect(parseMessageAttributes(attributes)).to.deep.equal(attributes);
    });
  }

  const refused: RawAttributes[] = [
    { "": text },
    { ["n".repeat(257)]: text },
    { ".a": text },
    { "a.": text },
    { "a..b": text },
    { "a b": text },
    { "AWS.x": text },
    { "amazon.x": text },
    { x: { DataType: "Text", StringValue: "v" } },
    { x: { DataType: "", StringValue: "v" } },
    { x: { DataType: "String." } },
    { x: { DataType: "String", StringValue: "" } },
    { x: { DataType: "String", BinaryValue: Uint8Array.of(0, 1, 2) } },
    { x: { DataType: "Binary", StringValue: "v" } },
    { x: { DataType: "String", StringValue: "v", BinaryValue: Uint8Array.of(0, 1, 2) } },
    { x: { DataType: "Number", StringValue: "one" } },
    { x: { DataType: "Number", StringValue: "1e127" } },
    { x: { DataType: "Number", StringValue: "1".repeat(39) } },
    Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`n${i}`, text])),
  ];
  for (const attributes of refused) {
    it(`refuses ${JSON.stringify(attributes).slice(0, 70)}`, () => {
      expect(refusal(() => parseMessageAttributes(attributes))?.code).to.equal("InvalidParameterValue");
    });
  }

  it("may carry only X-Ray's trace header as a system attribute", () => {
    expect(parseTraceHeader({ AWSTraceHeader: { DataType: "String", StringValue: "Root=1" } })).to.equal(
      "Root=1",
    );
    expect(parseTraceHeader(undefined)).to.equal(undefined);
    expect(refusal(() => parseTraceHeader({ Other: text }))?.message).to.contain("Other");
    expect(refusal(() => parseTraceHeader({ AWSTraceHeader: { DataType: "Number", StringValue: "1" } }))).to
      .exist;
  });

  it("count with name, type and value, binary ones by their bytes", () => {
    expect(sizeOfAttributes({ ab: { DataType: "String", StringValue: "ü" } })).to.equal(2 + 6 + 2);
    expect(
      sizeOfAttributes({ b: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 1, 2, 255) } }),
    ).to.equal(1 + 6 + 4);
  });

  const stored = { "order.id": text, "order.kind": text, other: text };
  const selections: [wanted: string[], names: string[]][] = [
    [[], []],
    [["All"], ["order.id", "order.kind", "other"]],
    [[".*"], ["order.id", "order.kind", "other"]],
    [["order.*"], ["order.id", "order.kind"]],
    [
      ["other", "order.id", "absent"],
      ["order.id", "other"],
    ],
    [["order"], []],
  ];
  for (const [wanted, names] of selections) {
    it(`of which ${JSON.stringify(wanted)} selects ${JSON.stringify(names)}`, () => {
      expect(Object.keys(selectMessageAttributes(stored, wanted))).to.have.members(names);
    });
  }
});

describe("characters of a message", () => {
  for (const good of ["\t\n\r ", "ä€", "\u{10FFFF}", "\uFFFD"]) {
    it(`may include ${JSON.stringify(good)}`, () =>
      expect(refusal(() => checkCharacters(good, "body"))).to.equal(undefined));
  }
  for (const bad of ["\0", "\u0008", "\uFFFE", "a\uD800b"]) {
    it(`may not include ${JSON.stringify(bad)}`, () => {
      expect(refusal(() => checkCharacters(bad, "body"))?.code).to.equal("InvalidMessageContents");
    });
  }
});
