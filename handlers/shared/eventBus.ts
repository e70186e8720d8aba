import {
  PutEventsCommand,
  type EventBridgeClient,
  type PutEventsCommandOutput,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { PassingFailure } from "./failure";
import { retryUntil, type Timing } from "./retry";

/** A request takes ten entries (EventBridge API reference) ... */
const MOST_ENTRIES = 10;
/** ... and this many bytes over all of them; some regions take more. */
const MOST_BYTES = 256 * 1024;
/** What PutEvents counts for an entry's time. */
const TIME_BYTES = 14;

/** EventBridge's verdicts on one entry that another attempt may change. */
const PASSING_CODES = new Set(["InternalFailure", "InternalException", "ThrottlingException", "Throttling"]);

/** What an event says of itself; the bus is added to it. */
export type BusEntry = Required<Pick<PutEventsRequestEntry, "Source" | "DetailType" | "Detail">> &
  Pick<PutEventsRequestEntry, "Time">;

/** A bus, and the events that are told on it. */
export interface EventBus<Event> {
  /**
   * Sends events, and tells for each, in their order, what stood in the way; undefined where nothing did. What
   * failed may have been sent all the same.
   *
   * @param deadline in the timing's milliseconds.
   */
  readonly sendAll: (events: readonly Event[], deadline: number) => Promise<readonly (Error | undefined)[]>;
}

export function createEventBus<Event>(options: {
  readonly client: Pick<EventBridgeClient, "send">;
  readonly busName: string;
  readonly timing: Timing;
  readonly entryOf: (event: Event) => BusEntry;
}): EventBus<Event> {
  const { client, busName, timing, entryOf } = options;

  /** Sends what one request takes; of what it asks for, EventBridge may take a part. */
  const sendRequest = async (entries: readonly PutEventsRequestEntry[], deadline: number) => {
    const problems = new Array<Error | undefined>(entries.length).fill(undefined);
    let left = entries.map((_, index) => index);
    try {
      await retryUntil(deadline, timing, async (abortSignal) => {
        const answer = await client.send(
          new PutEventsCommand({ Entries: left.flatMap((index) => entries[index] ?? []) }),
          { abortSignal },
        );
        const failures = left.map((_, place) => failureOf(answer, place));
        for (const [place, index] of left.entries()) problems[index] = failures[place];
        left = left.filter((_, place) => failures[place] instanceof PassingFailure);
        const passing = failures.find((failure) => failure instanceof PassingFailure);
        if (passing !== undefined) throw passing;
      });
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      for (const index of left) problems[index] ??= problem;
    }
    return problems;
  };

  return {
    async sendAll(events, deadline) {
      const problems: (Error | undefined)[][] = [];
      for (const entries of inRequests(events.map((event) => ({ EventBusName: busName, ...entryOf(event) }))))
        problems.push(await sendRequest(entries, deadline));
      return problems.flat();
    },
  };
}

/** What became of one entry of a request; undefined when it was taken. */
function failureOf(answer: PutEventsCommandOutput, place: number): Error | undefined {
  if ((answer.FailedEntryCount ?? 0) === 0) return undefined;
  const {
    EventId,
    ErrorCode: code = "InternalFailure",
    ErrorMessage: message = "",
  } = answer.Entries?.[place] ?? {};
  if (EventId !== undefined) return undefined;
  if (PASSING_CODES.has(code)) return new PassingFailure(code, message);
  return Object.assign(new Error(message), { name: code });
}

/** Entries, in their order, divided into what one request takes; an entry that is too large stands alone. */
export function inRequests(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const requests: PutEventsRequestEntry[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    const size = sizeOf(entry);
    const last = requests.at(-1);
    if (last === undefined || last.length === MOST_ENTRIES || bytes + size > MOST_BYTES) {
      requests.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return requests;
}

/** As PutEvents counts an entry: 14 bytes for its time, and the rest in UTF-8. */
function sizeOf({ Source = "", DetailType = "", Detail = "" }: PutEventsRequestEntry): number {
  return TIME_BYTES + [Source, DetailType, Detail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
