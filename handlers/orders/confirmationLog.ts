import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  UpdateItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { asError, isPassing, PassingFailure } from "../shared/failure";
import { retryUntil, type Timing } from "../shared/retry";
import { createStatements, StatementRefused } from "../shared/statements";

/** What became of a confirmation; each is an attribute of the order that holds the time (ISO 8601). */
export type Ending =
  "confirmationSentAt" | "confirmationFailedAt" | "confirmationBouncedAt" | "confirmationComplainedAt";

const ENDS = ["confirmationSentAt", "confirmationFailedAt", "cancelledAt", "erasedAt"] as const;

/** What the orders say about their confirmations. */
export interface ConfirmationLog {
  /**
   * Those of some orders, at most 100, whose confirmation has ended already, or is to be sent no more: the order was
   * cancelled, or its customer's data erased, since the stream told of it.
   */
  endedOf(orderIds: readonly string[], deadline: number): Promise<ReadonlySet<string>>;
  /**
   * Notes that the confirmations of some orders were sent, by a call for 25 of them; tells for each, in their order,
   * what stood in the way, undefined where nothing did.
   */
  sent(orderIds: readonly string[], deadline: number): Promise<readonly (Error | undefined)[]>;
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
  const execute = createStatements(options);

  const end: ConfirmationLog["end"] = async (orderId, ending, deadline, why) => {
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
  };

  /** By itself, what a batch cannot tell of. */
  const noteAlone = (orderId: string, deadline: number): Promise<Error | undefined> =>
    end(orderId, "confirmationSentAt", deadline).then(() => undefined, asError);

  return {
    end,
    async sent(orderIds, deadline) {
      const [only, second] = orderIds;
      if (only !== undefined && second === undefined) return [await noteAlone(only, deadline)];
      const now = new Date(timing.now()).toISOString();
      const statements = orderIds.map((orderId) => ({
        // No order that was deleted meanwhile is created by this, and the first note stays.
        Statement: `UPDATE "${ordersTableName}" SET confirmationSentAt = ? WHERE orderId = ? AND confirmationSentAt IS MISSING`,
        Parameters: [{ S: now }, { S: orderId }],
      }));
      const problems = await execute(statements, deadline);
      return Promise.all(
        orderIds.map(async (orderId, index) => {
          const problem = problems[index];
          if (problem === undefined || isPassing(problem)) return problem;
          const isNoted = problem instanceof StatementRefused && problem.code === "ConditionalCheckFailed";
          return isNoted ? undefined : await noteAlone(orderId, deadline);
        }),
      );
    },
    async endedOf(orderIds, deadline) {
      const ended = new Set<string>();
      // DynamoDB takes no key twice.
      let left = [...new Set(orderIds)];
      await retryUntil(deadline, timing, async (abortSignal) => {
        const { Responses = {}, UnprocessedKeys = {} } = await client.send(
          new BatchGetItemCommand({
            RequestItems: {
              [ordersTableName]: {
                Keys: left.map((orderId) => ({ orderId: { S: orderId } })),
                ProjectionExpression: ["orderId", ...ENDS].join(", "),
                // Another delivery of the same record may have ended a moment ago.
                ConsistentRead: true,
              },
            },
          }),
          { abortSignal },
        );
        // Stryker disable next-line ArrayDeclaration: what has no id is no order.
        for (const item of Responses[ordersTableName] ?? [])
          // Stryker disable next-line ConditionalExpression: each has its key; the type asks for it.
          if (item.orderId?.S !== undefined && ENDS.some((name) => item[name] !== undefined))
            ended.add(item.orderId.S);
        // Stryker disable next-line ArrayDeclaration: a key that holds no id names no order.
        left = (UnprocessedKeys[ordersTableName]?.Keys ?? []).flatMap(({ orderId }) => orderId?.S ?? []);
        if (left.length > 0)
          throw new PassingFailure("UnprocessedKeys", `${left.length} orders could not be read just now`);
      });
      return ended;
    },
  };
}
