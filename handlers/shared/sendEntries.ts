import { forEachAtOnce } from "./batch";
import { asError, PassingFailure } from "./failure";
import { retryUntil, type Timing } from "./retry";

/** What of a service's batch request bounds it, and how it is made. */
export interface EntryRequest<Entry> {
  readonly mostEntries: number;
  readonly mostBytes: number;
  /** As the service counts an entry. */
  readonly bytesOf: (entry: Entry) => number;
  /**
   * Makes one request, and tells for each entry, in their order, what stood in the way: a `PassingFailure` where another
   * attempt may cure it, undefined where nothing did.
   */
  readonly send: (
    entries: readonly Entry[],
    abortSignal: AbortSignal,
    /** Which attempt it is, from 1. */
    attempt: number,
  ) => Promise<readonly (Error | undefined)[]>;
  /** How many requests may be under way; by default one, so that entries arrive in their order. */
  readonly requestsAtOnce?: number;
}

/**
 * Sends entries in as few requests as they fit into, and tells for each, in their order, what stood in the way;
 * undefined where nothing did. Of what a request asks for, the service may take a part; the rest is sent again while
 * there is time. What failed may have been sent all the same.
 *
 * @param deadline in the timing's milliseconds.
 */
export async function sendEntries<Entry>(
  entries: readonly Entry[],
  request: EntryRequest<Entry>,
  timing: Timing,
  deadline: number,
): Promise<readonly (Error | undefined)[]> {
  const problems: (Error | undefined)[][] = [];
  const { requestsAtOnce = 1 } = request;
  await forEachAtOnce(
    [...inRequests(entries, request).entries()],
    requestsAtOnce,
    async ([place, together]) => {
      problems[place] = await sendRequest(together, request, timing, deadline);
    },
  );
  return problems.flat();
}

async function sendRequest<Entry>(
  entries: readonly Entry[],
  { send }: EntryRequest<Entry>,
  timing: Timing,
  deadline: number,
): Promise<(Error | undefined)[]> {
  const problems: (Error | undefined)[] = [];
  let left = entries.map((_, index) => index);
  try {
    await retryUntil(deadline, timing, async (abortSignal, attempt) => {
      const failures = await send(
        // Stryker disable next-line ArrayDeclaration: each index has its entry.
        left.flatMap((index) => entries[index] ?? []),
        abortSignal,
        attempt,
      );
      for (const [place, index] of left.entries()) problems[index] = failures[place];
      left = left.filter((_, place) => failures[place] instanceof PassingFailure);
      const passing = failures.find((failure) => failure instanceof PassingFailure);
      // Stryker disable next-line ConditionalExpression: else nothing is left that it would be said of.
      if (passing !== undefined) throw passing;
    });
  } catch (error) {
    const problem = asError(error);
    for (const index of left) problems[index] ??= problem;
  }
  return problems;
}

/** Entries, in their order, divided into what one request takes; an entry that is too large stands alone. */
export function inRequests<Entry>(
  entries: readonly Entry[],
  { mostEntries, mostBytes, bytesOf }: Pick<EntryRequest<Entry>, "mostEntries" | "mostBytes" | "bytesOf">,
): Entry[][] {
  const requests: Entry[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    const size = bytesOf(entry);
    const last = requests.at(-1);
    if (last === undefined || last.length === mostEntries || bytes + size > mostBytes) {
      requests.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return requests;
}
