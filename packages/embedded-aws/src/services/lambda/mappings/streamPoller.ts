import { AwsError } from "../../../core/errors";
import type { CloudContext } from "../../../core/service";
import type { Principal } from "../../../core/iam/principal";
import { send } from "../destinations";
import type { Invoker } from "../invoker";
import { executionRole, type Revision } from "../lambdaFunction";
import { findRevision } from "../versions";
import { MAX_BATCH_BYTES } from "./batching";
import { Lanes, Progress, type Lane } from "./lanes";
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

/** New items wake the poller; this keeps its iterator from expiring while there are none. */
const IDLE_READ_MS = 5 * 60_000;
/** Without a reason, a signal makes an exception for each abort. */
const WOKEN = "woken";
/** After the stream could not be read. */
const PROBLEM_DELAY_MS = 10_000;

/** Feeds a table's stream to a function: the changes of each item in order, as many batches at a time as lanes. */
export class StreamPoller implements Poller {
  readonly #context: CloudContext;
  readonly #invoker: Invoker;
  readonly #mapping: Mapping<StreamMappingSettings>;
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;
  #wake: (() => void) | undefined;
  #changed = false;
  /** Whether it waits for the time to read again, whatever comes. */
  #early = false;
  readonly #lanes = new Lanes();
  readonly #progress = new Progress();

  private constructor(context: CloudContext, invoker: Invoker, mapping: Mapping<StreamMappingSettings>) {
    this.#context = context;
    this.#invoker = invoker;
    this.#mapping = mapping;
    const tableName = /:table\/([^/]+)\/stream\//.exec(mapping.sourceArn)?.[1];
    this.#unsubscribe = context.events.subscribe((event) => {
      if (!("tableName" in event) || event.tableName !== tableName) return;
      this.#changed = true;
      // What comes while every lane works is read when one of them is done; what comes too soon, when it is time.
      if (!this.#early && this.#lanes.all.some(({ busy }) => !busy)) this.#wake?.();
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
    // What an earlier cloud has called the latest has been written since.
    const position = mapping.since === undefined ? mapping.settings.startingPosition : "TRIM_HORIZON";
    await reader.seek(position, mapping.checkpoint);
    void poller.#poll(reader);
    return poller;
  }

  stop(): void {
    this.#unsubscribe();
    this.#stop.abort();
    this.#wake?.();
  }

  /** The version that the mapping's function stands for at this moment. */
  get #revision(): Revision {
    const { target } = this.#mapping;
    return findRevision(target) ?? target.fn;
  }

  get #role(): Principal {
    return executionRole(this.#context, this.#revision);
  }

  async #poll(reader: ShardReader): Promise<void> {
    const { clock } = this.#context;
    const lanes = this.#lanes;
    while (!this.#stop.signal.aborted) {
      try {
        this.#changed = false;
        this.#early = false;
        const { batchSize, parallelizationFactor } = this.#mapping.settings;
        let waitMs = IDLE_READ_MS;
        if (lanes.resize(parallelizationFactor, clock.now())) {
          // What a function cannot take yet stays in the stream, which packs it; here it would lie open.
          const wants = lanes.all.some(({ busy, length }) => !busy && length < batchSize);
          if (wants && lanes.length < batchSize * lanes.all.length) waitMs = await this.#read(reader);
          waitMs = Math.min(waitMs, this.#startBatches(reader.shardId));
        }
        if (reader.ended && lanes.length === 0 && !lanes.anyBusy) return;
        await this.#sleep(waitMs);
      } catch (error) {
        this.#mapping.lastProcessingResult = `PROBLEM: ${messageOf(error)}`;
        await clock.sleep(PROBLEM_DELAY_MS, this.#stop.signal);
      }
    }
  }

  /** Reads on if it is time to; returns how long until the next read, in milliseconds. */
  async #read(reader: ShardReader): Promise<number> {
    this.#early = reader.waitMs > 0;
    if (this.#early) return reader.waitMs;
    const records = await reader.read();
    this.#take(records);
    // An answer may end before the shard does, with 1 MB or a thousand records.
    if (records.length > 0) this.#changed = true;
    return IDLE_READ_MS;
  }

  #take(records: readonly StreamRecord[]): void {
    const now = this.#context.clock.now();
    const { since = -Infinity, settings, checkpoint } = this.#mapping;
    const { filter, startingPosition } = settings;
    // Records tell their time in whole seconds.
    const begin = startingPosition === "LATEST" && checkpoint === undefined ? since - 1000 : -Infinity;
    for (const record of records) {
      if (createdAtMs(record) < begin) continue;
      const complete = { ...record, eventSourceARN: this.#mapping.sourceArn };
      if (!filter.matches(complete)) continue;
      this.#progress.begin(complete);
      this.#lanes.add(complete, now);
    }
  }

  /** Starts the batches that are ready in idle lanes; returns how long until the next one may be, in milliseconds. */
  #startBatches(shardId: string): number {
    const { batchSize, windowSeconds } = this.#mapping.settings;
    const limits = { maxRecords: batchSize, windowMs: windowSeconds * 1000, maxBytes: MAX_BATCH_BYTES };
    const now = this.#context.clock.now();
    let waitMs = IDLE_READ_MS;
    for (const lane of this.#lanes.all) {
      if (lane.busy) continue;
      const next = lane.take(now, limits);
      if (next === undefined) continue;
      if ("waitMs" in next) waitMs = Math.min(waitMs, next.waitMs);
      else void this.#work(lane, { records: next.records, failures: 0 }, shardId);
    }
    return waitMs;
  }

