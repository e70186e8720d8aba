import { MathError } from "./parse";
import {
  columns,
  eachSeries,
  isList,
  lift,
  mapSeries,
  type MathSeries,
  type MathValue,
  wrongType,
} from "./values";

/** Seconds, and the starts of all periods: of series that no metric gives them. */
export interface MathGrid {
  readonly period: number;
  readonly times: readonly number[];
}

interface MathFunction {
  readonly arity: readonly [least: number, most: number];
  readonly apply: (given: readonly MathValue[], grid: MathGrid) => MathValue;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const deviation = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity);

/** Of one metric a number, over its datapoints; of several a metric, over the values of each moment. */
function aggregate(of: (values: readonly number[]) => number): MathFunction {
  return {
    arity: [1, 1],
    apply: ([value = 0]) => {
      if (typeof value === "number") return value;
      if (!isList(value)) return of([...value.values.values()]);
      const values = new Map([...columns(value)].map(([at, column]) => [at, of(column)]));
      return { ...gridOf(value), values };
    },
  };
}

function gridOf(list: readonly MathSeries[]): MathGrid {
  const [first] = list;
  return first === undefined ? { period: 0, times: [] } : { period: first.period, times: first.times };
}

function ofNumbers(change: (value: number) => number): MathFunction {
  return { arity: [1, 1], apply: ([value = 0]) => lift(value, change) };
}

/** Of each datapoint and the one before it; the first has none. */
function ofPairs(
  name: string,
  change: (value: number, before: number, seconds: number) => number,
): MathFunction {
  return {
    arity: [1, 1],
    apply: ([value = 0]) =>
      eachSeries(name, value, (series) => {
        let last: { readonly at: number; readonly value: number } | undefined;
        return mapSeries(inOrder(series), (current, at) => {
          const before = last;
          last = { at, value: current };
          return before && change(current, before.value, (at - before.at) / 1000);
        });
      }),
  };
}

function inOrder(series: MathSeries): MathSeries {
  return { ...series, values: new Map([...series.values].sort(([a], [b]) => a - b)) };
}

function ofTime(part: (time: Date) => number): MathFunction {
  return {
    arity: [1, 1],
    apply: ([value = 0]) =>
      eachSeries("a function of time", value, (series) => ({
        ...series,
        values: new Map(series.times.map((at) => [at, part(new Date(at))])),
      })),
  };
}

/** IF: of each moment that the condition has; the other branch may be left out, and then nothing stands there. */
function choose(
  condition: MathValue,
  then: MathValue,
  otherwise: MathValue | undefined,
  grid: MathGrid,
): MathValue {
  if (isList(condition) || isList(then) || (otherwise !== undefined && isList(otherwise)))
    throw new MathError("Unsupported argument for IF: got 'Array[TimeSeries]'; expected metrics and numbers");
  const [test, yes] = [condition, then];
  const no = otherwise;
  if (typeof test === "number") {
    if (test !== 0) return yes;
    return no ?? { ...(typeof yes === "number" ? grid : yes), values: new Map() };
  }
  const at = (branch: number | MathSeries | undefined, time: number) =>
    typeof branch === "object" ? branch.values.get(time) : branch;
  return mapSeries(test, (value, time) => at(value !== 0 ? yes : no, time));
}

function fill(series: MathSeries, how: MathValue | "REPEAT" | "LINEAR"): MathSeries {
  const values = new Map<number, number>();
  const known = [...series.values].sort(([a], [b]) => a - b);
  let following = 0;
  for (const at of series.times) {
    while (following < known.length && (known[following]?.[0] ?? 0) <= at) following++;
    const own = series.values.get(at);
    const before = known[following - 1];
    const after = known[following];
    let value = own;
    if (own === undefined && typeof how === "number") value = how;
    else if (own === undefined && how === "REPEAT") value = before?.[1];
    else if (own === undefined && before !== undefined && after !== undefined) {
      value = before[1] + ((after[1] - before[1]) * (at - before[0])) / (after[0] - before[0]);
    }
    if (value !== undefined) values.set(at, value);
  }
  return { ...series, values };
}

/** FILL, whose second argument may be a word; see `evaluate.ts`. */
export function fillWith(value: MathValue, how: MathValue | "REPEAT" | "LINEAR"): MathValue {
  if (typeof how === "object") throw wrongType("FILL", how, "a number, REPEAT or LINEAR");
  return eachSeries("FILL", value, (series) => fill(series, how));
}

