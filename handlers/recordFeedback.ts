import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createConfirmationLog } from "./orders/confirmationLog";
import { createRecordFeedback } from "./orders/feedback";
import { readEnvironment } from "./shared/environment";
import { lean } from "./shared/leanClient";
import { clientConfig, realTiming } from "./shared/retry";
import { createTelemetry } from "./shared/telemetry";
import { traced } from "./shared/tracing";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment("ORDERS_TABLE_NAME");

/** Notes on its order that a confirmation came back, or that its recipient complained of it. */
export const handler = createRecordFeedback({
  confirmations: createConfirmationLog({
    client: lean(traced(new DynamoDBClient(clientConfig)), { ConditionalCheckFailedException }),
    ordersTableName: environment.ORDERS_TABLE_NAME,
    timing: realTiming,
  }),
  telemetry: createTelemetry(),
  timing: realTiming,
});
