import { readFile } from "node:fs/promises";

/** The signals by which a process ends that says with its status that one has ended it, as shells write that. */
const SIGNALS: Readonly<Partial<Record<number, NodeJS.Signals>>> = { 129: "SIGHUP", 130: "SIGINT" };

/**
 * All of a file, which may be a pipe or a terminal that nobody writes to. Rejects as the system does, and once `signal`
 * aborts.
 */
export async function readInput(file: string, signal: AbortSignal): Promise<Buffer> {
  signal.throwIfAborted();
  const reading = readFile(file);
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new Error("interrupted"));
  signal.addEventListener("abort", abort);
  process.once("exit", endWithThreads);
  // Not until it is read: a thread may wait for that longer than anybody waits for this.
  const forget = () => process.off("exit", endWithThreads);
  reading.then(forget, forget);
  try {
    return await Promise.race([reading, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** `process.exit` waits for each thread, for ever where that reads what nobody writes; a signal waits for none. */
function endWithThreads(status: number): void {
  const signal = SIGNALS[status] ?? "SIGTERM";
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
