import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { retryUntil, type Timing } from "../shared/retry";

/** How a confirmation ended; both are attributes of the order that hold the time (ISO 8601). */
export type Ending = "confirmationSentAt" | "confirmationFailedAt";

const ENDS = ["confirmationSentAt", "confirmationFailedAt", "cancelledAt", "erasedAt"] as const;

/** What the orders say about their confirmations. */
export interface ConfirmationLog {
  /**
   * Whether an order's confirmation has ended already, or is to be sent no more: the order was cancelled, or its
   * customer's data erased, since the stream told of it.
   */
  hasEnded(orderId: string, deadline: number): Promise<boolean>;
  /** Notes how an order's confirmation ended; the first note stays. */
  end(orderId: string, ending: Ending, deadline: number): Promise<void>;
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
            ProjectionExpression: ENDS.join(", "),
            // Another delivery of the same record may have ended a moment ago.
            ConsistentRead: true,
          }),
          { abortSignal },
        ),
      );
      return ENDS.some((name) => Item?.[name] !== undefined);
    },
    async end(orderId, ending, deadline) {
      await retryUntil(deadline, timing, async (abortSignal) => {
        const command = new UpdateItemCommand({
          TableName: ordersTableName,
          Key: { orderId: { S: orderId } },
          UpdateExpression: "SET #ending = :now",
          // An update would create an order that was deleted meanwhile.
          ConditionExpression: "attribute_exists(orderId) AND attribute_not_exists(#ending)",
          ExpressionAttributeNames: { "#ending": ending },
          ExpressionAttributeValues: { ":now": { S: new Date(timing.now()).toISOString() } },
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
