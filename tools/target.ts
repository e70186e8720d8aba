import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as v from "valibot";
import { ConfigurationError, ProjectError, readProject } from "embedded-pulumi";
import { CommandError } from "embedded-pulumi/cli";
import { messageOf } from "embedded-aws/support";

/** Where a command's calls go: the local cloud, or a stack that stands on AWS. */
export interface Target {
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Spread into the configuration of an SDK client. */
  readonly clientConfig: {
    readonly region: string;
    readonly endpoint?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

/** The path at which a running local cloud tells what is deployed in it. */
export const STATUS_PATH = "/_local/status";

const statusSchema = v.object({
  stack: v.string(),
  region: v.string(),
  outputs: v.record(v.string(), v.unknown()),
  /** Another one each time that a cloud starts. */
  id: v.optional(v.string()),
});
export type LocalStatus = v.InferOutput<typeof statusSchema>;

/** Any key works in the local cloud: one that it did not hand out itself is the administrator's. */
export const localCredentials = { accessKeyId: "local", secretAccessKey: "local" } as const;

/** @param stack "local", or the name of a stack deployed with `pulumi up`. */
export async function findTarget(stack: string, port: number): Promise<Target> {
  return stack === "local" ? await localTarget(port) : await deployedTarget(stack);
}

async function localTarget(port: number): Promise<Target> {
  const endpoint = `http://127.0.0.1:${port}`;
  const status = await localStatus(port);
  if (status === undefined) {
    throw new CommandError(
      `no local cloud answers at ${endpoint}; start it with "npm start", or name its port with --port`,
    );
  }
  return {
    outputs: status.outputs,
    clientConfig: { region: status.region, endpoint, credentials: localCredentials },
  };
}

/** What the local cloud at `port` says of itself; undefined when there is none. */
export async function localStatus(port: number): Promise<LocalStatus | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${STATUS_PATH}`, {
      signal: AbortSignal.timeout(2000),
    });
    const parsed = v.safeParse(statusSchema, await response.json());
    return parsed.success ? parsed.output : undefined;
  } catch {
    // Nothing listens there, or something that is not ours.
    return undefined;
  }
}

async function deployedTarget(stack: string): Promise<Target> {
  const region = stackRegion(stack);
  const outputs = await stackOutputs(stack);
  return { outputs, clientConfig: { region } };
}

async function stackOutputs(stack: string): Promise<Record<string, unknown>> {
  const run = promisify(execFile);
  try {
    const { stdout } = await run("pulumi", ["stack", "output", "--json", "--stack", stack], {
      encoding: "utf8",
    });
    return v.parse(v.record(v.string(), v.unknown()), JSON.parse(stdout));
  } catch (error) {
    const detail =
      error instanceof Error && "stderr" in error && typeof error.stderr === "string"
        ? error.stderr
        : messageOf(error);
    throw new CommandError(
      `cannot read the outputs of stack ${JSON.stringify(stack)} with "pulumi stack output": ${detail.trim()}`,
    );
  }
}

function stackRegion(stack: string): string {
  const region = regionInFile(stack) ?? process.env.AWS_REGION;
  if (region === undefined) {
    throw new CommandError(
      `no region for stack ${JSON.stringify(stack)}: set aws:region in its file, Pulumi.${stack}.yaml, or AWS_REGION`,
    );
  }
  return region;
}

/** The region by the stack's file; undefined when it has none, or is of no use: the stack stands, so all is well. */
function regionInFile(stack: string): string | undefined {
  try {
    return readProject(".", stack).config["aws:region"];
  } catch (error) {
    // What is encrypted does not matter here.
    if (error instanceof ConfigurationError) return error.project.config["aws:region"];
    if (error instanceof ProjectError) return undefined;
    throw error;
  }
}

/** A stack output that only some stacks have. */
export function optionalOutput(target: Pick<Target, "outputs">, name: string): string | undefined {
  const value = target.outputs[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A stack output that must be a string, such as a queue's URL. */
export function stringOutput(target: Pick<Target, "outputs">, name: string): string {
  const value = target.outputs[name];
  if (typeof value === "string" && value !== "") return value;
  throw new CommandError(`the stack has no output ${name}; deploy it again with this version of the program`);
}
