/** What a failed `RunInstances` means for what may be done next. */
export type LaunchRefusal =
  /** This zone or subnet cannot take it: definite, so another may be asked. */
  | { readonly kind: "no capacity"; readonly reason: string }
  /** The token's instances have been terminated. */
  | { readonly kind: "spent" }
  /** The token was used with another request. */
  | { readonly kind: "mismatch"; readonly reason: string }
  /** Too many calls, or a clock that was wrong until now: the same call may be made a moment later. */
  | { readonly kind: "later"; readonly reason: string }
  /** EC2 said no, in any zone. */
  | { readonly kind: "refused"; readonly reason: string }
  /** No answer, or none that tells: the instances may be there. Asking elsewhere could launch them twice. */
  | { readonly kind: "unclear"; readonly reason: string };

/** Refusals that concern one zone, or its subnet, alone: Amazon EC2 API reference, error codes. */
const ZONE_REFUSALS = new Set([
  "InsufficientInstanceCapacity",
  "InsufficientHostCapacity",
  "InsufficientReservedInstanceCapacity",
  "InsufficientCapacity",
  "InsufficientVolumeCapacity",
  "InsufficientAddressCapacity",
  "InsufficientFreeAddressesInSubnet",
  "InvalidSubnetID.NotFound",
  "InvalidSubnet",
  "Unsupported",
]);

const THROTTLES = new Set([
  "RequestLimitExceeded",
  "Throttling",
  "ThrottlingException",
  "RequestThrottled",
  "TooManyRequestsException",
]);

/** How EC2 says that a request was signed at the wrong time; some of them say other things as well. */
const CLOCK_SKEW = new Set([
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
  "RequestExpired",
  "AuthFailure",
]);

export function launchRefusal(error: unknown): LaunchRefusal {
  const { name, message, status, clockSkewCorrected } = factsOf(error);
  const reason = `${name}: ${message}`;
  if (name === "IdempotentInstanceTerminated") return { kind: "spent" };
  if (name === "IdempotentParameterMismatch") return { kind: "mismatch", reason };
  // EC2 reports a lack of capacity, and throttles, as server errors, so the code goes first.
  if (ZONE_REFUSALS.has(name)) return { kind: "no capacity", reason };
  if (THROTTLES.has(name) || (CLOCK_SKEW.has(name) && clockSkewCorrected)) return { kind: "later", reason };
  if (status >= 400 && status < 500) return { kind: "refused", reason };
  return { kind: "unclear", reason };
}

interface SdkMetadata {
  readonly httpStatusCode?: number;
  /** The SDK has learnt of an error by how much its clock is wrong, and signs the next call rightly. */
  readonly clockSkewCorrected?: boolean;
}

function factsOf(error: unknown) {
  const { $metadata = {} } = error instanceof Error ? (error as { $metadata?: SdkMetadata }) : {};
  return {
    name: error instanceof Error ? error.name : "Error",
    message: error instanceof Error ? error.message : String(error),
    status: $metadata.httpStatusCode ?? 0,
    clockSkewCorrected: $metadata.clockSkewCorrected === true,
  };
}
