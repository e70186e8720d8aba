import { AwsError, notSupported } from "./errors";
import { accessDeniedBy } from "../wire/refusals";
import type { DecidedAccess, EventStream, RequestEvent } from "./eventStream";
import type { Faults } from "./faults";
import type { Call, Service } from "./service";
import { messageOf } from "./messageOf";
import type { Shuffle } from "../wire/shuffleAnswer";

/** The code that `CloudContext.authorize` refuses with; `dispatch` turns it into the service's own. */
export const accessDenied = "AccessDenied";

export interface DispatchOptions {
  readonly events: EventStream;
  readonly faults: Faults;
  /** Nobody has decoded the input, so that its members are still to be checked. */
  readonly inProcess: boolean;
  /** Whether an answer that AWS's model does not allow is a failure. */
  readonly checkAnswers: boolean;
  /** Changes the order of what has none; left out where answers stay as they are. */
  readonly shuffle?: Shuffle | undefined;
}

/**
 * Runs one operation, over the wire or in-process, and publishes it. Whatever fails comes out as an AwsError;
 * a defect of the embedded cloud itself as InternalFailure, with its stack in the message for the bug report.
 */
export async function dispatch(
  service: Service,
  operation: string,
  input: unknown,
  call: Call,
  { events, faults, inProcess, checkAnswers, shuffle }: DispatchOptions,
): Promise<object> {
  const started = performance.now();
  const { cause } = events;
  const accesses: DecidedAccess[] = [];
  const { caller, requestId, traceId } = call;
  const publish = (error?: AwsError) =>
    publishRequest(
      events,
      {
        service: service.name,
        operation,
        caller,
        requestId,
        durationMs: performance.now() - started,
        ...(cause !== undefined && { cause }),
        ...(traceId !== undefined && { traceId }),
        ...(accesses.length > 0 && { accesses }),
      },
      error,
    );
  try {
    const run = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
    if (run === undefined) throw notSupported(`The operation ${service.name}:${operation}`);
    if (inProcess) service.wire.checkInput(operation, input);
    const delay = faults.beforeCall(service.name, operation, input, caller);
    if (delay !== undefined) await delay;
    const onDecided = (access: DecidedAccess) => void accesses.push(access);
    const given = await events.causing(requestId, () => run(input, { ...call, onDecided }));
    const output = shuffle?.(service.name, operation, input, given) ?? given;
    if (checkAnswers) service.wire.checkOutput(operation, output);
    publish();
    return output;
  } catch (cause) {
    let error = asAwsError(cause);
    if (error.code === accessDenied) error = accessDeniedBy(service.name, error.message);
    publish(error);
    throw error;
  }
}

export function publishRequest(
  events: EventStream,
  request: Omit<RequestEvent, "type" | "errorCode" | "errorMessage"> & { readonly cause?: string },
  error?: AwsError,
): void {
  events.publish({
    type: "request",
    ...request,
    ...(error === undefined ? {} : { errorCode: error.code, errorMessage: error.message }),
  });
}

export function asAwsError(cause: unknown): AwsError {
  if (cause instanceof AwsError) return cause;
  const text = cause instanceof Error && typeof cause.stack === "string" ? cause.stack : messageOf(cause);
  return new AwsError("InternalFailure", `The embedded cloud failed: ${text}`, 500);
}
