import type { Input } from "embedded-aws";
import * as v from "valibot";
import { resource, tags, textOf } from "../../schemas";
import { untilSettled } from "../../untilSettled";

type MappingInput = Input<"lambda", "CreateEventSourceMapping">;

const mappingInputs = v.strictObject({
  functionName: v.string(),
  eventSourceArn: v.string(),
  enabled: v.optional(v.boolean(), true),
  batchSize: v.optional(v.number()),
  maximumBatchingWindowInSeconds: v.optional(v.number()),
  functionResponseTypes: v.optional(
    v.array(textOf<NonNullable<MappingInput["FunctionResponseTypes"]>[number]>()),
  ),
  scalingConfig: v.optional(v.strictObject({ maximumConcurrency: v.optional(v.number()) })),
  filterCriteria: v.optional(v.strictObject({ filters: v.array(v.strictObject({ pattern: v.string() })) })),
  startingPositionTimestamp: v.optional(v.string()),
  startingPosition: v.optional(textOf<NonNullable<MappingInput["StartingPosition"]>>()),
  bisectBatchOnFunctionError: v.optional(v.boolean()),
  maximumRetryAttempts: v.optional(v.number()),
  maximumRecordAgeInSeconds: v.optional(v.number()),
  parallelizationFactor: v.optional(v.number()),
  destinationConfig: v.optional(
    v.strictObject({ onFailure: v.optional(v.strictObject({ destinationArn: v.string() })) }),
  ),
  metricsConfig: v.optional(
    v.strictObject({ metrics: v.array(textOf<"EventCount" | "ErrorCount" | "KafkaMetrics">()) }),
  ),
  tags,
});
type MappingInputs = v.InferOutput<typeof mappingInputs>;

/** What both a new mapping and an old one are told. */
function mappingConfiguration(inputs: MappingInputs) {
  return {
    FunctionName: inputs.functionName,
    Enabled: inputs.enabled,
    BatchSize: inputs.batchSize,
    MaximumBatchingWindowInSeconds: inputs.maximumBatchingWindowInSeconds,
    FunctionResponseTypes: inputs.functionResponseTypes,
    ScalingConfig: inputs.scalingConfig && { MaximumConcurrency: inputs.scalingConfig.maximumConcurrency },
    FilterCriteria: inputs.filterCriteria && {
      Filters: inputs.filterCriteria.filters.map(({ pattern }) => ({ Pattern: pattern })),
    },
    BisectBatchOnFunctionError: inputs.bisectBatchOnFunctionError,
    MaximumRetryAttempts: inputs.maximumRetryAttempts,
    MaximumRecordAgeInSeconds: inputs.maximumRecordAgeInSeconds,
    ParallelizationFactor: inputs.parallelizationFactor,
    DestinationConfig: inputs.destinationConfig?.onFailure && {
      OnFailure: { Destination: inputs.destinationConfig.onFailure.destinationArn },
    },
    MetricsConfig: inputs.metricsConfig && { Metrics: inputs.metricsConfig.metrics },
  };
}

/** The same, with what a mapping has that was told nothing: what is left out of a change would stay. */
function wholeMapping(inputs: MappingInputs): Omit<Input<"lambda", "UpdateEventSourceMapping">, "UUID"> {
  const given = mappingConfiguration(inputs);
  const stream = inputs.startingPosition !== undefined;
  return {
    ...given,
    BatchSize: given.BatchSize ?? (stream ? 100 : 10),
    MaximumBatchingWindowInSeconds: given.MaximumBatchingWindowInSeconds ?? 0,
    FunctionResponseTypes: given.FunctionResponseTypes ?? [],
    FilterCriteria: given.FilterCriteria ?? {},
    ...(stream
      ? {
          BisectBatchOnFunctionError: given.BisectBatchOnFunctionError ?? false,
          MaximumRetryAttempts: given.MaximumRetryAttempts ?? -1,
          MaximumRecordAgeInSeconds: given.MaximumRecordAgeInSeconds ?? -1,
          ParallelizationFactor: given.ParallelizationFactor ?? 1,
          DestinationConfig: given.DestinationConfig ?? { OnFailure: {} },
        }
      : { ScalingConfig: given.ScalingConfig ?? {} }),
  };
}

export const eventSourceMapping = resource({
  type: "aws:lambda/eventSourceMapping:EventSourceMapping",
  inputs: mappingInputs,
  async create(inputs, context) {
    const input: MappingInput = {
      ...mappingConfiguration(inputs),
      EventSourceArn: inputs.eventSourceArn,
      StartingPosition: inputs.startingPosition,
      StartingPositionTimestamp:
        inputs.startingPositionTimestamp === undefined
          ? undefined
          : new Date(inputs.startingPositionTimestamp),
      Tags: Object.keys(inputs.tags).length === 0 ? undefined : inputs.tags,
    };
    const created = await untilSettled(context, () =>
      context.call("lambda", "CreateEventSourceMapping", input),
    );
    return { id: created.UUID ?? "", outputs: mappingOutputs(created) };
  },
  async update(change, context) {
    const { id: UUID, inputs, changed } = change;
    // Of tags, the embedded Lambda keeps none of a mapping.
    const present = [...changed].some((name) => name !== "tags")
      ? await untilSettled(context, () =>
          context.call("lambda", "UpdateEventSourceMapping", { UUID, ...wholeMapping(inputs) }),
        )
      : await context.call("lambda", "GetEventSourceMapping", { UUID });
    return mappingOutputs(present);
  },
  async delete(_inputs, id, context) {
    await context.call("lambda", "DeleteEventSourceMapping", { UUID: id });
  },
});

interface DescribedMapping {
  readonly UUID?: string | undefined;
  readonly EventSourceMappingArn?: string | undefined;
  readonly FunctionArn?: string | undefined;
  readonly State?: string | undefined;
  readonly BatchSize?: number | undefined;
  readonly MaximumBatchingWindowInSeconds?: number | undefined;
}

function mappingOutputs(described: DescribedMapping) {
  return {
    uuid: described.UUID,
    arn: described.EventSourceMappingArn,
    functionArn: described.FunctionArn,
    state: described.State,
    batchSize: described.BatchSize,
    maximumBatchingWindowInSeconds: described.MaximumBatchingWindowInSeconds ?? 0,
  };
}
