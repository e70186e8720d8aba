import type { CloudEvent } from "../../core/eventStream";
import type { CloudContext } from "../../core/service";
import { queueStatistics, type QueueStatistics } from "../sqs/statistics";
import { embeddedMetrics } from "./embeddedMetricFormat";
import { MINUTE_MS, type MetricStore } from "./metricStore";
import { QueueActivity } from "./queueActivity";
import { aggregateOfValue } from "./statistics";

/**
 * Of the metrics that are no counts: "Lambda metrics", "Available CloudWatch metrics for Amazon SQS", "Monitor HTTP
 * APIs with CloudWatch metrics".
 */
const UNITS: Readonly<Record<string, string>> = {
  Duration: "Milliseconds",
  Latency: "Milliseconds",
  IntegrationLatency: "Milliseconds",
  IteratorAge: "Milliseconds",
  ApproximateAgeOfOldestMessage: "Seconds",
};

/**
 * The metrics that AWS's services report by themselves: Lambda's with each invocation and stream batch,
 * API Gateway's with each request, SQS's once a minute.
 * Names and meanings are those of the services' developer guides.
 */
export class ServiceMetrics {
  #totals = new Map<string, QueueStatistics>();
  readonly #activity: QueueActivity;

  constructor(
    private readonly context: CloudContext,
    private readonly store: MetricStore,
  ) {
    this.#activity = new QueueActivity(context);
  }

  /** Takes from the cloud's events what Lambda would report, and the metrics that functions log. */
  take(event: CloudEvent): void {
    if (event.type === "log") {
      // Stamped with the cloud's clock: a function's own clock does not follow when this one is sped up.
      for (const { identity, data, unit, at = event.at, resolution } of embeddedMetrics(event.message))
        this.store.put(identity, at, data, unit, resolution);
    } else if (event.type === "stream-batch-sent") {
      this.#put(
        "AWS/Lambda",
        "FunctionName",
        event.functionName,
        "IteratorAge",
        event.at,
        event.iteratorAgeMs,
      );
    } else if (event.type === "api-requested") {
      const put = (name: string, value: number) =>
        this.#put("AWS/ApiGateway", "ApiId", event.apiId, name, event.at, value);
      put("Count", 1);
      put("4xx", event.status >= 400 && event.status < 500 ? 1 : 0);
      put("5xx", event.status >= 500 ? 1 : 0);
      put("Latency", event.latencyMs);
      if (event.integrationLatencyMs !== undefined) put("IntegrationLatency", event.integrationLatencyMs);
    } else if (event.type === "invocation-ended") {
      const put = (name: string, value: number) =>
        this.#put("AWS/Lambda", "FunctionName", event.functionName, name, event.at, value);
      if (event.outcome === "throttled") {
        put("Throttles", 1);
        return;
      }
      put("Invocations", 1);
      put("Errors", event.outcome === "succeeded" ? 0 : 1);
      put("Throttles", 0);
      put("Duration", event.durationMs);
    }
  }

  /** Reports on every queue, for the minute that ends now. */
  measureQueues(): void {
    const at = this.context.clock.now() - MINUTE_MS;
    const queues = queueStatistics(this.context);
    for (const queue of queues) {
      const before = this.#totals.get(queue.queueName);
      // A queue deleted and made again counts from 0.
      const since = (total: "sent" | "received" | "deleted" | "emptyReceives") => {
        const earlier = before?.[total] ?? 0;
        return queue[total] >= earlier ? queue[total] - earlier : queue[total];
      };
      const lateMs = this.#activity.lateness(queue);
      if (lateMs === undefined) continue;
      const values: (readonly [name: string, value: number])[] = [];
      const put = (name: string, value: number) => values.push([name, value]);
      put("ApproximateAgeOfOldestMessage", Math.floor(queue.oldestMessageAge / 1000));
      put("ApproximateNumberOfMessagesVisible", queue.available);
      put("ApproximateNumberOfMessagesNotVisible", queue.inFlight);
      put("ApproximateNumberOfMessagesDelayed", queue.delayed);
      put("NumberOfMessagesSent", since("sent"));
      put("NumberOfMessagesReceived", since("received"));
      put("NumberOfMessagesDeleted", since("deleted"));
      put("NumberOfEmptyReceives", since("emptyReceives"));
      const report = () => {
        for (const [name, value] of values)
          this.#put("AWS/SQS", "QueueName", queue.queueName, name, at, value);
      };
      if (lateMs === 0) report();
      else this.context.clock.after(lateMs, report);
    }
    this.#totals = new Map(queues.map((queue) => [queue.queueName, queue]));
  }

  #put(namespace: string, dimension: string, of: string, name: string, at: number, value: number): void {
    const identity = { namespace, name, dimensions: [{ Name: dimension, Value: of }] };
    this.store.put(identity, at, aggregateOfValue(value), UNITS[name] ?? "Count");
  }
}
