import { seededRandom } from "embedded-aws/support";
import type { ProgressEvent } from "../../../src/engine/progress";
import { runProgram, type RunResult } from "../../../src/engine/run";
import { type FakeProvider, fakeProvider } from "./fakeProvider";
import { cacheDirectory, withProgram } from "./program";

export interface Run {
  readonly result: RunResult;
  readonly provider: FakeProvider;
  readonly events: readonly ProgressEvent[];
  /** What stood when the engine said that everything did. */
  readonly deployed: readonly RunResult[];
}

/** Runs a program against a provider that creates whatever it is asked for. */
export async function run(
  projectDirectory: string,
  mode: "update" | "preview" = "update",
  deployed: RunResult[] = [],
): Promise<Run> {
  const provider = fakeProvider();
  const events: ProgressEvent[] = [];
  const result = await runProgram({
    projectDirectory,
    stack: "dev",
    mode,
    provider,
    random: seededRandom(1),
    onEvent: (event) => events.push(event),
    onDeployed: (standing) => deployed.push(standing),
    cacheDirectory,
  });
  return { result, provider, events, deployed };
}

/** The one error with which a program's run ends. */
export function failureOf(source: string): Promise<Error> {
  return withProgram(source, async (directory) => {
    try {
      await run(directory);
    } catch (error) {
      return error as Error;
    }
    throw new Error("the run succeeded");
  });
}
