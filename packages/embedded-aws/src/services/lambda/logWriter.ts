import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Principal } from "../../core/iam/principal";

/**
 * Writes an environment's lines to its log stream, as the function's role: a role that may not write logs
 * loses them, as in AWS, and the refused call stands in the cloud's event stream.
 */
export class LogWriter {
  #pending: { timestamp: number; message: string }[] = [];
  #writing: Promise<void> = Promise.resolve();
  #streamExists = false;

  constructor(
    private readonly context: Pick<CloudContext, "clock" | "call">,
    private readonly target: { readonly logGroupName: string; readonly logStreamName: string },
    private readonly role: Principal,
  ) {}

  add(message: string): void {
    this.#pending.push({ timestamp: Math.floor(this.context.clock.now()), message });
  }

  /** Resolves when all lines so far are written, or lost. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const logEvents = this.#pending;
    if (logEvents.length === 0) return;
    this.#pending = [];
    try {
      if (!this.#streamExists) await this.#createStream();
      await this.context.call("logs", "PutLogEvents", { ...this.target, logEvents }, this.role);
    } catch {
      // Lost, as said above; what was refused, and why, has been published with the call.
    }
  }

  async #createStream(): Promise<void> {
    try {
      await this.context.call("logs", "CreateLogStream", this.target, this.role);
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "ResourceNotFoundException") throw error;
      const { logGroupName } = this.target;
      await this.context.call("logs", "CreateLogGroup", { logGroupName }, this.role);
      await this.context.call("logs", "CreateLogStream", this.target, this.role);
    }
    this.#streamExists = true;
  }
}
