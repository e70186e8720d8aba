import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createDeadLetterQueue } from "./orders/deadLetterQueue";
import { entryOfOrder } from "./orders/orderEvents";
import { createOrderStore } from "./orders/orderStore";
import { createProcessOrders } from "./orders/processBatch";
import { createEventBus } from "./shared/eventBus";
import { lean } from "./shared/leanClient";
import { clientConfig, realTiming } from "./shared/retry";
import { readEnvironment, readOptionalEnvironment } from "./shared/environment";
import { createTelemetry } from "./shared/telemetry";
import { traced } from "./shared/tracing";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = {
  ...readEnvironment("ORDERS_TABLE_NAME", "INVENTORY_TABLE_NAME", "DEAD_LETTER_QUEUE_URL"),
  ...readOptionalEnvironment("EVENT_BUS_NAME", "TIME_TO_LIVE_DAYS"),
};
const bus =
  environment.EVENT_BUS_NAME === undefined
    ? undefined
    : createEventBus({
        client: lean(traced(new EventBridgeClient(clientConfig))),
        busName: environment.EVENT_BUS_NAME,
        timing: realTiming,
        entryOf: entryOfOrder,
      });

/** Takes batches off the order queue: each order is stored once, or stands in the dead-letter queue. */
export const handler = createProcessOrders({
  store: createOrderStore({
    client: lean(traced(new DynamoDBClient(clientConfig)), {
      ConditionalCheckFailedException,
      TransactionCanceledException,
    }),
    ordersTableName: environment.ORDERS_TABLE_NAME,
    inventoryTableName: environment.INVENTORY_TABLE_NAME,
    timeToLiveDays: Number(environment.TIME_TO_LIVE_DAYS ?? 0),
    timing: realTiming,
  }),
  sendToDeadLetterQueue: createDeadLetterQueue({
    client: lean(traced(new SQSClient(clientConfig))),
    queueUrl: environment.DEAD_LETTER_QUEUE_URL,
    timing: realTiming,
  }).sendAll,
  sendEvents: bus?.sendAll,
  telemetry: createTelemetry(),
  timing: realTiming,
});
