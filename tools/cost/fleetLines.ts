import { gigabyteSeconds, GIGABYTE, line, n, type CostLine } from "./line";
import { networkLines } from "./networkLines";
import { prices } from "./prices";
import { assumptions, type Workload } from "./workload";

/**
 * What a fleet costs: its instances, and the function that looks at it each minute. Either executor reads the CPU of each
 * instance; a group of EC2 Auto Scaling costs nothing itself, while a function that launches by itself keeps a journal.
 */
export function fleetLines(workload: Workload): CostLine[] {
  const { capacity, instances, instanceHourPrice, wakeMetric } = workload;
  const { hoursAMonth, rootVolumeGigabytes, ticksAnHour, tickMs, tickMegabytes, logBytesAnInvocation } =
    assumptions;
  const ticks = ticksAnHour * hoursAMonth;
  const aTick = (item: string, unit: string, price: number) =>
    line(item, "fixed", `${n(ticks)} ticks × 1`, { quantity: ticks, unit, price });
  return [
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
    aTick("CloudWatch, load of days before, with scalerForecast", "metrics", prices.metricRequested),
    ...(wakeMetric ? [aTick("CloudWatch, waking metric", "metrics", prices.metricRequested)] : []),
    aTick("Lambda requests, scaler", "requests", prices.lambdaRequest),
    line(
      "Lambda time, scaler",
      "fixed",
      `${n(ticks)} ticks × ${n(tickMs[capacity])} ms × ${n(tickMegabytes)} MB`,
      gigabyteSeconds(ticks, tickMs[capacity], tickMegabytes),
    ),
    ...(capacity === "instances"
      ? [aTick("DynamoDB reads, launch journal", "read units", prices.dynamoReadUnit)]
      : []),
    line("Logs, scaler", "fixed", `${n(ticks)} ticks × ${n(logBytesAnInvocation)} bytes`, {
      quantity: (ticks * logBytesAnInvocation) / GIGABYTE,
      unit: "GB",
      price: prices.logsGigabyte,
    }),
    // One a minute is always the first of its second.
    aTick("X-Ray traces, scaler", "traces", prices.xrayTrace),
    ...networkLines(workload),
    line("EBS volumes", "fixed", `${n(instances)} × ${n(rootVolumeGigabytes)} GB`, {
      quantity: instances * rootVolumeGigabytes,
      unit: "GB",
      price: prices.gp3GigabyteMonth,
    }),
  ];
}
