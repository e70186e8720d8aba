import { displayType, formatTree } from "../engine/tree";
import type { Change } from "./compare";
import { describeChange } from "./describeChange";
import {
  type Comparison,
  countChanges,
  type PreviewReport,
  summarizeChanges,
  summarizePolicy,
  violations,
} from "./report";

const SIGNS: Readonly<Record<Change["kind"], string>> = {
  created: "+",
  deleted: "-",
  updated: "~",
  replaced: "±",
  configured: "~",
};

/** The report for a terminal. */
export function renderText(report: PreviewReport): string {
  const { comparison } = report;
  const lines =
    comparison === undefined || comparison.note !== undefined
      ? treeLines(report, comparison?.note)
      : comparisonLines(report, comparison);
  return [...lines, ...(report.policy.length === 0 ? [] : ["", ...policyLines(report)])].join("\n");
}

function treeLines(report: PreviewReport, note: string | undefined): readonly string[] {
  return [
    `Previewing (${report.stack})`,
    ...(note === undefined ? [] : [note]),
    "",
    formatTree(report.resources),
    "",
    "Resources:",
    `    + ${report.resourceCount} to create`,
  ];
}

function comparisonLines(report: PreviewReport, comparison: Comparison): readonly string[] {
  return [
    `Previewing (${report.stack}) against ${comparison.revision} (${comparison.commit.slice(0, 12)})`,
    "",
    ...comparison.changes.flatMap((change) => {
      const { title, warning, lines } = describeChange(change);
      return [
        `${SIGNS[change.kind]}  ${title}${warning === undefined ? "" : ` (${warning})`}`,
        ...lines.map(({ sign, text }) => `     ${sign} ${text}`),
      ];
    }),
    ...(comparison.changes.length === 0 ? [] : [""]),
    "Resources:",
    `    ${summarizeChanges(countChanges(report, comparison))}`,
  ];
}

function policyLines(report: PreviewReport): readonly string[] {
  const undetermined = report.policy.flatMap((result) => (result.outcome === "undetermined" ? [result] : []));
  return [
    "Policies:",
    `    ${summarizePolicy(report)}`,
    ...violations(report).flatMap(({ rule, mandatory, type, name, reason }) => [
      `    ${mandatory ? "mandatory" : "advisory"}  ${rule.name}${rule.ids.length === 0 ? "" : ` (${rule.ids.join(", ")})`}`,
      `        ${displayType(type)} "${name}" ${reason}`,
      `        ${rule.advice}`,
    ]),
    ...undetermined.map(
      ({ rule, type, name, property }) =>
        `    unknown    ${rule.name}: ${displayType(type)} "${name}" has no ${property} yet`,
    ),
  ];
}
