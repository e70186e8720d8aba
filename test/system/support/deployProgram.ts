import path from "node:path";
import type { Cloud } from "embedded-aws";
import { deploy, type RunResult } from "embedded-pulumi";

/** Deploys stack dev of a Pulumi project, by default this one, into a test's cloud; closes the cloud when that fails. */
export async function deployProgram(cloud: Cloud, projectDirectory = "."): Promise<RunResult> {
  const { programEnded } = await deploy(cloud, {
    directory: projectDirectory,
    stack: "dev",
    cacheDirectory: path.resolve(".local/cache"),
    // Functions are bundled in this project's folder, whichever program asks for them.
    assetDirectory: ".",
  });
  return await programEnded;
}
