import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import type { CloudContext } from "../../core/service";
import { afterFunctionError, afterThrottle, type AsyncDecision, type AsyncLimits } from "./asyncDecision";
import { send } from "./destinations";
import type { FunctionStore } from "./functionStore";
import type { Invoked, Invoker } from "./invoker";
import type { Target } from "./lambdaFunction";
import { functionErrorOf } from "./outcome";
import { findRevision } from "./versions";

export const DEFAULT_ASYNC_LIMITS = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 };

interface Call {
  readonly requestId: string;
  readonly payload: Uint8Array;
}

interface Event {
  readonly target: Target;
  readonly invocation: Call;
  readonly acceptedAt: number;
  attempts: number;
  functionErrors: number;
  throttlesInARow: number;
}

/** Lambda's queue of asynchronous invocations: retries, maximum age, and where failed events go. */
export class AsyncInvocations {
  readonly #stop = new AbortController();

  constructor(
    private readonly context: CloudContext,
    private readonly store: FunctionStore,
    private readonly invoker: Invoker,
  ) {}

  accept(target: Target, invocation: Call): void {
    const acceptedAt = this.context.clock.now();
    void this.#process({
      target,
      invocation,
      acceptedAt,
      attempts: 0,
      functionErrors: 0,
      throttlesInARow: 0,
    });
  }

  /** Drops what waits for a retry. */
  close(): void {
    this.#stop.abort();
  }

  async #process(event: Event): Promise<void> {
    const { clock } = this.context;
    for (;;) {
      const decision = await clock.busy(this.#attempt(event));
      if (decision?.kind !== "retry") return;
      await clock.sleep(decision.delayMs, this.#stop.signal);
      // A function that was deleted meanwhile takes its events along.
      if (this.#stop.signal.aborted || !this.store.has(event.target.fn.name)) return;
    }
  }

  /** One attempt, and what follows from it; after a success, nothing but its record. */
  async #attempt(event: Event): Promise<AsyncDecision | undefined> {
    const { target, invocation, acceptedAt } = event;
    const limits = limitsOf(target);
    const age = () => this.context.clock.now() - acceptedAt;
    let decision: AsyncDecision;
    let invoked: Invoked | undefined;
    try {
      invoked = await this.invoker.invoke(target, invocation);
      event.attempts++;
      event.throttlesInARow = 0;
      if (invoked.outcome.kind === "succeeded") {
        const onSuccessArn = configOf(target)?.onSuccessArn;
        if (onSuccessArn !== undefined) await this.#sendRecord(event, onSuccessArn, "Success", invoked);
        return undefined;
      }
      decision = afterFunctionError(++event.functionErrors, age(), limits);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // Throttles and Lambda's own errors come back; what is wrong with the request itself, as a version that is gone, not.
      if (error.status !== 429 && error.status < 500) return undefined;
      decision = afterThrottle(++event.throttlesInARow, age(), limits);
    }
    if (decision.kind === "give-up") await this.#giveUp(event, decision.condition, invoked);
    return decision;
  }

  async #giveUp(event: Event, condition: string, invoked: Invoked | undefined): Promise<void> {
    const { target, invocation } = event;
    const deliveries: Promise<void>[] = [];
    const onFailureArn = configOf(target)?.onFailureArn;
    if (onFailureArn !== undefined)
      deliveries.push(this.#sendRecord(event, onFailureArn, condition, invoked));
    const revision = findRevision(target);
    const deadLetterArn = revision?.settings.DeadLetterArn;
    if (revision !== undefined && deadLetterArn !== undefined) {
      const errorMessage = (invoked && functionErrorOf(invoked.outcome)?.errorMessage) ?? "Rate Exceeded.";
      const attributes = {
        RequestID: { DataType: "String", StringValue: invocation.requestId },
        ErrorCode: { DataType: "Number", StringValue: invoked === undefined ? "429" : "200" },
        // SQS takes no empty attribute; Lambda cuts the message at 1 KB.
        ErrorMessage: { DataType: "String", StringValue: errorMessage.slice(0, 1024) || "Unknown" },
      } as const;
      const body = Buffer.from(invocation.payload).toString("utf8");
      deliveries.push(send(this.context, revision, deadLetterArn, body, attributes));
    }
    // A destination that refuses what it is sent loses it, as in AWS; the refusal stands in the event stream.
    await Promise.allSettled(deliveries);
  }

  async #sendRecord(
    event: Event,
    destinationArn: string,
    condition: string,
    invoked: Invoked | undefined,
  ): Promise<void> {
    const { fn, qualifier } = event.target;
    const timestamp = new Date(this.context.clock.now()).toISOString();
    const record = invocationRecord(event, condition, invoked, timestamp);
    const revision = findRevision({ fn, qualifier }) ?? fn;
    await send(this.context, revision, destinationArn, JSON.stringify(record)).catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
    });
  }
}

function configOf({ fn, qualifier }: Target) {
  return fn.asyncInvoke.get(qualifier);
}

function limitsOf(target: Target): AsyncLimits {
  const { maximumRetryAttempts, maximumEventAgeSeconds } = configOf(target) ?? DEFAULT_ASYNC_LIMITS;
  return { maximumRetryAttempts, maximumEventAgeMs: maximumEventAgeSeconds * 1000 };
}

/** The invocation record, version 1.0: Lambda developer guide, "Capturing records of asynchronous invocations". */
function invocationRecord(
  event: Event,
  condition: string,
  invoked: Invoked | undefined,
  timestamp: string,
): object {
  const { target, invocation, attempts } = event;
  return {
    version: "1.0",
    timestamp,
    requestContext: {
      requestId: invocation.requestId,
      functionArn: `${target.fn.arn}:${target.qualifier}`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: asJson(Buffer.from(invocation.payload).toString("utf8")),
    ...(invoked !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: invoked.executedVersion,
        ...(invoked.outcome.kind !== "succeeded" && { functionError: "Unhandled" }),
      },
      responsePayload: asJson(invoked.outcome.payload),
    }),
  };
}

function asJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
