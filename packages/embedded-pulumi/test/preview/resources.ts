import type { Result } from "../../../../policy/evaluate";
import type { Rule } from "../../../../policy/rule";
import type { Wire } from "../../src/engine/values";
import { comparePreviews } from "../../src/preview/compare";
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

const rule: Rule = {
  name: "encrypted",
  ids: ["SQS.1"],
  severity: "high",
  description: "Queues are encrypted.",
  advice: "Encrypt <it>.",
  types: [QUEUE],
  judges: "resource",
  check: () => [],
};

export function result(
  outcome: "passed" | "violated" | "waived" | "undetermined",
  severity: Rule["severity"] = "high",
): Result {
  const judged = { rule: { ...rule, severity }, urn: `urn:${outcome}`, type: QUEUE, name: "orders" };
  switch (outcome) {
    case "passed":
      return { ...judged, outcome };
    case "violated":
      return { ...judged, outcome, reason: "has no *key*" };
    case "waived":
      return { ...judged, outcome, reason: "has none", waiver: { rule: rule.name, reason: "on purpose" } };
    case "undetermined":
      return { ...judged, outcome, property: "kmsMasterKeyId" };
  }
}

/** The report of a preview of `after` against `before`. */
export function report(before: Snapshot, after: Snapshot, policy: readonly Result[] = []): PreviewReport {
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
