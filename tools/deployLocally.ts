import { randomUUID } from "node:crypto";
import path from "node:path";
import { RunningClock, type Cloud, type CloudOptions, type Conditions } from "embedded-aws";
import {
  cloudOptionsOf,
  deploy,
  localDirectory,
  readCheckedProject,
  type CloudDeployment,
  type ConfigOverrides,
  type Project,
} from "embedded-pulumi";
import {
  CommandError,
  describeKept,
  explain,
  type Keeping,
  openKept,
  showDeployment,
  showProgress,
  startOwnCloud,
  type Terminal,
} from "embedded-pulumi/cli";
import { furnishAccount } from "./account";
import { localStatus, STATUS_PATH, type LocalStatus } from "./target";

/** The program, deployed into a cloud that runs in this process. */
export interface LocalDeployment {
  readonly endpoint: string;
  readonly region: string;
  readonly cloud: Cloud;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** How many resources the program registered, components and the stack included. */
  readonly resources: number;
  /** Resolves when the program's process has ended well; rejects with `CommandError` when it has not. */
  readonly programEnded: Promise<unknown>;
  /** Where its state is kept; undefined without `--keep`. */
  readonly kept: Kept | undefined;
  /** For a watch of the program's files. */
  readonly deployment: CloudDeployment;
  /** Reads the project as its files are now. Rejects with `CommandError`. */
  readonly readProject: () => Promise<Project>;
  /** How fast the cloud's clock runs from now on while nothing is in flight: 1, real time, or more. */
  setSpeed(speed: number): void;
  /** Deletes what was deployed, as `pulumi destroy` does. Rejects with `CommandError`. */
  destroy(): Promise<void>;
  /** Ends the cloud and removes everything it wrote. */
  close(): Promise<void>;
}

/** State that is kept. */
export interface Kept {
  /** Whether an earlier start has left anything. */
  readonly goesOn: boolean;
  /** How often the stack was started on it before. */
  readonly starts: number;
}

export interface LocalDeploymentOptions {
  readonly stack: string;
  /** Configuration that wins over the stack's file. */
  readonly config: ConfigOverrides;
  /** 0 for any free port. */
  readonly port: number;
  readonly seed: number;
  /** Of which functions' processes the inspector listens, and where; by default of none. */
  readonly inspect?: CloudOptions["inspect"] | undefined;
  /** How unkind the cloud is; what is not named is as unkind as AWS. */
  readonly conditions: Partial<Conditions>;
  /** By default nothing is kept, and what was kept is left alone. */
  readonly keeping?: Keeping;
  readonly terminal: Terminal;
}

/**
 * Starts the embedded cloud and deploys the project in the current folder into it, telling the terminal of each
 * resource. Rejects with `CommandError` when something is wrong that its message explains.
 */
export async function deployLocally(options: LocalDeploymentOptions): Promise<LocalDeployment> {
  const { stack, config, port, seed, conditions, inspect, terminal } = options;
  const { keeping = { keep: false, fresh: false } } = options;
  const started = performance.now();
  const cache = path.join(localDirectory(), "cache");
  const readProject = () => explain(() => readCheckedProject(".", stack, config, cache, terminal.signal));
  const project = await readProject();
  await demandFreePort(port);
  const keep = openKept(keeping, project, terminal);
  const goingOn = keep && describeKept(keep);
  if (goingOn !== undefined) terminal.print(`${goingOn}\n`);
  const clock = new RunningClock(1, Math.max(Date.now(), keep?.time ?? 0));
  const cloud = await startOwnCloud(".", {
    port,
    seed,
    clock,
    conditions,
    ...(keep && { keep }),
    ...(inspect && { inspect }),
    ...cloudOptionsOf(project),
  });
  await furnishAccount(cloud, project);
  terminal.print(`Updating (${stack}) on the embedded cloud at ${cloud.endpoint}\n`);
  const deployment = await explain(() =>
    deploy(cloud, { project, seed, signal: terminal.signal, onEvent: showProgress(terminal) }),
  );
  const { region } = cloud.context;
  const outputs = deployment.shownOutputs;
  serveStatus(cloud, { stack, region, outputs, id: randomUUID() });
  showDeployment(deployment, performance.now() - started, terminal);
  for (const note of keep?.notes ?? []) terminal.print(`  ! ${note}`);
  const programEnded = explain(() => deployment.programEnded);
  // Whoever deploys awaits it; until then a failure waits as well.
  programEnded.catch(() => undefined);
  return {
    endpoint: cloud.endpoint,
    region,
    cloud,
    kept: keep && { goesOn: goingOn !== undefined, starts: keep.starts },
    deployment,
    readProject,
    setSpeed: (speed) => clock.setSpeed(speed),
    outputs,
    resources: deployment.resources.length,
    programEnded,
    destroy: () => explain(() => deployment.destroy()),
    close: () => deployment.close(),
  };
}

export async function demandFreePort(port: number): Promise<void> {
  const other = port === 0 ? undefined : await localStatus(port);
  if (other === undefined) return;
  throw new CommandError(
    `stack ${other.stack} of this project already runs at port ${port}: end it there with Ctrl-C, or give this one another port with -- --port`,
  );
}

/** Tells `npm run order` and its like what is deployed here. */
export function serveStatus(cloud: Cloud, status: LocalStatus): void {
  cloud.context.mount("/_local/", (request, response) => {
    const found = request.url === STATUS_PATH;
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ? status : { error: `expected ${STATUS_PATH}` }));
  });
}
