import { displayType, formatTree } from "../engine/tree";
import type { Change } from "./compare";
import { describeChange } from "./describeChange";
import {
  countChanges,
  mandatoryViolations,
  type PreviewReport,
  summarizeChanges,
  summarizePolicy,
  violations,
} from "./report";
import { largest } from "embedded-aws/support";

/** GitHub refuses a comment of more than 65,536 characters. */
export const LONGEST_MARKDOWN = 60_000;

/** Room for the note that something was left out. */
const RESERVE = 300;

/**
 * The report as a comment on a pull request: a summary in one line, details to unfold.
 *
 * @param command shows the whole of a report that is too long.
 */
export function renderMarkdown(report: PreviewReport, command = "npx embedded-pulumi preview"): string {
  const head = [headline(report), ...violationLines(report)].join("\n");
  const { comparison } = report;
  const sections =
    comparison === undefined || comparison.note !== undefined
      ? [details("Resources", formatTree(report.resources))]
      : comparison.changes.map(changeSection);
  return fitted(clipped(head, LONGEST_MARKDOWN / 2), sections, report, command);
}

function headline(report: PreviewReport): string {
  const { comparison, stack } = report;
  const broken = mandatoryViolations(report).length;
  const sign = broken > 0 ? "❌" : "✅";
  const what =
    comparison === undefined || comparison.note !== undefined
      ? `${report.resourceCount} to create`
      : `against \`${comparison.revision}\` (${comparison.commit.slice(0, 12)}): ${summarizeChanges(countChanges(report, comparison))}`;
  const note = comparison?.note === undefined ? "" : ` ${comparison.note}`;
  const policies = report.policy.length === 0 ? "" : ` Policies: ${summarizePolicy(report)}.`;
  return `${sign} **Preview of \`${stack}\`** ${what}.${policies}${note}\n`;
}

function violationLines(report: PreviewReport): readonly string[] {
  return violations(report).map(
    ({ rule, mandatory, type, name, reason }) =>
      `- ${mandatory ? "**mandatory**" : "advisory"} \`${rule.name}\`: ${code(`${displayType(type)} ${name}`)} ${escaped(reason)}. ${escaped(rule.advice)}`,
  );
}

function changeSection(change: Change): string {
  const { title, warning, lines } = describeChange(change);
  const heading = warning === undefined ? title : `${title} (${warning})`;
  // In a diff, "~" has no colour and "!" does.
  const body = lines.map(({ sign, text }) => `${sign === "~" ? "!" : sign} ${text}`).join("\n");
  return body === "" ? `- ${escaped(heading)}\n` : details(heading, body, "diff");
}

function details(summary: string, body: string, language = ""): string {
  const fence = fenceFor(body);
  return `<details><summary>${html(summary)}</summary>\n\n${fence}${language}\n${body}\n${fence}\n\n</details>\n`;
}

/** As many sections as fit, in order, and a note of how many did not. */
function fitted(
  head: string,
  sections: readonly string[],
  { stack, comparison }: PreviewReport,
  command: string,
): string {
  const parts = [head];
  let room = LONGEST_MARKDOWN - RESERVE - head.length;
  for (const section of sections) {
    if (section.length + 1 > room) continue;
    parts.push(section);
    room -= section.length + 1;
  }
  const left = sections.length - (parts.length - 1);
  if (left > 0) {
    const against = comparison === undefined ? "" : ` --against ${comparison.commit.slice(0, 12)}`;
    parts.push(
      `_${left} of ${sections.length} sections do not fit here. See all with_ \`${command} --stack ${stack}${against}\``,
    );
  }
  return parts.join("\n");
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…\n`;
}

/** Longer than any run of backticks inside. */
function fenceFor(body: string): string {
  const runs = [...body.matchAll(/`+/g)].map(([run]) => run.length);
  return "`".repeat(
    largest(
      runs.map((length) => length + 1),
      3,
    ),
  );
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

/** Text that Markdown takes literally. */
function escaped(text: string): string {
  return html(text).replace(/[\\`*_[\]|]/g, "\\$&");
}

function html(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
