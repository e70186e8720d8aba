import { fleetLines } from "./fleetLines";
import { gigabyteSeconds, GIGABYTE, KILO, line, n, type CostLine } from "./line";
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
  events: { alarms: 5, metrics: 3 },
  fleet: { alarms: 8, metrics: 11 },
} as const;

/** What a month of this workload costs at list prices, line by line. */
export function estimateCost(workload: Workload): Estimate {
  const lines = [
    ...orderLines(workload),
    ...(workload.api ? apiLines(workload) : []),
    ...(workload.confirmations ? confirmationLines(workload) : []),
    ...(workload.events ? eventLines(workload) : []),
    ...fixedLines(workload),
  ];
  const sum = (kind: CostLine["kind"]) =>
    lines.filter((entry) => entry.kind === kind).reduce((total, { dollars }) => total + dollars, 0);
  const perOrderDollars = sum("per order");
  const fixedDollars = sum("fixed");
  return { workload, lines, perOrderDollars, fixedDollars, totalDollars: perOrderDollars + fixedDollars };
}

/**
 * Write units of one order: a put, or its part of a transaction, a put and an update for each SKU, two units each. A good
 * that several orders of a batch share is updated once: with a small assortment it is less.
 */
export function writeUnitsOfOrder(items: number): number {
  const units = Math.max(1, Math.ceil(bytesOfOrder(items) / KILO));
  return items === 0 ? units : 2 * units + 2 * items;
}

/** What the orders of a batch take until they are stored: calls at once, or transactions one after the other. */
function storeMsOf(batchSize: number, items: number): number {
  if (items === 0) {
    const ms = batchSize === 1 ? assumptions.putMs : assumptions.batchOfPutsMs;
    return Math.ceil(batchSize / assumptions.ordersAtOnce) * ms;
  }
  const actions = batchSize * (1 + items);
  return actions <= assumptions.actionsOfASmallTransaction
    ? assumptions.transactionMs
    : Math.ceil(actions / assumptions.actionsATransaction) * assumptions.largeTransactionMs;
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
  const durationMs = assumptions.invocationMs + storeMsOf(batchSize, items);
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
  const { confirmationBatch, confirmationBatchMs, invocationMs } = assumptions;
  const invocations = Math.ceil(orders / confirmationBatch);
  const durationMs = invocationMs + confirmationBatchMs;
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
    // An order with an address stands in the index of customers as well.
    line("DynamoDB writes, index of customers", "per order", `${n(orders)} orders × 1 unit`, {
      quantity: orders,
      unit: "write units",
      price: prices.dynamoWriteUnit,
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

function eventLines({ ordersPerMonth: orders, memoryMegabytes }: Workload): CostLine[] {
  const { announcementBatch, announcementMs, invocationMs, logBytesAnOrder } = assumptions;
  const invocations = Math.ceil(orders / announcementBatch);
  const durationMs = invocationMs + announcementMs;
  return [
    line("EventBridge events", "per order", `${n(orders)} orders × 1 event`, {
      quantity: orders,
      unit: "events",
      price: prices.eventBridgeEvent,
    }),
    line("Lambda requests, events", "per order", `${n(orders)} orders / ${n(announcementBatch)} a batch`, {
      quantity: invocations,
      unit: "requests",
      price: prices.lambdaRequest,
    }),
    line(
      "Lambda time, events",
      "per order",
      `${n(invocations)} batches × ${n(durationMs)} ms × ${n(memoryMegabytes)} MB`,
      gigabyteSeconds(invocations, durationMs, memoryMegabytes),
    ),
    line("Logs, events", "per order", `${n(orders)} × ${n(logBytesAnOrder)} bytes`, {
      quantity: (orders * logBytesAnOrder) / GIGABYTE,
      unit: "GB",
      price: prices.logsGigabyte,
    }),
  ];
}

function fixedLines(workload: Workload): CostLine[] {
  const { api, confirmations, events, instances, wakeMetric } = workload;
  const { hoursAMonth, idlePollersRequestsAnHour } = assumptions;
  const watched = [
    WATCHED.orders,
    ...(api ? [WATCHED.api] : []),
    ...(confirmations ? [WATCHED.confirmations] : []),
    ...(events ? [WATCHED.events] : []),
    ...(instances > 0 ? [WATCHED.fleet] : []),
  ];
  const alarms = watched.map((part) => part.alarms);
  const metrics = watched.map((part) => part.metrics);
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
    ...(instances > 0 || wakeMetric ? fleetLines(workload) : []),
  ];
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
