import type { Output } from "../../../wire/operation";
import type { AwsError } from "../../../core/errors";

type Response = NonNullable<Output<"dynamodb", "BatchExecuteStatement">["Responses"]>[number];
export type StatementErrorCode = NonNullable<NonNullable<Response["Error"]>["Code"]>;

/** Errors of single operations, by the code that they have in a batch: "BatchStatementError", API reference. */
const CODES: ReadonlyMap<string, StatementErrorCode> = new Map<string, StatementErrorCode>([
  ["AccessDeniedException", "AccessDenied"],
  ["ConditionalCheckFailedException", "ConditionalCheckFailed"],
  ["DuplicateItemException", "DuplicateItem"],
  ["InternalServerError", "InternalServerError"],
  ["ItemCollectionSizeLimitExceededException", "ItemCollectionSizeLimitExceeded"],
  ["ProvisionedThroughputExceededException", "ProvisionedThroughputExceeded"],
  ["RequestLimitExceeded", "RequestLimitExceeded"],
  ["ResourceNotFoundException", "ResourceNotFound"],
  ["ThrottlingException", "ThrottlingError"],
  ["TransactionConflictException", "TransactionConflict"],
  ["ValidationException", "ValidationError"],
]);

/** The code that an error has for one statement of a batch; undefined where it fails the batch instead. */
export function statementErrorCode(error: AwsError): StatementErrorCode | undefined {
  return CODES.get(error.code);
}
