import { AwsError } from "../../core/errors";
import type { Supported } from "../../wire/operation";
import type { Rules } from "../../wire/rules";
import type { CompositeRule } from "./compositeRule";
import {
  type AlarmRule,
  type AlarmStateValue,
  COMPARISON_OPERATORS,
  MISSING_DATA_TREATMENTS,
} from "./evaluateAlarm";
import { checkExpression } from "./checkExpression";
import { plannedSeries, planQueries } from "./queryPlan";
import type { Series } from "./series";
import {
  below,
  checkPercentile,
  checkPeriod,
  checkQueries,
  invalidValue,
  type MetricDataQuery,
  metricRules,
  missing,
  queryMembers,
  queryRules,
  SHORT_ALARM_PERIODS,
  STANDARD_UNITS,
  tagRules,
} from "./shapes";
import { SIMPLE_STATISTICS } from "./statistics";

const MOST_OF_A_KIND = 10;

export const alarmMembers = [
  "AlarmName",
  "AlarmDescription",
  "ActionsEnabled",
  "OKActions",
  "AlarmActions",
  "InsufficientDataActions",
  "MetricName",
  "Namespace",
  "Statistic",
  "ExtendedStatistic",
  "Dimensions",
  "Period",
  "Unit",
  "EvaluationPeriods",
  "DatapointsToAlarm",
  "Threshold",
  "ComparisonOperator",
  "TreatMissingData",
  ...queryMembers.map((member) => `Metrics.${member}` as const),
  "Tags",
] as const;
export type PutMetricAlarmInput = Supported<"monitoring", "PutMetricAlarm", (typeof alarmMembers)[number]>;

export const compositeMembers = [
  ...(["AlarmName", "AlarmRule", "AlarmDescription", "ActionsEnabled"] as const),
  ...(["OKActions", "AlarmActions", "InsufficientDataActions", "Tags"] as const),
] as const;
export type PutCompositeAlarmInput = Supported<
  "monitoring",
  "PutCompositeAlarm",
  (typeof compositeMembers)[number]
>;

const actions = { length: [0, 5], pattern: /^arn:/ } as const;

/** From the CloudWatch API reference, PutCompositeAlarm. */
export const compositeRules: Rules = {
  AlarmName: { length: [1, 255] },
  AlarmRule: { length: [1, 10_240] },
  AlarmDescription: { length: [0, 1024] },
  OKActions: actions,
  AlarmActions: actions,
  InsufficientDataActions: actions,
  ...tagRules,
};

/** From the CloudWatch API reference, PutMetricAlarm. Those of anomaly detection are not evaluated here. */
export const alarmRules: Rules = {
  AlarmName: { length: [1, 255] },
  AlarmDescription: { length: [0, 1024] },
  OKActions: actions,
  AlarmActions: actions,
  InsufficientDataActions: actions,
  ...metricRules,
  Statistic: { oneOf: SIMPLE_STATISTICS },
  Unit: { oneOf: STANDARD_UNITS },
  EvaluationPeriods: { range: [1, Number.MAX_SAFE_INTEGER] },
  DatapointsToAlarm: { range: [1, Number.MAX_SAFE_INTEGER] },
  ComparisonOperator: {
    oneOf: [
      ...COMPARISON_OPERATORS,
      "LessThanLowerOrGreaterThanUpperThreshold",
      "LessThanLowerThreshold",
      "GreaterThanUpperThreshold",
    ],
    supported: COMPARISON_OPERATORS,
  },
  TreatMissingData: { oneOf: MISSING_DATA_TREATMENTS },
  Metrics: { length: [1, 20] },
  ...below("Metrics", queryRules),
  ...tagRules,
};

export interface AlarmState {
  readonly value: AlarmStateValue;
  readonly reason: string;
  /** JSON, as the event and `DescribeAlarms` carry it. */
  readonly reasonData?: string;
  /** Epoch milliseconds of the transition into this state. */
  readonly since: number;
}

/** What is kept of an alarm of either kind. */
interface Kept {
  readonly arn: string;
  readonly state: AlarmState;
  readonly actionsEnabled: boolean;
  readonly configuredAt: number;
}

/** A metric alarm: what was put, what follows from it, and the state it is in. */
export interface MetricAlarm extends Kept {
  readonly kind: "metric";
  readonly input: PutMetricAlarmInput;
  readonly rule: AlarmRule;
  readonly series: Series;
  /** Stands for the metric in the event's configuration where the alarm names it itself. */
  readonly metricId: string;
}

/** An alarm on the states of others. */
export interface CompositeAlarm extends Kept {
  readonly kind: "composite";
  readonly input: PutCompositeAlarmInput;
  readonly rule: CompositeRule;
}

