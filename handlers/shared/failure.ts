/** The parts of an error that may be logged: SDK errors carry whole items, which hold personal data. */
export interface Failure {
  readonly name: string;
  readonly message: string;
}

export function describeFailure(cause: unknown): Failure {
  return cause instanceof Error
    ? { name: cause.name, message: cause.message }
    : { name: "Error", message: `a ${typeof cause} was thrown` };
}

/** What was caught, as an error. */
export function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** A failure that another attempt may cure, where AWS's own error does not say so by its name. */
export class PassingFailure extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Errors by which AWS says "not now": more than it allows, or two writers at once. */
const PASSING_ERRORS = new Set([
  "ThrottlingException",
  "Throttling",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestThrottled",
  "RequestLimitExceeded",
  "ProvisionedThroughputExceededException",
  "TransactionInProgressException",
  "TransactionConflictException",
  // Of a global table: another region writes the item just now.
  "ReplicatedWriteConflictException",
  "RequestTimeout",
  "TimeoutError",
  "InternalServerError",
  "ServiceUnavailable",
]);

/** Node's codes for connections that broke, or could not be made just now. */
const NETWORK_CODES: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/**
 * What AWS says of a request that was signed too long ago, or ahead of its time. The SDK's clients do not tell where their
 * process stood still between signing and sending: their clock is right, and the next request is signed anew.
 */
const OUT_OF_TIME = /^Signature (expired|not yet current)/;

interface SdkErrorParts {
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    /** Set by the SDK where a refusal told it that its clock is wrong: it signs the next attempt by AWS's. */
    readonly clockSkewCorrected?: boolean;
  };
  readonly code?: unknown;
}

/**
 * Whether the same call may succeed a moment later: throttles, conflicts, AWS's own failures, the network's, a clock that
 * has been set right.
 */
export function isPassing(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const { $metadata = {}, code } = cause as SdkErrorParts;
  const { httpStatusCode: status = 0, clockSkewCorrected } = $metadata;
  return (
    cause instanceof PassingFailure ||
    PASSING_ERRORS.has(cause.name) ||
    clockSkewCorrected === true ||
    OUT_OF_TIME.test(cause.message) ||
    status === 429 ||
    status >= 500 ||
    NETWORK_CODES.has(code)
  );
}
