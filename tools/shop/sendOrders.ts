import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { groupOf, isFifo } from "./orderGroup";

/** SQS takes at most ten messages in one batch (SQS quotas). */
const BATCH_SIZE = 10;
/** The most that SQS takes in one message, and in one batch of them, in bytes of UTF-8 (SQS quotas). */
export const LARGEST_BATCH_BYTES = 1_048_576;
/** Batches under way at once: enough to keep the queue busy, few enough to leave sockets to others. */
const BATCHES_IN_FLIGHT = 8;
/** How often a message that SQS refused for a passing reason is tried. */
const ATTEMPTS = 3;

export interface SendSummary {
  readonly sent: number;
  /** Messages that the queue did not take, by their place in the input, counted from 0. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
  /** Every message before this place is done with; some behind it may be, since batches go side by side. */
  readonly complete: number;
  /** Whether the signal ended it before all was sent. */
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** The queue could not be reached any more; `summary` says what it had taken by then. */
export class SendInterrupted extends Error {
  constructor(
    message: string,
    readonly summary: SendSummary,
  ) {
    super(message);
  }
}

export interface SendOptions {
  readonly client: Pick<SQSClient, "send">;
  readonly queueUrl: string;
  readonly bodies: readonly string[];
  /** Called with the number of messages that are done with, after each batch. */
  readonly onProgress?: (done: number) => void;
  /** Called as each batch goes out, with the places of its messages. */
  readonly onSending?: (indexes: readonly number[]) => void;
  readonly signal?: AbortSignal;
  /**
   * Tells two messages that say the same apart, by their places in the input, in a FIFO queue. Without it, SQS takes the
   * same body in the same group once in five minutes.
   */
  readonly deduplicationId?: (index: number) => string;
}

/**
 * Sends each body as one message, in batches by number and by bytes. A message that SQS refuses for a passing reason
 * is tried again; one that it refuses for good, or that is larger than SQS takes, is in `refused`.
 *
 * To a FIFO queue it sends one batch after the other, so that orders of one customer, its message group, stay in order.
 *
 * Rejects with `SendInterrupted` when the queue cannot be reached, once the batches under way have ended.
 */
export async function sendOrders(options: SendOptions): Promise<SendSummary> {
  const { bodies, onProgress, signal } = options;
  const started = performance.now();
  const refused: { index: number; reason: string }[] = [];
  const underWay = new Set<number>();
  let next = 0;
  let done = 0;
  let failure: { readonly reason: unknown } | undefined;
  // The first place of each batch that is not done with: what lies before all of them is.
  const summary = (): SendSummary => ({
    sent: done - refused.length,
    refused: refused.toSorted((a, b) => a.index - b.index),
    complete: [...underWay].reduce((first, index) => Math.min(first, index), next),
    interrupted: done < bodies.length,
    seconds: (performance.now() - started) / 1000,
  });
  const worker = async () => {
    while (next < bodies.length && signal?.aborted !== true && failure === undefined) {
      const batch = nextBatch(options, next);
      const [first = 0] = batch.indexes;
      next += batch.indexes.length;
      underWay.add(first);
      try {
        for (const one of batch.tooLarge ?? (await sendBatch(options, batch.indexes))) refused.push(one);
      } catch (error) {
        failure ??= { reason: error };
        return;
      }
      underWay.delete(first);
      done += batch.indexes.length;
      onProgress?.(done);
    }
  };
  const batches = isFifo(options.queueUrl) ? 1 : BATCHES_IN_FLIGHT;
  await Promise.all(Array.from({ length: batches }, worker));
  if (failure !== undefined && signal?.aborted !== true) {
    const { reason } = failure;
    throw new SendInterrupted(reason instanceof Error ? reason.message : String(reason), summary());
  }
  return summary();
}

interface Batch {
  readonly indexes: readonly number[];
  /** The one message of the batch, when it is larger than SQS takes. */
  readonly tooLarge?: readonly { readonly index: number; readonly reason: string }[];
}

/**
 * As many messages from `from` on as fit into one request; at least one. For a FIFO queue at most one of each group: were
 * the first of two refused for a passing reason, the second would be ahead of it.
 */
function nextBatch({ bodies, queueUrl }: SendOptions, from: number): Batch {
  const indexes: number[] = [];
  const groups = isFifo(queueUrl) ? new Set<string>() : undefined;
  let bytes = 0;
  for (let index = from; index < bodies.length && indexes.length < BATCH_SIZE; index++) {
    const size = Buffer.byteLength(bodies[index] ?? "");
    if (size > LARGEST_BATCH_BYTES && indexes.length === 0)
      return { indexes: [index], tooLarge: [{ index, reason: tooLarge(size) }] };
    if (bytes + size > LARGEST_BATCH_BYTES) break;
    if (groups !== undefined) {
      const group = groupOf(bodies[index] ?? "");
      if (groups.has(group)) break;
      groups.add(group);
    }
    indexes.push(index);
    bytes += size;
  }
  return { indexes };
}

/** What is said of a message of `bytes`, which SQS would not take. */
export function tooLarge(bytes: number): string {
  return `has ${bytes} bytes; SQS takes at most ${LARGEST_BATCH_BYTES} in a message`;
}

async function sendBatch(
  { client, queueUrl, bodies, onSending, signal, deduplicationId }: SendOptions,
  batch: readonly number[],
): Promise<{ index: number; reason: string }[]> {
  onSending?.(batch);
  const refused: { index: number; reason: string }[] = [];
  let left = [...batch];
  for (let attempt = 1; left.length > 0; attempt++) {
    const entries = left.map((index) => {
      const body = bodies[index] ?? "";
      const entry = { Id: String(index), MessageBody: body };
      if (!isFifo(queueUrl)) return entry;
      const id = deduplicationId?.(index);
      return {
        ...entry,
        MessageGroupId: groupOf(body),
        ...(id === undefined ? {} : { MessageDeduplicationId: id }),
      };
    });
    const answer = await client.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    left = [];
    for (const failure of answer.Failed ?? []) {
      const index = Number(failure.Id);
      if (failure.SenderFault === true || attempt === ATTEMPTS) {
        refused.push({ index, reason: failure.Message ?? failure.Code ?? "refused without a reason" });
      } else {
        left.push(index);
      }
    }
  }
  return refused;
}
