import { constants } from "node:os";
import { watchParents } from "./parents";

/** Why a command ends before its time: the reason with which its signal aborts. */
export class Interruption extends Error {
  override readonly name = "Interruption";

  constructor(
    message: string,
    /** As a shell reports it: 128 and the signal's number. */
    readonly status: number,
  ) {
    super(message);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"] as const;

/** npm passes on to us the Ctrl-C that we have had from the terminal: two signals within this time are one. */
const SAME_SIGNAL_MS = 1000;

/** How long the orderly end may take before it is cut short. */
const ORDERLY_END_MS = 20_000;

export interface InterruptionOptions {
  /** The process that started this one. */
  readonly parent: number;
  /** Go on without a terminal, without a reader and without a parent; SIGINT and SIGTERM still end it. */
  readonly detached: boolean;
}

/**
 * What ends this process from outside, as one signal: a signal of the system's, a terminal or reader that is gone,
 * the loss of the parent. What has been started is then ended in good order; a second signal, or more than twenty
 * seconds, make it `process.exit`, whose listeners still leave nothing behind.
 */
export function interruptions({ parent, detached }: InterruptionOptions): AbortSignal {
  const controller = new AbortController();
  let since = 0;
  const end = (reason: Interruption) => {
    if (controller.signal.aborted) return;
    since = performance.now();
    setTimeout(() => process.exit(reason.status), ORDERLY_END_MS).unref();
    controller.abort(reason);
  };
  for (const name of SIGNALS) {
    // Each system has its own.
    if (!(name in constants.signals)) continue;
    const reason = new Interruption(`ended by ${name}`, 128 + constants.signals[name]);
    process.on(name, () => {
      if (detached && name === "SIGHUP") return;
      if (controller.signal.aborted && performance.now() - since > SAME_SIGNAL_MS)
        process.exit(reason.status);
      end(reason);
    });
  }
  for (const stream of ["stdout", "stderr"] as const) {
    process[stream].on("error", (error: NodeJS.ErrnoException) => {
      const gone = READER_GONE[error.code ?? ""];
      // What nobody can read is dropped.
      if (gone !== undefined && detached) return;
      if (gone === undefined && !controller.signal.aborted && stream === "stdout")
        process.stderr.write(`standard output cannot be written to: ${error.message}\n`);
      end(new Interruption(`${stream}: ${error.message}`, gone ?? 1));
    });
  }
  if (!detached)
    watchParents(parent, () => end(new Interruption("the parent is gone", 128 + constants.signals.SIGHUP)));
  return controller.signal;
}

/** The statuses of those whom the system ends for it: with SIGPIPE for a reader that has left, SIGHUP for a terminal. */
const READER_GONE: Readonly<Partial<Record<string, number>>> = {
  EPIPE: 128 + 13,
  ECONNRESET: 128 + 13,
  EIO: 128 + 1,
  ENXIO: 128 + 1,
};
