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
}

/** A terminal on this process's streams. With `json`, text for people moves to standard error. */
export function processTerminal(json: boolean, signal: AbortSignal): Terminal {
  const people = json ? process.stderr : process.stdout;
  return {
    print: (line = "") => people.write(`${line}\n`),
    printJson: (value) => process.stdout.write(`${JSON.stringify(value)}\n`),
    signal,
    interactive: people.isTTY,
  };
}
