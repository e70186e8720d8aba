/**
 * An error as AWS reports it on the wire.
 *
 * `code` is the service's own short code ("ResourceNotFoundException"); `details` are the error's further
 * members, for services whose errors carry data (DynamoDB's `CancellationReasons`).
 */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** Words in every error for what AWS may well do, and the embedded cloud does not. */
export const UNSUPPORTED = "not supported by the embedded cloud";

/** Whether it is the embedded cloud that is at fault, where AWS might have answered. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof AwsError && error.message.includes(UNSUPPORTED);
}

/** What the embedded cloud says when it is asked for something that it does not do; `instead`: what it does. */
export function notSupported(what: string, instead: readonly string[] = []): AwsError {
  const others = instead.length === 0 ? "" : `; supported: ${instead.join(", ")}`;
  return new AwsError("NotSupportedByEmbeddedCloud", `${what} is ${UNSUPPORTED}${others}`, 501);
}
