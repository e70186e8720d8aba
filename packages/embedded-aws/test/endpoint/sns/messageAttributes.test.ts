import { expect } from "chai";
import { createSns } from "../../../src/services/sns/sns";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const TopicArn = "arn:aws:sns:us-east-1:000000000000:t";

describe("what SNS takes of a message and of a topic that is there", () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startTestCloud({ services: [createSns] });
    await cloud.call("sns", "CreateTopic", {
      ...{ Name: "t", Attributes: { DisplayName: "Orders" }, Tags: [{ Key: "Team", Value: "a" }] },
    });
  });
  afterEach(() => cloud.close());

  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "accepted",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  const publish = (Message: string, name = "n", DataType = "String", StringValue = "1") =>
    refusalOf(
      cloud.call("sns", "Publish", {
        ...{ TopicArn, Message, MessageAttributes: { [name]: { DataType, StringValue } } },
      }),
    );

  for (const [what, name, type, value, expected] of [
    ["a number that is none", "n", "Number", "abc", /Could not cast message attribute 'n' value to number/],
    ["a number with another unit", "n", "Number", "1 kg", /Could not cast/],
    ["an unknown type", "n", "Text", "x", /invalid message attribute type/],
    ["a type in lower case", "n", "string", "x", /invalid message attribute type/],
    ["a binary type without bytes", "n", "Binary", "x", /must use field 'Binary'/],
    ["a blank in a name", "a b", "String", "x", /Invalid non-alphanumeric character/],
    ["a name that begins with a dot", ".a", "String", "x", /starting with character '.'/],
    ["a name that ends with a dot", "a.", "String", "x", /ending with character '.'/],
    ["two dots in a row", "a..b", "String", "x", /successive '.'/],
    ["a name of AWS's own", "AWS.a", "String", "x", /AWS's own/],
    ["a long name", "a".repeat(257), "String", "x", /less than 256/],
  ] as const) {
    it(`refuses ${what} as a message attribute`, async () => {
      expect(await publish("x", name, type, value)).to.match(/^InvalidParameterValueException: /);
      expect(await publish("x", name, type, value)).to.match(expected);
    });
  }

  it("takes attributes of types of one's own, arrays, and numbers of every form", async () => {
    for (const [name, type, value] of [
      ["a.b-c_d", "String.json", "{}"],
      ["a", "String.Array", '["x"]'],
      ["a", "Number", "-1.5e3"],
      ["a", "Number.float", ".5"],
      ["a".repeat(256), "String", "x"],
    ] as const)
      expect(await publish("x", name, type, value), `${type} ${value}`).to.equal("accepted");
  });

  it("counts attributes to a message's size, alone and in a batch", async () => {
    const room = 262_144 - "nString1".length;
    expect(await publish("x".repeat(room))).to.equal("accepted");
    expect(await publish("x".repeat(room + 1))).to.match(/^InvalidParameterException: .*Message too long/);
    const batch = (length: number) =>
      refusalOf(
        cloud.call("sns", "PublishBatch", {
          TopicArn,
          PublishBatchRequestEntries: [
            {
              ...{ Id: "a", Message: "x".repeat(length) },
              MessageAttributes: { n: { DataType: "String", StringValue: "1" } },
            },
            { Id: "b", Message: "x" },
          ],
        }),
      );
    expect(await batch(room - 1)).to.equal("accepted");
    expect(await batch(room)).to.match(/^BatchRequestTooLongException/);
  });

  it("fails one entry of a batch for its attributes, by their own code", async () => {
    const attribute = { n: { DataType: "Number", StringValue: "x" } };
    const { Successful, Failed } = await cloud.call("sns", "PublishBatch", {
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: "a", Message: "x", MessageAttributes: attribute },
        { Id: "b", Message: "x" },
      ],
    });
    expect(Successful?.map(({ Id }) => Id)).to.deep.equal(["b"]);
    expect(Failed?.map(({ Id, Code }) => [Id, Code])).to.deep.equal([["a", "InvalidParameterValue"]]);
  });

  it("gives a topic that is there by its name, but not with other attributes or tags", async () => {
    const create = (more: object) => refusalOf(cloud.call("sns", "CreateTopic", { Name: "t", ...more }));
    expect(await create({})).to.equal("accepted");
    expect(await create({ Attributes: { DisplayName: "Orders" } })).to.equal("accepted");
    expect(await create({ Tags: [{ Key: "Team", Value: "a" }] })).to.equal("accepted");
    expect(await create({ Attributes: { DisplayName: "Others" } })).to.match(
      /^InvalidParameterException: .*already exists with different attributes/,
    );
    for (const Tags of [
      [{ Key: "Team", Value: "b" }],
      [
        { Key: "Team", Value: "a" },
        { Key: "Cost", Value: "1" },
      ],
    ])
      expect(await create({ Tags })).to.match(
        /^InvalidParameterException: .*already exists with different tags/,
      );
  });

  for (const [what, Message, reason] of [
    ["no JSON", "{", "JSON message body failed to parse"],
    ["no object", '["a"]', "JSON message body failed to parse"],
    ["no default", '{"sqs":"a"}', "No default entry in JSON message body"],
    ["a default that is no text", '{"default":1}', "No default entry in JSON message body"],
  ] as const) {
    it(`refuses a structured message with ${what}, alone and in a batch`, async () => {
      const structured = { MessageStructure: "json", Message };
      const expected = `InvalidParameterException: Invalid parameter: Message Structure - ${reason}`;
      expect(await refusalOf(cloud.call("sns", "Publish", { TopicArn, ...structured }))).to.equal(expected);
      const PublishBatchRequestEntries = [
        { Id: "good", Message: "a" },
        { Id: "bad", ...structured },
      ];
      const batch = cloud.call("sns", "PublishBatch", { TopicArn, PublishBatchRequestEntries });
      expect(await refusalOf(batch)).to.equal(expected);
    });
  }
});
