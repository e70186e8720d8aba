import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CpuScaler } from "../cpuScaler/cpuScaler";
import type { operationsArguments } from "./arguments";
import {
  apiMetric,
  lambdaMetric,
  ownMetric,
  queueMetric,
  type Metric,
  type WatchedFunction,
} from "./metrics";
import type { OrderApi } from "../orderApi/orderApi";
import type { OrderPipeline } from "../orderPipeline/orderPipeline";
import type { Checked } from "../parts/argumentTable";

/** An alarm as a person thinks of it: `operations.ts` makes CloudWatch's of it. */
export interface AlarmPlan {
  /** Unique within the component: the last part of the alarm's name. */
  readonly name: string;
  /** The chapter of docs/RUNBOOK.md that says what to do: the heading's anchor. */
  readonly runbook: string;
  /** What has happened, in one sentence. */
  readonly meaning: string;
  readonly metric: Metric;
  readonly statistic: "Sum" | "Maximum";
  /** Of one datapoint; 60 seconds by default. */
  readonly periodSeconds?: number;
  /** Reached or passed is bad. */
  readonly threshold: pulumi.Input<number>;
  /** So many bad datapoints of the last so many raise the alarm. */
  readonly datapoints: readonly [bad: number, of: number];
  /** Whether its end is worth a message: yes where the cause may go away by itself. */
  readonly tellWhenOver: boolean;
}

/** A single datapoint is enough: what it shows does not go away, and does not happen in good times. */
const AT_ONCE = [1, 1] as const;
/** Three minutes in a row: one bad minute is a hiccup. */
const THREE_MINUTES = [3, 3] as const;
/** Ten minutes in a row: longer than a new instance takes to serve. */
const TEN_MINUTES = [10, 10] as const;
/** Most of five minutes: what retries cope with comes and goes, what they do not cope with stays. */
const MOST_OF_FIVE_MINUTES = [3, 5] as const;

/** The share of its timeout at which a function counts as slow: handlers stop beginning new work soon after. */
const SLOW_SHARE = 0.7;

export type OrderThresholds = Pick<
  Checked<typeof operationsArguments>,
  "oldestOrderSeconds" | "oldestConfirmationSeconds" | "refusedOrders"
>;

export function orderAlarms(orders: OrderPipeline["nodes"], thresholds: OrderThresholds): AlarmPlan[] {
  const { queue, deadLetterQueue, processOrders, confirmations } = orders;
  return [
    // An order in there is a customer who waits for something that will not happen by itself, and the queue
    // forgets it after 14 days.
    {
      ...notEmpty(
        "orders-dead-letters",
        deadLetterQueue,
        "Orders could not be processed and were set aside.",
      ),
      runbook: "dead-letter-queue-not-empty",
    },
    // The one figure that says whether orders are served in time, whatever holds them up: no poller, throttled
    // tables, too little concurrency.
    {
      name: "orders-waiting",
      runbook: "orders-wait-too-long",
      meaning: "Orders wait too long in their queue.",
      metric: queueMetric(queue, "ApproximateAgeOfOldestMessage"),
      statistic: "Maximum",
      threshold: thresholds.oldestOrderSeconds,
      datapoints: THREE_MINUTES,
      tellWhenOver: true,
    },
    // Each of them is in the dead-letter queue and raises that alarm; many at once mean that a shop sends
    // orders that break the contract, which is another person's call.
    {
      name: "orders-refused",
      runbook: "many-orders-refused",
      meaning: "Many orders in five minutes break the order contract.",
      metric: ownMetric(processOrders, "OrdersRefused"),
      statistic: "Sum",
      periodSeconds: 300,
      threshold: thresholds.refusedOrders,
      datapoints: AT_ONCE,
      tellWhenOver: true,
    },
    ...functionAlarms("orders-process", "The function that stores orders", processOrders),
    ...(confirmations === undefined
      ? []
      : confirmationAlarms(confirmations, thresholds.oldestConfirmationSeconds)),
  ];
}

function confirmationAlarms(
  { confirmOrders, failureQueue, feedback }: NonNullable<OrderPipeline["nodes"]["confirmations"]>,
  oldestConfirmationSeconds: pulumi.Input<number>,
): AlarmPlan[] {
  return [
    // The stream is read in order: one batch that fails holds up every later confirmation of its shard, and
    // after six hours they are given up.
    {
      name: "confirmations-waiting",
      runbook: "confirmations-fall-behind",
      meaning: "Confirmations fall behind the orders' stream.",
      metric: lambdaMetric(confirmOrders, "IteratorAge"),
      statistic: "Maximum",
      threshold: pulumi.output(oldestConfirmationSeconds).apply((seconds) => seconds * 1000),
      datapoints: THREE_MINUTES,
      tellWhenOver: true,
    },
    // A customer was told nothing, and will not be unless somebody does it.
    notEmpty("confirmations-failed", failureQueue, "Confirmations could not be sent and were set aside."),
    ...functionAlarms("orders-confirm", "The function that sends confirmations", confirmOrders),
    ...(feedback === undefined
      ? []
      : functionAlarms(
          "orders-feedback",
          "The function that notes bounces and complaints",
          feedback.recordFeedback,
        )),
  ];
}

