import type { Wire } from "../../src/engine/values";
import { comparePreviews } from "../../src/preview/compare";
import type { PolicyResult } from "../../src/preview/policy";
import type { PreviewReport } from "../../src/preview/report";
import type { PreviewedResource, Snapshot } from "../../src/preview/snapshot";

export const QUEUE = "aws:sqs/queue:Queue";
export const TABLE = "aws:dynamodb/table:Table";

export function previewed(
  type: string,
  name: string,
  properties: Readonly<Record<string, Wire>> = {},
  protect = false,
): PreviewedResource {
  return { urn: `urn:pulumi:dev::shop::${type}::${name}`, type, name, protect, properties };
}

export function snapshot(resources: readonly PreviewedResource[], config: Snapshot["config"] = {}): Snapshot {
  return { stack: "dev", config, resources };
}

const rule = { name: "encrypted", ids: ["SQS.1"], advice: "Encrypt <it>." };

export function result(
  outcome: "passed" | "violated" | "waived" | "undetermined",
  severity: "low" | "high" = "high",
): PolicyResult {
  const judged = {
    rule: { ...rule, severity },
    mandatory: severity === "high",
    urn: `urn:${outcome}`,
    type: QUEUE,
    name: "orders",
  };
  switch (outcome) {
    case "passed":
      return { ...judged, outcome };
    case "violated":
      return { ...judged, outcome, reason: "has no *key*" };
    case "waived":
      return { ...judged, outcome, reason: "has none", waiver: { reason: "on purpose" } };
    case "undetermined":
      return { ...judged, outcome, property: "kmsMasterKeyId" };
  }
}

/** The report of a preview of `after` against `before`. */
export function report(
  before: Snapshot,
  after: Snapshot,
  policy: readonly PolicyResult[] = [],
): PreviewReport {
  return {
    stack: "dev",
    resources: after.resources.map(({ urn, type, name, properties }) => ({
      urn,
      type,
      name,
      plan: "create",
      inputs: properties,
      children: [],
    })),
    resourceCount: after.resources.length,
    comparison: { revision: "main", commit: "0123456789abcdef", changes: comparePreviews(before, after) },
    policy,
  };
}
