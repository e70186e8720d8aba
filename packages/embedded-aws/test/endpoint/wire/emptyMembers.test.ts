import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";

/** Clients of typed languages send empty values for what nobody has set; each protocol is read by code of its own. */
describe("members that are not supported and ask for nothing", () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startTestCloud();
  });
  afterEach(() => cloud.close());

  const codeOf = (sent: Promise<unknown>) =>
    sent.then(
      () => "accepted",
      (error: unknown) => (error as Error).name,
    );
  const settings = () => ({ ...cloud.client, maxAttempts: 1 });
  const table = {
    TableName: "orders",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" as const }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" as const }],
    BillingMode: "PAY_PER_REQUEST" as const,
  };
  const code = {
    ...{ FunctionName: "fn", Runtime: "nodejs22.x" as const, Handler: "index.handler" },
    ...{ Role: "arn:aws:iam::000000000000:role/none", Code: { ZipFile: new Uint8Array(1) } },
  };

  const cases: [
    protocol: string,
    send: (member: unknown) => Promise<unknown>,
    asking: unknown,
    empty: unknown[],
  ][] = [
    [
      "AWS JSON, a text",
      (ResourcePolicy) =>
        new DynamoDBClient(settings()).send(
          new CreateTableCommand({ ...table, ResourcePolicy: ResourcePolicy as string }),
        ),
      "{}",
      [""],
    ],
    [
      "AWS JSON, a structure",
      (OnDemandThroughput) =>
        new DynamoDBClient(settings()).send(
          new CreateTableCommand({ ...table, OnDemandThroughput: OnDemandThroughput as object }),
        ),
      { MaxReadRequestUnits: 1 },
      [{}],
    ],
    [
      "the query protocol",
      (DataProtectionPolicy) =>
        new SNSClient(settings()).send(
          new CreateTopicCommand({ Name: "t", DataProtectionPolicy: DataProtectionPolicy as string }),
        ),
      "{}",
      [""],
    ],
    [
      "REST JSON",
      (Layers) =>
        new LambdaClient(settings()).send(new CreateFunctionCommand({ ...code, Layers: Layers as string[] })),
      ["arn:aws:lambda:us-east-1:000000000000:layer:l:1"],
      [[]],
    ],
    [
      "a call within the cloud",
      (ResourcePolicy) => untyped(cloud.call)("dynamodb", "CreateTable", { ...table, ResourcePolicy }),
      "{}",
      [""],
    ],
  ];
  for (const [protocol, send, asking, empties] of cases) {
    it(`are no reason to refuse, by ${protocol}`, async () => {
      expect(await codeOf(send(asking))).to.equal("NotSupportedByEmbeddedCloud");
      for (const empty of empties)
        expect(await codeOf(send(empty))).to.not.equal("NotSupportedByEmbeddedCloud");
    });
  }

  it("are still refused where a value asks for something, such as false", async () => {
    const refused = untyped(cloud.call)("ses", "SendEmail", {
      Content: {},
      FeedbackForwardingEmailAddress: "a@b",
    });
    expect(await codeOf(refused)).to.equal("NotSupportedByEmbeddedCloud");
    const no = untyped(cloud.call)("dynamodb", "UpdateTable", { TableName: "orders", WarmThroughput: 0 });
    expect(await codeOf(no)).to.equal("NotSupportedByEmbeddedCloud");
  });
});
