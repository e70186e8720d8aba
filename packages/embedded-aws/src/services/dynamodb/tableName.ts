import { AwsError } from "../../core/errors";

/** A table's name as an operation takes it: the name, or the table's ARN. */

const ARN = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([^/]+)$/;
const NAME_PATTERN = "[a-zA-Z0-9_.-]+";
const MIN_LENGTH = 3;
const MAX_LENGTH = 255;

/** As `checkTableName`, in the words of `CreateTable`. */
export function checkNewTableName(name: string): void {
  const { length } = ownName(name);
  if (length < MIN_LENGTH || length > MAX_LENGTH) {
    throw new AwsError(
      "ValidationException",
      `TableName must be at least ${MIN_LENGTH} characters long and at most ${MAX_LENGTH} characters long`,
    );
  }
  checkTableName(name);
}

/** Throws DynamoDB's `ValidationException` for what can be no table's name. */
export function checkTableName(name: string, at = "tableName"): void {
  const own = ownName(name);
  const constraint =
    own.length < MIN_LENGTH
      ? `length greater than or equal to ${MIN_LENGTH}`
      : own.length > MAX_LENGTH
        ? `length less than or equal to ${MAX_LENGTH}`
        : undefined;
  if (constraint !== undefined) throw refusal(name, at, `have ${constraint}`);
  if (!/^[a-zA-Z0-9_.-]+$/.test(own)) {
    throw refusal(name, at, `satisfy regular expression pattern: ${NAME_PATTERN}`);
  }
}

function ownName(nameOrArn: string): string {
  return ARN.exec(nameOrArn)?.[1] ?? nameOrArn;
}

function refusal(name: string, at: string, constraint: string): AwsError {
  return new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${name}' at '${at}' failed to satisfy constraint: Member must ${constraint}`,
  );
}
