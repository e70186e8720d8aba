/** Bounds of one invocation's batch. */
export interface BatchLimits {
  readonly maxRecords: number;
  /** How long a batch that is not full waits for more; 0: not at all. */
  readonly windowMs: number;
  readonly maxBytes: number;
}

/** An invocation's payload holds 6 MB; some of it goes to what stands around the records. */
export const MAX_BATCH_BYTES = 6 * 1024 * 1024 - 1024;

export type BatchState =
  | { readonly kind: "empty" }
  | { readonly kind: "waiting"; readonly until: number }
  /** The first `count` records make the batch. */
  | { readonly kind: "ready"; readonly count: number };

/**
 * When Lambda invokes: as soon as the batch is full, the payload would grow beyond its limit, or the window has
 * passed since the first record came; whichever is first (Lambda developer guide, "Batching behavior").
 *
 * @param sizes of the records that wait, in order; bytes.
 * @param openedAt when the first of them came.
 */
export function nextBatch(
  sizes: readonly number[],
  openedAt: number,
  now: number,
  limits: BatchLimits,
): BatchState {
  if (sizes.length === 0) return { kind: "empty" };
  const count = countThatFits(sizes, limits);
  const full = count < sizes.length || count === limits.maxRecords;
  const until = openedAt + limits.windowMs;
  return full || now >= until ? { kind: "ready", count } : { kind: "waiting", until };
}

/** At least one: a record that is too large alone is the function's to fail on. */
function countThatFits(sizes: readonly number[], { maxRecords, maxBytes }: BatchLimits): number {
  let bytes = 0;
  let count = 0;
  for (const size of sizes.slice(0, maxRecords)) {
    // One byte for the comma between records.
    bytes += size + 1;
    if (bytes > maxBytes) break;
    count++;
  }
  return Math.max(1, count);
}
