import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import type { CloudContext } from "../../core/service";
import { afterFunctionError, afterThrottle, type AsyncDecision, type AsyncLimits } from "./asyncDecision";
import { send } from "./destinations";
import type { Invocation } from "./environment";
import type { FunctionStore } from "./functionStore";
import type { Invoker } from "./invoker";
import type { LambdaFunction } from "./lambdaFunction";
import { functionErrorOf, type Outcome } from "./outcome";

export const DEFAULT_ASYNC_LIMITS = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 };

interface Event {
  readonly fn: LambdaFunction;
  readonly invocation: Invocation;
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

  accept(fn: LambdaFunction, invocation: Invocation): void {
    const acceptedAt = this.context.clock.now();
    void this.#process({ fn, invocation, acceptedAt, attempts: 0, functionErrors: 0, throttlesInARow: 0 });
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
      if (this.#stop.signal.aborted || !this.store.has(event.fn.name)) return;
    }
  }

  /** One attempt, and what follows from it; nothing follows from a success. */
  async #attempt(event: Event): Promise<AsyncDecision | undefined> {
    const { fn, invocation, acceptedAt } = event;
    const limits = limitsOf(fn);
    const age = () => this.context.clock.now() - acceptedAt;
    let decision: AsyncDecision;
    let outcome: Outcome | undefined;
    try {
      ({ outcome } = await this.invoker.invoke(fn, invocation));
      event.attempts++;
      event.throttlesInARow = 0;
      if (outcome.kind === "succeeded") return undefined;
      decision = afterFunctionError(++event.functionErrors, age(), limits);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code !== "TooManyRequestsException") return undefined;
      decision = afterThrottle(++event.throttlesInARow, age(), limits);
    }
    if (decision.kind === "give-up") await this.#giveUp(event, decision.condition, outcome);
    return decision;
  }

  async #giveUp(event: Event, condition: string, outcome: Outcome | undefined): Promise<void> {
    const { fn, invocation } = event;
    const { settings, asyncInvoke } = fn;
    const deliveries: Promise<void>[] = [];
    if (asyncInvoke?.onFailureArn !== undefined) {
      const record = failureRecord(
        event,
        condition,
        outcome,
        new Date(this.context.clock.now()).toISOString(),
      );
      deliveries.push(send(this.context, fn, asyncInvoke.onFailureArn, JSON.stringify(record)));
    }
    if (settings.DeadLetterArn !== undefined) {
      const errorMessage = (outcome && functionErrorOf(outcome)?.errorMessage) ?? "Rate Exceeded.";
      const attributes = {
        RequestID: { DataType: "String", StringValue: invocation.requestId },
        ErrorCode: { DataType: "Number", StringValue: outcome === undefined ? "429" : "200" },
        // SQS takes no empty attribute; Lambda cuts the message at 1 KB.
        ErrorMessage: { DataType: "String", StringValue: errorMessage.slice(0, 1024) || "Unknown" },
      } as const;
      const body = Buffer.from(invocation.payload).toString("utf8");
      deliveries.push(send(this.context, fn, settings.DeadLetterArn, body, attributes));
    }
    // A destination that refuses the record loses it, as in AWS; the refusal stands in the event stream.
    await Promise.allSettled(deliveries);
  }
}

function limitsOf(fn: LambdaFunction): AsyncLimits {
  const { maximumRetryAttempts, maximumEventAgeSeconds } = fn.asyncInvoke ?? DEFAULT_ASYNC_LIMITS;
  return { maximumRetryAttempts, maximumEventAgeMs: maximumEventAgeSeconds * 1000 };
}

/** The invocation record, version 1.0: Lambda developer guide, "Capturing records of asynchronous invocations". */
function failureRecord(
  event: Event,
  condition: string,
  outcome: Outcome | undefined,
  timestamp: string,
): object {
  const { fn, invocation, attempts } = event;
  return {
    version: "1.0",
    timestamp,
    requestContext: {
      requestId: invocation.requestId,
      functionArn: `${fn.arn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: asJson(Buffer.from(invocation.payload).toString("utf8")),
    ...(outcome !== undefined && {
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: asJson(outcome.payload),
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
