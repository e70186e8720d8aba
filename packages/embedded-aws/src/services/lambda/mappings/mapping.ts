import * as v from "valibot";
import { keptKind } from "../../../core/keep";
import type { Target } from "../lambdaFunction";
import type { RecordFilter } from "./filter";

/** An event source mapping as it was asked for, with its defaults. */
export type MappingSettings = SqsMappingSettings | StreamMappingSettings;

interface CommonSettings {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportBatchItemFailures: boolean;
  readonly filter: RecordFilter;
}

export interface SqsMappingSettings extends CommonSettings {
  readonly kind: "sqs";
  /** 2–1000; nothing: no bound but the function's. */
  readonly maximumConcurrency?: number;
}

export interface StreamMappingSettings extends CommonSettings {
  readonly kind: "stream";
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  /** Batches of one shard at one time, 1 to 10. */
  readonly parallelizationFactor: number;
  readonly bisect: boolean;
  /** -1: until the record expires. */
  readonly maximumRetryAttempts: number;
  /** Seconds; -1: until the record expires. */
  readonly maximumRecordAge: number;
  readonly onFailureArn?: string;
}

export interface Mapping<Settings extends MappingSettings = MappingSettings> {
  readonly uuid: string;
  readonly sourceArn: string;
  target: Target;
  /** As the function was named: with a qualifier, if it had one. */
  functionArn: string;
  settings: Settings;
  enabled: boolean;
  tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  lastModified: number;
  /** What the poller last met: "No records processed", "OK", "PROBLEM: …". */
  lastProcessingResult: string;
  /** Sequence number up to which a stream has been worked off: where a poller that starts anew goes on. */
  checkpoint?: string;
  /** Since when it reads a stream, when an earlier cloud has begun: in milliseconds since the epoch. */
  since?: number;
  /** Told of each new checkpoint. */
  progressed?: () => void;
}

const place = v.object({ since: v.number(), checkpoint: v.exactOptional(v.string()) });

export type KeptPlace = v.InferOutput<typeof place>;

/** How far a mapping has come with its stream, by its function and its stream. */
export const keptPlaces = keptKind("place", place);

/** Takes records from an event source and gives them to a function until it is stopped. */
export interface Poller {
  stop(): void;
}
