import { mkdirSync } from "node:fs";
import path from "node:path";
import { evaluate, UNKNOWN_VALUE } from "../policy/evaluate";
import { isMandatory } from "../policy/rule";
import { rules } from "../policy/rules";
import { waivers } from "../policy/waivers";
import { startCloud, SteppedClock } from "embedded-aws";
import {
  readCheckedProject,
  localDirectory,
  hasStack,
  resourceTree,
  comparePreviews,
  policyResources,
  renderJson,
  renderMarkdown,
  renderText,
  mandatoryViolations,
  openRevision,
  RevisionError,
  emptySnapshot,
  takeSnapshot,
  renderProgress,
  type ConfigOverrides,
  type RegisteredResource,
  type Comparison,
  type PreviewReport,
  type Revision,
  type Snapshot,
} from "embedded-pulumi";
import { accountOf } from "./account";
import {
  configOverrides,
  parseCommandLine,
  sharedOptions,
  UsageError,
  CommandError,
  type CommandLine,
  type Terminal,
} from "embedded-pulumi/cli";
import { explain, runInCloud } from "./runInCloud";

export const previewLine: CommandLine = {
  usage: "npm run preview -- [options]",
  about: "What would be deployed, what that changes since a revision, and what the policy rules say of it.",
  options: {
    stack: { kind: "text", value: "NAME", about: "the stack whose configuration is deployed; default dev" },
    against: { kind: "text", value: "REV", about: "a branch, tag or commit to compare with" },
    config: sharedOptions.config,
    json: sharedOptions.json,
    markdown: { kind: "flag", about: "the report as Markdown, for a comment on a pull request" },
  },
};

/**
 * `npm run preview`: what would be deployed, what that
 * changes since a revision, and what the policy rules say of it, without an account and without credentials.
 *
 * The program is rehearsed: deployed into an empty cloud in this process. A preview in Pulumi's sense would leave
 * unknown every ARN of a resource still to be made, and with them each IAM policy whole.
 *
 * Status 1 when a mandatory rule is violated.
 */
export async function preview(args: readonly string[], terminal: Terminal, project = "."): Promise<number> {
  const given = parseCommandLine(args, previewLine);
  const [json, markdown] = [given.has("json"), given.has("markdown")];
  if (json && markdown) throw new UsageError("got --json and --markdown; expected one of them");
  const stack = given.text("stack") ?? "dev";
  const revision = given.text("against");
  const config = configOverrides(given);

  const rehearsal = {
    directory: project,
    stack,
    config,
    terminal,
    cache: path.join(localDirectory(project), "cache"),
  };
  // Before a program says in its own words that it cannot write there.
  mkdirSync(rehearsal.cache, { recursive: true });
  const base = revision === undefined ? undefined : await checkOut(project, revision);
  try {
    const now = await rehearse(rehearsal);
    const report: PreviewReport = {
      stack,
      resources: resourceTree(now.resources),
      resourceCount: now.resources.length,
      comparison: base === undefined ? undefined : await compareWith(base, now.snapshot, rehearsal),
      policy: evaluate(policyResources(now.resources, UNKNOWN_VALUE), rules, waivers).map((result) => ({
        ...result,
        mandatory: isMandatory(result.rule),
      })),
    };
    if (json) terminal.printJson(renderJson(report));
    else terminal.print(markdown ? renderMarkdown(report) : renderText(report));
    return mandatoryViolations(report).length > 0 ? 1 : 0;
  } finally {
    base?.remove();
  }
}

interface Rehearsal {
  /** The folder of `Pulumi.yaml`. */
  readonly directory: string;
  readonly stack: string;
  /** Configuration that wins over the stack's file, at every revision. */
  readonly config: ConfigOverrides;
  readonly terminal: Terminal;
  /** Where compiled code is kept: one place for both sides, since both load the same packages. */
  readonly cache: string;
}

interface Rehearsed {
  readonly resources: readonly RegisteredResource[];
  readonly snapshot: Snapshot;
}

/** Deploys the program into a cloud of its own, whose clock stands still: two rehearsals of one program are equal. */
async function rehearse({ directory, stack, config, terminal, cache }: Rehearsal): Promise<Rehearsed> {
  const project = await explain(() => readCheckedProject(directory, stack, config, cache, terminal.signal));
  const account = accountOf(project);
  const cloud = await startCloud({ port: 0, ...account, clock: new SteppedClock() });
  try {
    const result = await runInCloud(cloud, {
      project,
      mode: "update",
      seed: 1,
      terminal,
      cacheDirectory: cache,
      onEvent: (event) => {
        // Standard output is the report's alone.
        const line = event.type === "resource" ? undefined : renderProgress(event);
        if (line !== undefined) process.stderr.write(`${line}\n`);
      },
    });
    return { resources: result.resources, snapshot: await takeSnapshot(result, cloud.endpoint) };
  } finally {
    await cloud.close();
  }
}

async function checkOut(project: string, revision: string): Promise<Revision> {
  try {
    return await openRevision(project, revision);
  } catch (error) {
    throw error instanceof RevisionError ? new UsageError(error.message) : error;
  }
}

async function compareWith(base: Revision, after: Snapshot, rehearsal: Rehearsal): Promise<Comparison> {
  const { name, commit, directory } = base;
  if (!(await explain(() => hasStack(directory, rehearsal.stack)))) {
    const note = `At ${name} there is no stack ${rehearsal.stack}: everything is new.`;
    return { revision: name, commit, note, changes: comparePreviews(emptySnapshot(rehearsal.stack), after) };
  }
  try {
    const { snapshot } = await rehearse({ ...rehearsal, directory });
    return { revision: name, commit, changes: comparePreviews(snapshot, after) };
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(`at ${name}: ${error.message}`) : error;
  }
}