export type Alarm = MetricAlarm | CompositeAlarm;

/** The series and the rule that an alarm's input describes; throws CloudWatch's error for one that does not hold together. */
export function readAlarmInput(input: PutMetricAlarmInput): {
  readonly rule: AlarmRule;
  readonly series: Series;
} {
  const series = input.Metrics === undefined ? metricOf(input) : returnedSeries(input, input.Metrics);
  const { EvaluationPeriods: evaluationPeriods, Threshold: threshold } = input;
  const comparisonOperator = COMPARISON_OPERATORS.find((known) => known === input.ComparisonOperator);
  // The model asks for none of them: alarms of other kinds do without.
  if (evaluationPeriods === undefined) throw missing("EvaluationPeriods");
  if (comparisonOperator === undefined) throw missing("ComparisonOperator");
  if (threshold === undefined) throw missing("Threshold");
  if (!Number.isFinite(threshold))
    throw invalidValue(`Threshold: got ${threshold}; expected a finite number`);
  const rule: AlarmRule = {
    evaluationPeriods,
    datapointsToAlarm: input.DatapointsToAlarm ?? evaluationPeriods,
    threshold,
    comparisonOperator,
    treatMissingData: MISSING_DATA_TREATMENTS.find((known) => known === input.TreatMissingData) ?? "missing",
  };
  if (rule.datapointsToAlarm > rule.evaluationPeriods) {
    throw invalid(
      `DatapointsToAlarm: got ${rule.datapointsToAlarm}; expected at most EvaluationPeriods, ${rule.evaluationPeriods}`,
    );
  }
  // PutMetricAlarm: one day at most, a week for periods of an hour and more.
  const longest = series.period >= 3600 ? 604_800 : 86_400;
  if (series.period * rule.evaluationPeriods > longest) {
    throw invalid(
      `EvaluationPeriods × Period: got ${series.period * rule.evaluationPeriods} s; expected at most ${longest} s`,
    );
  }
  return { rule, series };
}

function metricOf(input: PutMetricAlarmInput): Series {
  const { Namespace: namespace, MetricName: name, Period: period, Dimensions: dimensions = [] } = input;
  if (namespace === undefined || name === undefined || period === undefined) {
    throw invalid("Expected Namespace, MetricName and Period, or Metrics");
  }
  checkPeriod("Period", period, SHORT_ALARM_PERIODS);
  if (input.ExtendedStatistic !== undefined) checkPercentile("ExtendedStatistic", input.ExtendedStatistic);
  const stat = input.Statistic ?? input.ExtendedStatistic;
  if (stat === undefined || (input.Statistic !== undefined && input.ExtendedStatistic !== undefined)) {
    throw invalid("Expected exactly one of Statistic and ExtendedStatistic");
  }
  return { kind: "metric", metric: { namespace, name, dimensions }, unit: input.Unit, period, stat };
}

function returnedSeries(input: PutMetricAlarmInput, queries: readonly MetricDataQuery[]): Series {
  const single = [
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Dimensions",
    "Period",
    "Unit",
  ] as const;
  const given = single.filter((name) => input[name] !== undefined);
  if (given.length > 0)
    throw new AwsError(
      "InvalidParameterCombinationException",
      `${given.join(", ")} cannot be given together with Metrics`,
    );
  checkQueries("Metrics", queries, SHORT_ALARM_PERIODS);
  const [only, ...more] = queries.filter((query) => query.ReturnData !== false);
  if (only === undefined || more.length > 0) {
    throw invalid(
      `Exactly one element of the metrics list should return data. (Metrics: got ${more.length + (only === undefined ? 0 : 1)} queries that return data; expected exactly one)`,
    );
  }
  // MetricDataQuery: "as many as 10" of each.
  for (const member of ["MetricStat", "Expression"] as const) {
    const count = queries.filter((query) => query[member] !== undefined).length;
    if (count > MOST_OF_A_KIND)
      throw invalid(`Metrics: got ${count} queries with ${member}; expected at most ${MOST_OF_A_KIND}`);
  }
  const plans = planQueries(queries);
  const periods = new Set(
    [...plans.values()].flatMap((plan) =>
      plan.kind === "source" ? [plan.source.period] : (plan.period ?? []),
    ),
  );
  if (periods.size > 1) {
    throw invalid(
      `Metrics list contains expressions of metrics with different periods: ${[...periods].join(", ")} s; expected one period for all`,
    );
  }
  const series = plannedSeries(only.Id, plans);
  checkExpression(series);
  return series;
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
