import { AwsError } from "../../../core/errors";
import type { CloudContext } from "../../../core/service";
import type { Principal } from "../../../core/iam/principal";
import type { Invoker } from "../invoker";
import { executionRole } from "../lambdaFunction";
import { findRevision } from "../versions";
import { MAX_LOCAL_ENVIRONMENTS } from "../limits";
import { MAX_BATCH_BYTES, nextBatch } from "./batching";
import type { Mapping, Poller, SqsMappingSettings } from "./mapping";
import { faster, initialPace, slower, type Pace } from "./pace";
import { readBatchResponse } from "./partialResponse";
import { filterableSqsRecord, sqsEventRecord, type ReceivedMessage } from "./sqsEvent";
import { appendAll } from "../../../core/lists";
import { messageOf } from "../../../core/messageOf";

/** `ReceiveMessage` waits at most this long, and gives at most this many. */
const LONG_POLL_SECONDS = 20;
const MAX_MESSAGES_PER_RECEIVE = 10;
const MAX_DELETES_PER_CALL = 10;

interface Received {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly filterable: object;
  /** The record as it will stand in the event: written once, for its size and for the payload. */
  readonly json: string;
  readonly bytes: number;
}

/** Feeds a queue's messages to a function: one receiver, several batches at one time. */
export class SqsPoller implements Poller {
  readonly #context: CloudContext;
  readonly #invoker: Invoker;
  readonly #mapping: Mapping<SqsMappingSettings>;
  readonly #queueUrl: string;
  readonly #stop = new AbortController();
  #pace: Pace;
  #inFlight = 0;
  #onFree: (() => void) | undefined;
  #received: Received[] = [];
  #openedAt = 0;

  constructor(context: CloudContext, invoker: Invoker, mapping: Mapping<SqsMappingSettings>) {
    this.#context = context;
    this.#invoker = invoker;
    this.#mapping = mapping;
    this.#queueUrl = `${context.endpoint()}/${context.accountId}/${this.#queueName}`;
    this.#pace = initialPace(this.#maxConcurrency());
    void this.#poll();
  }

