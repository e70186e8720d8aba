import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "embedded-aws";
import type { StockLevel } from "../shop/stockLevels";
import type { StoredOrder } from "./audit";
import { itemsOf, messagesOf, scanTable } from "./observe";

/** What stood there before a demonstration, and so is none of its doing. */
export interface Before {
  readonly orderIds: ReadonlySet<string>;
  /** Dead letters, by their ids. */
  readonly letterIds: ReadonlySet<string>;
  readonly stock: Readonly<Record<string, number>>;
  readonly emailsSent: number;
}

/** Where orders are sent, and what becomes of them. */
export interface OrderPlaces {
  readonly clock: Clock;
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBDocumentClient;
  readonly orderQueueUrl: string;
  readonly orderDeadLetterQueueUrl: string;
  readonly ordersTableName: string;
  readonly inventoryTableName: string;
  /** How many e-mails SES has accepted so far. */
  emailsSent(): number;
}

export const NOTHING_BEFORE: Before = {
  orderIds: new Set(),
  letterIds: new Set(),
  stock: {},
  emailsSent: 0,
};

/** How often to look whether what was kept has been worked off, by the cloud's clock. */
const LOOK_MS = 200;

/** Waits until what was kept in the order queue has been worked off, then looks at what stands there. */
export async function lookBefore(system: OrderPlaces, signal: AbortSignal): Promise<Before> {
  while ((await inQueue(system)) > 0) {
    await system.clock.sleep(LOOK_MS, signal);
    signal.throwIfAborted();
  }
  const orderIds = new Set<string>();
  for await (const { orderId } of itemsOf<StoredOrder>(system.dynamodb, system.ordersTableName))
    orderIds.add(orderId);
  const letterIds = new Set<string>();
  for await (const { MessageId = "" } of messagesOf(system.sqs, system.orderDeadLetterQueueUrl))
    letterIds.add(MessageId);
  const levels = await scanTable<StockLevel>(system.dynamodb, system.inventoryTableName);
  return {
    orderIds,
    letterIds,
    stock: Object.fromEntries(levels.map(({ sku, stock }) => [sku, stock])),
    emailsSent: system.emailsSent(),
  };
}

const COUNTS = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

async function inQueue({ sqs, orderQueueUrl }: Pick<OrderPlaces, "sqs" | "orderQueueUrl">): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: orderQueueUrl, AttributeNames: [...COUNTS] }),
  );
  return COUNTS.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
}
