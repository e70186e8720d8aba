import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createOrderStore } from "./orders/orderStore";
import { createProcessOrders } from "./orders/processBatch";
import { clientConfig, realTiming, retryUntil } from "./shared/retry";
import { readEnvironment } from "./shared/environment";
import { createTelemetry } from "./shared/telemetry";
import { traced } from "./shared/tracing";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment(
  "ORDERS_TABLE_NAME",
  "INVENTORY_TABLE_NAME",
  "DEAD_LETTER_QUEUE_URL",
);
const sqs = traced(new SQSClient(clientConfig));

/** Takes batches off the order queue: each order is stored once, or stands in the dead-letter queue. */
export const handler = createProcessOrders({
  store: createOrderStore({
    client: traced(new DynamoDBClient(clientConfig)),
    ordersTableName: environment.ORDERS_TABLE_NAME,
    inventoryTableName: environment.INVENTORY_TABLE_NAME,
    timing: realTiming,
  }),
  async sendToDeadLetterQueue(letter, deadline) {
    const message = { QueueUrl: environment.DEAD_LETTER_QUEUE_URL, ...letter };
    await retryUntil(deadline, realTiming, (abortSignal) =>
      sqs.send(new SendMessageCommand(message), { abortSignal }),
    );
  },
  telemetry: createTelemetry(),
  timing: realTiming,
});
