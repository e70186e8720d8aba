import type { CloudEvent } from "embedded-aws";
import { LatencyHistogram } from "./latencyHistogram";
import type { OrderMessages } from "./orders";

/** The names by which the cloud's events speak of the pipeline. */
export interface PipelineNames {
  readonly queueName: string | undefined;
  readonly ordersTableName: string;
  /** Undefined when the stack sends no confirmations. */
  readonly failureQueueName: string | undefined;
}

/** The percentiles that are told, in milliseconds. */
export interface Percentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The 99.9th. */
  readonly p999Ms: number;
}

/**
 * Counts what becomes of the demonstration's orders, by the cloud's events. Everything is counted, and times are
 * numbers by the order's place: 17 bytes an order, whatever happens to it.
 */
export class OrderTally {
  /** Messages that the queue gave up, to the table or to the dead-letter queue. */
  handled = 0;
  /** Orders whose confirmation was noted. */
  confirmed = 0;
  confirmationFailures = 0;
  /** Orders whose item was inserted more than once. */
  storedTwice = 0;
  firstStoredAt: number | undefined;
  readonly #sentAt: Float64Array;
  readonly #storedAt: Float64Array;
  readonly #isConfirmed: Uint8Array;
  readonly #latencies = new LatencyHistogram();
  readonly #confirmationLatencies = new LatencyHistogram();

  /** @param now milliseconds from any beginning. */
  constructor(
    private readonly messages: Pick<OrderMessages, "length" | "placeOf">,
    private readonly names: PipelineNames,
    private readonly now: () => number,
  ) {
    this.#sentAt = new Float64Array(messages.length).fill(NaN);
    this.#storedAt = new Float64Array(messages.length).fill(NaN);
    this.#isConfirmed = new Uint8Array(messages.length);
  }

  /** From the moment a message was sent to the moment its item stood in the table. */
  get latencies(): Percentiles {
    return percentiles(this.#latencies);
  }

  /** From the moment an order stood in the table to the moment its confirmation was noted. */
  get confirmationLatencies(): Percentiles {
    return percentiles(this.#confirmationLatencies);
  }

  sent(place: number): void {
    this.#sentAt[place] = this.now();
  }

  /** Returns whether the event was one of those that are counted. */
  take(event: CloudEvent): boolean {
    switch (event.type) {
      case "item-inserted":
      case "item-modified": {
        if (event.tableName !== this.names.ordersTableName) return false;
        const place = this.messages.placeOf(stringKey(event.keys.orderId));
        // The one change that a stored order ever sees is the mark that its confirmation was sent.
        if (event.type === "item-modified") this.#confirmed(place);
        else if (place !== undefined) this.#stored(place);
        return true;
      }
      case "message-deleted":
      case "message-dead-lettered":
        if (event.queueName !== this.names.queueName) return false;
        this.handled++;
        return true;
      case "message-sent":
        if (event.queueName !== this.names.failureQueueName) return false;
        this.confirmationFailures++;
        return true;
      default:
        return false;
    }
  }

  #stored(place: number): void {
    if (!Number.isNaN(this.#storedAt[place])) {
      this.storedTwice++;
      return;
    }
    const now = this.now();
    this.#storedAt[place] = now;
    this.firstStoredAt ??= now;
    this.#latencies.add(since(this.#sentAt[place], now));
  }

  #confirmed(place: number | undefined): void {
    if (place !== undefined) {
      if (this.#isConfirmed[place] === 1) return;
      this.#isConfirmed[place] = 1;
      this.#confirmationLatencies.add(since(this.#storedAt[place], this.now()));
    }
    this.confirmed++;
  }
}

/** 0 when the beginning was never seen. */
function since(start: number | undefined, end: number): number {
  return start === undefined || Number.isNaN(start) ? 0 : end - start;
}

function percentiles(histogram: LatencyHistogram): Percentiles {
  return {
    p50Ms: histogram.percentile(50),
    p99Ms: histogram.percentile(99),
    p999Ms: histogram.percentile(99.9),
  };
}

function stringKey(value: unknown): string {
  return typeof value === "object" && value !== null && "S" in value && typeof value.S === "string"
    ? value.S
    : "";
}
