import type { SQSMessageAttribute, SQSRecord } from "aws-lambda";
import type { InvocationContext } from "../../../handlers/shared/batch";
import type { Order } from "../../../handlers/orders/order";
import type { OrderStore } from "../../../handlers/orders/orderStore";
import type { StoreOutcome } from "../../../handlers/orders/storeOutcome";
import type { Timing } from "../../../handlers/shared/retry";
import type { LogFields, Telemetry } from "../../../handlers/shared/telemetry";

/** Time that passes only when somebody sleeps, or when a test says so. */
export interface SteppedTiming extends Timing {
  readonly sleeps: number[];
  advance(milliseconds: number): void;
}

/** @param random what each draw gives; by default the middle. */
export function steppedTiming(random: () => number = () => 0.5): SteppedTiming {
  let now = Date.parse("2026-11-24T12:00:00.000Z");
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    advance(milliseconds) {
      now += milliseconds;
    },
    sleep(milliseconds) {
      sleeps.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
    random,
  };
}

export interface RecordedTelemetry extends Telemetry {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields }[];
  readonly counts: Record<string, number>[];
}

export function recordTelemetry(): RecordedTelemetry {
  const lines: RecordedTelemetry["lines"] = [];
  const counts: Record<string, number>[] = [];
  const line = (level: string) => (message: string, fields: LogFields) => {
    lines.push({ level, message, fields });
  };
  return {
    lines,
    counts,
    log: { info: line("info"), warn: line("warn"), error: line("error") },
    publishCounts: (published) => counts.push({ ...published }),
  };
}

export function invocation(remainingMs = 30_000): InvocationContext {
  return { getRemainingTimeInMillis: () => remainingMs };
}

export function sqsRecord(
  messageId: string,
  body: unknown,
  messageAttributes: Record<string, SQSMessageAttribute> = {},
): SQSRecord {
  return {
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body: typeof body === "string" ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "sender",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes,
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:orders",
    awsRegion: "us-east-1",
  };
}

/** An order store that stores each order by itself, all at once. */
export function storeEach(store: (order: Order) => Promise<StoreOutcome>): OrderStore {
  return { store: (orders) => Promise.allSettled(orders.map((order) => store(order))) };
}

/** Sends each entry by itself, all at once, and tells what stood in the way. */
export function sendEach<Entry>(send: (entry: Entry) => Promise<unknown>) {
  return async (entries: readonly Entry[]): Promise<readonly (Error | undefined)[]> =>
    (await Promise.allSettled(entries.map((entry) => send(entry)))).map((result) =>
      result.status === "rejected" ? (result.reason as Error) : undefined,
    );
}

/** An error as the SDK throws it. */
export function awsError(name: string, status = 400, members: object = {}): Error {
  return Object.assign(new Error(`${name}: refused`), {
    name,
    $metadata: { httpStatusCode: status },
    ...members,
  });
}
