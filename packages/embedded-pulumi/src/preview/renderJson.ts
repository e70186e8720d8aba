import type { PolicyResult } from "./policy";
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

function renderResult(result: PolicyResult): object {
  const { rule, urn, outcome } = result;
  return {
    rule: rule.name,
    ids: rule.ids,
    severity: rule.severity,
    mandatory: result.mandatory,
    urn,
    outcome,
    ...(result.outcome === "violated" ? { reason: result.reason, advice: rule.advice } : {}),
    ...(result.outcome === "waived" ? { reason: result.reason, waiver: result.waiver.reason } : {}),
    ...(result.outcome === "undetermined" ? { unknown: result.property } : {}),
  };
}
