import type { TreeNode } from "../engine/tree";
import type { Change } from "./compare";
import type { PolicyResult } from "./policy";

/** All that one preview has to tell, for a renderer. */
export interface PreviewReport {
  readonly stack: string;
  /** What would be deployed now. */
  readonly resources: readonly TreeNode[];
  readonly resourceCount: number;
  readonly comparison: Comparison | undefined;
  /** Empty where the project has no rules of its own. */
  readonly policy: readonly PolicyResult[];
}

export interface Comparison {
  /** As the user named it: "main", "HEAD~1". */
  readonly revision: string;
  /** The full hash of the commit. */
  readonly commit: string;
  /** Why there is no other side, where there is none: everything is new then. */
  readonly note?: string;
  readonly changes: readonly Change[];
}

export type Violation = Extract<PolicyResult, { outcome: "violated" }>;

/** How many resources each kind of change concerns. */
export interface ChangeCounts {
  readonly created: number;
  readonly updated: number;
  readonly replaced: number;
  readonly deleted: number;
  readonly configured: number;
  readonly unchanged: number;
}

export function countChanges(report: PreviewReport, { changes }: Comparison): ChangeCounts {
  const count = (kind: Change["kind"]) => changes.filter((change) => change.kind === kind).length;
  const [created, updated, replaced] = [count("created"), count("updated"), count("replaced")];
  return {
    created,
    updated,
    replaced,
    deleted: count("deleted"),
    configured: count("configured"),
    unchanged: report.resourceCount - created - updated - replaced,
  };
}

export function violations({ policy }: PreviewReport): readonly Violation[] {
  return policy.filter((result): result is Violation => result.outcome === "violated");
}

/** The violations that stop a deployment. */
export function mandatoryViolations(report: PreviewReport): readonly Violation[] {
  return violations(report).filter(({ mandatory }) => mandatory);
}

/** "52 checks passed, 9 waived, 1 violated", leaving out what there is none of. */
export function summarizePolicy({ policy }: PreviewReport): string {
  const outcomes = ["passed", "waived", "violated", "undetermined"] as const;
  const counts = outcomes.map(
    (outcome) => [outcome, policy.filter((r) => r.outcome === outcome).length] as const,
  );
  const parts = counts
    .filter(([outcome, count]) => count > 0 || outcome === "passed")
    .map(([outcome, count], index) => (index === 0 ? `${count} checks ${outcome}` : `${count} ${outcome}`));
  return parts.join(", ");
}

/** "2 to create, 1 to replace; 23 unchanged" */
export function summarizeChanges({ unchanged, ...counts }: ChangeCounts): string {
  const words = {
    created: "to create",
    updated: "to change",
    replaced: "to replace",
    deleted: "to delete",
    configured: counts.configured === 1 ? "configuration key changed" : "configuration keys changed",
  } as const;
  const parts = (Object.keys(words) as (keyof typeof words)[])
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${words[kind]}`);
  return `${parts.length === 0 ? "no changes" : parts.join(", ")}; ${unchanged} unchanged`;
}
