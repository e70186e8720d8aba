import { line, n, type CostLine } from "./line";
import { networkLines } from "./networkLines";
import { prices } from "./prices";
import { assumptions, type Workload } from "./workload";

export interface Estimate {
  readonly workload: Workload;
  readonly lines: readonly CostLine[];
  readonly perOrderDollars: number;
  readonly fixedDollars: number;
  readonly totalDollars: number;
}

/** Alarms and own metrics by what they watch: see `components/operationsAlarms.ts` and the handlers. */
const WATCHED = {
  orders: { alarms: 6, metrics: 5 },
  confirmations: { alarms: 5, metrics: 4 },
  api: { alarms: 4, metrics: 0 },
  fleet: { alarms: 7, metrics: 11 },
} as const;

const KILO = 1024;
const GIGABYTE = 1024 ** 3;

/** What a month of this workload costs at list prices, line by line. */
export function estimateCost(workload: Workload): Estimate {
  const lines = [
    ...orderLines(workload),
    ...(workload.api ? apiLines(workload) : []),
    ...(workload.confirmations ? confirmationLines(workload) : []),
    ...fixedLines(workload),
  ];
  const sum = (kind: CostLine["kind"]) =>
    lines.filter((entry) => entry.kind === kind).reduce((total, { dollars }) => total + dollars, 0);
  const perOrderDollars = sum("per order");
  const fixedDollars = sum("fixed");
  return { workload, lines, perOrderDollars, fixedDollars, totalDollars: perOrderDollars + fixedDollars };
}

/** Write units of one order: a put, or a transaction of a put and an update for each SKU, two units each. */
export function writeUnitsOfOrder(items: number): number {
  const units = Math.max(1, Math.ceil(bytesOfOrder(items) / KILO));
  return items === 0 ? units : 2 * units + 2 * items;
}

function bytesOfOrder(items: number): number {
  return assumptions.itemBytes + items * assumptions.itemBytesForASku;
}

function orderLines(workload: Workload): CostLine[] {
  const { ordersPerMonth: orders, batchSize, api, items, memoryMegabytes } = workload;
  // The API sends each order by itself.
  const sends = Math.ceil(orders / (api ? 1 : workload.sendBatchSize));
  const polls = Math.ceil(orders / Math.min(batchSize, assumptions.messagesARequest));
  const invocations = Math.ceil(orders / batchSize);
  const storeMs = items === 0 ? assumptions.putMs : assumptions.transactionMs;
  const rounds = Math.ceil(batchSize / assumptions.ordersAtOnce);
  const durationMs = assumptions.invocationMs + rounds * storeMs;
  const units = writeUnitsOfOrder(items);
  const logBytes = orders * assumptions.logBytesAnOrder + invocations * assumptions.logBytesAnInvocation;
  const gigabytes = (orders * bytesOfOrder(items)) / GIGABYTE;
  return [
    line("SQS requests", "per order", `${n(sends)} sends + ${n(polls)} receives + ${n(polls)} deletes`, {
      quantity: sends + 2 * polls,
      unit: "requests",
      price: prices.sqsRequest,
    }),
    line("Lambda requests, orders", "per order", `${n(orders)} orders / ${n(batchSize)} a batch`, {
      quantity: invocations,
      unit: "requests",
      price: prices.lambdaRequest,
    }),
    line(
      "Lambda time, orders",
      "per order",
      `${n(invocations)} batches × ${n(durationMs)} ms × ${n(memoryMegabytes)} MB`,
      gigabyteSeconds(invocations, durationMs, memoryMegabytes),
    ),
    line("DynamoDB writes, orders", "per order", `${n(orders)} orders × ${n(units)} units`, {
      quantity: orders * units,
      unit: "write units",
      price: prices.dynamoWriteUnit,
    }),
    line(
      "Logs",
      "per order",
      `${n(orders)} × ${n(assumptions.logBytesAnOrder)} bytes + ${n(invocations)} × ${n(assumptions.logBytesAnInvocation)} bytes`,
      { quantity: logBytes / GIGABYTE, unit: "GB", price: prices.logsGigabyte },
    ),
    line(
      "X-Ray traces",
      "per order",
      `${n(invocations)} invocations × ${n(assumptions.tracedShare * 100)} %`,
      {
        quantity: invocations * assumptions.tracedShare,
        unit: "traces",
        price: prices.xrayTrace,
      },
    ),
    line(
      "DynamoDB storage of the month's orders",
      "per order",
      `${n(orders)} orders × ${n(bytesOfOrder(items))} bytes, for each month that they are kept`,
      {
        quantity: gigabytes,
        unit: "GB",
        price: prices.dynamoGigabyteMonth + prices.dynamoBackupGigabyteMonth,
      },
    ),
  ];
}

