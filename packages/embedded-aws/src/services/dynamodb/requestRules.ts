import type { Rules } from "../../wire/rules";

/** What the API reference says of members of the operations on items, beside what the parsers check. */

const report: Rules = { ReturnConsumedCapacity: { oneOf: ["INDEXES", "TOTAL", "NONE"] } };

export const writeRules: Rules = {
  ...report,
  ReturnItemCollectionMetrics: { oneOf: ["SIZE", "NONE"] },
  ReturnValues: { oneOf: ["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"] },
  ReturnValuesOnConditionCheckFailure: { oneOf: ["ALL_OLD", "NONE"] },
  ConditionalOperator: { oneOf: ["OR", "AND"] },
};

export const readRules: Rules = { ...report, AttributesToGet: { length: [1, 255] } };

const MAX_SEGMENTS = 1_000_000;

export const pageRules: Rules = {
  ...readRules,
  Select: { oneOf: ["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"] },
  IndexName: { length: [3, 255], pattern: /^[a-zA-Z0-9_.-]+$/ },
  ConditionalOperator: { oneOf: ["OR", "AND"] },
  Limit: { range: [1, Infinity] },
  TotalSegments: { range: [1, MAX_SEGMENTS] },
  Segment: { range: [0, MAX_SEGMENTS - 1] },
};

export const batchRules: Rules = {
  ...report,
  ReturnItemCollectionMetrics: { oneOf: ["SIZE", "NONE"] },
};

/** Of the actions of a transaction that writes. */
export const actionRules: Rules = Object.fromEntries(
  ["ConditionCheck", "Put", "Update", "Delete"].map((action) => [
    `TransactItems.${action}.ReturnValuesOnConditionCheckFailure`,
    { oneOf: ["ALL_OLD", "NONE"] },
  ]),
);
