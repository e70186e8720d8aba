import { AwsError } from "../../core/errors";
import { evaluateMath } from "./metricMath/evaluate";
import { MathError } from "./metricMath/parse";
import { isList, type MathValue } from "./metricMath/values";
import type { MetricStore } from "./metricStore";
import { explained } from "./queryPlan";
import {
  type InstancesWithTag,
  readPoint,
  selectMetrics,
  type Series,
  type SeriesPoint,
  type Source,
} from "./series";

/** The starts of the periods to read (epoch milliseconds, ascending), for a period in seconds. */
export type Times = (period: number) => readonly number[];

/** Datapoints that the steps of one request may touch together: seconds of work. A day of 500 metrics is 720,000. */
const MOST_STEPS = 1_000_000;

/** Reads series at given times, each query once, however many expressions name it. */
export class SeriesReader {
  readonly #sources = new Map<Source, readonly SeriesPoint[]>();
  readonly #values = new Map<string, MathValue>();
  readonly #times: Times;
  readonly #timesOf = new Map<number, readonly number[]>();
  #left = MOST_STEPS;

  constructor(
    private readonly store: MetricStore,
    private readonly instancesWithTag: InstancesWithTag,
    times: Times,
  ) {
    this.#times = (period) => {
      const known = this.#timesOf.get(period) ?? times(period);
      this.#timesOf.set(period, known);
      return known;
    };
  }

  /** Most series have one line of points; an expression may come to a list of several. */
  async read(series: Series): Promise<readonly (readonly SeriesPoint[])[]> {
    if (series.kind !== "expression") return [await this.#readSource(series)];
    const own = series.plans.get(series.id);
    for (const id of own?.kind === "expression" ? own.sources : []) {
      const plan = series.plans.get(id);
      if (plan?.kind === "source") await this.#readSource(plan.source);
    }
    return explained(series.id, () => {
      const value = this.#valueOf(series.id, series);
      if (typeof value === "number") throw new MathError("the result is a number; expected a time series");
      const lines = isList(value) ? value : [value];
      return lines.map(({ times, values }) =>
        times.flatMap((at) => {
          const value = values.get(at);
          return value === undefined ? [] : [{ at, value }];
        }),
      );
    });
  }

  async #readSource(source: Source): Promise<readonly SeriesPoint[]> {
    const known = this.#sources.get(source);
    if (known !== undefined) return known;
    const metrics = await selectMetrics(source, this.store, this.instancesWithTag);
    const times = this.#times(source.period);
    this.#spend(times.length * metrics.length);
    const points = times.flatMap((at) => readPoint(source, metrics, this.store, at) ?? []);
    this.#sources.set(source, points);
    return points;
  }

  #spend(datapoints: number): void {
    this.#left -= datapoints;
    if (this.#left >= 0) return;
    throw new AwsError(
      "ValidationException",
      "The request asks for too many datapoints; expected less time, fewer metrics or longer periods",
    );
  }

  #valueOf(id: string, { plans, period: ownPeriod }: Extract<Series, { kind: "expression" }>): MathValue {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const plan = plans.get(id);
    if (plan === undefined) throw new MathError(`there is no metric query "${id}" in the request`);
    const period = (plan.kind === "source" ? plan.source.period : plan.period) ?? ownPeriod;
    const grid = { period, times: this.#times(period) };
    const value =
      plan.kind === "source"
        ? {
            ...grid,
            values: new Map((this.#sources.get(plan.source) ?? []).map(({ at, value }) => [at, value])),
          }
        : evaluateMath(plan.node, {
            grid,
            valueOf: (name) => this.#valueOf(name, { kind: "expression", id: name, period, plans }),
            metricIds: [...plans].flatMap(([name, { kind }]) => (kind === "source" ? [name] : [])),
            spend: (datapoints) => {
              this.#left -= datapoints;
              if (this.#left < 0)
                throw new MathError(
                  "too many datapoints: ask for less time, fewer metrics or a longer period",
                );
            },
          });
    this.#values.set(id, value);
    return value;
  }
}
