import path from "node:path";
import { kind } from "embedded-aws";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { type CloudDeployment, deploy, readProject } from "embedded-pulumi";
import type { Terminal } from "embedded-pulumi/cli";
import { ProjectCopy } from "../../../bench/developer/projectCopy";
import { watchProject } from "../../../tools/watchProject";

/** A copy of this project that is deployed and watched: its files can be edited. */
export interface WatchedProject {
  readonly cloud: TestCloud;
  readonly deployment: CloudDeployment;
  /** All that was shown. */
  readonly shown: readonly string[];
  /** Saves a file as editors do: what `change` makes of it. */
  edit(file: string, change: (text: string) => string): void;
  /** Resolves with what was shown from `from` on, once that holds `pattern`. */
  shows(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  /** Resolves once saved files were applied so many times since the project is watched. */
  applies(times: number): Promise<void>;
  /** How often saved files were applied by now. */
  readonly applied: number;
  close(): Promise<void>;
}

export async function watchedProject(): Promise<WatchedProject> {
  const copy = new ProjectCopy("watched");
  const { directory } = copy;
  const cloud = await startTestCloud({ conditions: kind });
  const deployment = await deploy(cloud, {
    directory,
    stack: "dev",
    cacheDirectory: path.resolve(".local/cache"),
  });
  await deployment.programEnded;
  const shown: string[] = [];
  let onShown: () => void = () => undefined;
  let applied = 0;
  let onApplied: () => void = () => undefined;
  const ending = new AbortController();
  const terminal: Terminal = {
    print: (line = "") => {
      shown.push(line);
      onShown();
    },
    printJson: () => undefined,
    signal: ending.signal,
    interactive: false,
  };
  const watch = watchProject(
    { deployment, readProject: () => Promise.resolve(readProject(directory, "dev")) },
    terminal,
    () => {
      applied++;
      onApplied();
    },
  );
  return {
    cloud,
    deployment,
    shown,
    edit: (file, change) => copy.edit(file, change),
    shows: (pattern, from = 0) =>
      new Promise((resolve) => {
        onShown = () => {
          const match = pattern.exec(shown.slice(from).join("\n"));
          if (match !== null) resolve(match);
        };
        onShown();
      }),
    get applied() {
      return applied;
    },
    applies: (times) =>
      new Promise((resolve) => {
        onApplied = () => applied >= times && resolve();
        onApplied();
      }),
    async close() {
      ending.abort(new Error("the test has ended"));
      await watch.close();
      await deployment.close();
      copy.remove();
    },
  };
}
