import type { ChildProcess } from "node:child_process";
import * as v from "valibot";

/** What Node calls the things that keep a process running, for people. */
const WORDS: Readonly<Record<string, string>> = {
  Timeout: "a timer (setTimeout, setInterval)",
  TCPServerWrap: "a server that listens",
  UDPWrap: "a socket",
  TCPSocketWrap: "an open connection",
  FSEventWrap: "a watched file",
  StatWatcher: "a watched file",
  ProcessWrap: "a process that it started",
  MessagePort: "a worker thread",
  TTYWrap: "a terminal that it reads",
};

const answer = v.object({ active: v.array(v.string()) });

/** How long a program may take to say what it is at. */
const PATIENCE_MS = 1000;

/** Asks a program's process what keeps it running, in words; empty when it does not say. */
export async function askActivity(child: ChildProcess): Promise<readonly string[]> {
  const answered = Promise.withResolvers<readonly string[]>();
  const onMessage = (message: unknown) => {
    const parsed = v.safeParse(answer, message);
    if (parsed.success) answered.resolve(parsed.output.active);
  };
  const giveUp = setTimeout(() => answered.resolve([]), PATIENCE_MS);
  child.on("message", onMessage);
  try {
    child.send({ ask: "activity" }, (error) => error !== null && answered.resolve([]));
    const words = (await answered.promise).flatMap((kind) => WORDS[kind] ?? []);
    return [...new Set(words)];
  } finally {
    clearTimeout(giveUp);
    child.off("message", onMessage);
  }
}
