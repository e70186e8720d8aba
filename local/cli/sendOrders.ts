import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** SQS takes at most ten messages in one batch (SQS quotas). */
const BATCH_SIZE = 10;
/** Batches under way at once: enough to keep the queue busy, few enough to leave sockets to others. */
const BATCHES_IN_FLIGHT = 8;
/** How often a message that SQS refused for a passing reason is tried. */
const ATTEMPTS = 3;

export interface SendSummary {
  readonly sent: number;
  /** Messages that the queue did not take, by their place in the input, counted from 0. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
  readonly seconds: number;
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
}

/**
 * Sends each body as one message, in batches. A message that SQS refuses for a passing reason is tried again;
 * one that it refuses for good is in `refused`. Rejects when the queue cannot be reached at all.
 */
export async function sendOrders(options: SendOptions): Promise<SendSummary> {
  const { bodies, onProgress, signal } = options;
  const started = performance.now();
  const refused: { index: number; reason: string }[] = [];
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < bodies.length && signal?.aborted !== true) {
      const indexes = Array.from(
        { length: Math.min(BATCH_SIZE, bodies.length - next) },
        (_, offset) => next + offset,
      );
      next += indexes.length;
      for (const one of await sendBatch(options, indexes)) refused.push(one);
      done += indexes.length;
      onProgress?.(done);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, worker));
  return { sent: done - refused.length, refused, seconds: (performance.now() - started) / 1000 };
}

async function sendBatch(
  { client, queueUrl, bodies, onSending, signal }: SendOptions,
  batch: readonly number[],
): Promise<{ index: number; reason: string }[]> {
  onSending?.(batch);
  const refused: { index: number; reason: string }[] = [];
  let left = [...batch];
  for (let attempt = 1; left.length > 0; attempt++) {
    const entries = left.map((index) => ({ Id: String(index), MessageBody: bodies[index] ?? "" }));
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
