import path from "node:path";
import { seededRandom, type Cloud } from "embedded-aws";
import { runProgram, createProvider, type RunResult } from "embedded-pulumi";

/** Deploys stack dev of a Pulumi project, by default this one, into a test's cloud; closes the cloud when that fails. */
export async function deployProgram(cloud: Cloud, projectDirectory = "."): Promise<RunResult> {
  const { region, accountId } = cloud.context;
  try {
    return await runProgram({
      projectDirectory,
      stack: "dev",
      mode: "update",
      provider: createProvider({
        region,
        accountId,
        // Functions are bundled in this project's folder, whichever program asks for them.
        programDirectory: ".",
        call: cloud.call,
      }),
      random: seededRandom(1),
      cacheDirectory: path.resolve(".local/cache"),
    });
  } catch (error) {
    await cloud.close();
    throw error;
  }
}
