import { createRequire } from "node:module";
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { lean } from "../../handlers/shared/leanClient";
import type { Order } from "../../handlers/orders/order";
import type { ContenderName, Told, Wanted } from "./race";

/**
 * A process of its own, as a function has: the calls go where its environment says, and what it logs goes to the standard
 * output, which nobody reads. It runs a contender for each message that it gets, and answers with the time that it took.
 */

type Contender = (event: SQSEvent) => Promise<unknown>;

/** Nobody's time runs out. */
const context = { getRemainingTimeInMillis: () => 600_000 } as Context;

/** The package's module, as Lambda loads it. */
const { handler } = createRequire(__filename)(process.env.PACKAGE_FILE ?? "") as {
  readonly handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
};

/** As it comes: what people's functions call AWS with. */
const client = new DynamoDBClient();
const leanClient = lean(client);
const processor = new BatchProcessor(EventType.SQS);

const contenders: Readonly<Record<ContenderName, Contender>> = {
  own: async (event) => refuseFailures(await handler(event, context)),
  async sequential({ Records }) {
    for (const record of Records) await client.send(putOf(record));
  },
  powertools: async (event) =>
    refuseFailures(
      await processPartialResponse(event, (record: SQSRecord) => client.send(putOf(record)), processor, {
        context,
      }),
    ),
  // No handler that stores anything waits less than once; and by no client less than by this one.
  async floor({ Records: [first] }) {
    if (first !== undefined) await leanClient.send(putOf(first));
  },
};

function refuseFailures({ batchItemFailures }: SQSBatchResponse): void {
  if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} orders were not stored`);
}

/** What the handler's own store puts, without its checks. */
function putOf({ body }: SQSRecord): PutItemCommand {
  const { orderId, customerName, totalAmount } = JSON.parse(body) as Order;
  return new PutItemCommand({
    TableName: process.env.ORDERS_TABLE_NAME,
    Item: {
      orderId: { S: orderId },
      customerName: { S: customerName },
      totalAmount: { N: String(totalAmount) },
      status: { S: "Processed" },
      createdAt: { S: new Date().toISOString() },
    },
    ConditionExpression: "attribute_not_exists(orderId)",
  });
}

let serial = 0;

function eventOf(records: number): SQSEvent {
  const record = (): SQSRecord => {
    const id = `bench-${++serial}`;
    return {
      messageId: id,
      receiptHandle: id,
      body: JSON.stringify({ orderId: id, customerName: "Customer 1", totalAmount: 12.5 }),
      attributes: {
        ApproximateReceiveCount: "1",
        ApproximateFirstReceiveTimestamp: "1767225600000",
        SenderId: "bench",
        SentTimestamp: "1767225600000",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:bench",
      awsRegion: "us-east-1",
    };
  };
  return { Records: Array.from({ length: records }, record) };
}

async function run({ contender, records }: Wanted): Promise<Told> {
  const event = eventOf(records);
  const started = performance.now();
  try {
    await contenders[contender](event);
    return { milliseconds: performance.now() - started };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on("message", (wanted: Wanted) => {
  void run(wanted).then((told) => process.send?.(told));
});
