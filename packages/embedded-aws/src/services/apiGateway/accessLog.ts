import type { CloudContext } from "../../core/service";
import type { StageSettings } from "./apis";

const VARIABLE = /\$context\.([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_:-]*)*)/g;

/**
 * A line of an access log: the stage's format with every `$context.…` replaced, by "-" where there is nothing. Values
 * come from strangers: quotes and control characters are escaped, so that a line stays one, and JSON JSON.
 */
export function accessLogLine(format: string, context: ReadonlyMap<string, string>): string {
  return format.replace(VARIABLE, (_, name: string) => {
    const value = context.get(name);
    if (value === undefined || value === "") return "-";
    // Made for JSON by itself.
    return name.endsWith("messageString") ? value : JSON.stringify(value).slice(1, -1);
  });
}

/** "10/Oct/2026:13:55:36 +0000", as `$context.requestTime` is. */
export function requestTime(time: number): string {
  const [, day = "", month = "", year = "", clock = ""] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(time).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${clock} +0000`;
}

/** Writes lines to the log groups of stages, in their order. A line that cannot be written is lost, as on AWS. */
export class AccessLogs {
  #writing: Promise<void> = Promise.resolve();
  /** Groups that have this cloud's stream. */
  readonly #streams = new Set<string>();

  constructor(private readonly context: CloudContext) {}

  write(settings: StageSettings["AccessLogSettings"], context: ReadonlyMap<string, string>): void {
    const { DestinationArn, Format } = settings ?? {};
    if (DestinationArn === undefined || Format === undefined) return;
    const logGroupName = DestinationArn.replace(/:\*$/, "").split(":log-group:")[1] ?? "";
    const message = accessLogLine(Format, context);
    const timestamp = Math.floor(this.context.clock.now());
    this.#writing = this.#writing.then(() => this.#put(logGroupName, { timestamp, message }));
  }

  /** Resolves when all lines so far are written, or lost. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #put(
    logGroupName: string,
    event: { readonly timestamp: number; readonly message: string },
  ): Promise<void> {
    const delivery = { kind: "administrator", accountId: this.context.accountId } as const;
    const target = { logGroupName, logStreamName: "access" };
    try {
      if (!this.#streams.has(logGroupName)) {
        this.#streams.add(logGroupName);
        await this.context.call("logs", "CreateLogStream", target, delivery);
      }
      await this.context.call("logs", "PutLogEvents", { ...target, logEvents: [event] }, delivery);
    } catch {
      // Lost; the refused call stands in the cloud's event stream. The group may be there again for the next one.
      this.#streams.delete(logGroupName);
    }
  }
}
