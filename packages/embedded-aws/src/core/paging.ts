import { AwsError } from "./errors";

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; absent after the last one. */
  readonly next?: string;
}

/** One page of a list. Its token is the position at which the next page starts: lists change little between. */
export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
  badToken: string,
): Page<T> {
  if (token !== undefined && !/^[0-9]{1,9}$/.test(token)) {
    throw new AwsError(badToken, `The token "${token}" is not one that an earlier answer gave`);
  }
  const start = Number(token ?? 0);
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length ? { next: String(end) } : {}) };
}
