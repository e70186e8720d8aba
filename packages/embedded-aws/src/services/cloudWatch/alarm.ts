import * as v from "valibot";
import { AwsError } from "../../core/errors";
import {
  type AlarmRule,
  type AlarmStateValue,
  COMPARISON_OPERATORS,
  MISSING_DATA_TREATMENTS,
} from "./evaluateAlarm";
import { type Series, seriesOf } from "./series";
import {
  Dimensions,
  ExtendedStatistic,
  MetricDataQuery,
  MetricName,
  Namespace,
  Period,
  SimpleStatistic,
  Tags,
  Unit,
} from "./shapes";

const Actions = v.optional(v.pipe(v.array(v.pipe(v.string(), v.regex(/^arn:/))), v.maxLength(5)));

export const PutMetricAlarmInput = v.strictObject({
  AlarmName: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  AlarmDescription: v.optional(v.pipe(v.string(), v.maxLength(1024))),
  ActionsEnabled: v.optional(v.boolean(), true),
  OKActions: Actions,
  AlarmActions: Actions,
  InsufficientDataActions: Actions,
  MetricName: v.optional(MetricName),
  Namespace: v.optional(Namespace),
  Statistic: v.optional(SimpleStatistic),
  ExtendedStatistic: v.optional(ExtendedStatistic),
  Dimensions: v.optional(Dimensions),
  Period: v.optional(Period),
  Unit: v.optional(Unit),
  EvaluationPeriods: v.pipe(v.number(), v.integer(), v.minValue(1)),
  DatapointsToAlarm: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  Threshold: v.pipe(v.number(), v.finite()),
  ComparisonOperator: v.picklist(COMPARISON_OPERATORS),
  TreatMissingData: v.optional(v.picklist(MISSING_DATA_TREATMENTS)),
  Metrics: v.optional(v.pipe(v.array(MetricDataQuery), v.minLength(1), v.maxLength(20))),
  Tags: v.optional(Tags),
});
export type PutMetricAlarmInput = v.InferOutput<typeof PutMetricAlarmInput>;

export interface AlarmState {
  readonly value: AlarmStateValue;
  readonly reason: string;
  /** JSON, as the event and `DescribeAlarms` carry it. */
  readonly reasonData?: string;
  /** Epoch milliseconds of the transition into this state. */
  readonly since: number;
}

/** A metric alarm: what was put, what follows from it, and the state it is in. */
export interface Alarm {
  readonly arn: string;
  readonly input: PutMetricAlarmInput;
  readonly rule: AlarmRule;
  readonly series: Series;
  readonly state: AlarmState;
  readonly actionsEnabled: boolean;
  readonly configuredAt: number;
  /** Stands for the metric in the event's configuration where the alarm names it itself. */
  readonly metricId: string;
}

/** The series and the rule that an alarm's input describes; throws `ValidationError` for one that does not hold together. */
export function readAlarmInput(input: PutMetricAlarmInput): {
  readonly rule: AlarmRule;
  readonly series: Series;
} {
  const series = input.Metrics === undefined ? metricOf(input) : returnedSeries(input, input.Metrics);
  const rule: AlarmRule = {
    evaluationPeriods: input.EvaluationPeriods,
    datapointsToAlarm: input.DatapointsToAlarm ?? input.EvaluationPeriods,
    threshold: input.Threshold,
    comparisonOperator: input.ComparisonOperator,
    treatMissingData: input.TreatMissingData ?? "missing",
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
  const stat = input.Statistic ?? input.ExtendedStatistic;
  if (stat === undefined || (input.Statistic !== undefined && input.ExtendedStatistic !== undefined)) {
    throw invalid("Expected exactly one of Statistic and ExtendedStatistic");
  }
  return { kind: "metric", metric: { namespace, name, dimensions }, period, stat };
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
  if (given.length > 0) throw invalid(`${given.join(", ")} cannot be given together with Metrics`);
  const returned = queries.filter((query) => query.ReturnData !== false);
  const [only] = returned;
  if (only === undefined || returned.length > 1) {
    throw invalid(`Metrics: got ${returned.length} queries that return data; expected exactly one`);
  }
  return seriesOf(only);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}
