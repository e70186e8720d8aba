import path from "node:path";
import type { Unwrap } from "@pulumi/pulumi";
import { type Cloud, type CloudOptions, SteppedClock } from "embedded-aws";
import { messageOf, seededRandom } from "embedded-aws/support";
import { Checkpoint } from "./engine/checkpoint";
import { destroyAll } from "./engine/destroy";
import { localDirectory } from "./engine/localDirectory";
import type { ProgressEvent } from "./engine/progress";
import {
  type ConfigOverrides,
  defaultStack,
  type Project,
  ProjectError,
  readProject,
} from "./engine/projectFile";
import { type Drift, refresh } from "./engine/refresh";
import { refreshFiles } from "./engine/refreshFiles";
import { runProject, type RunResult } from "./engine/run";
import type { RegisteredResource } from "./engine/state";
import { topologyOf } from "./engine/topology";
import { displayMap, plainMap } from "./engine/values";
import { createProvider } from "./provider/provider";
import { waiterOn } from "./provider/waiter";

/** Which program: a project that has been read, or where to read it. */
export type ProgramSource =
  | { readonly project: Project }
  | {
      /** The folder of `Pulumi.yaml`; default the current one. */
      readonly directory?: string;
      /** Default: the only stack that has a file, else `dev`. */
      readonly stack?: string;
      /** Configuration that wins over the stack's file; keys of the project need no namespace. */
      readonly config?: ConfigOverrides | Readonly<Record<string, string>>;
    };

export type DeployOptions = ProgramSource & {
  /** Of all automatic names; default 1. */
  readonly seed?: number;
  readonly onEvent?: (event: ProgressEvent) => void;
  /** Ends the program, and with it the deployment, when it aborts. */
  readonly signal?: AbortSignal;
  /** Where compiled code and packages are kept to speed up later starts; default `.local/cache` in the project. */
  readonly cacheDirectory?: string;
  /** Where relative paths of assets start; default the program's folder. For a program that changes its folder. */
  readonly assetDirectory?: string;
};

/** A program's exports as whoever deployed it reads them: outputs and promises are values. */
export type Outputs<Program extends object> = {
  readonly [Name in keyof Program]: unknown extends Program[Name] ? unknown : Unwrap<Program[Name]>;
};

/** A program that stands in a cloud of this process. */
export interface CloudDeployment<Program extends object = Record<string, unknown>> {
  /** "http://127.0.0.1:4566", where any AWS client can talk to what was deployed. */
  readonly endpoint: string;
  readonly cloud: Cloud;
  readonly project: Project;
  /** What the program exports, as its last run that ended well has it. A secret is its value, a resource its id. */
  readonly outputs: Outputs<Program>;
  /** The same for people to see: a secret is "[secret]". */
  readonly shownOutputs: Readonly<Record<string, unknown>>;
  /** All that the program registered, the stack and components included, in its order. */
  readonly resources: readonly RegisteredResource[];
  /**
   * Everything stands a moment before the program's process has ended. This resolves when it has ended well, and
   * rejects with `ProgramFailure` when it has not, or with the reason why it was ended before.
   */
  readonly programEnded: Promise<RunResult>;
  /**
   * Runs the program again, as it is now, and applies the difference, as `pulumi up` does: creates, changes, replaces
   * and deletes. Resolves when its process has ended; what it exports is then in `outputs`. Rejects as `deploy` does;
   * what was done until then stays, and the next run goes on from there. One update at a time. With
   * `options.refresh: always` in `Pulumi.yaml` it refreshes first.
   */
  readonly update: (options?: UpdateOptions) => Promise<RunResult>;
  /**
   * Swaps what has changed in the files of which resources are made, such as a function's code, without a run of the
   * program; gives the names of those resources. Rejects as AWS refuses them. Not while an update runs.
   */
  readonly refreshFiles: () => Promise<readonly string[]>;
  /**
   * Reads everything that stands, as `pulumi refresh` does, and gives what was changed or deleted behind the program's
   * back; the next update brings that back. Rejects with `DeploymentFailure` for what cannot be read. Not while an
   * update runs.
   */
  readonly refresh: () => Promise<readonly Drift[]>;
  /**
   * Deletes what was deployed, in the order of `pulumi destroy`, whatever protects it. Rejects with
   * `DeploymentFailure` for a resource that cannot be deleted. May be called again.
   */
  readonly destroy: () => Promise<void>;
  /** Ends the program, if it still runs, and the cloud; destroys nothing. May be called again. */
  readonly close: () => Promise<void>;
}