  get #queueName(): string {
    return this.#mapping.sourceArn.split(":").pop() ?? "";
  }

  stop(): void {
    this.#stop.abort();
    this.#onFree?.();
  }

  /** Of the version that the mapping's function stands for at this moment. */
  get #role(): Principal {
    const { target } = this.#mapping;
    return executionRole(this.#context, findRevision(target) ?? target.fn);
  }

  /** More batches than environments would only wait, and their visibility timeouts run out meanwhile. */
  #maxConcurrency(): number {
    return Math.min(this.#mapping.settings.maximumConcurrency ?? Infinity, MAX_LOCAL_ENVIRONMENTS);
  }

  async #poll(): Promise<void> {
    const { clock } = this.#context;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (this.#inFlight >= this.#pace.concurrency) {
        await new Promise<void>((resolve) => (this.#onFree = resolve));
        continue;
      }
      if (this.#pace.delayMs > 0) await clock.sleep(this.#pace.delayMs, signal);
      try {
        const batch = await this.#collect();
        if (batch.length > 0) void this.#handle(batch);
      } catch (error) {
        // The queue is gone, or the role may no longer receive: it is tried again, ever more slowly.
        this.#mapping.lastProcessingResult = `PROBLEM: ${messageOf(error)}`;
        this.#pace = slower(this.#pace);
      }
    }
  }

  /** Receives until a batch is ready; empty when the poller is stopped first. */
  async #collect(): Promise<Received[]> {
    const { clock } = this.#context;
    const { batchSize, windowSeconds } = this.#mapping.settings;
    const limits = { maxRecords: batchSize, windowMs: windowSeconds * 1000, maxBytes: MAX_BATCH_BYTES };
    while (!this.#stop.signal.aborted) {
      const sizes = this.#received.map(({ bytes }) => bytes);
      const state = nextBatch(sizes, this.#openedAt, clock.now(), limits);
      if (state.kind === "ready") {
        this.#openedAt = clock.now();
        return this.#received.splice(0, state.count);
      }
      const wanted = Math.min(MAX_MESSAGES_PER_RECEIVE, batchSize - this.#received.length);
      const messages = await this.#receive(
        wanted,
        state.kind === "waiting" ? state.until - clock.now() : undefined,
      );
      if (this.#received.length === 0) this.#openedAt = clock.now();
      for (const message of messages) this.#received.push(this.#toReceived(message));
    }
    return [];
  }

  /** One long poll, which ends with the batching window when that is sooner. */
  async #receive(count: number, windowMs: number | undefined): Promise<readonly ReceivedMessage[]> {
    const window = new AbortController();
    const cancelWindow =
      windowMs === undefined ? undefined : this.#context.clock.after(windowMs, () => window.abort());
    try {
      const { Messages = [] } = await this.#context.call(
        "sqs",
        "ReceiveMessage",
        {
          QueueUrl: this.#queueUrl,
          MaxNumberOfMessages: count,
          WaitTimeSeconds: LONG_POLL_SECONDS,
          MessageSystemAttributeNames: ["All"],
          MessageAttributeNames: ["All"],
        },
        this.#role,
        windowMs === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, window.signal]),
      );
      return Messages;
    } finally {
      cancelWindow?.();
    }
  }

  #toReceived(message: ReceivedMessage): Received {
    const record = sqsEventRecord(message, this.#mapping.sourceArn, this.#context.region);
    const { filter } = this.#mapping.settings;
    const json = JSON.stringify(record);
    return {
      messageId: record.messageId,
      receiptHandle: record.receiptHandle,
      filterable: filter.patterns.length === 0 ? record : filterableSqsRecord(record),
      json,
      bytes: Buffer.byteLength(json),
    };
  }

  async #handle(batch: readonly Received[]): Promise<void> {
    const paceAtStart = this.#pace;
    this.#inFlight++;
    try {
      const end = await this.#context.clock.busy(this.#process(batch));
      // Batches that failed side by side slow the poller down once, not once each.
      this.#pace = end === "handled" ? faster(this.#pace, this.#maxConcurrency()) : slower(paceAtStart);
    } finally {
      this.#inFlight--;
      this.#onFree?.();
    }
  }

  /** Messages that are not deleted come back when their visibility timeout ends. */
  async #process(batch: readonly Received[]): Promise<"handled" | "failed"> {
    const { target, settings } = this.#mapping;
    const matching = batch.filter(({ filterable }) => settings.filter.matches(filterable));
    const matchingIds = new Set(matching.map(({ messageId }) => messageId));
    const handled = batch.filter(({ messageId }) => !matchingIds.has(messageId));
    let end: "handled" | "failed" = "handled";
    if (matching.length > 0) {
      const queueName = this.#queueName;
      const isHere = (fault: { readonly queueName?: string }) =>
        fault.queueName === undefined || fault.queueName === queueName;
      // A standard queue may deliver at any time what it has delivered before.
      if (this.#context.faults.strikes("duplicate", isHere) !== undefined)
        await this.#invoke(matching, matchingIds);
      const failed = await this.#invoke(matching, matchingIds);
      if (failed === "all") end = "failed";
      else
        appendAll(
          handled,
          matching.filter(({ messageId }) => !failed.has(messageId)),
        );
    }
    await this.#delete(handled);
    this.#mapping.lastProcessingResult =
      end === "handled" ? "OK" : `PROBLEM: Function call failed: ${target.fn.name}`;
    return end;
  }

  async #invoke(
    records: readonly Received[],
    ids: ReadonlySet<string>,
  ): Promise<"all" | ReadonlySet<string>> {
    const { target, settings } = this.#mapping;
    const payload = Buffer.from(`{"Records":[${records.map(({ json }) => json).join(",")}]}`);
    try {
      const { outcome } = await this.#invoker.invoke(
        target,
        { requestId: this.#context.random.uuid(), payload },
        { kind: "queue", queueName: this.#queueName, messageIds: [...ids] },
      );
      if (outcome.kind !== "succeeded") return "all";
      if (!settings.reportBatchItemFailures) return new Set();
      const result = readBatchResponse(outcome.payload, ids);
      switch (result.kind) {
        case "succeeded":
          return new Set();
        case "failed":
          // The function itself did not throw, so that the poller does not back off.
          return ids;
        case "partly-failed":
          return result.failed;
      }
    } catch (error) {
      // Throttled, or the cloud is closing.
      if (error instanceof AwsError) return "all";
      throw error;
    }
  }

  async #delete(messages: readonly Received[]): Promise<void> {
    const calls: Promise<unknown>[] = [];
    for (let from = 0; from < messages.length; from += MAX_DELETES_PER_CALL) {
      const Entries = messages
        .slice(from, from + MAX_DELETES_PER_CALL)
        .map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
      const input = { QueueUrl: this.#queueUrl, Entries };
      calls.push(this.#context.call("sqs", "DeleteMessageBatch", input, this.#role));
    }
    // A message that could not be deleted is delivered again: at least once is what SQS promises.
    await Promise.allSettled(calls);
  }
}
