import type { Result } from "../../../../policy/evaluate";
import { isMandatory } from "../../../../policy/rule";
import { countChanges, type PreviewReport } from "./report";

/** The report as one JSON object, for machines. */
export function renderJson(report: PreviewReport): object {
  const { stack, resources, comparison } = report;
  return {
    stack,
    resources,
    ...(comparison === undefined
      ? {}
      : {
          against: { revision: comparison.revision, commit: comparison.commit, note: comparison.note },
          counts: countChanges(report, comparison),
          changes: comparison.changes,
        }),
    policy: report.policy.map(renderResult),
  };
}

function renderResult(result: Result): object {
  const { rule, urn, outcome } = result;
  return {
    rule: rule.name,
    ids: rule.ids,
    severity: rule.severity,
    mandatory: isMandatory(rule),
    urn,
    outcome,
    ...(result.outcome === "violated" ? { reason: result.reason, advice: rule.advice } : {}),
    ...(result.outcome === "waived" ? { reason: result.reason, waiver: result.waiver.reason } : {}),
    ...(result.outcome === "undetermined" ? { unknown: result.property } : {}),
  };
}
