import { setImmediate } from "node:timers/promises";
import {
  ChangeMessageVisibilityBatchCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { ScanCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Far longer than the messages of one answer are held; seconds. */
const PEEK_VISIBILITY_SECONDS = 60;

/** Every item of a table, page by page, in no order. */
export async function* itemsOf<Item>(
  client: DynamoDBDocumentClient,
  tableName: string,
): AsyncGenerator<Item> {
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    yield* (page.Items ?? []) as Item[];
    from = page.LastEvaluatedKey;
    await setImmediate();
  } while (from !== undefined);
}

/**
 * Every message of a queue that nobody else reads, each once. Each is visible again before the next ones are
 * received, so that a queue of any length is read with ten messages in flight: the embedded SQS hands out the
 * ones first that became visible first, and one that comes again says that all have been seen.
 */
export async function* messagesOf(client: SQSClient, queueUrl: string): AsyncGenerator<Message> {
  const seen = new Set<string>();
  for (;;) {
    const { Messages: page = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: PEEK_VISIBILITY_SECONDS,
        MessageAttributeNames: ["All"],
      }),
    );
    if (page.length === 0) return;
    const entries = page.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
    // An answer's messages come in no order: new ones may stand behind one that comes again.
    const unseen = page.filter(({ MessageId: id = "" }) => !seen.has(id));
    for (const message of unseen) {
      seen.add(message.MessageId ?? "");
      yield message;
    }
    if (unseen.length < page.length) return;
  }
}

/** All of `itemsOf`, for a table that fits into memory. */
export async function scanTable<Item>(client: DynamoDBDocumentClient, tableName: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of itemsOf<Item>(client, tableName)) items.push(item);
  return items;
}

/** All of `messagesOf`, for a queue that fits into memory. */
export async function peekQueue(client: SQSClient, queueUrl: string): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of messagesOf(client, queueUrl)) messages.push(message);
  return messages;
}
