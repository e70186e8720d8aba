import { createHash } from "node:crypto";
import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { keptKind, type Shelf } from "../../core/keep";
import type { Clock } from "../../core/clock";
import type { QueueSettings } from "./attributes";
import { invalidParameter, missingParameter } from "./errors";
import type { Delivery } from "./message";

/** How long a deduplication id, and the id of an attempt to receive, is remembered: SQS API reference. */
const REMEMBERED_MS = 5 * 60_000;

/** A FIFO queue's API calls a second and action, each a batch of up to 10: SQS developer guide, FIFO quotas. */
const CALLS_PER_SECOND = 300;

/** What a sender says of a message's place. */
export interface PlaceInput {
  readonly MessageBody: string;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly DelaySeconds?: number | undefined;
}

export interface Place {
  readonly messageGroupId: string;
  readonly messageDeduplicationId: string;
}

const ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

function checkId(name: string, value: string): string {
  if (ID.test(value)) return value;
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

const notOfThisType = (name: string, value: unknown) =>
  invalidParameter(
    `Value ${String(value)} for parameter ${name} is invalid. Reason: The request include parameter that is not valid for this queue type.`,
  );

/** A standard queue takes a group, for its fairness, and nothing else of a FIFO queue's. */
export function standardPlace(input: PlaceInput): Pick<Place, "messageGroupId"> | undefined {
  if (input.MessageDeduplicationId !== undefined)
    throw notOfThisType("MessageDeduplicationId", input.MessageDeduplicationId);
  if (input.MessageGroupId === undefined) return undefined;
  return { messageGroupId: checkId("MessageGroupId", input.MessageGroupId) };
}

export function fifoPlace(input: PlaceInput, settings: QueueSettings): Place {
  if (input.DelaySeconds !== undefined && input.DelaySeconds !== 0)
    throw notOfThisType("DelaySeconds", input.DelaySeconds);
  if (input.MessageGroupId === undefined) throw missingParameter("MessageGroupId");
  const messageGroupId = checkId("MessageGroupId", input.MessageGroupId);
  if (input.MessageDeduplicationId !== undefined) {
    const id = checkId("MessageDeduplicationId", input.MessageDeduplicationId);
    return { messageGroupId, messageDeduplicationId: id };
  }
  checkDeduplication(settings);
  const hash = createHash("sha256").update(input.MessageBody).digest("hex");
  return { messageGroupId, messageDeduplicationId: hash };
}

/** Of a batch, what makes a message's place must be there in every entry: SQS refuses the whole batch otherwise. */
export function checkPlaces(entries: readonly PlaceInput[], settings: QueueSettings): void {
  if (!settings.fifo) return;
  for (const entry of entries) {
    if (entry.MessageGroupId === undefined)
      throw invalidParameter(missingParameter("MessageGroupId").message);
    if (entry.MessageDeduplicationId === undefined) checkDeduplication(settings);
  }
}

function checkDeduplication({ contentBasedDeduplication }: QueueSettings): void {
  if (contentBasedDeduplication === true) return;
  throw invalidParameter(
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
  );
}

export function standardReceive(attemptId: string | undefined): void {
  if (attemptId !== undefined) throw notOfThisType("ReceiveRequestAttemptId", attemptId);
}

interface Sent {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

/** What is remembered of a message that was sent; under `NEXT`, where the sequence goes on. */
const memoryForm = v.union([
  v.object({ messageId: v.string(), sequenceNumber: v.string(), at: v.number() }),
  v.object({ next: v.pipe(v.string(), v.digits()) }),
]);

export type KeptMemory = v.InferOutput<typeof memoryForm>;

export const keptMemory = keptKind("deduplication", memoryForm);

/** No deduplication id can be empty. */
const NEXT = "";

/** What a FIFO queue remembers beside its messages. Its times never go back. */
export class FifoMemory {
  readonly #sent = new Map<string, Sent & { readonly at: number }>();
  #changed: (key: string) => void = () => undefined;
  readonly #attempts = new Map<string, { readonly deliveries: readonly Delivery[]; readonly at: number }>();
  readonly #calls = new Map<string, { tokens: number; at: number }>();
  #sequence = 0n;

  constructor(private readonly clock: Clock) {}

  /** What is to be kept under a key. */
  kept(key: string): KeptMemory | undefined {
    return key === NEXT ? { next: String(this.#sequence) } : this.#sent.get(key);
  }

  /** Goes on from what is kept there, and keeps there from now on what it remembers. */
  keepOn(shelf: Shelf<KeptMemory>): void {
    const entries = [...shelf.entries()];
    for (const [, kept] of entries) if ("next" in kept) this.#sequence = BigInt(kept.next);
    const sent = entries.flatMap(([key, kept]) => ("at" in kept ? [[key, kept] as const] : []));
    for (const [key, kept] of sent.sort(([, a], [, b]) => a.at - b.at)) this.#sent.set(key, kept);
    this.#changed = (key) => {
      shelf.changed(key);
    };
  }

  /** The message that was sent under the same deduplication id within five minutes, if one was. */
  duplicateOf(place: Place, scope: QueueSettings["deduplicationScope"]): Sent | undefined {
    forgetOld(this.#sent, this.clock.now(), this.#changed);
    return this.#sent.get(keyOf(place, scope));
  }

  remember(place: Place, scope: QueueSettings["deduplicationScope"], messageId: string): Sent {
    const sequenceNumber = String(18_870_000_000_000_000_000n + this.#sequence++ * 256n);
    const key = keyOf(place, scope);
    this.#sent.set(key, { messageId, sequenceNumber, at: this.clock.now() });
    this.#changed(key);
    this.#changed(NEXT);
    return { messageId, sequenceNumber };
  }

  attempt(id: string): readonly Delivery[] | undefined {
    forgetOld(this.#attempts, this.clock.now());
    return this.#attempts.get(id)?.deliveries;
  }

  rememberAttempt(id: string, deliveries: readonly Delivery[]): void {
    this.#attempts.delete(id);
    this.#attempts.set(id, { deliveries, at: this.clock.now() });
  }

  /** Counts one call of an action, or refuses it. */
  count(action: string): void {
    const now = this.clock.now();
    const { tokens, at } = this.#calls.get(action) ?? { tokens: CALLS_PER_SECOND, at: now };
    const left = Math.min(CALLS_PER_SECOND, tokens + ((now - at) / 1000) * CALLS_PER_SECOND);
    if (left < 1) {
      throw new AwsError(
        "RequestThrottled",
        `Rate exceeded: ${action} may be called ${CALLS_PER_SECOND} times a second on a FIFO queue without high throughput; send batches, or set FifoThroughputLimit to perMessageGroupId.`,
      );
    }
    this.#calls.set(action, { tokens: left - 1, at: now });
  }
}

function keyOf({ messageGroupId, messageDeduplicationId }: Place, scope = "queue"): string {
  return scope === "messageGroup" ? `${messageGroupId} ${messageDeduplicationId}` : messageDeduplicationId;
}

/** A map keeps the order of insertion: the oldest come first. */
function forgetOld(
  remembered: Map<string, { readonly at: number }>,
  now: number,
  forgotten: (key: string) => void = () => undefined,
): void {
  for (const [key, { at }] of remembered) {
    if (at + REMEMBERED_MS > now) return;
    remembered.delete(key);
    forgotten(key);
  }
}
