import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createGetOrder } from "./orders/getOrder";
import { lean } from "./shared/leanClient";
import { clientConfig, realTiming } from "./shared/retry";
import { readEnvironment } from "./shared/environment";
import { traced } from "./shared/tracing";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment("ORDERS_TABLE_NAME");

/** `GET /orders/{orderId}` of the order API. */
export const handler = createGetOrder({
  client: lean(traced(new DynamoDBClient(clientConfig))),
  ordersTableName: environment.ORDERS_TABLE_NAME,
  timing: realTiming,
});
