import { AwsError } from "../../../core/errors";
import type { CloudContext } from "../../../core/service";
import type { Principal } from "../../../core/iam/principal";
import { send } from "../destinations";
import type { Invoker } from "../invoker";
import { executionRole } from "../lambdaFunction";
import { MAX_BATCH_BYTES, nextBatch } from "./batching";
import type { Mapping, Poller, StreamMappingSettings } from "./mapping";
import { readBatchResponse } from "./partialResponse";
import { ShardReader } from "./shardReader";
import { afterInvocation, type Segment, type SegmentResult } from "./streamDecision";
import {
  createdAtMs,
  discardRecord,
  sequenceNumberOf,
  type DiscardReason,
  type StreamRecord,
} from "./streamRecord";
import { messageOf } from "../../../core/messageOf";

/** New items wake the poller at once; this keeps its iterator from expiring while there are none. */
const IDLE_READ_MS = 5 * 60_000;
/** After the stream could not be read. */
const PROBLEM_DELAY_MS = 10_000;

/** Feeds a table's stream to a function: each shard in order, one batch at a time. */
export class StreamPoller implements Poller {
  readonly #context: CloudContext;
  readonly #invoker: Invoker;
  readonly #mapping: Mapping<StreamMappingSettings>;
  readonly #role: Principal;
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;
  #wake: (() => void) | undefined;
  #changed = false;
  /** Records that wait for their batch, with their bytes as JSON. */
  #waiting: { readonly record: StreamRecord; readonly size: number }[] = [];
  #openedAt = 0;

