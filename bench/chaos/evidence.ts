import type { Cloud } from "embedded-aws";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { scanTable } from "../../tools/demonstration/observe";
import type { StockLevel } from "../../tools/shop/stockLevels";
import { localCredentials } from "../../tools/target";
import type { Change, Evidence, FinalOrder, Letter } from "./judge";
import type { Stack } from "./stack";

const LARGEST_PAGE = 1_000;

/** What stands in tables, streams and queues at the end of a run; the queues are empty then. */
export async function collect(
  cloud: Cloud,
  stack: Stack,
): Promise<
  Pick<
    Evidence,
    "stored" | "letters" | "history" | "left" | "failedConfirmations" | "givenUp" | "announcements"
  >
> {
  const { endpoint } = cloud;
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint, region: cloud.context.region, credentials: localCredentials }),
  );
  try {
    const levels = await scanTable<StockLevel>(client, stack.inventoryTableName);
    const confirmations = await messagesOf(cloud, stack.confirmationFailureQueueUrl);
    const failures = [...confirmations, ...(await messagesOf(cloud, stack.announcementFailureQueueUrl))];
    const announcements = await messagesOf(cloud, stack.announcementsQueueUrl);
    return {
      stored: await scanTable<FinalOrder>(client, stack.ordersTableName),
      letters: await messagesOf(cloud, stack.orderDeadLetterQueueUrl),
      history: await historyOf(cloud, stack.ordersTableName),
      left: Object.fromEntries(levels.map(({ sku, stock }) => [sku, stock])),
      failedConfirmations: counted(confirmations, (body) => failedOrderOf(body)),
      givenUp: givenUp(failures),
      announcements: counted(announcements, (body) => eventIdOf(body)),
    };
  } finally {
    client.destroy();
  }
}

/** Every message of a queue, taken out. */
async function messagesOf(cloud: Cloud, QueueUrl: string): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (;;) {
    const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
    });
    if (Messages.length === 0) return letters;
    for (const { Body = "", MessageAttributes = {} } of Messages)
      letters.push({ body: Body, reason: MessageAttributes.refusalReason?.StringValue });
    await cloud.call("sqs", "DeleteMessageBatch", {
      QueueUrl,
      Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
    });
  }
}

/** All changes of a table, by its stream. */
async function historyOf(cloud: Cloud, TableName: string): Promise<Change[]> {
  const { Streams: [{ StreamArn } = {}] = [] } = await cloud.call("dynamodb", "ListStreams", { TableName });
  const { StreamDescription } = await cloud.call("dynamodb", "DescribeStream", { StreamArn });
  const changes: Change[] = [];
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    let { ShardIterator } = await cloud.call("dynamodb", "GetShardIterator", {
      StreamArn,
      ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    });
    while (ShardIterator !== undefined) {
      const page: { Records?: readonly StreamRecord[]; NextShardIterator?: string | undefined } =
        await cloud.call("dynamodb", "GetRecords", { ShardIterator, Limit: LARGEST_PAGE });
      const records = page.Records ?? [];
      for (const record of records) changes.push(changeOf(record));
      // A shard that is open has no end: what is empty has been read.
      ShardIterator = records.length === 0 ? undefined : page.NextShardIterator;
    }
  }
  return changes;
}

interface StreamRecord {
  readonly eventName?: Change["kind"] | undefined;
  readonly dynamodb?:
    | {
        readonly Keys?: Attributes | undefined;
        readonly NewImage?: Attributes | undefined;
      }
    | undefined;
}
type Attributes = Readonly<Record<string, { readonly S?: string | undefined }>>;

function changeOf({ eventName = "REMOVE", dynamodb = {} }: StreamRecord): Change {
  const { Keys, NewImage } = dynamodb;
  return {
    kind: eventName,
    orderId: Keys?.orderId?.S ?? "",
    status: NewImage?.status?.S ?? "",
    createdAt: NewImage?.createdAt?.S ?? "",
  };
}

function counted(letters: readonly Letter[], keyOf: (body: string) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of letters) counts.set(keyOf(body), (counts.get(keyOf(body)) ?? 0) + 1);
  return counts;
}

/** What Lambda's records of failed invocations tell, by function and reason. */
function givenUp(failures: readonly Letter[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of failures) {
    const { requestContext, DDBStreamBatchInfo: batch } = JSON.parse(body) as InvocationRecord;
    if (requestContext === undefined) continue;
    const functionName = requestContext.functionArn.split(":")[6] ?? "";
    const key = `${functionName}, ${requestContext.condition}`;
    counts.set(key, (counts.get(key) ?? 0) + (batch?.batchSize ?? 1));
  }
  return counts;
}

/** Lambda developer guide, "Capturing records of Lambda asynchronous invocations", and of discarded batches. */
interface InvocationRecord {
  readonly requestContext?: { readonly functionArn: string; readonly condition: string };
  readonly DDBStreamBatchInfo?: { readonly batchSize: number };
}

function failedOrderOf(body: string): string {
  const record = JSON.parse(body) as StreamRecord;
  return record.dynamodb?.NewImage?.orderId?.S ?? "";
}

function eventIdOf(body: string): string {
  return (JSON.parse(body) as { readonly detail: { readonly eventId: string } }).detail.eventId;
}
