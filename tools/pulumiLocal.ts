import path from "node:path";
import {
  ConfigurationError,
  defaultStack,
  type Project,
  readProject,
  serveStandIn,
  type StandIn,
} from "embedded-pulumi";
import {
  CommandError,
  type CommandLine,
  DEFAULT_PORT,
  explain,
  type Terminal,
  UsageError,
} from "embedded-pulumi/cli";
import { openBackend } from "./pulumiLocal/backend";
import { findCli } from "./pulumiLocal/findCli";
import { keepCloud, startEmptyCloud } from "./pulumiLocal/emptyCloud";
import { realProvider } from "./pulumiLocal/realProvider";
import { runCli } from "./pulumiLocal/runCli";
import { localStatus, type LocalStatus } from "./target";

export const pulumiLocalLine: CommandLine = {
  usage: "npm run pulumi:local -- cloud | up | preview | refresh | destroy | stack … [Pulumi's options]",
  about:
    "Pulumi's own CLI, with its state below .local/pulumi, against a cloud on this machine: `cloud` keeps an empty one up, for the others in another terminal. `preview` without one starts its own. What follows goes to Pulumi as it is, but for the options here.",
  options: {
    stack: {
      kind: "text",
      value: "NAME",
      about: "the stack whose configuration is deployed; default: the only one that has a file, else dev",
    },
    port: {
      kind: "integer",
      value: "P",
      min: 0,
      max: 65_535,
      about: `port of the cloud on 127.0.0.1; default ${DEFAULT_PORT}`,
    },
  },
  positionals: true,
};

/** Commands of Pulumi's that take the file of the stack's configuration. */
const CONFIGURED = [
  "up",
  "update",
  "preview",
  "pre",
  "refresh",
  "destroy",
  "down",
  "import",
  "config",
  "watch",
];

/** `npm run pulumi:local`: Pulumi's CLI as a person uses it. Resolves to the CLI's own status. */
export async function pulumiLocal(args: readonly string[], terminal: Terminal): Promise<number> {
  const given = ownOptions(args);
  const [command] = given.rest;
  if (command === undefined) throw new UsageError(`expected a command: ${pulumiLocalLine.usage}`);
  const project = await explain(() => readAny(given.stack ?? defaultStack(".")));
  if (command === "cloud") return await keepCloud(project, given.port ?? DEFAULT_PORT, terminal);
  const cli = await findCli((line) => terminal.print(line), terminal.signal);
  const cloud = await cloudFor(command, project, given.port ?? DEFAULT_PORT, terminal);
  let standIn: StandIn | undefined;
  try {
    const stackFile = path.join(project.directory, `Pulumi.${project.stack}.yaml`);
    const backend = openBackend(project, stackFile, cloud.id);
    await backend.prepareStack(cli.file);
    const real = realProvider(project, cloud.endpoint, cloud.region);
    standIn = await serveStandIn({ project, endpoint: cloud.endpoint, region: cloud.region });
    return await runCli(
      cli.file,
      [
        ...given.rest,
        "--stack",
        project.stack,
        ...(CONFIGURED.includes(command) ? ["--config-file", backend.configFile] : []),
      ],
      { ...backend.environment, ...standIn.environment, ...real },
      terminal.signal,
    );
  } finally {
    standIn?.close();
    await cloud.close();
  }
}

interface OwnOptions {
  readonly stack: string | undefined;
  readonly port: number | undefined;
  /** Everything else: Pulumi's. */
  readonly rest: readonly string[];
}

function ownOptions(args: readonly string[]): OwnOptions {
  const rest: string[] = [];
  const found = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    const [, long, inline] = /^--(stack|port)(?:=(.*))?$/s.exec(word) ?? [];
    const name = word === "-s" ? "stack" : long;
    if (name === undefined) {
      rest.push(word);
      continue;
    }
    const value = inline ?? args[++at] ?? "";
    if (value === "") throw new UsageError(`${word}: expected a value`);
    found.set(name, value);
  }
  const port = found.get("port");
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
    throw new UsageError(`--port: got ${JSON.stringify(port)}; expected a whole number from 0 to 65535`);
  return { stack: found.get("stack"), port: port === undefined ? undefined : Number(port), rest };
}

/** A configuration that is wrong is Pulumi's to tell, by its own checks and the program's: a stack can be destroyed with one. */
function readAny(stack: string): Project {
  try {
    return readProject(".", stack);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.project;
    throw error;
  }
}

interface FoundCloud {
  readonly endpoint: string;
  readonly region: string;
  readonly id: string;
  close(): Promise<void>;
}

/** The cloud that runs at `port`; for a preview, which changes nothing, one of its own where none does. */
async function cloudFor(
  command: string,
  project: Project,
  port: number,
  terminal: Terminal,
): Promise<FoundCloud> {
  const status = await localStatus(port);
  if (status !== undefined) return { ...foundAt(port, status, project), close: () => Promise.resolve() };
  if (!["preview", "pre"].includes(command))
    throw new CommandError(
      `no local cloud answers at http://127.0.0.1:${port}; start an empty one in another terminal with "npm run pulumi:local -- cloud", or name its port with --port`,
    );
  terminal.print("No local cloud runs: this preview is of an empty one.");
  return await startEmptyCloud(project, 0);
}

function foundAt(port: number, { stack, region, id = "unknown" }: LocalStatus, project: Project) {
  if (stack === project.stack)
    throw new CommandError(
      `stack ${stack} stands in the cloud at port ${port} already: "npm start" has deployed it there; end that with Ctrl-C, and start an empty cloud with "npm run pulumi:local -- cloud"`,
    );
  return { endpoint: `http://127.0.0.1:${port}`, region, id };
}
