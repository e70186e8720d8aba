import type { EventSourcePosition } from "@aws-sdk/client-lambda";
import { AwsError } from "../../../core/errors";
import { compileFilter, NO_FILTER } from "./filter";
import type { MappingSettings, SqsMappingSettings, StreamMappingSettings } from "./mapping";
import type { MappingInput } from "./mappingInputs";

const STREAM_ONLY = [
  "BisectBatchOnFunctionError",
  "MaximumRetryAttempts",
  "MaximumRecordAgeInSeconds",
  "ParallelizationFactor",
  "DestinationConfig",
] as const;

/** The kind of event source that an ARN names. */
export function sourceKind(arn: string): MappingSettings["kind"] {
  if (/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9-_]+(?:\.fifo)?$/.test(arn)) return "sqs";
  if (/^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/[^/]+\/stream\/.+$/.test(arn)) return "stream";
  throw invalid(
    `EventSourceArn: got "${arn}"; expected the ARN of an SQS queue or of a DynamoDB table's stream, the event sources that the embedded cloud supports`,
  );
}

/** A queue's mapping: `former` is what it was, or nothing for a new one. */
export function sqsSettings(
  input: MappingInput,
  queueArn: string,
  former?: SqsMappingSettings,
): SqsMappingSettings {
  const isFifo = queueArn.endsWith(".fifo");
  for (const field of STREAM_ONLY) {
    if (input[field] !== undefined) throw invalid(`${field}: not for an SQS queue, only for a stream`);
  }
  const batchSize = input.BatchSize ?? former?.batchSize ?? 10;
  const windowSeconds = input.MaximumBatchingWindowInSeconds ?? former?.windowSeconds ?? 0;
  if (isFifo && (batchSize > 10 || windowSeconds > 0)) {
    throw invalid(
      `BatchSize, MaximumBatchingWindowInSeconds: got ${batchSize} and ${windowSeconds}; expected at most 10 and no window for a FIFO queue`,
    );
  }
  if (batchSize > 10 && windowSeconds < 1) {
    throw invalid(
      `MaximumBatchingWindowInSeconds: got ${windowSeconds}; expected at least 1 with a BatchSize above 10 (${batchSize})`,
    );
  }
  const maximumConcurrency =
    input.ScalingConfig === undefined ? former?.maximumConcurrency : input.ScalingConfig.MaximumConcurrency;
  return {
    kind: "sqs",
    batchSize,
    windowSeconds,
    ...common(input, former),
    ...(maximumConcurrency !== undefined && { maximumConcurrency }),
  };
}

/** A stream's mapping: `former` is what it was, or nothing for a new one. */
export function streamSettings(
  input: MappingInput & { readonly StartingPosition?: EventSourcePosition | undefined },
  former?: StreamMappingSettings,
): StreamMappingSettings {
  if (input.ScalingConfig !== undefined)
    throw invalid("ScalingConfig: not for a stream, only for an SQS queue");
  const startingPosition = input.StartingPosition ?? former?.startingPosition;
  if (startingPosition === "AT_TIMESTAMP") {
    // Lambda API reference, CreateEventSourceMapping.
    throw invalid(
      "StartingPosition: got AT_TIMESTAMP; expected TRIM_HORIZON or LATEST: AT_TIMESTAMP is not for a DynamoDB stream, only for Kinesis, Kafka and DocumentDB",
    );
  }
  if (startingPosition !== "TRIM_HORIZON" && startingPosition !== "LATEST") {
    throw invalid(`StartingPosition: got nothing; expected TRIM_HORIZON or LATEST for a stream`);
  }
  const maximumRecordAge = input.MaximumRecordAgeInSeconds ?? former?.maximumRecordAge ?? -1;
  if (maximumRecordAge !== -1 && maximumRecordAge < 60) {
    throw invalid(
      `MaximumRecordAgeInSeconds: got ${maximumRecordAge}; expected -1 (no bound) or 60 to 604800`,
    );
  }
  const onFailureArn =
    input.DestinationConfig === undefined
      ? former?.onFailureArn
      : input.DestinationConfig.OnFailure?.Destination;
  return {
    kind: "stream",
    startingPosition,
    batchSize: input.BatchSize ?? former?.batchSize ?? 100,
    windowSeconds: input.MaximumBatchingWindowInSeconds ?? former?.windowSeconds ?? 0,
    ...common(input, former),
    parallelizationFactor: input.ParallelizationFactor ?? former?.parallelizationFactor ?? 1,
    bisect: input.BisectBatchOnFunctionError ?? former?.bisect ?? false,
    maximumRetryAttempts: input.MaximumRetryAttempts ?? former?.maximumRetryAttempts ?? -1,
    maximumRecordAge,
    ...(onFailureArn !== undefined && { onFailureArn }),
  };
}

function common(input: MappingInput, former: MappingSettings | undefined) {
  const patterns = input.FilterCriteria?.Filters?.map(({ Pattern = "" }) => Pattern) ?? [];
  return {
    reportBatchItemFailures:
      input.FunctionResponseTypes === undefined
        ? (former?.reportBatchItemFailures ?? false)
        : input.FunctionResponseTypes.length > 0,
    filter: input.FilterCriteria === undefined ? (former?.filter ?? NO_FILTER) : compileFilter(patterns),
  };
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
