/** Where a command writes, and what ends it; given to each command, so that tests can give their own. */
export interface Terminal {
  /** A line of text for a person. */
  print(line?: string): void;
  /** A line for a program; nothing else goes to standard output when a command was asked for JSON. */
  printJson(value: unknown): void;
  /** Aborts on Ctrl-C or termination. */
  readonly signal: AbortSignal;
  /** Whether a person watches: progress bars and colours make sense. */
  readonly interactive: boolean;
  /** Runs something whenever a key is pressed, until what it returns is called; left out without a keyboard. */
  readonly onKey?: (key: string, run: () => void) => () => void;
}

/** A terminal on this process's streams. With `json`, text for people moves to standard error. */
export function processTerminal(json: boolean, signal: AbortSignal): Terminal {
  const people = json ? process.stderr : process.stdout;
  return {
    print: (line = "") => people.write(`${line}\n`),
    printJson: (value) => process.stdout.write(`${JSON.stringify(value)}\n`),
    signal,
    interactive: people.isTTY,
    ...(process.stdin.isTTY && people.isTTY && { onKey }),
  };
}

/** What a terminal does itself at these keys, and leaves to its program while single keys are read. */
const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = { "\x03": "SIGINT", "\x1c": "SIGQUIT" };

function onKey(key: string, run: () => void): () => void {
  const { stdin } = process;
  const listen = (data: Buffer) => {
    for (const pressed of data.toString("utf8")) {
      const signal = SIGNALS[pressed];
      if (signal !== undefined) process.kill(process.pid, signal);
      else if (pressed.toLowerCase() === key) run();
    }
  };
  stdin.setRawMode(true);
  stdin.on("data", listen);
  // Reading must not keep the process from ending.
  stdin.unref();
  const restore = () => {
    stdin.off("data", listen);
    if (stdin.isRaw) stdin.setRawMode(false);
    stdin.pause();
  };
  process.once("exit", restore);
  return restore;
}
