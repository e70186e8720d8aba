import { mkdirSync } from "node:fs";
import path from "node:path";
import { kind, startCloud, SteppedClock } from "embedded-aws";
import { cloudOptionsOf, deploy } from "../deploy";
import { readCheckedProject } from "../engine/checkConfiguration";
import { localDirectory } from "../engine/localDirectory";
import { DeploymentFailure } from "../engine/deployment";
import type { ProgressEvent } from "../engine/progress";
import { type ConfigOverrides, hasStack, ProjectError } from "../engine/projectFile";
import { ProgramFailure } from "../engine/run";
import type { RegisteredResource } from "../engine/state";
import { resourceTree } from "../engine/tree";
import { comparePreviews } from "./compare";
import type { PolicyResult } from "./policy";
import type { Comparison, PreviewReport } from "./report";
import { openRevision, type Revision } from "./revision";
import { emptySnapshot, type Snapshot } from "./snapshot";
import { takeSnapshot } from "./takeSnapshot";

export interface PreviewOptions {
  /** The folder of `Pulumi.yaml`. */
  readonly directory: string;
  readonly stack: string;
  /** Configuration that wins over the stack's file, at every revision. */
  readonly config: ConfigOverrides;
  /** A branch, tag or commit of the project's git repository to compare with. */
  readonly against?: string | undefined;
  /** What the project's own rules say of the resources; default: there are none. */
  readonly policy?: (resources: readonly RegisteredResource[]) => readonly PolicyResult[];
  readonly signal: AbortSignal;
  readonly onEvent?: (event: ProgressEvent) => void;
}

/** The program of the other side cannot be deployed; the message begins with the revision. */
export class ComparisonFailure extends Error {
  override readonly name = "ComparisonFailure";
}

/**
 * What would be deployed, what that changes since a revision, and what rules say of it, without an account and
 * without credentials.
 *
 * The program is rehearsed: deployed into an empty cloud in this process. A preview in Pulumi's sense would leave
 * unknown every ARN of a resource still to be made, and with them each IAM policy whole.
 *
 * Rejects as `deploy` does, with `RevisionError` for a revision that is not there, and with `ComparisonFailure` for
 * whatever goes wrong at it.
 */
export async function previewReport(options: PreviewOptions): Promise<PreviewReport> {
  const { directory, stack, against, policy } = options;
  // One place for both sides, since both load the same packages.
  const cache = path.join(localDirectory(directory), "cache");
  // Before a program says in its own words that it cannot write there.
  mkdirSync(cache, { recursive: true });
  const base = against === undefined ? undefined : await openRevision(directory, against);
  try {
    const now = await rehearse(options, directory, cache);
    return {
      stack,
      resources: resourceTree(now.resources),
      resourceCount: now.resources.length,
      comparison: base === undefined ? undefined : await compareWith(base, now.snapshot, options, cache),
      policy: policy?.(now.resources) ?? [],
    };
  } finally {
    base?.remove();
  }
}

interface Rehearsed {
  readonly resources: readonly RegisteredResource[];
  readonly snapshot: Snapshot;
}

/** Deploys the program into a cloud of its own, whose clock stands still: two rehearsals of one program are equal. */
async function rehearse(options: PreviewOptions, directory: string, cache: string): Promise<Rehearsed> {
  const { stack, config, signal, onEvent } = options;
  const project = await readCheckedProject(directory, stack, config, cache, signal);
  // What differs between two previews must come of the program: nothing is late here, and orders stay as they are.
  const cloud = await startCloud({
    port: 0,
    clock: new SteppedClock(),
    conditions: kind,
    ...cloudOptionsOf(project),
  });
  const deployment = await deploy(cloud, {
    project,
    signal,
    cacheDirectory: cache,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  try {
    const result = await deployment.programEnded;
    return { resources: result.resources, snapshot: await takeSnapshot(result, cloud.endpoint) };
  } finally {
    await deployment.close();
  }
}

async function compareWith(
  base: Revision,
  after: Snapshot,
  options: PreviewOptions,
  cache: string,
): Promise<Comparison> {
  const { name, commit, directory } = base;
  try {
    if (!hasStack(directory, options.stack)) {
      const note = `At ${name} there is no stack ${options.stack}: everything is new.`;
      const changes = comparePreviews(emptySnapshot(options.stack), after);
      return { revision: name, commit, note, changes };
    }
    const { snapshot } = await rehearse(options, directory, cache);
    return { revision: name, commit, changes: comparePreviews(snapshot, after) };
  } catch (error) {
    const told =
      error instanceof ProjectError || error instanceof DeploymentFailure || error instanceof ProgramFailure;
    throw told ? new ComparisonFailure(`at ${name}: ${error.message}`) : error;
  }
}
