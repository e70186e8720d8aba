/**
 * What lists are asked for without making arguments of their elements: arguments lie on the stack, and some hundred
 * thousand of them overflow it.
 */

/** The largest of `values` and `floor`. */
export function largest(values: Iterable<number>, floor = -Infinity): number {
  let most = floor;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The smallest of `values` and `ceiling`. */
export function smallest(values: Iterable<number>, ceiling = Infinity): number {
  let least = ceiling;
  for (const value of values) least = Math.min(least, value);
  return least;
}

/** Adds each of `values` to the end of `list`. */
export function appendAll<T>(list: T[], values: Iterable<T>): void {
  for (const value of values) list.push(value);
}

/** The first values of an iteration, `most` of them at most: the rest is not looked at. */
export function firstValues<T>(values: Iterable<T>, most: number): T[] {
  const first: T[] = [];
  for (const value of values) {
    if (first.length >= most) break;
    first.push(value);
  }
  return first;
}
