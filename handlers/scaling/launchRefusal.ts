/** What a failed `RunInstances` means for what may be done next. */
export type LaunchRefusal =
  /** This zone has no room: definite, so another zone may be asked. */
  | { readonly kind: "no capacity"; readonly reason: string }
  /** The token's instance has been terminated: the place is empty again. */
  | { readonly kind: "spent" }
  /** Somebody has used the token with another request: the decision has been made. */
  | { readonly kind: "already decided"; readonly reason: string }
  /** EC2 said no, in any zone. */
  | { readonly kind: "refused"; readonly reason: string }
  /** No answer, or none that tells: the instance may be there. Asking elsewhere could launch a second one. */
  | { readonly kind: "unclear"; readonly reason: string };

/** Refusals that concern one zone, or its subnet, alone: Amazon EC2 API reference, error codes. */
const ZONE_REFUSALS = new Set([
  "InsufficientInstanceCapacity",
  "InsufficientHostCapacity",
  "InsufficientFreeAddressesInSubnet",
  "Unsupported",
]);

export function launchRefusal(error: unknown): LaunchRefusal {
  const { name, message, status } = factsOf(error);
  const reason = `${name}: ${message}`;
  if (name === "IdempotentInstanceTerminated") return { kind: "spent" };
  if (name === "IdempotentParameterMismatch") return { kind: "already decided", reason };
  // EC2 reports a lack of capacity as a server error, so the code goes first.
  if (ZONE_REFUSALS.has(name)) return { kind: "no capacity", reason };
  if (name === "RequestLimitExceeded") return { kind: "refused", reason };
  if (status !== undefined && status >= 400 && status < 500) return { kind: "refused", reason };
  return { kind: "unclear", reason };
}

function factsOf(error: unknown): { name: string; message: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), status: undefined };
  const metadata = (error as { $metadata?: { httpStatusCode?: number } }).$metadata;
  return { name: error.name, message: error.message, status: metadata?.httpStatusCode };
}
