import type { Supported } from "../../../wire/operation";
import type { Rules } from "../../../wire/rules";
import { byNameAlone } from "../functionInputs";

/** What may be set when a mapping is made and changed later; tighter limits by kind stand in `mappingSettings`. */
const changeable = [
  "BatchSize",
  "MaximumBatchingWindowInSeconds",
  "FilterCriteria",
  "FunctionResponseTypes",
  "ScalingConfig",
  "ParallelizationFactor",
  "BisectBatchOnFunctionError",
  "MaximumRetryAttempts",
  "MaximumRecordAgeInSeconds",
  "DestinationConfig.OnFailure",
] as const;

const changeableRules: Rules = {
  BatchSize: { range: [1, 10_000] },
  /** Seconds. */
  MaximumBatchingWindowInSeconds: { range: [0, 300] },
  // As many as an account may have without asking for more ("Control which events Lambda sends to your function").
  "FilterCriteria.Filters": { length: [0, 5] },
  "FilterCriteria.Filters.Pattern": { length: [0, 4096] },
  FunctionResponseTypes: { length: [0, 1], oneOf: ["ReportBatchItemFailures"] },
  "ScalingConfig.MaximumConcurrency": { range: [2, 1000] },
  /** Batches of one shard at one time. */
  ParallelizationFactor: { range: [1, 10] },
  MaximumRetryAttempts: { range: [-1, 10_000] },
  /** Seconds. */
  MaximumRecordAgeInSeconds: { range: [-1, 604_800] },
};

export const createMappingInput = {
  supports: [
    "EventSourceArn",
    "FunctionName",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Tags",
    "Enabled",
    ...changeable,
  ],
  rules: {
    ...byNameAlone.rules,
    EventSourceArn: { pattern: /^arn:/ },
    StartingPosition: { oneOf: ["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"] },
    ...changeableRules,
  },
} as const;

export const updateMappingInput = {
  supports: ["UUID", "FunctionName", "Enabled", ...changeable],
  rules: { ...byNameAlone.rules, ...changeableRules },
} as const;

export const mappingByUuid = { supports: ["UUID"] } as const;

export const listMappingsInput = {
  supports: ["EventSourceArn", "FunctionName", "MaxItems", "Marker"],
  rules: { ...byNameAlone.rules, MaxItems: { range: [1, 10_000] } },
} as const;

export type MappingInput = Partial<
  Supported<"lambda", "UpdateEventSourceMapping", (typeof changeable)[number]>
>;