/** What the order API adds to each order: its request, and those that ask for it. */
function apiLines({ ordersPerMonth: orders }: Workload): CostLine[] {
  const { lookupsAnOrder, lookupMs, lookupMegabytes, accessLogBytes, lookupLogBytes, tracedShare } =
    assumptions;
  const lookups = orders * lookupsAnOrder;
  return [
    line("API Gateway requests", "per order", `${n(orders)} orders + ${n(lookups)} look-ups`, {
      quantity: orders + lookups,
      unit: "requests",
      price: prices.httpApiRequest,
    }),
    line("Lambda requests, look-ups", "per order", `${n(lookups)} look-ups`, {
      quantity: lookups,
      unit: "requests",
      price: prices.lambdaRequest,
    }),
    line(
      "Lambda time, look-ups",
      "per order",
      `${n(lookups)} look-ups × ${n(lookupMs)} ms × ${n(lookupMegabytes)} MB`,
      gigabyteSeconds(lookups, lookupMs, lookupMegabytes),
    ),
    line("DynamoDB reads, look-ups", "per order", `${n(lookups)} look-ups × 1 unit`, {
      quantity: lookups,
      unit: "read units",
      price: prices.dynamoReadUnit,
    }),
    line(
      "Logs, order API",
      "per order",
      `${n(orders + lookups)} × ${n(accessLogBytes)} bytes + ${n(lookups)} × ${n(lookupLogBytes)} bytes`,
      {
        quantity: ((orders + lookups) * accessLogBytes + lookups * lookupLogBytes) / GIGABYTE,
        unit: "GB",
        price: prices.logsGigabyte,
      },
    ),
    line("X-Ray traces, look-ups", "per order", `${n(lookups)} look-ups × ${n(tracedShare * 100)} %`, {
      quantity: lookups * tracedShare,
      unit: "traces",
      price: prices.xrayTrace,
    }),
  ];
}

function confirmationLines({ ordersPerMonth: orders, memoryMegabytes }: Workload): CostLine[] {
  const { confirmationBatch, confirmationsAtOnce, confirmationMs, invocationMs } = assumptions;
  const invocations = Math.ceil(orders / confirmationBatch);
  const durationMs = invocationMs + Math.ceil(confirmationBatch / confirmationsAtOnce) * confirmationMs;
  return [
    line("SES mails", "per order", `${n(orders)} orders × 1 mail`, {
      quantity: orders,
      unit: "mails",
      price: prices.sesMail,
    }),
    line(
      "Lambda requests, confirmations",
      "per order",
      `${n(orders)} orders / ${n(confirmationBatch)} a batch`,
      {
        quantity: invocations,
        unit: "requests",
        price: prices.lambdaRequest,
      },
    ),
    line(
      "Lambda time, confirmations",
      "per order",
      `${n(invocations)} batches × ${n(durationMs)} ms × ${n(memoryMegabytes)} MB`,
      gigabyteSeconds(invocations, durationMs, memoryMegabytes),
    ),
    line("DynamoDB reads, markers", "per order", `${n(orders)} orders × 1 unit`, {
      quantity: orders,
      unit: "read units",
      price: prices.dynamoReadUnit,
    }),
    line("DynamoDB writes, markers", "per order", `${n(orders)} orders × 1 unit`, {
      quantity: orders,
      unit: "write units",
      price: prices.dynamoWriteUnit,
    }),
    line("Logs, confirmations", "per order", `${n(orders)} × ${n(assumptions.logBytesAnOrder)} bytes`, {
      quantity: (orders * assumptions.logBytesAnOrder) / GIGABYTE,
      unit: "GB",
      price: prices.logsGigabyte,
    }),
  ];
}

