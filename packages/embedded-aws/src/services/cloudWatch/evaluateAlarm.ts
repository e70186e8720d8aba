export const ALARM_STATES = ["OK", "ALARM", "INSUFFICIENT_DATA"] as const;
export type AlarmStateValue = (typeof ALARM_STATES)[number];

/** The comparisons of a static threshold; each reads "datapoint … threshold is breaching". */
export const COMPARISON_OPERATORS = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

export const MISSING_DATA_TREATMENTS = ["missing", "ignore", "breaching", "notBreaching"] as const;
export type MissingDataTreatment = (typeof MISSING_DATA_TREATMENTS)[number];

export interface AlarmRule {
  /** N of "M out of N". */
  readonly evaluationPeriods: number;
  /** M of "M out of N"; at most N. */
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparisonOperator: ComparisonOperator;
  readonly treatMissingData: MissingDataTreatment;
}

/**
 * How many periods an alarm looks at beyond its evaluation periods, so that a late datapoint does not count
 * as missing. CloudWatch does not fix the number; its documentation's examples show 5 periods for N = 3.
 */
const EXTRA_PERIODS = 2;

/** The number of most recent periods whose datapoints `evaluateAlarm` wants. */
export function evaluationRange(rule: Pick<AlarmRule, "evaluationPeriods">): number {
  return rule.evaluationPeriods + EXTRA_PERIODS;
}

export function isBreaching(rule: AlarmRule, value: number): boolean {
  switch (rule.comparisonOperator) {
    case "GreaterThanOrEqualToThreshold":
      return value >= rule.threshold;
    case "GreaterThanThreshold":
      return value > rule.threshold;
    case "LessThanThreshold":
      return value < rule.threshold;
    case "LessThanOrEqualToThreshold":
      return value <= rule.threshold;
  }
}

/**
 * The state that an alarm takes, from the datapoints of its evaluation range, oldest first, `undefined` where
 * a period has none.
 *
 * Source of the rules: "Configuring how CloudWatch alarms treat missing data", Amazon CloudWatch user guide.
 * Its tables are this function's tests.
 */
export function evaluateAlarm(
  rule: AlarmRule,
  datapoints: readonly (number | undefined)[],
  current: AlarmStateValue,
): AlarmStateValue {
  const wanted = rule.datapointsToAlarm;
  const existing = datapoints.filter((value) => value !== undefined);
  const recent = existing.slice(-rule.evaluationPeriods);
  const breaching = recent.filter((value) => isBreaching(rule, value)).length;
  if (breaching >= wanted) return "ALARM";

  const missing = rule.evaluationPeriods - recent.length;
  if (missing === 0) return "OK";
  switch (rule.treatMissingData) {
    case "breaching":
      return breaching + missing >= wanted ? "ALARM" : "OK";
    case "notBreaching":
      return "OK";
    case "ignore":
      // One datapoint within the threshold is proof enough; breaching ones alone are too few.
      return breaching < recent.length ? "OK" : current;
    case "missing":
      if (recent.length === 0) return "INSUFFICIENT_DATA";
      if (breaching < recent.length) return "OK";
      return allBreachingIsEnough(rule, datapoints) ? "ALARM" : current;
  }
}

/**
 * Whether datapoints that all breach, but are fewer than M, raise the alarm when missing data is "missing".
 * Where every period must breach, the oldest of them must be at least M periods old: a younger one may be
 * followed by a good one ("Avoiding premature transitions to alarm state").
 */
function allBreachingIsEnough(rule: AlarmRule, datapoints: readonly (number | undefined)[]): boolean {
  if (rule.datapointsToAlarm < rule.evaluationPeriods) return true;
  const oldest = datapoints.findIndex((value) => value !== undefined);
  return datapoints.length - oldest >= rule.datapointsToAlarm;
}
