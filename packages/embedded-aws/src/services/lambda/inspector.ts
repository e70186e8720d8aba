import * as v from "valibot";
import { parseJson } from "../../core/parseJson";
import { afterRealTime, startStopwatch } from "./realTime";

/** Where Node's inspector of a function's process is asked for its address. */
const LOOPBACK = "127.0.0.1";

/** How long a new process may take until its inspector listens, and how often it is asked. */
const PATIENCE_MS = 5000;
const RETRY_MS = 50;

const targets = v.array(v.object({ webSocketDebuggerUrl: v.string() }));
const told = v.object({ method: v.picklist(["Debugger.paused", "Debugger.resumed"]) });

/** What makes Node open its inspector at a port of loopback, and say nothing of it in the function's log. */
export function inspectorArguments(port: number): readonly string[] {
  return [`--inspect=${LOOPBACK}:${port}`, "--inspect-publish-uid=http"];
}

/**
 * Listens to the inspector of a function's process beside whoever debugs it: while the process stands at a breakpoint,
 * its time does not pass.
 */
export class InspectedTime {
  #paused = false;
  #socket: WebSocket | undefined;
  #closed = false;
  readonly #waiting = new Set<{ pause(): void; resume(): void }>();

  constructor(port: number) {
    void this.#connect(port);
  }

  /** Runs `fire` after `ms` real milliseconds in which the process did not stand; returns what takes it back. */
  after(ms: number, fire: () => void): () => void {
    let left = ms;
    let cancel: () => void = () => undefined;
    let watch = startStopwatch();
    const timer = {
      pause: () => {
        cancel();
        left -= watch.elapsedMs();
      },
      resume: () => {
        watch = startStopwatch();
        cancel = afterRealTime(Math.max(left, 0), () => {
          this.#waiting.delete(timer);
          fire();
        });
      },
    };
    this.#waiting.add(timer);
    if (!this.#paused) timer.resume();
    return () => {
      cancel();
      this.#waiting.delete(timer);
    };
  }

  /** The process is gone. */
  close(): void {
    this.#closed = true;
    this.#socket?.close();
  }

  async #connect(port: number): Promise<void> {
    for (let waited = 0; waited < PATIENCE_MS && !this.#closed; waited += RETRY_MS) {
      const url = await addressAt(port);
      if (url !== undefined) {
        this.#listen(new WebSocket(url));
        return;
      }
      await new Promise<void>((resolve) => afterRealTime(RETRY_MS, resolve));
    }
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    if (this.#closed) socket.close();
    socket.addEventListener("open", () => socket.send(JSON.stringify({ id: 1, method: "Debugger.enable" })));
    socket.addEventListener("message", ({ data }) => {
      const message = v.safeParse(told, parseJson(String(data)));
      if (message.success) this.#setPaused(message.output.method === "Debugger.paused");
    });
    // The process may be killed while it stands.
    socket.addEventListener("close", () => this.#setPaused(false));
    socket.addEventListener("error", () => undefined);
  }

  #setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    for (const timer of this.#waiting) {
      if (paused) timer.pause();
      else timer.resume();
    }
  }
}

/** The address of the inspector at `port`; undefined while nothing answers there. */
async function addressAt(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://${LOOPBACK}:${port}/json/list`);
    const parsed = v.safeParse(targets, await response.json());
    return parsed.success ? parsed.output[0]?.webSocketDebuggerUrl : undefined;
  } catch {
    return undefined;
  }
}