  /** Works a lane's batch off, and lets the poller look for its next one. */
  async #work(lane: Lane, batch: Segment<StreamRecord>, shardId: string): Promise<void> {
    lane.busy = true;
    try {
      await this.#handle(batch, shardId);
    } catch (error) {
      this.#mapping.lastProcessingResult = `PROBLEM: ${messageOf(error)}`;
    } finally {
      lane.busy = false;
      this.#changed = true;
      this.#wake?.();
    }
  }

  /** Until the table changes, or time is up; not at all when it has changed since the last read. */
  async #sleep(ms: number): Promise<void> {
    if (this.#changed) return;
    const { clock } = this.#context;
    const woken = new AbortController();
    this.#wake = () => {
      // Every change calls it, and one is enough.
      this.#wake = undefined;
      woken.abort(WOKEN);
    };
    await clock.sleep(ms, woken.signal);
    this.#wake = undefined;
    // Changes come in swarms: those of one turn are read together.
    if (woken.signal.aborted) await clock.busy(new Promise<void>((resolve) => setImmediate(resolve)));
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
    this.#finish(segment.records.slice(0, done));
  }

  #finish(records: readonly StreamRecord[]): void {
    const checkpoint = this.#progress.finish(records);
    if (checkpoint === undefined) return;
    this.#mapping.checkpoint = checkpoint;
    this.#mapping.progressed?.();
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
    this.#finish(expired);
    return firstYoung < 0 ? undefined : { ...segment, records: segment.records.slice(firstYoung) };
  }

  async #invoke(segment: Segment<StreamRecord>, requestId: string): Promise<SegmentResult> {
    const { target, settings } = this.#mapping;
    const { fn } = target;
    const last = segment.records.at(-1);
    if (last !== undefined) {
      const iteratorAgeMs = this.#context.clock.now() - createdAtMs(last);
      this.#context.events.publish({ type: "stream-batch-sent", functionName: fn.name, iteratorAgeMs });
    }
    const payload = Buffer.from(JSON.stringify({ Records: segment.records }));
    try {
      const { outcome } = await this.#invoker.invoke(
        target,
        { requestId, payload },
        {
          kind: "stream",
          tableName: /:table\/([^/]+)/.exec(this.#mapping.sourceArn)?.[1] ?? "",
          keys: segment.records.map(({ dynamodb }) => dynamodb.Keys ?? {}),
        },
      );
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
    const { target, settings, sourceArn } = this.#mapping;
    const revision = this.#revision;
    if (settings.onFailureArn === undefined) return;
    const record = discardRecord(segment, {
      requestId,
      reason,
      shardId,
      functionArn: `${target.fn.arn}:${target.qualifier}`,
      executedVersion: revision.version,
      streamArn: sourceArn,
      nowMs: this.#context.clock.now(),
      ...(functionError !== undefined && { functionError }),
    });
    // A destination that refuses the record loses it, as in AWS; the refusal stands in the event stream.
    const delivery = send(this.#context, revision, settings.onFailureArn, JSON.stringify(record));
    await this.#context.clock.busy(delivery.catch(() => undefined));
  }
}
