import { AwsError, notSupported } from "../../core/errors";
import type { Supported } from "../../wire/operation";
import type { Rule, Rules } from "../../wire/rules";
import { isStatistic, SIMPLE_STATISTICS } from "./statistics";

/** What several operations share of their inputs; limits are those of the CloudWatch API reference. */

/** Rules by the members' names in a metric or a query: `below` puts them under a member. */
export const metricRules = {
  Namespace: { length: [1, 255] },
  MetricName: { length: [1, 255] },
  Dimensions: { length: [0, 30] },
  // Dimension: ASCII without control characters, not blank; a name does not begin with a colon.
  "Dimensions.Name": { length: [1, 255], pattern: /^(?!:)(?=.*[!-~])[ -~]+$/ },
  "Dimensions.Value": { length: [1, 1024], pattern: /^(?=.*[!-~])[ -~]+$/ },
} as const satisfies Rules;

export const tagRules = {
  Tags: { length: [0, 50] },
  "Tags.Key": { length: [1, 128] },
  "Tags.Value": { length: [0, 256] },
} as const satisfies Rules;

/** MetricDatum. Data without a unit are of None. */
export const STANDARD_UNITS = [
  ...["Seconds", "Microseconds", "Milliseconds"],
  ...["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"],
  ...["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"],
  ...["Percent", "Count"],
  ...["Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second"],
  ...["Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second"],
  ...["Count/Second", "None"],
];

export const queryMembers = ["Id", "MetricStat", "Expression", "Label", "ReturnData", "Period"] as const;

export const queryRules = {
  Id: { pattern: /^[a-z][A-Za-z0-9_]{0,254}$/ },
  ...below("MetricStat.Metric", metricRules),
  "MetricStat.Unit": { oneOf: STANDARD_UNITS },
  Expression: { length: [1, 2048] },
} satisfies Rules;

export const scanOrder: Rule = { oneOf: ["TimestampDescending", "TimestampAscending"] };

/** The same members or rules, of a structure that stands at `path`. */
export function below(path: string, rules: Rules): Rules {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [`${path}.${name}`, rule]));
}

/** A query as GetMetricData and PutMetricAlarm take it. */
export type MetricDataQuery = Supported<
  "monitoring",
  "GetMetricData",
  "MetricDataQueries"
>["MetricDataQueries"][number];

export function invalidValue(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function missing(parameter: string): AwsError {
  return new AwsError(
    "MissingRequiredParameterException",
    `The parameter ${parameter} is required, and was not given.`,
  );
}

/** Seconds. Those below a minute are for metrics of high resolution. */
export function checkPeriod(
  path: string,
  period: number,
  short: readonly number[] = [1, 5, 10, 20, 30],
): void {
  if (short.includes(period) || (period >= 60 && period % 60 === 0)) return;
  throw invalidValue(`${path}: got ${period}; expected ${short.join(", ")} or a multiple of 60 seconds`);
}

/** PutMetricAlarm: "Valid values are 10, 20, 30, and any multiple of 60". */
export const SHORT_ALARM_PERIODS = [10, 20, 30];

/** AWS's further statistics, as "tm99" and "PR(10:20)", are not computed here. */
const otherStatistic = /^(tm|wm|tc|ts|iqm|pr)([0-9.]+$|\(.*\)$|$)/i;

function checkStatistic(path: string, name: string): void {
  if (isStatistic(name)) return;
  if (otherStatistic.test(name)) throw notSupported(`${path}: the statistic ${name}`);
  throw invalidValue(
    `${path}: got "${name}"; expected ${SIMPLE_STATISTICS.join(", ")} or a percentile (p99)`,
  );
}

export function checkPercentile(path: string, name: string): void {
  checkStatistic(path, name);
  if ((SIMPLE_STATISTICS as readonly string[]).includes(name))
    throw invalidValue(`${path}: got "${name}"; expected a percentile (p99)`);
}

export function checkQueries(
  path: string,
  queries: readonly MetricDataQuery[],
  shortPeriods?: readonly number[],
): void {
  for (const [index, { MetricStat: stat, Period: period }] of queries.entries()) {
    const at = `${path}[${index}]`;
    if (period !== undefined) checkPeriod(`${at}.Period`, period, shortPeriods);
    if (stat === undefined) continue;
    checkPeriod(`${at}.MetricStat.Period`, stat.Period, shortPeriods);
    checkStatistic(`${at}.MetricStat.Stat`, stat.Stat);
  }
}
