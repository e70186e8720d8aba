import { MathError, type Operator } from "./parse";

/** One line of datapoints within an expression. */
export interface MathSeries {
  /** Seconds. */
  readonly period: number;
  /** Starts of all the periods asked for, epoch milliseconds, whether or not they have a value. */
  readonly times: readonly number[];
  /** By the start of their period. */
  readonly values: ReadonlyMap<number, number>;
}

/** What an expression can come to; only the last two are an answer. */
export type MathValue = number | MathSeries | readonly MathSeries[];

export function isList(value: MathValue): value is readonly MathSeries[] {
  return Array.isArray(value);
}

function kindOf(value: MathValue): string {
  return typeof value === "number" ? "Scalar" : isList(value) ? "Array[TimeSeries]" : "TimeSeries";
}

const OPERATIONS: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  OR: (a, b) => Number(a !== 0 || b !== 0),
};

/** An operation on each point that both sides have; what is not finite (a division by zero) is no datapoint. */
export function operate(operator: Operator, left: MathValue, right: MathValue): MathValue {
  const apply = OPERATIONS[operator];
  if (isList(left) && isList(right)) {
    throw new MathError(
      `Unsupported operand type(s) for ${operator}: '${kindOf(left)}' and '${kindOf(right)}'`,
    );
  }
  if (isList(left)) return left.map((item) => single(operate(operator, item, right)));
  if (isList(right)) return right.map((item) => single(operate(operator, left, item)));
  if (typeof left === "number" && typeof right === "number") return apply(left, right);
  if (typeof left === "number") return mapSeries(right as MathSeries, (value) => apply(left, value));
  return mapSeries(left, (value, at) => {
    const other = typeof right === "number" ? right : right.values.get(at);
    return other === undefined ? undefined : apply(value, other);
  });
}

function single(value: MathValue): MathSeries {
  if (typeof value === "number" || isList(value)) throw new MathError(`Unsupported type: '${kindOf(value)}'`);
  return value;
}

/** A series point by point; undefined and what is not finite leave the point out. */
export function mapSeries(
  series: MathSeries,
  change: (value: number, at: number) => number | undefined,
): MathSeries {
  const values = new Map<number, number>();
  for (const [at, value] of series.values) {
    const changed = change(value, at);
    if (changed !== undefined && Number.isFinite(changed)) values.set(at, changed);
  }
  return { ...series, values };
}

/** A function of one number, over whatever is given. */
export function lift(value: MathValue, change: (value: number) => number): MathValue {
  if (typeof value === "number") return change(value);
  return isList(value) ? value.map((item) => mapSeries(item, change)) : mapSeries(value, change);
}

/** A function of a series, over one or each of several. */
export function eachSeries(
  name: string,
  value: MathValue,
  change: (series: MathSeries) => MathSeries,
): MathValue {
  if (typeof value === "number") throw wrongType(name, value, "a metric or a list of metrics");
  return isList(value) ? value.map(change) : change(value);
}

export function wrongType(name: string, got: MathValue, expected: string): MathError {
  return new MathError(`Unsupported argument for ${name}: got '${kindOf(got)}'; expected ${expected}`);
}

/** All values of several series that share a time, in the order of time. */
export function columns(list: readonly MathSeries[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const series of list)
    for (const [at, value] of series.values) {
      const column = found.get(at);
      if (column === undefined) found.set(at, [value]);
      else column.push(value);
    }
  return new Map([...found].sort(([a], [b]) => a - b));
}
