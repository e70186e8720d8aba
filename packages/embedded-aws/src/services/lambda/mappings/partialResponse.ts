import { parseJson } from "../../../core/parseJson";

/** Which records of a batch a function reports as failed. */
export type BatchResult =
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed" }
  | { readonly kind: "partly-failed"; readonly failed: ReadonlySet<string> };

const SUCCEEDED: BatchResult = { kind: "succeeded" };
const FAILED: BatchResult = { kind: "failed" };

/**
 * Reads a response under `ReportBatchItemFailures` by Lambda's rules ("Success and failure conditions" in the
 * developer guide): nothing, an empty object, or empty or null `batchItemFailures` is a complete success, so
 * that a misspelt key is one too; anything that cannot be read, and an identifier that is empty, missing or not
 * in the batch, fails the whole batch.
 *
 * @param identifiers of the batch: message ids, or sequence numbers.
 */
export function readBatchResponse(payload: string, identifiers: ReadonlySet<string>): BatchResult {
  if (payload.trim() === "") return SUCCEEDED;
  let response: unknown;
  try {
    response = parseJson(payload);
  } catch {
    return FAILED;
  }
  if (response === null || response === "") return SUCCEEDED;
  if (typeof response !== "object" || Array.isArray(response)) return FAILED;
  const { batchItemFailures } = response as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return SUCCEEDED;
  if (!Array.isArray(batchItemFailures)) return FAILED;
  if (batchItemFailures.length === 0) return SUCCEEDED;

  const failed = new Set<string>();
  for (const entry of batchItemFailures as readonly unknown[]) {
    const { itemIdentifier } = (entry ?? {}) as { itemIdentifier?: unknown };
    if (typeof itemIdentifier !== "string" || !identifiers.has(itemIdentifier)) return FAILED;
    failed.add(itemIdentifier);
  }
  return { kind: "partly-failed", failed };
}
