import type * as aws from "@pulumi/aws";
import type { CpuScaler } from "../cpuScaler/cpuScaler";
import type { Graph, Section } from "./dashboard";
import {
  apiMetric,
  lambdaMetric,
  logGroupMetric,
  ownMetric,
  queueMetric,
  tableMetric,
  type OwnMetric,
  type WatchedFunction,
} from "./metrics";
import type { OrderApi } from "../orderApi/orderApi";
import type { OrderPipeline } from "../orderPipeline/orderPipeline";

type Orders = OrderPipeline["nodes"];
type Api = OrderApi["nodes"];
type Scaler = CpuScaler["nodes"];

/** The dashboard's content in the order in which it is read in a bad night. */
export function dashboardSections(
  orders: Orders,
  orderApi: Api | undefined,
  scaler: Scaler | undefined,
): Section[] {
  const functions: [label: string, watched: WatchedFunction][] = [["orders", orders.processOrders]];
  const failureQueues: [label: string, queue: aws.sqs.Queue][] = [["orders", orders.deadLetterQueue]];
  if (orders.confirmations !== undefined) {
    functions.push(["confirmations", orders.confirmations.confirmOrders]);
    failureQueues.push(["confirmations", orders.confirmations.failureQueue]);
  }
  if (orderApi !== undefined) functions.push(["order API", orderApi.getOrder]);
  if (scaler !== undefined) {
    functions.push(["fleet", scaler.scaleFleet]);
    failureQueues.push(["fleet", scaler.failureQueue]);
  }
  return [
    flow(orders, orderApi),
    lag(orders),
    errors(functions, failureQueues),
    ...(scaler === undefined ? [] : [fleet(scaler)]),
    costDrivers(orders, functions),
  ];
}

function flow({ queue, processOrders, confirmations }: Orders, orderApi: Api | undefined): Section {
  return {
    title: "Flow: what comes in, and what becomes of it",
    graphs: [
      ...(orderApi === undefined ? [] : [requests(orderApi)]),
      {
        title: "Messages in the order queue",
        unit: "per minute",
        stat: "Sum",
        lines: [
          { label: "sent", metric: queueMetric(queue, "NumberOfMessagesSent") },
          { label: "done", metric: queueMetric(queue, "NumberOfMessagesDeleted") },
        ],
      },
      counts("Orders", "Sum", processOrders, {
        OrdersProcessed: "processed",
        OrdersRejected: "rejected: no stock",
        OrdersDuplicate: "duplicates",
        OrdersRefused: "refused: breaks the contract",
        OrdersUnconfirmable: "stored, but its address is none",
        OrdersFailed: "failed, to be retried",
      }),
      ...(confirmations === undefined
        ? []
        : [
            counts("Confirmations", "Sum", confirmations.confirmOrders, {
              ConfirmationsSent: "sent",
              ConfirmationsUndeliverable: "undeliverable",
              ConfirmationsFailed: "failed, to be retried",
            }),
          ]),
    ],
  };
}

function requests({ api }: Api): Graph {
  return {
    title: "Requests to the order API",
    unit: "per minute",
    stat: "Sum",
    lines: [
      { label: "all", metric: apiMetric(api, "Count") },
      { label: "refused: the caller's fault", metric: apiMetric(api, "4xx") },
      { label: "failed: ours", metric: apiMetric(api, "5xx") },
    ],
  };
}

function lag({ queue, confirmations }: Orders): Section {
  const graphs: Graph[] = [
    {
      title: "Oldest order",
      unit: "seconds",
      stat: "Maximum",
      lines: [{ label: "age", metric: queueMetric(queue, "ApproximateAgeOfOldestMessage") }],
    },
    {
      title: "Orders waiting and in work",
      unit: "messages",
      stat: "Maximum",
      lines: [
        { label: "waiting", metric: queueMetric(queue, "ApproximateNumberOfMessagesVisible") },
        { label: "in work", metric: queueMetric(queue, "ApproximateNumberOfMessagesNotVisible") },
      ],
    },
  ];
  if (confirmations !== undefined) {
    graphs.push({
      title: "Oldest confirmation",
      unit: "milliseconds",
      stat: "Maximum",
      lines: [{ label: "age", metric: lambdaMetric(confirmations.confirmOrders, "IteratorAge") }],
    });
  }
  return { title: "Lag: how long customers wait", graphs };
}

