import { watchProgram, type Shortcut, type Terminal } from "embedded-pulumi/cli";
import type { LocalDeployment } from "./deployLocally";
import { startRebundler } from "./rebundler";

/**
 * Applies what is saved to what runs: handlers alone by swapping their functions' code, everything else by a run of
 * the program. `onUpdated` is called after each.
 */
export function watchProject(
  { deployment, readProject }: Pick<LocalDeployment, "deployment" | "readProject">,
  terminal: Terminal,
  onUpdated: () => void,
): { close(): Promise<void> } {
  const rebundler = startRebundler(deployment.project.directory);
  const shortcut = async (files: readonly string[]): Promise<Shortcut> => {
    // Tests are no part of what runs.
    if (files.every((file) => file.startsWith("test/") || file.startsWith("docs/")))
      return { kind: "done", names: [] };
    const outcome = await rebundler.rebundle(files);
    if (outcome.kind === "done" && outcome.names.length > 0) await deployment.refreshFiles();
    return outcome;
  };
  const watch = watchProgram({ deployment, terminal, readProject, shortcut, onUpdated });
  return {
    async close() {
      await watch.close();
      await rebundler.close();
    },
  };
}