  private constructor(context: CloudContext, invoker: Invoker, mapping: Mapping<StreamMappingSettings>) {
    this.#context = context;
    this.#invoker = invoker;
    this.#mapping = mapping;
    this.#role = executionRole(context, mapping.fn);
    const tableName = /:table\/([^/]+)\/stream\//.exec(mapping.sourceArn)?.[1];
    this.#unsubscribe = context.events.subscribe((event) => {
      if (!("tableName" in event) || event.tableName !== tableName) return;
      this.#changed = true;
      this.#wake?.();
    });
  }

  /** Finds the stream's place first, so that "LATEST" means the moment of this call. */
  static async start(
    context: CloudContext,
    invoker: Invoker,
    mapping: Mapping<StreamMappingSettings>,
  ): Promise<StreamPoller> {
    const poller = new StreamPoller(context, invoker, mapping);
    const { StreamDescription } = await context.call(
      "dynamodb",
      "DescribeStream",
      { StreamArn: mapping.sourceArn },
      poller.#role,
    );
    // The embedded DynamoDB gives each stream one shard.
    const shardId = StreamDescription?.Shards?.[0]?.ShardId;
    if (shardId === undefined)
      throw new AwsError("InvalidParameterValueException", `Stream ${mapping.sourceArn} has no shard`);
    const reader = new ShardReader(context, poller.#role, mapping.sourceArn, shardId);
    await reader.seek(mapping.settings.startingPosition, mapping.checkpoint);
    void poller.#poll(reader);
    return poller;
  }

  stop(): void {
    this.#unsubscribe();
    this.#stop.abort();
    this.#wake?.();
  }

  async #poll(reader: ShardReader): Promise<void> {
    const { clock } = this.#context;
    while (!this.#stop.signal.aborted) {
      try {
        this.#changed = false;
        // What a function cannot take yet stays in the stream, which packs it; here it would lie open.
        if (this.#waiting.length < this.#mapping.settings.batchSize) this.#take(await reader.read());
        const batch = this.#nextBatch();
        if (batch.records !== undefined)
          await this.#handle({ records: batch.records, failures: 0 }, reader.shardId);
        else if (reader.ended && this.#waiting.length === 0) return;
        else await this.#sleep(batch.waitMs);
      } catch (error) {
        this.#mapping.lastProcessingResult = `PROBLEM: ${messageOf(error)}`;
        await clock.sleep(PROBLEM_DELAY_MS, this.#stop.signal);
      }
    }
  }

  #take(records: readonly StreamRecord[]): void {
    if (this.#waiting.length === 0) this.#openedAt = this.#context.clock.now();
    const { filter } = this.#mapping.settings;
    for (const record of records) {
      const complete = { ...record, eventSourceARN: this.#mapping.sourceArn };
      if (!filter.matches(complete)) continue;
      this.#waiting.push({ record: complete, size: Buffer.byteLength(JSON.stringify(complete)) });
    }
  }

  #nextBatch(): { records: StreamRecord[] } | { records?: undefined; waitMs: number } {
    const { batchSize, windowSeconds } = this.#mapping.settings;
    const limits = { maxRecords: batchSize, windowMs: windowSeconds * 1000, maxBytes: MAX_BATCH_BYTES };
    const now = this.#context.clock.now();
    const sizes = this.#waiting.map(({ size }) => size);
    const state = nextBatch(sizes, this.#openedAt, now, limits);
    switch (state.kind) {
      case "empty":
        return { waitMs: IDLE_READ_MS };
      case "waiting":
        return { waitMs: state.until - now };
      case "ready":
        this.#openedAt = now;
        return { records: this.#waiting.splice(0, state.count).map(({ record }) => record) };
    }
  }

  /** Until the table changes, or time is up; not at all when it has changed since the last read. */
  async #sleep(ms: number): Promise<void> {
    if (this.#changed) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#context.clock.sleep(ms, woken.signal);
    this.#wake = undefined;
  }

  /** Works a batch off, with its retries and parts, before anything that lies behind it. */
  async #handle(batch: Segment<StreamRecord>, shardId: string): Promise<void> {
    const { clock } = this.#context;
    const { settings } = this.#mapping;
    let segments: readonly Segment<StreamRecord>[] = [batch];
    while (!this.#stop.signal.aborted) {
      const [next, ...behind] = segments;
      if (next === undefined) return;
      const segment = await this.#withoutExpired(next, shardId);
      if (segment === undefined) {
        segments = behind;
        continue;
      }
      const requestId = this.#context.random.uuid();
      const result = await this.#invoke(segment, requestId);
      const step = afterInvocation(segment, result, sequenceNumberOf, settings);
      if (step.discarded !== undefined) {
        // A function that reported its failures did not fail itself.
        const functionError = result.kind === "failed" ? "Unhandled" : undefined;
        await this.#discard(step.discarded, "RetryAttemptsExhausted", shardId, requestId, functionError);
      }
      segments = [...step.segments, ...behind];
      this.#checkpoint(segment, step.segments[0]);
      if (step.delayMs > 0) await clock.sleep(step.delayMs, this.#stop.signal);
    }
  }

  /** Remembers how far the shard has been worked off, for a poller that takes over from this one. */
  #checkpoint(segment: Segment<StreamRecord>, remaining: Segment<StreamRecord> | undefined): void {
    const first = remaining?.records[0];
    const done = first === undefined ? segment.records.length : segment.records.indexOf(first);
    const last = segment.records[done - 1];
    if (last !== undefined) this.#mapping.checkpoint = sequenceNumberOf(last);
  }

  async #withoutExpired(
    segment: Segment<StreamRecord>,
    shardId: string,
  ): Promise<Segment<StreamRecord> | undefined> {
    const { maximumRecordAge } = this.#mapping.settings;
    if (maximumRecordAge < 0) return segment;
    const oldest = this.#context.clock.now() - maximumRecordAge * 1000;
    const firstYoung = segment.records.findIndex((record) => createdAtMs(record) >= oldest);
    const expired = firstYoung < 0 ? segment.records : segment.records.slice(0, firstYoung);
    if (expired.length === 0) return segment;
    const discarded = { records: expired, failures: segment.failures };
    await this.#discard(discarded, "RecordAgeExceeded", shardId, this.#context.random.uuid());
    return firstYoung < 0 ? undefined : { ...segment, records: segment.records.slice(firstYoung) };
  }

  async #invoke(segment: Segment<StreamRecord>, requestId: string): Promise<SegmentResult> {
    const { fn, settings } = this.#mapping;
    const last = segment.records.at(-1);
    if (last !== undefined) {
      const iteratorAgeMs = this.#context.clock.now() - createdAtMs(last);
      this.#context.events.publish({ type: "stream-batch-sent", functionName: fn.name, iteratorAgeMs });
    }
    const payload = Buffer.from(JSON.stringify({ Records: segment.records }));
    try {
      const { outcome } = await this.#invoker.invoke(fn, { requestId, payload });
      this.#mapping.lastProcessingResult =
        outcome.kind === "succeeded" ? "OK" : `PROBLEM: Function call failed: ${fn.name}`;
      if (outcome.kind !== "succeeded") return { kind: "failed" };
      if (!settings.reportBatchItemFailures) return { kind: "succeeded" };
      return readBatchResponse(outcome.payload, new Set(segment.records.map(sequenceNumberOf)));
    } catch (error) {
      if (error instanceof AwsError) return { kind: "throttled" };
      throw error;
    }
  }

  async #discard(
    segment: Segment<StreamRecord>,
    reason: DiscardReason,
    shardId: string,
    requestId: string,
    functionError?: string,
  ): Promise<void> {
    const { fn, settings, sourceArn } = this.#mapping;
    if (settings.onFailureArn === undefined) return;
    const record = discardRecord(segment, {
      requestId,
      reason,
      shardId,
      functionArn: fn.arn,
      streamArn: sourceArn,
      nowMs: this.#context.clock.now(),
      ...(functionError !== undefined && { functionError }),
    });
    // A destination that refuses the record loses it, as in AWS; the refusal stands in the event stream.
    const delivery = send(this.#context, fn, settings.onFailureArn, JSON.stringify(record));
    await this.#context.clock.busy(delivery.catch(() => undefined));
  }
}
