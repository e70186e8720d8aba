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

/** Of what AWS may well do, and the embedded cloud does not; by whichever code its service refuses it. */
export class Unsupported extends AwsError {}

/** What the embedded cloud says when it is asked for something that it does not do; `instead`: what it does. */
export function notSupported(what: string, instead: readonly string[] = []): Unsupported {
  const others = instead.length === 0 ? "" : `; supported: ${instead.join(", ")}`;
  return new Unsupported(
    "NotSupportedByEmbeddedCloud",
    `${what} is not supported by the embedded cloud${others}`,
    501,
  );
}
