import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** How often a parent is looked for: nobody waits for the answer, and it costs next to nothing. */
const INTERVAL_MS = 500;

const SHELLS = new Set(["sh", "ash", "bash", "busybox", "dash", "ksh", "zsh"]);

/** What runs scripts by a shell, where it is the first process of its container. */
const RUNS_SCRIPTS = /^(npm|npx|node|MainThread|pnpm|yarn|bun|deno)\b/;

/**
 * Calls `onLost` once the process that started this one is gone: `kill` of npm (what CI and editors do) reaches
 * neither the shell between, or nothing below that shell. `parent` is who it was at the start of this process.
 */
export function watchParents(parent: number, onLost: () => void): void {
  let npm: number | "gone" | undefined;
  void npmBehind(parent).then((found) => (npm = found));
  const timer = setInterval(() => {
    if (isThere(parent, process.ppid) && npm !== "gone" && (npm === undefined || isRunning(npm))) return;
    clearInterval(timer);
    onLost();
  }, INTERVAL_MS);
  timer.unref();
}

/** Windows keeps the number of a parent that is gone; the others give an orphan another parent. */
function isThere(parent: number, now: number): boolean {
  return process.platform === "win32" ? isRunning(parent) : parent === now;
}

/**
 * The npm that runs this process as a script through the shell `parent`; undefined when there is none between, "gone"
 * when it has died before anybody here could look for it.
 */
async function npmBehind(parent: number): Promise<number | "gone" | undefined> {
  if (process.env.npm_lifecycle_event === undefined || parent <= 1) return undefined;
  const found = await describe(parent);
  if (found === undefined || !SHELLS.has(found.command.replace(/^-/, ""))) return undefined;
  const above = await describe(found.parent);
  if (above !== undefined && takesOrphans(found.parent, above) && (await runsScript(parent))) return "gone";
  return found.parent > 1 ? found.parent : undefined;
}

/** Whether it is who gets the children of a process that has died: the system's first, or the user's systemd. */
function takesOrphans(pid: number, { command }: Description): boolean {
  return pid === 1 ? !RUNS_SCRIPTS.test(command) : command === "systemd";
}

/** Whether the shell `pid` is the one that npm has started for its script, and no other below it. */
async function runsScript(pid: number): Promise<boolean> {
  const script = process.env.npm_lifecycle_script ?? "";
  return script !== "" && (await commandLineOf(pid)).includes(script);
}

async function commandLineOf(pid: number): Promise<string> {
  try {
    if (process.platform === "linux")
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return (await promisify(execFile)("ps", ["-ww", "-o", "args=", "-p", String(pid)])).stdout;
  } catch {
    return "";
  }
}

interface Description {
  /** The program's name without its folder. */
  readonly command: string;
  readonly parent: number;
  readonly state: string;
}

async function describe(pid: number): Promise<Description | undefined> {
  if (process.platform === "linux") return describeOnLinux(pid);
  if (process.platform === "win32") return undefined;
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "ppid=,stat=,comm=", "-p", String(pid)]);
    const [, parent, state = "", command = ""] = /^\s*(\d+)\s+(\S+)\s+(.+)$/m.exec(stdout) ?? [];
    return { parent: Number(parent), state, command: command.split("/").at(-1) ?? command };
  } catch {
    return undefined;
  }
}

/** See proc(5): "1234 (sh) S 1233 …"; the name may hold anything, parentheses too. */
function describeOnLinux(pid: number): Description | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const command = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
    const [state = "", parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { command, parent: Number(parent), state };
  } catch {
    return undefined;
  }
}

/** Whether a process that is nobody's child here runs. One that has ended, and that nobody has asked for, does not. */
function isRunning(pid: number): boolean {
  if (process.platform === "linux") {
    const found = describeOnLinux(pid);
    return found !== undefined && found.state !== "Z" && found.state !== "X";
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's, and there.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
