import { defaultStack } from "../engine/projectFile";
import { renderProgress } from "../engine/renderProgress";
import { type PreviewOptions, previewReport } from "../preview/previewReport";
import { renderJson } from "../preview/renderJson";
import { renderMarkdown } from "../preview/renderMarkdown";
import { renderText } from "../preview/renderText";
import { mandatoryViolations } from "../preview/report";
import { type CommandLine, configOverrides, parseCommandLine, sharedOptions, UsageError } from "./arguments";
import { explain } from "./explain";
import type { Terminal } from "./terminal";

export const previewLine: CommandLine = {
  usage: "npx embedded-pulumi preview [options]",
  about: "What would be deployed, and what that changes since a revision.",
  options: {
    stack: sharedOptions.stack,
    against: { kind: "text", value: "REV", about: "a branch, tag or commit to compare with" },
    config: sharedOptions.config,
    json: sharedOptions.json,
    markdown: { kind: "flag", about: "the report as Markdown, for a comment on a pull request" },
  },
};

export interface PreviewSettings extends Pick<PreviewOptions, "policy"> {
  /** The folder of `Pulumi.yaml`; default the current one. */
  readonly directory?: string;
  /** What a person types to see a report that is too long for a comment. */
  readonly command?: string;
}

/** Previews a project as its arguments say. Status 1 when a mandatory rule is violated. */
export async function preview(
  args: readonly string[],
  terminal: Terminal,
  settings: PreviewSettings = {},
): Promise<number> {
  const { directory = ".", command, policy } = settings;
  const given = parseCommandLine(args, previewLine);
  const [json, markdown] = [given.has("json"), given.has("markdown")];
  if (json && markdown) throw new UsageError("got --json and --markdown; expected one of them");
  const report = await explain(() =>
    previewReport({
      directory,
      stack: given.text("stack") ?? defaultStack(directory),
      config: configOverrides(given),
      against: given.text("against"),
      signal: terminal.signal,
      ...(policy === undefined ? {} : { policy }),
      onEvent: (event) => {
        // Standard output is the report's alone.
        const line = event.type === "resource" ? undefined : renderProgress(event);
        if (line !== undefined) process.stderr.write(`${line}\n`);
      },
    }),
  );
  if (json) terminal.printJson(renderJson(report));
  else terminal.print(markdown ? renderMarkdown(report, command) : renderText(report));
  return mandatoryViolations(report).length > 0 ? 1 : 0;
}
