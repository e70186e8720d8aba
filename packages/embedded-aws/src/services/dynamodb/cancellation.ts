import { AwsError } from "../../core/errors";
import type { Item } from "./attributeValue";
import { asBytes } from "./bytes";

/** Why one action stands in the way of its transaction; `None` when it does not. */
export interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

export const NO_REASON: CancellationReason = { Code: "None" };

/** A condition, with the item that broke it when the action asked for that. */
export function conditionReason(item: Item | undefined): CancellationReason {
  return {
    Code: "ConditionalCheckFailed",
    Message: "The conditional request failed",
    ...(item !== undefined && { Item: item }),
  };
}

/** Errors of single operations, by the code that they have as a reason of a transaction. */
const REASON_CODES: Readonly<Record<string, string>> = {
  ValidationException: "ValidationError",
  TransactionConflictException: "TransactionConflict",
  ProvisionedThroughputExceededException: "ProvisionedThroughputExceeded",
  ThrottlingException: "ThrottlingError",
  ItemCollectionSizeLimitExceededException: "ItemCollectionSizeLimitExceeded",
};

/** The reason that `error` is for its transaction; nothing when it fails the request instead. */
export function errorReason(error: AwsError): CancellationReason | undefined {
  const code = REASON_CODES[error.code];
  return code === undefined ? undefined : { Code: code, Message: error.message };
}

/** The refusal of a transaction, or nothing when no action stands in its way. One reason for each action, in order. */
export function cancellation(reasons: readonly CancellationReason[]): AwsError | undefined {
  if (reasons.every(({ Code }) => Code === "None")) return undefined;
  const codes = reasons.map(({ Code }) => Code).join(", ");
  return new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    {
      CancellationReasons: reasons.map(({ Item, ...reason }) =>
        Item === undefined ? reason : { ...reason, Item: asBytes(Item) },
      ),
    },
  );
}
