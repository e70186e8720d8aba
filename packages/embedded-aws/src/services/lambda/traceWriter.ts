import type { Cancel } from "../../core/clock";
import type { CloudContext } from "../../core/service";
import type { Input, OperationName } from "../../wire/operation";
import { executionRole, type Revision } from "./lambdaFunction";
import type { TraceHeader } from "./identifiers";
import type { Outcome } from "./outcome";

/** X-Ray's daemon sends what it has every second, in documents of at most 50 a call. */
const SEND_EVERY_MS = 1_000;
const DOCUMENTS_PER_CALL = 50;
/** It tells how many it had every minute. */
const TELEMETRY_EVERY_MS = 60_000;

/** An invocation as its trace shows it. */
export interface TracedInvocation {
  readonly trace: TraceHeader;
  readonly requestId: string;
  /** By the cloud's clock, in milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: Outcome["kind"];
}

/**
 * Sends an environment's traces to X-Ray, as the function's role, after the invocations and together: a role
 * that may not send traces loses them, as in AWS, and the refused call stands in the cloud's event stream.
 */
export class TraceWriter {
  #documents: string[] = [];
  #cancelSend: Cancel | undefined;
  #sentSinceTelemetry = 0;
  #telemetryAt = -Infinity;

  constructor(
    private readonly context: Pick<CloudContext, "accountId" | "clock" | "call">,
    private readonly fn: Revision,
  ) {}

  add(invocation: TracedInvocation): void {
    this.#documents.push(JSON.stringify(this.#segment(invocation)));
    this.#cancelSend ??= this.context.clock.after(SEND_EVERY_MS, () => this.flush());
  }

  /** Sends what there is now: before the second is over, when the environment ends. */
  flush(): void {
    this.#cancelSend?.();
    this.#cancelSend = undefined;
    const documents = this.#documents.splice(0);
    if (documents.length > 0) void this.context.clock.busy(this.#send(documents));
  }

  async #send(documents: readonly string[]): Promise<void> {
    for (let from = 0; from < documents.length; from += DOCUMENTS_PER_CALL) {
      const TraceSegmentDocuments = documents.slice(from, from + DOCUMENTS_PER_CALL);
      await this.#call("PutTraceSegments", { TraceSegmentDocuments });
    }
    this.#sentSinceTelemetry += documents.length;
    const now = this.context.clock.now();
    if (now - this.#telemetryAt < TELEMETRY_EVERY_MS) return;
    this.#telemetryAt = now;
    const SegmentsSentCount = this.#sentSinceTelemetry;
    this.#sentSinceTelemetry = 0;
    await this.#call("PutTelemetryRecords", {
      TelemetryRecords: [
        { Timestamp: new Date(now), SegmentsReceivedCount: SegmentsSentCount, SegmentsSentCount },
      ],
    });
  }

  async #call<N extends OperationName<"xray">>(operation: N, input: Input<"xray", N>): Promise<void> {
    try {
      await this.context.call("xray", operation, input, executionRole(this.context, this.fn));
    } catch {
      // Lost, as said above; what was refused, and why, has been published with the call.
    }
  }

  #segment({ trace, requestId, startedAt, durationMs, outcome }: TracedInvocation): object {
    return {
      name: this.fn.name,
      id: trace.segmentId,
      trace_id: trace.traceId,
      start_time: startedAt / 1000,
      end_time: (startedAt + durationMs) / 1000,
      origin: "AWS::Lambda::Function",
      resource_arn: this.fn.arn,
      aws: { account_id: this.context.accountId, function_arn: this.fn.arn, request_id: requestId },
      ...(outcome !== "succeeded" && { fault: true }),
    };
  }
}
