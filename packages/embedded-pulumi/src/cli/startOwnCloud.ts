import path from "node:path";
import { type Cloud, type CloudOptions, startCloud } from "embedded-aws";
import { messageOf } from "embedded-aws/support";
import { localDirectory } from "../engine/localDirectory";
import { createOwnFolder } from "../engine/ownFolder";
import { CommandError } from "./commandError";
import { keptProblem } from "./keeping";

/**
 * Starts a cloud whose files lie below `.local/runs` of the project, where the next start removes what a killed one
 * has left. Rejects with `CommandError` when it cannot start, as when its port is taken, or what is kept cannot be read.
 */
export async function startOwnCloud(
  project: string,
  options: Omit<CloudOptions, "directory">,
): Promise<Cloud> {
  const folder = createOwnFolder(path.join(localDirectory(project), "runs"));
  try {
    const cloud = await startCloud({ ...options, directory: folder.directory });
    return { ...cloud, close: () => cloud.close().finally(folder.release) };
  } catch (error) {
    folder.release();
    throw keptProblem(error) ?? new CommandError(messageOf(error));
  }
}
