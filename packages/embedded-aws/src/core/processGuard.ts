import { spawn, type ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * Ends what is on its list when its input closes: the process that writes there is gone then, however hard it died.
 * A shell, because it starts in a millisecond and is there wherever process groups are.
 */
const SCRIPT = `
pids=" "
while read -r verb pid; do
  case $verb in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -KILL "-$pid"; done
`;

/** The children that are alive. */
const guarded = new Set<ChildProcess>();
let watcher: Writable | undefined;

/**
 * Sees to it that `child`, a leader of its own process group, does not outlive this process: neither a normal end
 * nor a crash nor `kill -9`. On Windows, which has no process groups, the last is left to the child itself.
 */
export function guardProcess(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (guarded.size === 0) process.on("exit", endGuarded);
  guarded.add(child);
  tellWatcher("+", pid);
  child.once("exit", () => {
    guarded.delete(child);
    if (guarded.size === 0) process.off("exit", endGuarded);
    tellWatcher("-", pid);
  });
}

/**
 * Signals `child`, a leader of its own process group, and on systems with such groups what it has started. By default,
 * that ends them at once.
 */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-pid, signal);
  } catch (error) {
    // Gone already, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function endGuarded(): void {
  for (const child of guarded) killGroup(child);
}

function tellWatcher(verb: "+" | "-", pid: number): void {
  if (process.platform === "win32") return;
  watcher ??= startWatcher();
  watcher.write(`${verb} ${pid}\n`);
}

function startWatcher(): Writable {
  const shell = spawn("/bin/sh", ["-c", SCRIPT], {
    cwd: "/",
    env: {},
    // Ctrl-C is not for it.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const forget = () => (watcher = undefined);
  // Without it, the exit of this process and the functions' own input still end them.
  shell.on("error", forget).on("exit", forget);
  shell.stdin.on("error", forget);
  // Neither keeps this process alive.
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return shell.stdin;
}
