import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { evaluate } from "../../policy/evaluate";
import { rules } from "../../policy/rules";
import { waivers } from "../../policy/waivers";
import { startCloud } from "../cloud/cloud";
import { SteppedClock } from "../cloud/core/clock";
import { localDirectory } from "../engine/localDirectory";
import { readProject } from "../engine/projectFile";
import type { RegisteredResource } from "../engine/state";
import { resourceTree } from "../engine/tree";
import { comparePreviews } from "../preview/compare";
import { policyResources } from "../preview/policyResources";
import { renderJson } from "../preview/renderJson";
import { renderMarkdown } from "../preview/renderMarkdown";
import { renderText } from "../preview/renderText";
import { type Comparison, mandatoryViolations, type PreviewReport } from "../preview/report";
import { openRevision, type Revision, RevisionError } from "../preview/revision";
import { emptySnapshot, type Snapshot } from "../preview/snapshot";
import { takeSnapshot } from "../preview/takeSnapshot";
import { accountOf } from "./account";
import { parseCommandLine, stringOption, UsageError } from "./arguments";
import { CommandError } from "./commandError";
import { renderProgress } from "./renderProgress";
import { explain, runInCloud } from "./runInCloud";
import type { Terminal } from "./terminal";

/**
 * `npm run preview -- [--stack NAME] [--against REV] [--json | --markdown]`: what would be deployed, what that
 * changes since a revision, and what the policy rules say of it, without an account and without credentials.
 *
 * The program is rehearsed: deployed into an empty cloud in this process. A preview in Pulumi's sense would leave
 * unknown every ARN of a resource still to be made, and with them each IAM policy whole.
 *
 * Status 1 when a mandatory rule is violated.
 */
export async function preview(args: readonly string[], terminal: Terminal, project = "."): Promise<number> {
  const { values } = parseCommandLine(args, {
    stack: { type: "string" },
    against: { type: "string" },
    json: { type: "boolean" },
    markdown: { type: "boolean" },
  });
  if (values.json === true && values.markdown === true)
    throw new UsageError("got --json and --markdown; expected one of them");
  const stack = stringOption(values, "stack", "dev");
  const revision = values.against === undefined ? undefined : stringOption(values, "against", "");

  const rehearsal = { project, stack, terminal, cache: path.join(localDirectory(project), "cache") };
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
      policy: evaluate(policyResources(now.resources), rules, waivers),
    };
    if (values.json === true) terminal.printJson(renderJson(report));
    else terminal.print(values.markdown === true ? renderMarkdown(report) : renderText(report));
    return mandatoryViolations(report).length > 0 ? 1 : 0;
  } finally {
    base?.remove();
  }
}

interface Rehearsal {
  /** The folder of `Pulumi.yaml`. */
  readonly project: string;
  readonly stack: string;
  readonly terminal: Terminal;
  /** Where compiled code is kept: one place for both sides, since both load the same packages. */
  readonly cache: string;
}

interface Rehearsed {
  readonly resources: readonly RegisteredResource[];
  readonly snapshot: Snapshot;
}

/** Deploys the program into a cloud of its own, whose clock stands still: two rehearsals of one program are equal. */
async function rehearse({ project, stack, terminal, cache }: Rehearsal): Promise<Rehearsed> {
  const account = accountOf(await explain(() => readProject(project, stack)));
  const cloud = await startCloud({ port: 0, ...account, clock: new SteppedClock() });
  try {
    const result = await runInCloud(cloud, {
      projectDirectory: project,
      stack,
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
  if (!existsSync(path.join(directory, `Pulumi.${rehearsal.stack}.yaml`))) {
    const note = `At ${name} there is no stack ${rehearsal.stack}: everything is new.`;
    return { revision: name, commit, note, changes: comparePreviews(emptySnapshot(rehearsal.stack), after) };
  }
  try {
    const { snapshot } = await rehearse({ ...rehearsal, project: directory });
    return { revision: name, commit, changes: comparePreviews(snapshot, after) };
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(`at ${name}: ${error.message}`) : error;
  }
}