function listOf(name: string, value: MathValue): readonly MathSeries[] {
  if (!isList(value)) throw wrongType(name, value, "a list of metrics");
  return value;
}

function chosen(name: string, at: number): MathFunction {
  return {
    arity: [1, 1],
    apply: ([value = 0]) => {
      const found = listOf(name, value).at(at);
      if (found === undefined) throw new MathError(`${name} of an empty list`);
      return found;
    },
  };
}

/** Those of "Metric math syntax and functions" that are done here, but for FILL and METRICS: see `evaluate.ts`. */
export const mathFunctions: ReadonlyMap<string, MathFunction> = new Map<string, MathFunction>([
  ["ABS", ofNumbers(Math.abs)],
  ["AVG", aggregate(mean)],
  ["CEIL", ofNumbers(Math.ceil)],
  ["DATE", ofTime((time) => time.getUTCDate())],
  ["DAY", ofTime((time) => time.getUTCDay() || 7)],
  ["DIFF", ofPairs("DIFF", (value, before) => value - before)],
  ["DIFF_TIME", ofPairs("DIFF_TIME", (_value, _before, seconds) => seconds)],
  ["EPOCH", ofTime((time) => time.getTime() / 1000)],
  ["FIRST", chosen("FIRST", 0)],
  ["FLOOR", ofNumbers(Math.floor)],
  ["HOUR", ofTime((time) => time.getUTCHours())],
  [
    "IF",
    {
      arity: [2, 3],
      apply: ([condition = 0, then = 0, other], grid) => choose(condition, then, other, grid),
    },
  ],
  ["LAST", chosen("LAST", -1)],
  ["LOG", ofNumbers(Math.log)],
  ["LOG10", ofNumbers(Math.log10)],
  ["MAX", aggregate(most)],
  ["METRIC_COUNT", { arity: [1, 1], apply: ([value = 0]) => listOf("METRIC_COUNT", value).length }],
  ["MIN", aggregate(least)],
  ["MINUTE", ofTime((time) => time.getUTCMinutes())],
  ["MONTH", ofTime((time) => time.getUTCMonth() + 1)],
  [
    "PERIOD",
    {
      arity: [1, 1],
      apply: ([value = 0]) => {
        if (typeof value === "number" || isList(value)) throw wrongType("PERIOD", value, "a metric");
        return value.period;
      },
    },
  ],
  ["RATE", ofPairs("RATE", (value, before, seconds) => (value - before) / seconds)],
  [
    "REMOVE_EMPTY",
    {
      arity: [1, 1],
      apply: ([value = 0]) => listOf("REMOVE_EMPTY", value).filter((series) => series.values.size > 0),
    },
  ],
  [
    "RUNNING_SUM",
    {
      arity: [1, 1],
      apply: ([value = 0]) =>
        eachSeries("RUNNING_SUM", value, (series) => {
          let total = 0;
          return mapSeries(inOrder(series), (current) => (total += current));
        }),
    },
  ],
  ["STDDEV", aggregate(deviation)],
  ["SUM", aggregate(sum)],
  [
    "TIME_SERIES",
    {
      arity: [1, 1],
      apply: ([value = 0], grid) => {
        if (typeof value !== "number") throw wrongType("TIME_SERIES", value, "a number");
        return { ...grid, values: new Map(grid.times.map((at) => [at, value])) };
      },
    },
  ],
  ["YEAR", ofTime((time) => time.getUTCFullYear())],
]);

/** AWS's functions that are not done here. */
export const otherFunctions: readonly string[] = [
  "ANOMALY_DETECTION_BAND",
  "DATAPOINT_COUNT",
  "DB_PERF_INSIGHTS",
  "INSIGHT_RULE_METRIC",
  "LAMBDA",
  "SEARCH",
  "SERVICE_QUOTA",
  "SLICE",
  "SORT",
];

export function checkArity(name: string, { arity: [fewest, mostOf] }: MathFunction, count: number): void {
  if (count >= fewest && count <= mostOf) return;
  const expected = fewest === mostOf ? String(fewest) : `${fewest} to ${mostOf}`;
  throw new MathError(`${name}: got ${count} argument(s); expected ${expected}`);
}
