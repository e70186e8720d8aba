import * as v from "valibot";
import { functionName, numeric, tags } from "../functionInputs";

const wholeNumber = (min: number, max: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)));

/** What may be set when a mapping is made and changed later; limits of the API, tighter ones by kind in `mappingSettings`. */
const changeable = {
  Enabled: v.optional(v.boolean()),
  BatchSize: wholeNumber(1, 10_000),
  /** Seconds. */
  MaximumBatchingWindowInSeconds: wholeNumber(0, 300),
  FilterCriteria: v.optional(
    v.strictObject({
      Filters: v.optional(
        v.pipe(v.array(v.strictObject({ Pattern: v.pipe(v.string(), v.maxLength(4096)) })), v.maxLength(10)),
      ),
    }),
  ),
  FunctionResponseTypes: v.optional(v.pipe(v.array(v.literal("ReportBatchItemFailures")), v.maxLength(1))),
  ScalingConfig: v.optional(v.strictObject({ MaximumConcurrency: wholeNumber(2, 1000) })),
  /** Batches of one shard at one time: one here. */
  ParallelizationFactor: v.optional(v.literal(1)),
  BisectBatchOnFunctionError: v.optional(v.boolean()),
  MaximumRetryAttempts: wholeNumber(-1, 10_000),
  /** Seconds. */
  MaximumRecordAgeInSeconds: wholeNumber(-1, 604_800),
  DestinationConfig: v.optional(
    v.strictObject({ OnFailure: v.optional(v.strictObject({ Destination: v.optional(v.string()) })) }),
  ),
};

export const createMappingInput = v.strictObject({
  ...changeable,
  EventSourceArn: v.pipe(v.string(), v.startsWith("arn:")),
  FunctionName: functionName,
  StartingPosition: v.optional(v.picklist(["TRIM_HORIZON", "LATEST"])),
  Tags: v.optional(tags),
});

export const updateMappingInput = v.strictObject({
  ...changeable,
  UUID: v.string(),
  FunctionName: v.optional(functionName),
});

export const mappingByUuid = v.strictObject({ UUID: v.string() });

export const listMappingsInput = v.strictObject({
  EventSourceArn: v.optional(v.string()),
  FunctionName: v.optional(functionName),
  MaxItems: v.optional(numeric),
  Marker: v.optional(v.string()),
});

export type MappingInput = Omit<
  v.InferOutput<typeof updateMappingInput>,
  "UUID" | "FunctionName" | "Enabled"
>;
