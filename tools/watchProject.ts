import { watchProgram, type Shortcut, type Terminal } from "embedded-pulumi/cli";
import type { LocalDeployment } from "./deployLocally";
import { startRebundler } from "./rebundler";

/**
 * Applies what is saved to what runs: handlers alone by swapping their functions' code, everything else by a run of
 * the program. `onApplied` is called after each.
 */
export function watchProject(
  { deployment, readProject }: Pick<LocalDeployment, "deployment" | "readProject">,
  terminal: Terminal,
  onApplied: () => void,
): { close(): Promise<void> } {
  const rebundler = startRebundler(deployment.project.directory);
  const shortcut = async (files: readonly string[]): Promise<Shortcut> => {
    if (!concerns(files)) return { kind: "none" };
    const outcome = await rebundler.rebundle(files);
    if (outcome.kind === "done" && outcome.names.length > 0) await deployment.refreshFiles();
    return outcome;
  };
  const watch = watchProgram({
    deployment,
    terminal,
    readProject,
    shortcut,
    onApplied,
  });
  return {
    async close() {
      // Together: what is bundled at the moment is of no use any more, and the watch need not wait for it.
      await Promise.all([watch.close(), rebundler.close()]);
    },
  };
}

/** Tests and documents are no part of what runs. */
function concerns(files: readonly string[]): boolean {
  return !files.every((file) => /^(?:test|docs)[/\\]/.test(file));
}