export function apiAlarms({ api, getOrder }: OrderApi["nodes"]): AlarmPlan[] {
  return [
    // A customer could not place an order, or not see one, and it was not the customer's fault.
    {
      name: "orders-api-errors",
      runbook: "the-order-api-answers-5xx",
      meaning: "The order API answers with errors of its own.",
      metric: apiMetric(api, "5xx"),
      statistic: "Sum",
      threshold: 1,
      datapoints: MOST_OF_FIVE_MINUTES,
      tellWhenOver: true,
    },
    ...functionAlarms("orders-get", "The function that tells of orders", getOrder),
  ];
}

export function scalerAlarms({ scaleFleet, failureQueue }: CpuScaler["nodes"]): AlarmPlan[] {
  return [
    // The fleet can grow no more while its load asks for it: whoever set the maximum must decide.
    {
      name: "fleet-at-maximum",
      runbook: "fleet-at-its-maximum",
      meaning: "The fleet has been at its maximum for ten minutes, and its load asks for more.",
      metric: ownMetric(scaleFleet, "FleetAtMaximum"),
      statistic: "Maximum",
      threshold: 1,
      datapoints: TEN_MINUTES,
      tellWhenOver: true,
    },
    // A single refusal is tried again within a minute, in another zone too; a quota, a missing image or a
    // permission refuses for ever.
    {
      name: "fleet-launches-refused",
      runbook: "launches-refused",
      meaning: "EC2 keeps refusing to launch the instances that the fleet needs.",
      metric: ownMetric(scaleFleet, "LaunchesRefused"),
      statistic: "Sum",
      threshold: 1,
      datapoints: MOST_OF_FIVE_MINUTES,
      tellWhenOver: true,
    },
    // EventBridge could not deliver, or the function failed on every try. One event is no matter, for the next
    // tick looks at the fleet; events in two of three five minutes mean that nobody looks. What is in the queue
    // is history: it stays for 14 days, and so would an alarm on it.
    {
      name: "fleet-events-failed",
      runbook: "fleet-not-looked-after",
      meaning: "Again and again, events that should have scaled the fleet were set aside.",
      metric: queueMetric(failureQueue, "NumberOfMessagesSent"),
      statistic: "Sum",
      periodSeconds: 300,
      threshold: 1,
      datapoints: [2, 3],
      tellWhenOver: true,
    },
    ...functionAlarms("fleet-scale", "The function that scales the fleet", scaleFleet),
  ];
}

/** The alarms that every function has; `who` begins their sentences. */
function functionAlarms(name: string, who: string, watched: WatchedFunction): AlarmPlan[] {
  return [
    // A single error is retried; errors minute after minute mean that nothing, or not everything, gets done.
    {
      name: `${name}-errors`,
      runbook: "function-errors",
      meaning: `${who} keeps failing.`,
      metric: lambdaMetric(watched, "Errors"),
      statistic: "Sum",
      threshold: 1,
      datapoints: MOST_OF_FIVE_MINUTES,
      tellWhenOver: true,
    },
    // The account's or the function's concurrency is used up: work waits, and each refusal of a batch of orders
    // counts as a receive on its way to the dead-letter queue.
    {
      name: `${name}-throttles`,
      runbook: "function-throttled",
      meaning: `${who} is not given the concurrency that it needs.`,
      metric: lambdaMetric(watched, "Throttles"),
      statistic: "Sum",
      threshold: 1,
      datapoints: MOST_OF_FIVE_MINUTES,
      tellWhenOver: true,
    },
    // A function that is ended by its timeout has done its work for nothing; this comes before that.
    {
      name: `${name}-slow`,
      runbook: "function-near-its-timeout",
      meaning: `${who} takes nearly as long as it may.`,
      metric: lambdaMetric(watched, "Duration"),
      statistic: "Maximum",
      // Lambda's default of 3 seconds stands in for a timeout that was left out.
      threshold: watched.function.timeout.apply((seconds) => Math.round((seconds ?? 3) * 1000 * SLOW_SHARE)),
      datapoints: MOST_OF_FIVE_MINUTES,
      tellWhenOver: true,
    },
  ];
}

/** A queue that is empty in good times: whatever is in it needs a person. */
function notEmpty(name: string, queue: aws.sqs.Queue, meaning: string): AlarmPlan {
  return {
    name,
    runbook: "failure-queue-not-empty",
    meaning,
    metric: queueMetric(queue, "ApproximateNumberOfMessagesVisible"),
    statistic: "Maximum",
    threshold: 1,
    datapoints: AT_ONCE,
    // Only a person can empty it, and that one knows.
    tellWhenOver: false,
  };
}
