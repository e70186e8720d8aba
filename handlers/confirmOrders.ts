import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createConfirmationLog } from "./orders/confirmationLog";
import { createConfirmOrders } from "./orders/confirmBatch";
import { confirmationFailure } from "./orders/deadLetter";
import { createDeadLetterQueue } from "./orders/deadLetterQueue";
import { createMailer } from "./orders/mailer";
import { lean } from "./shared/leanClient";
import { clientConfig, realTiming } from "./shared/retry";
import { readEnvironment, readOptionalEnvironment } from "./shared/environment";
import { createTelemetry } from "./shared/telemetry";
import { traced } from "./shared/tracing";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = {
  ...readEnvironment("ORDERS_TABLE_NAME", "CONFIRMATION_SENDER", "FAILURE_QUEUE_URL"),
  ...readOptionalEnvironment("CONFIRMATION_CONFIGURATION_SET", "CONFIRMATION_PIPELINE"),
};
const { CONFIRMATION_CONFIGURATION_SET: configurationSet, CONFIRMATION_PIPELINE: pipeline } = environment;
/** Whether, and how, bounces and complaints lead back to their orders. */
const tracking =
  configurationSet === undefined || pipeline === undefined ? undefined : { configurationSet, pipeline };
/**
 * Longer than a throttled mail is retried. A mail whose answer did not come in time may have been sent, and no token tells
 * SES that it is the same one: to send it again at once would make two of each where SES, or this process, is slow.
 */
const MAIL_TIMEOUT_MS = 10_000;
const failureQueue = createDeadLetterQueue({
  client: lean(traced(new SQSClient(clientConfig))),
  queueUrl: environment.FAILURE_QUEUE_URL,
  timing: realTiming,
});
const telemetry = createTelemetry();

/** Follows the orders' stream: each new order's customer is told by e-mail what became of it. */
export const handler = createConfirmOrders({
  confirmations: createConfirmationLog({
    client: lean(traced(new DynamoDBClient(clientConfig)), { ConditionalCheckFailedException }),
    ordersTableName: environment.ORDERS_TABLE_NAME,
    timing: realTiming,
  }),
  mailer: createMailer({
    client: lean(traced(new SESv2Client(clientConfig)), {}, { requestTimeout: MAIL_TIMEOUT_MS }),
    letterhead: { sender: environment.CONFIRMATION_SENDER, tracking },
    timing: realTiming,
    log: telemetry.log,
  }),
  async sendToFailureQueue(record, reason, deadline) {
    const [problem] = await failureQueue.sendAll([confirmationFailure(record, reason)], deadline);
    if (problem !== undefined) throw problem;
  },
  telemetry,
  timing: realTiming,
});
