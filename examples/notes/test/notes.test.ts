import assert from "node:assert/strict";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { startCloud } from "embedded-aws";
import { deploy } from "embedded-pulumi";

it("a note that is published stands in the table", async function () {
  this.timeout(120_000);
  const region = "eu-central-1";
  const cloud = await startCloud({ port: 0, region });
  const { outputs, endpoint, close } = await deploy<typeof import("../index")>(cloud);
  const client = { endpoint, region, credentials: { accessKeyId: "any", secretAccessKey: "any" } };
  try {
    const stored = new Promise((resolve) =>
      cloud.context.events.subscribe((event) => event.type === "item-inserted" && resolve(event)),
    );
    await new SNSClient(client).send(new PublishCommand({ TopicArn: outputs.topicArn, Message: "buy tea" }));
    await stored;
    const { Items } = await new DynamoDBClient(client).send(
      new ScanCommand({ TableName: outputs.tableName }),
    );
    assert.deepEqual(
      Items?.map(({ text }) => text),
      [{ S: "buy tea" }],
    );
  } finally {
    await close();
  }
});
