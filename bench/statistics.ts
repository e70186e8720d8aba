/** The middle value; of an even number of values, the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return (lower + upper) / 2;
}

/**
 * The median of each turn's own ratio: what slowed the machine down during a turn fell on both of its sides.
 *
 * @throws RangeError when the two do not have the same number of turns.
 */
export function medianRatio(values: readonly number[], baseline: readonly number[]): number {
  if (values.length !== baseline.length)
    throw new RangeError(`got ${values.length} and ${baseline.length} turns; expected as many of each`);
  return median(values.map((value, turn) => value / (baseline[turn] ?? NaN)));
}