export interface UpdateOptions {
  /** The project as its files have it now; default: as they had it before. */
  readonly project?: Project;
  readonly onEvent?: (event: ProgressEvent) => void;
  /** Ends the program, and with it the update, when it aborts. */
  readonly signal?: AbortSignal;
}

/** How long a program that has nothing left to register may take to end by itself: it writes its compiled code. */
const ENDING_MS = 2000;

/**
 * Deploys a Pulumi program into `cloud`, as `pulumi up` would into an empty account, and resolves once everything
 * stands. The cloud is the deployment's from then on: `close` ends it, and so does a deployment that fails.
 *
 * `deploy<typeof import("../index")>(…)` gives the outputs the types of the program's exports.
 *
 * Rejects with `ProjectError` for a bad project or stack file, or a cloud of another region or account than the
 * stack names; with `DeploymentFailure`, `ProgramFailure` or the signal's reason as `runProject` does.
 */
export async function deploy<Program extends object = Record<string, unknown>>(
  cloud: Cloud,
  options: DeployOptions = {},
): Promise<CloudDeployment<Program>> {
  const { seed = 1, onEvent, signal, cacheDirectory } = options;
  const ending = new AbortController();
  try {
    const project = readSource(options);
    demandAccount(cloud, project);
    addImages(cloud, project);
    const { region, accountId } = cloud.context;
    const deployed = Promise.withResolvers<RunResult>();
    const wait = waiterOn(cloud.context.clock);
    const provider = createProvider({
      region,
      accountId,
      programDirectory: options.assetDirectory ?? project.programDirectory,
      packageDirectory: path.join(
        cacheDirectory ?? path.join(localDirectory(project.directory), "cache"),
        "packages",
      ),
      // The cloud's condition as it is at the moment.
      get settleMs() {
        return cloud.context.conditions.iamPropagationMs;
      },
      wait,
      ...(cloud.context.clock instanceof SteppedClock && {
        letSettle: () => wait(cloud.context.conditions.iamPropagationMs),
      }),
      call: cloud.call,
    });
    const checkpoint = new Checkpoint(cloud.context.keep);
    const run = async (
      given: UpdateOptions & { readonly project: Project },
      onDeployed?: (result: RunResult) => void,
    ) => {
      if (given.project.refreshes) await refresh(checkpoint, provider);
      return await runProject(given.project, {
        mode: "update",
        provider,
        checkpoint,
        random: seededRandom(seed),
        signal: given.signal === undefined ? ending.signal : AbortSignal.any([given.signal, ending.signal]),
        ...(onDeployed === undefined ? {} : { onDeployed }),
        ...(given.onEvent === undefined ? {} : { onEvent: given.onEvent }),
        ...(cacheDirectory === undefined ? {} : { cacheDirectory }),
      });
    };
    const programEnded = run(
      {
        project,
        ...(onEvent === undefined ? {} : { onEvent }),
        ...(signal === undefined ? {} : { signal }),
      },
      deployed.resolve,
    );
    // Whoever deploys learns of a failure here or by awaiting `programEnded`.
    programEnded.then(deployed.resolve, deployed.reject);
    let last = await deployed.promise;
    let running: Promise<unknown> = programEnded;
    cloud.console.show(topologyOf(project, last.resources));
    let destroying: Promise<void> | undefined;
    let closing: Promise<void> | undefined;
    return {
      endpoint: cloud.endpoint,
      cloud,
      get project() {
        return last.project;
      },
      get outputs() {
        return plainMap(last.outputs) as Outputs<Program>;
      },
      get shownOutputs() {
        return displayMap(last.outputs);
      },
      get resources() {
        return last.resources;
      },
      programEnded,
      update: async (given = {}) => {
        const updating = run({ project: last.project, ...given });
        running = updating;
        last = await updating;
        cloud.console.show(topologyOf(last.project, last.resources));
        return last;
      },
      refresh: () => refresh(checkpoint, provider),
      refreshFiles: () => refreshFiles(checkpoint, provider),
      destroy: () => (destroying ??= destroyAll(checkpoint, provider)),
      close: () => (closing ??= end(running, ending).finally(() => cloud.close())),
    };
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

/** Resolves once the program's process is gone. Nothing that it says of that end concerns whoever ends it. */
async function end(programEnded: Promise<unknown>, ending: AbortController): Promise<void> {
  const timer = setTimeout(() => ending.abort(new Error("the deployment was closed")), ENDING_MS);
  try {
    await programEnded;
  } catch {
    // `programEnded` tells.
  } finally {
    clearTimeout(timer);
  }
}

function readSource(source: ProgramSource): Project {
  if ("project" in source) return source.project;
  const { directory = ".", stack = defaultStack(directory), config = {} } = source;
  return readProject(directory, stack, config instanceof Map ? config : new Map(Object.entries(config)));
}

/** Where a stack is deployed that does not say: as the cloud itself has it. */
const DEFAULT_REGION = "us-east-1";
const DEFAULT_ACCOUNT_ID = "000000000000";

/** With which `startCloud` plays the region and account that a stack names. */
export function cloudOptionsOf({
  config,
}: Pick<Project, "config">): Required<Pick<CloudOptions, "region" | "accountId">> {
  const accounts = allowedAccounts(config);
  return {
    region: config["aws:region"] ?? DEFAULT_REGION,
    // A stack bound to one account may name resources of that account.
    accountId: (accounts?.length === 1 ? accounts[0] : undefined) ?? DEFAULT_ACCOUNT_ID,
  };
}

function demandAccount({ context }: Cloud, { name, stack, config }: Project): void {
  const region = config["aws:region"] ?? context.region;
  const accounts = allowedAccounts(config) ?? [];
  const wrong = [
    ...(region === context.region ? [] : [["region", [region], context.region] as const]),
    ...(accounts.length === 0 || accounts.includes(context.accountId)
      ? []
      : [["accountId", accounts, context.accountId] as const]),
  ];
  if (wrong.length === 0) return;
  const says = wrong.map(
    ([what, named, plays]) => `${what} ${named.join(" or ")}, and the cloud has ${plays}`,
  );
  const start = wrong.map(([what, [named]]) => `${what}: ${JSON.stringify(named)}`);
  throw new ProjectError(
    `stack ${stack} of ${name} names the ${says.join("; the ")}: start it with startCloud({ ${start.join(", ")} }), or with cloudOptionsOf(project)`,
  );
}

/** An image that a stack's configuration names is one of its account's, which nobody can look up here: it is there. */
export function addImages({ ec2 }: Cloud, { config }: Project): void {
  for (const value of Object.values(config))
    for (const [id] of value.matchAll(/\bami-(?:[0-9a-f]{17}|[0-9a-f]{8})\b/g)) ec2.images.add(id);
}

function allowedAccounts(config: Project["config"]): readonly string[] | undefined {
  const text = config["aws:allowedAccountIds"];
  if (text === undefined) return undefined;
  try {
    const accounts: unknown = JSON.parse(text);
    return Array.isArray(accounts) ? accounts.map(String) : undefined;
  } catch (error) {
    throw new ProjectError(
      `aws:allowedAccountIds: got ${text}; expected a list of accounts: ${messageOf(error)}`,
    );
  }
}
