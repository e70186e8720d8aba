import {
  PutEventsCommand,
  type EventBridgeClient,
  type PutEventsCommandOutput,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { PassingFailure } from "./failure";
import type { Timing } from "./retry";
import { sendEntries, type EntryRequest } from "./sendEntries";

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
  const request: EntryRequest<PutEventsRequestEntry> = {
    ...BOUNDS,
    async send(entries, abortSignal) {
      const answer = await client.send(new PutEventsCommand({ Entries: [...entries] }), { abortSignal });
      return entries.map((_, place) => failureOf(answer, place));
    },
  };
  return {
    sendAll: (events, deadline) =>
      sendEntries(
        events.map((event) => ({ EventBusName: busName, ...entryOf(event) })),
        request,
        timing,
        deadline,
      ),
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

/** What bounds a request of PutEvents. */
export const BOUNDS = { mostEntries: MOST_ENTRIES, mostBytes: MOST_BYTES, bytesOf } as const;

/** As PutEvents counts an entry: 14 bytes for its time, and the rest in UTF-8. */
function bytesOf({ Source = "", DetailType = "", Detail = "" }: PutEventsRequestEntry): number {
  return TIME_BYTES + [Source, DetailType, Detail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
