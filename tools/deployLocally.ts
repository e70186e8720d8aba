import path from "node:path";
import {
  startCloud,
  RunningClock,
  inboxOf,
  messageOf,
  largest,
  type Cloud,
  type CloudOptions,
  type CloudContext,
  type Email,
} from "embedded-aws";
import {
  readCheckedProject,
  displayMap,
  localDirectory,
  type ConfigOverrides,
  type Project,
  type RunResult,
} from "embedded-pulumi";
import { accountOf, furnishAccount } from "./account";
import { CommandError, createOwnFolder, type Terminal } from "embedded-pulumi/cli";
import { explain, runInCloud } from "./runInCloud";
import { localStatus, STATUS_PATH, type LocalStatus } from "./target";

/** The program, deployed into a cloud that runs in this process. */
export interface LocalDeployment {
  readonly endpoint: string;
  readonly region: string;
  readonly context: CloudContext;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** How many e-mails SES has accepted so far. */
  emailsSent(): number;
  /** The newest of them, as many as the inbox keeps; oldest first. */
  emails(): readonly Email[];
  /** How many resources the program registered, components and the stack included. */
  readonly resources: number;
  /** Resolves when the program's process has ended well; rejects with `CommandError` when it has not. */
  readonly programEnded: Promise<unknown>;
  /** How fast the cloud's clock runs from now on while nothing is in flight: 1, real time, or more. */
  setSpeed(speed: number): void;
  /** Ends the cloud and removes everything it wrote. */
  close(): Promise<void>;
}

export interface LocalDeploymentOptions {
  readonly stack: string;
  /** Configuration that wins over the stack's file. */
  readonly config: ConfigOverrides;
  /** 0 for any free port. */
  readonly port: number;
  readonly seed: number;
  readonly terminal: Terminal;
}

/**
 * Starts the embedded cloud and deploys the project in the current folder into it, telling the terminal of each
 * resource. Rejects with `CommandError` when something is wrong that its message explains.
 */
export async function deployLocally(options: LocalDeploymentOptions): Promise<LocalDeployment> {
  const { stack, seed, terminal } = options;
  const started = performance.now();
  const clock = new RunningClock();
  const { cloud, project } = await explain(async () => {
    const cache = path.join(".local", "cache");
    const project = await readCheckedProject(".", stack, options.config, cache, terminal.signal);
    const started = await startLocalCloud({ port: options.port, seed, clock, ...accountOf(project) });
    await furnishAccount(started, project);
    return { cloud: started, project };
  });
  const close = closeOnce(cloud);
  try {
    terminal.print(`Updating (${stack}) on the embedded cloud at ${cloud.endpoint}\n`);
    const { result, programEnded } = await deploy(cloud, project, options);
    const outputs = displayMap(result.outputs);
    const { region } = cloud.context;
    serveStatus(cloud, { stack, region, outputs });
    printSummary(outputs, result.resources.length, performance.now() - started, terminal);
    return {
      endpoint: cloud.endpoint,
      region,
      context: cloud.context,
      setSpeed: (speed) => clock.setSpeed(speed),
      emailsSent: () => inboxOf(cloud.context).total,
      emails: () => inboxOf(cloud.context).emails,
      outputs,
      resources: result.resources.length,
      programEnded,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Resolves once everything stands. The program's process takes up to a second more to end, the first time above
 * all, when it writes its compiled code to the cache; the cloud is of use meanwhile.
 */
async function deploy(
  cloud: Cloud,
  project: Project,
  { seed, terminal }: LocalDeploymentOptions,
): Promise<{ result: RunResult; programEnded: Promise<unknown> }> {
  const deployed = Promise.withResolvers<RunResult>();
  const programEnded = runInCloud(cloud, {
    project,
    mode: "update",
    seed,
    terminal,
    onDeployed: deployed.resolve,
  });
  // Whoever deploys learns of a failure here or by awaiting `programEnded`.
  programEnded.catch(deployed.reject);
  return { result: await deployed.promise, programEnded };
}

async function startLocalCloud(settings: CloudOptions & { readonly port: number }): Promise<Cloud> {
  const { port } = settings;
  if (port !== 0) {
    const other = await localStatus(port);
    if (other !== undefined) {
      throw new CommandError(
        `stack ${other.stack} of this project already runs at port ${port}: end it there with Ctrl-C, or give this one another port with -- --port`,
      );
    }
  }
  // Unpacked functions, and what they write.
  const folder = createOwnFolder(path.join(localDirectory(), "runs"));
  try {
    const cloud = await startCloud({ ...settings, directory: folder.directory });
    return { ...cloud, close: () => cloud.close().finally(folder.release) };
  } catch (error) {
    folder.release();
    throw new CommandError(messageOf(error));
  }
}

/** Tells `npm run order` and its like what is deployed here. */
function serveStatus(cloud: Cloud, status: LocalStatus): void {
  cloud.context.mount("/_local/", (request, response) => {
    const found = request.url === STATUS_PATH;
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ? status : { error: `expected ${STATUS_PATH}` }));
  });
}

function printSummary(
  outputs: Readonly<Record<string, unknown>>,
  resources: number,
  ms: number,
  terminal: Terminal,
): void {
  terminal.print("\nOutputs:");
  const width = largest(
    Object.keys(outputs).map((name) => name.length),
    0,
  );
  for (const [name, value] of Object.entries(outputs))
    terminal.print(`    ${name.padEnd(width)}  ${JSON.stringify(value)}`);
  terminal.print(`\nResources:\n    + ${resources} created\n\nDuration: ${(ms / 1000).toFixed(1)}s`);
}

function closeOnce(cloud: Cloud): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= cloud.close());
}