function errors(
  functions: readonly [string, WatchedFunction][],
  failureQueues: readonly [string, aws.sqs.Queue][],
): Section {
  return {
    title: "Errors: what fails, and what was set aside",
    graphs: [
      {
        title: "Functions: errors and throttles",
        unit: "per minute",
        stat: "Sum",
        lines: functions.flatMap(([label, watched]) => [
          { label: `${label}: errors`, metric: lambdaMetric(watched, "Errors") },
          { label: `${label}: throttles`, metric: lambdaMetric(watched, "Throttles") },
        ]),
      },
      {
        title: "Functions: duration",
        unit: "milliseconds",
        stat: "Maximum",
        lines: functions.flatMap(([label, watched]) => [
          { label: `${label}: p99`, metric: lambdaMetric(watched, "Duration"), stat: "p99" as const },
          { label: `${label}: longest`, metric: lambdaMetric(watched, "Duration") },
        ]),
      },
      {
        title: "Set aside: needs a person",
        unit: "messages",
        stat: "Maximum",
        lines: failureQueues.map(([label, queue]) => ({
          label,
          metric: queueMetric(queue, "ApproximateNumberOfMessagesVisible"),
        })),
      },
    ],
  };
}

function fleet({ alarm, scaleFleet }: Scaler): Section {
  return {
    title: "Fleet: what the load asks for, and what is there",
    graphs: [
      { title: "CPU", alarmArn: alarm.arn },
      counts("Instances", "Maximum", scaleFleet, {
        InstancesDesired: "desired",
        InstancesRunning: "running",
        InstancesPending: "starting",
      }),
      counts("Changes", "Sum", scaleFleet, {
        InstancesLaunched: "launched",
        InstancesTerminated: "terminated",
        LaunchesRefused: "refused by EC2",
      }),
    ],
  };
}

function costDrivers(
  { queue, ordersTable, inventoryTable }: Orders,
  functions: readonly [string, WatchedFunction][],
): Section {
  return {
    title: "Cost drivers: what the bill counts",
    graphs: [
      {
        title: "Functions: time billed",
        unit: "milliseconds per minute",
        stat: "Sum",
        lines: functions.map(([label, watched]) => ({ label, metric: lambdaMetric(watched, "Duration") })),
      },
      {
        title: "Tables: write units",
        unit: "units per minute",
        stat: "Sum",
        lines: [
          { label: "orders", metric: tableMetric(ordersTable, "ConsumedWriteCapacityUnits") },
          { label: "inventory", metric: tableMetric(inventoryTable, "ConsumedWriteCapacityUnits") },
        ],
      },
      {
        title: "Queue: receives that found nothing",
        unit: "per minute",
        stat: "Sum",
        lines: [{ label: "empty receives", metric: queueMetric(queue, "NumberOfEmptyReceives") }],
      },
      {
        title: "Logs taken in",
        unit: "bytes per minute",
        stat: "Sum",
        lines: functions.map(([label, watched]) => ({
          label,
          metric: logGroupMetric(watched.logGroup, "IncomingBytes"),
        })),
      },
    ],
  };
}

/** A graph of what a function counts itself: labels by the metrics' names. */
function counts(
  title: string,
  stat: "Sum" | "Maximum",
  watched: WatchedFunction,
  labels: Readonly<Partial<Record<OwnMetric, string>>>,
): Graph {
  return {
    title,
    unit: stat === "Sum" ? "per minute" : "at once",
    stat,
    lines: (Object.entries(labels) as [OwnMetric, string][]).map(([name, label]) => ({
      label,
      metric: ownMetric(watched, name),
    })),
  };
}
