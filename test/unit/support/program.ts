import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { recordResources, type Recorder } from "./recordResources";

export type Configuration = Readonly<Record<string, string>>;

export interface ProgramRun {
  readonly recorder: Recorder;
  readonly outputs: typeof import("../../../index");
}

/** Runs `index.ts` anew, with this configuration of the project's keys, against a recorder. */
export async function runProgram(
  configuration: Configuration,
  mode: "update" | "preview" = "update",
  partition?: string,
): Promise<ProgramRun> {
  const recorder = recordResources(mode, partition);
  configure(configuration);
  const outputs = requireAnew("index") as typeof import("../../../index");
  // Packages are computed after the program's last line.
  await recorder.settled();
  return { recorder, outputs };
}

/** Sets the stack's configuration to exactly this. */
export function configure(configuration: Configuration): void {
  const qualified = Object.entries(configuration).map(([key, value]) => [`event-driven-aws:${key}`, value]);
  pulumi.runtime.setAllConfig(Object.fromEntries(qualified) as Record<string, string>);
}

/** Loads a module of the project's root as a new run of the program would. */
export function requireAnew(name: string): unknown {
  const file = path.resolve(`${name}.ts`);
  Reflect.deleteProperty(require.cache, file);
  return module.require(file);
}
