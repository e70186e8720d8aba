import {
  ReceiveMessageCommand,
  ChangeMessageVisibilityBatchCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { ScanCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Long enough to read a whole dead-letter queue once without meeting a message twice; seconds. */
const PEEK_VISIBILITY_SECONDS = 60;

/** Every item of a table, in no order. */
export async function scanTable<Item>(client: DynamoDBDocumentClient, tableName: string): Promise<Item[]> {
  const items: Item[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    items.push(...((page.Items ?? []) as Item[]));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}

/** Every message of a queue, which are visible again afterwards. */
export async function peekQueue(client: SQSClient, queueUrl: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (;;) {
    const { Messages: page = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: PEEK_VISIBILITY_SECONDS,
        MessageAttributeNames: ["All"],
      }),
    );
    if (page.length === 0) break;
    messages.push(...page);
  }
  for (let from = 0; from < messages.length; from += 10) {
    const entries = messages.slice(from, from + 10).map((message, index) => ({
      Id: String(index),
      ReceiptHandle: message.ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  }
  return messages;
}
