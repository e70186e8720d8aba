import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as aws from "@pulumi/aws";

/** Notes, by the id of the message that brought them. */
const notes = new aws.dynamodb.Table("notes", {
  attributes: [{ name: "id", type: "S" }],
  hashKey: "id",
  billingMode: "PAY_PER_REQUEST",
});

const topic = new aws.sns.Topic("news");
const queue = new aws.sqs.Queue("inbox", { visibilityTimeoutSeconds: 180 });

const allowTopic = aws.iam.getPolicyDocumentOutput({
  statements: [
    {
      actions: ["sqs:SendMessage"],
      resources: [queue.arn],
      principals: [{ type: "Service", identifiers: ["sns.amazonaws.com"] }],
      conditions: [{ test: "ArnEquals", variable: "aws:SourceArn", values: [topic.arn] }],
    },
  ],
});
new aws.sqs.QueuePolicy("inbox", { queueUrl: queue.url, policy: allowTopic.json });
new aws.sns.TopicSubscription("inbox", {
  topic: topic.arn,
  protocol: "sqs",
  endpoint: queue.arn,
  rawMessageDelivery: true,
});

queue.onEvent("note", async (event) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient());
  for (const { messageId, body } of event.Records) {
    await table.send(new PutCommand({ TableName: notes.name.get(), Item: { id: messageId, text: body } }));
  }
});

export const topicArn = topic.arn;
export const tableName = notes.name;