function fixedLines(workload: Workload): CostLine[] {
  const { api, confirmations, instances, instanceHourPrice, wakeMetric } = workload;
  const { hoursAMonth, idlePollersRequestsAnHour, rootVolumeGigabytes, ticksAnHour } = assumptions;
  const ticks = ticksAnHour * hoursAMonth;
  const watched = [
    WATCHED.orders,
    ...(api ? [WATCHED.api] : []),
    ...(confirmations ? [WATCHED.confirmations] : []),
    ...(instances > 0 ? [WATCHED.fleet] : []),
  ];
  const alarms = watched.map((part) => part.alarms);
  const metrics = watched.map((part) => part.metrics);
  const fleet = [
    line("EC2 instances", "fixed", `${n(instances)} × ${n(hoursAMonth)} hours`, {
      quantity: instances * hoursAMonth,
      unit: "hours",
      price: instanceHourPrice,
    }),
    line("EC2 detailed monitoring", "fixed", `${n(instances)} instances`, {
      quantity: instances,
      unit: "instances",
      price: prices.detailedMonitoringMonth,
    }),
    line("CloudWatch, CPU read by instance", "fixed", `${n(ticks)} ticks × ${n(instances)} metrics`, {
      quantity: ticks * instances,
      unit: "metrics",
      price: prices.metricRequested,
    }),
    line("CloudWatch, load of days before, with scalerForecast", "fixed", `${n(ticks)} ticks × 1 metric`, {
      quantity: ticks,
      unit: "metrics",
      price: prices.metricRequested,
    }),
    ...(wakeMetric
      ? [
          line("CloudWatch, waking metric", "fixed", `${n(ticks)} ticks × 1 metric`, {
            quantity: ticks,
            unit: "metrics",
            price: prices.metricRequested,
          }),
        ]
      : []),
    ...networkLines(workload),
    line("EBS volumes", "fixed", `${n(instances)} × ${n(rootVolumeGigabytes)} GB`, {
      quantity: instances * rootVolumeGigabytes,
      unit: "GB",
      price: prices.gp3GigabyteMonth,
    }),
  ];
  return [
    line(
      "SQS, polls of an idle queue",
      "fixed",
      `5 pollers × 180 an hour × ${n(hoursAMonth)} hours, at most`,
      {
        quantity: idlePollersRequestsAnHour * hoursAMonth,
        unit: "requests",
        price: prices.sqsRequest,
      },
    ),
    line("Alarms", "fixed", alarms.join(" + "), {
      quantity: total(alarms),
      unit: "alarms",
      price: prices.alarmMonth,
    }),
    line("Own metrics", "fixed", metrics.join(" + "), {
      quantity: total(metrics),
      unit: "metrics",
      price: prices.customMetricMonth,
    }),
    line("Dashboard", "fixed", "1", { quantity: 1, unit: "dashboard", price: prices.dashboardMonth }),
    line("KMS key of the alarms", "fixed", "1", { quantity: 1, unit: "key", price: prices.kmsKeyMonth }),
    ...(instances > 0 || wakeMetric ? fleet : []),
  ];
}

function gigabyteSeconds(invocations: number, durationMs: number, memoryMegabytes: number) {
  return {
    quantity: (invocations * durationMs * memoryMegabytes) / 1000 / KILO,
    unit: "GB-seconds",
    price: prices.lambdaGigabyteSecond,
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
