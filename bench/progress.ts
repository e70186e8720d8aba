/**
 * Says on standard error what is being measured now: a bench takes minutes, and its output is the figures, which come last.
 *
 * @param turn from 0 on; of how many.
 */
export function tell(what: string, turn?: number, turns?: number): void {
  const count = turn === undefined || turns === undefined ? "" : `, turn ${turn + 1} of ${turns}`;
  process.stderr.write(`  ${what}${count}\n`);
}
