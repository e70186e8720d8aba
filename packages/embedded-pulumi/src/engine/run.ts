import path from "node:path";
import type { Random } from "embedded-aws/support";
import type { Checkpoint } from "./checkpoint";
import { Deployment, type Mode } from "./deployment";
import { createEngineService } from "./engineService";
import { Idleness } from "./idleness";
import { createMonitor } from "./monitor";
import { localDirectory } from "./localDirectory";
import { readable } from "./readable";
import type { LogLine, ProgressEvent } from "./progress";
import { type ConfigOverrides, type Project, readProject } from "./projectFile";
import type { Provider } from "./provider";
import { type Ending, runProcess } from "./runner";
import { serveEngine } from "./server";
import { ORGANIZATION, type RegisteredResource } from "./state";
import { readStackOutputs } from "./stackReference";
import { TransformRegistry } from "./transforms";
import type { PropertyMap } from "./values";

export interface RunOptions {
  /** The folder of `Pulumi.yaml`. */
  readonly projectDirectory: string;
  readonly stack: string;
  /** Configuration that wins over the stack's file. */
  readonly config?: ConfigOverrides;
  /** A preview creates nothing; what only a provider would know is then `Unknown`. */
  readonly mode: Mode;
  readonly provider: Provider;
  /** What earlier runs have left standing, which this one changes; by default, nothing. */
  readonly checkpoint?: Checkpoint;
  /** Automatic names come from it. */
  readonly random: Random;
  readonly onEvent?: (event: ProgressEvent) => void;
  /** Ends the program and the run when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * Called once everything stands: the program has nothing left to register. Its process takes up to a second more
   * to end, and only its end tells that all went well: the run's own promise.
   */
  readonly onDeployed?: (result: RunResult) => void;
  /** How long a program that has registered everything may run on before that is told; default 5 seconds. */
  readonly patienceMs?: number;
  /** How many resources are created at once; default 16. */
  readonly parallel?: number;
  /** Where compiled code is kept to speed up later starts; default `cache` in the project's `localDirectory`. */
  readonly cacheDirectory?: string;
}

export interface RunResult {
  readonly project: Project;
  /** In the order in which the program registered them. */
  readonly resources: readonly RegisteredResource[];
  /** The stack's outputs; secrets are `Secret`, in a preview some are `Unknown`. */
  readonly outputs: PropertyMap;
}

/** The program itself failed: it threw, could not be loaded, or ended with an error. */
export class ProgramFailure extends Error {
  override readonly name = "ProgramFailure";
}

/**
 * Runs a Pulumi program as `pulumi up` (or `pulumi preview`) would, and returns what it registered.
 *
 * Rejects with one error, once the program's process has ended and nothing is being created any more:
 * `ProjectError` for a bad project or stack file, `DeploymentFailure` for a resource that cannot be created,
 * `ProgramFailure` for the program's own error, the signal's reason when it aborts.
 */
export async function runProgram(options: RunOptions): Promise<RunResult> {
  return await runProject(readProject(options.projectDirectory, options.stack, options.config), options);
}

/** As `runProgram`, of a project that has been read. */
export async function runProject(
  project: Project,
  options: Omit<RunOptions, "projectDirectory" | "stack" | "config">,
): Promise<RunResult> {
  const { mode, parallel = 16 } = options;
  const idleness = new Idleness(options.patienceMs ?? 5000, (activity) => {
    const what = activity.length === 0 ? "something" : activity.join(" and ");
    onEvent({
      type: "log",
      severity: "warning",
      message: `the program has registered everything, but ${what} keeps it running; the deployment goes on when it ends, as with pulumi up (Ctrl-C ends both)`,
      ephemeral: false,
    });
  });
  const onEvent = (event: ProgressEvent) => {
    idleness.note(event);
    options.onEvent?.(event);
  };
  options.signal?.throwIfAborted();
  const deployment = new Deployment({
    project: project.name,
    stack: project.stack,
    mode,
    provider: options.provider,
    config: project.config,
    random: options.random,
    parallel,
    stackOutputs: (stack) => readStackOutputs(project.directory, stack),
    onEvent,
    ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
  });
  const errors: string[] = [];
  const onLog = (line: LogLine) => {
    if (line.severity === "error") errors.push(readable(line.message));
    onEvent({ ...line, message: readable(line.message) });
  };
  const printed: string[] = [];
  const info = { ...project, project: project.name, organization: ORGANIZATION, parallel };
  const transforms = new TransformRegistry();
  const result = () => ({ project, resources: deployment.state.all(), outputs: deployment.outputs });
  const onFinished = async () => {
    idleness.end();
    await deployment.settled();
    if (errors.length > 0 || options.signal?.aborted === true) return;
    await deployment.finish();
    if (!deployment.failed.signal.aborted) options.onDeployed?.(result());
  };
  const monitor = createMonitor(deployment, transforms, info, onFinished);
  const server = await serveEngine(monitor, createEngineService(onLog));
  try {
    const ending = await runProcess({
      project,
      engineAddress: server.address,
      organization: ORGANIZATION,
      preview: mode === "preview",
      parallel,
      cacheDirectory: options.cacheDirectory ?? path.join(localDirectory(project.directory), "cache"),
      signal: AbortSignal.any([
        deployment.failed.signal,
        ...(options.signal === undefined ? [] : [options.signal]),
      ]),
      onStarted: (activity) => idleness.watch(activity),
      onLine: (line) => {
        if (line.stream === "stderr") printed.push(line.line);
        onEvent(line);
      },
    });
    await deployment.settled();
    options.signal?.throwIfAborted();
    deployment.failed.signal.throwIfAborted();
    throwIfFailed(ending, errors, printed);
    // A program with an older SDK does not say that it has nothing left to register.
    await deployment.finish();
    return result();
  } finally {
    idleness.end();
    transforms.close();
    server.close();
  }
}

function throwIfFailed(ending: Ending, errors: readonly string[], printed: readonly string[]): void {
  if (errors.length > 0) throw new ProgramFailure([...new Set(errors)].join("\n"));
  if ("killedBy" in ending) throw new ProgramFailure(`the program was ended by ${ending.killedBy}`);
  if (ending.code !== 0)
    throw new ProgramFailure(
      readable([`the program ended with exit code ${ending.code}`, ...printed].join("\n")),
    );
}
