import { AwsError } from "../../core/errors";
import type { StoredEvent } from "./logGroup";

export interface ReadRequest {
  readonly limit: number;
  readonly startFromHead: boolean;
  readonly nextToken?: string | undefined;
}

export interface Read {
  readonly events: readonly StoredEvent[];
  readonly nextForwardToken: string;
  readonly nextBackwardToken: string;
}

/**
 * A window of a stream's events, in order of time, for GetLogEvents. Tokens are places between events: `f/N`
 * goes on after event N, `b/N` back from before it. At an end the token comes back unchanged, as in AWS.
 */
export function readStream(
  events: readonly StoredEvent[],
  { limit, startFromHead, nextToken }: ReadRequest,
): Read {
  const window = windowOf(events, limit, startFromHead, nextToken);
  const first = window[0];
  const last = window.at(-1);
  if (first === undefined || last === undefined) {
    const place = nextToken?.slice(2) ?? "-1";
    return { events: window, nextForwardToken: `f/${place}`, nextBackwardToken: `b/${place}` };
  }
  return {
    events: window,
    nextForwardToken: `f/${last.sequence}`,
    nextBackwardToken: `b/${first.sequence}`,
  };
}

function windowOf(
  events: readonly StoredEvent[],
  limit: number,
  startFromHead: boolean,
  token: string | undefined,
): readonly StoredEvent[] {
  if (token === undefined) return startFromHead ? events.slice(0, limit) : events.slice(-limit);
  const [, direction, place] = /^([fb])\/(-?[0-9]{1,15})$/.exec(token) ?? [];
  if (direction === undefined) {
    throw new AwsError(
      "InvalidParameterException",
      `nextToken: got "${token}"; expected one that an earlier answer gave`,
    );
  }
  // An event that was dropped meanwhile was among the oldest, so that what is left comes after it.
  const index = events.findIndex(({ sequence }) => sequence === Number(place));
  if (direction === "f") return events.slice(index + 1, index + 1 + limit);
  const end = Math.max(0, index);
  return events.slice(Math.max(0, end - limit), end);
}
