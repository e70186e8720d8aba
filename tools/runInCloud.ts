import { seededRandom, type Cloud } from "embedded-aws";
import {
  DeploymentFailure,
  ProjectError,
  ProgramFailure,
  runProject,
  createProvider,
  renderProgress,
  type Mode,
  type ProgressEvent,
  type Project,
  type RunResult,
} from "embedded-pulumi";
import { CommandError, type Terminal } from "embedded-pulumi/cli";

export interface RunInCloudOptions {
  readonly project: Project;
  readonly mode: Mode;
  readonly seed: number;
  readonly terminal: Terminal;
  /** Where compiled code is kept; default `.local/cache` in the project. */
  readonly cacheDirectory?: string;
  /** Called once everything stands, a moment before the program's process has ended. */
  readonly onDeployed?: (result: RunResult) => void;
  /** Default: a line to the terminal for each. */
  readonly onEvent?: (event: ProgressEvent) => void;
}

/** Runs the project's program against `cloud`, telling the terminal what happens. */
export async function runInCloud(cloud: Cloud, options: RunInCloudOptions): Promise<RunResult> {
  const { project, mode, seed, terminal, cacheDirectory } = options;
  const { region, accountId } = cloud.context;
  return await explain(() =>
    runProject(project, {
      mode,
      provider: createProvider({
        region,
        accountId,
        programDirectory: project.programDirectory,
        call: cloud.call,
      }),
      random: seededRandom(seed),
      signal: terminal.signal,
      ...(cacheDirectory === undefined ? {} : { cacheDirectory }),
      ...(options.onDeployed === undefined ? {} : { onDeployed: options.onDeployed }),
      onEvent:
        options.onEvent ??
        ((event) => {
          const line = renderProgress(event);
          if (line !== undefined) terminal.print(line);
        }),
    }),
  );
}

/** Errors that speak for themselves lose their stack trace; the others are faults of this program and keep it. */
export async function explain<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known =
      error instanceof ProjectError || error instanceof DeploymentFailure || error instanceof ProgramFailure;
    throw known ? new CommandError(error.message) : error;
  }
}
