import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { retryUntil, type Timing } from "../shared/retry";

/** What became of a confirmation; each is an attribute of the order that holds the time (ISO 8601). */
export type Ending =
  "confirmationSentAt" | "confirmationFailedAt" | "confirmationBouncedAt" | "confirmationComplainedAt";

/** What the orders say about their confirmations. */
export interface ConfirmationLog {
  /** Whether an order's confirmation has ended already. */
  hasEnded(orderId: string, deadline: number): Promise<boolean>;
  /**
   * Notes what became of an order's confirmation; the first note of each kind stays.
   *
   * @param why goes into the order's `confirmationFailure`; holds nothing personal.
   */
  end(orderId: string, ending: Ending, deadline: number, why?: string): Promise<void>;
}

export function createConfirmationLog(options: {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly ordersTableName: string;
  readonly timing: Timing;
}): ConfirmationLog {
  const { client, ordersTableName, timing } = options;
  return {
    async hasEnded(orderId, deadline) {
      const { Item } = await retryUntil(deadline, timing, (abortSignal) =>
        client.send(
          new GetItemCommand({
            TableName: ordersTableName,
            Key: { orderId: { S: orderId } },
            ProjectionExpression: "confirmationSentAt, confirmationFailedAt",
            // Another delivery of the same record may have ended a moment ago.
            ConsistentRead: true,
          }),
          { abortSignal },
        ),
      );
      return Item?.confirmationSentAt !== undefined || Item?.confirmationFailedAt !== undefined;
    },
    async end(orderId, ending, deadline, why) {
      await retryUntil(deadline, timing, async (abortSignal) => {
        const command = new UpdateItemCommand({
          TableName: ordersTableName,
          Key: { orderId: { S: orderId } },
          UpdateExpression: `SET #ending = :now${why === undefined ? "" : ", confirmationFailure = :why"}`,
          // An update would create an order that was deleted meanwhile.
          ConditionExpression: "attribute_exists(orderId) AND attribute_not_exists(#ending)",
          ExpressionAttributeNames: { "#ending": ending },
          ExpressionAttributeValues: {
            ":now": { S: new Date(timing.now()).toISOString() },
            ...(why === undefined ? {} : { ":why": { S: why } }),
          },
        });
        try {
          await client.send(command, { abortSignal });
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      });
    },
  };
}
