import { spawn } from "node:child_process";
import { guardProcess } from "embedded-aws/support";

/** Runs the CLI on this process's streams; resolves to its status, as a shell has it. */
export async function runCli(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number> {
  // At a terminal the CLI asks questions, and has Ctrl-C from there as we have; elsewhere it hears of it from us alone.
  const interactive = process.stdin.isTTY;
  const child = spawn(file, args, {
    env: { ...process.env, ...environment },
    stdio: "inherit",
    detached: !interactive && process.platform !== "win32",
  });
  if (!interactive) guardProcess(child);
  const interrupt = () => {
    if (!interactive) child.kill("SIGINT");
  };
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, killed) => resolve(killed === null ? (code ?? 1) : 1));
    });
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}
