import { evaluateMath } from "./metricMath/evaluate";
import { MathError } from "./metricMath/parse";
import { isList, type MathValue } from "./metricMath/values";
import { explained } from "./queryPlan";
import type { QueryPlans, Series } from "./series";

/**
 * Tries an alarm's expression on a datapoint of each metric, so that what can never come to one time series is refused
 * when the alarm is put, and not found at its first evaluation.
 *
 * @throws AwsError
 */
export function checkExpression(series: Series): void {
  if (series.kind !== "expression") return;
  explained(series.id, () => {
    const value = valueOf(series.id, series.period, series.plans);
    if (typeof value === "number") throw new MathError("the result is a number; expected a time series");
    const lines = isList(value) ? value.length : 1;
    if (lines !== 1) throw new MathError(`the result is ${lines} time series; an alarm watches one`);
  });
}

function valueOf(id: string, period: number, plans: QueryPlans): MathValue {
  const plan = plans.get(id);
  const grid = { period, times: [0] };
  if (plan?.kind !== "expression") return { ...grid, values: new Map([[0, 1]]) };
  return evaluateMath(plan.node, {
    grid,
    valueOf: (name) => valueOf(name, period, plans),
    metricIds: [...plans].flatMap(([name, { kind }]) => (kind === "source" ? [name] : [])),
    spend: () => undefined,
  });
}
