import {
  BatchExecuteStatementCommand,
  type AttributeValue,
  type BatchStatementRequest,
  type BatchStatementResponse,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { PassingFailure } from "./failure";
import { SOCKETS, type Timing } from "./retry";
import { sendEntries, type EntryRequest } from "./sendEntries";

/** `BatchExecuteStatement` takes this many statements (DynamoDB API reference). */
const MOST_STATEMENTS = 25;

/** Verdicts on one statement of a batch that another attempt may change. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  "InternalServerError",
  "ProvisionedThroughputExceeded",
  "RequestLimitExceeded",
  "ThrottlingError",
  "TransactionConflict",
]);

/** DynamoDB's verdict on one statement, by its code: "DuplicateItem", "ConditionalCheckFailed". */
export class StatementRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** What stands there, where DynamoDB says it. */
    readonly item: Readonly<Record<string, AttributeValue>> | undefined,
    /** Whether an attempt came before, of which nobody may know what it did. */
    readonly tried: boolean,
  ) {
    super(message);
    this.name = code;
  }
}

/**
 * Runs PartiQL statements, 25 a call, each decided by itself; tells for each, in their order, what stood in the way: a
 * `StatementRefused`, or what the whole call was refused with. What passes is tried again until the deadline, in the
 * timing's milliseconds.
 */
export type ExecuteStatements = (
  statements: readonly BatchStatementRequest[],
  deadline: number,
) => Promise<readonly (Error | undefined)[]>;

export function createStatements(options: {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly timing: Timing;
}): ExecuteStatements {
  const { client, timing } = options;
  const request: EntryRequest<BatchStatementRequest> = {
    mostEntries: MOST_STATEMENTS,
    // What 25 orders take is far from what a request may hold.
    mostBytes: Infinity,
    // Stryker disable next-line ArrowFunction: nothing is more than is allowed.
    bytesOf: () => 0,
    requestsAtOnce: SOCKETS,
    async send(statements, abortSignal, attempt) {
      const command = new BatchExecuteStatementCommand({ Statements: [...statements] });
      const { Responses = [] } = await client.send(command, { abortSignal });
      return statements.map((_, place) => problemOf(Responses[place], attempt > 1));
    },
  };
  return (statements, deadline) => sendEntries(statements, request, timing, deadline);
}

function problemOf(response: BatchStatementResponse | undefined, tried: boolean): Error | undefined {
  if (response === undefined) return new StatementRefused("Unanswered", "got no answer", undefined, tried);
  if (response.Error === undefined) return undefined;
  const { Code: code = "Unknown", Message: message = code, Item: item } = response.Error;
  return PASSING_CODES.has(code)
    ? new PassingFailure(code, message)
    : new StatementRefused(code, message, item, tried);
}
