import { MINUTE, type Demand } from "./demand";

/** The load of a stretch of time, in instances' worth of work at full CPU. */
export interface LoadPoint {
  /** The stretch's start, in milliseconds since the Unix epoch. */
  readonly time: number;
  readonly load: number;
}

/** The stretches that the load's history is read in, in seconds: each with the greatest load within it. */
export const HISTORY_PERIOD_SECONDS = 300;
const PERIOD = HISTORY_PERIOD_SECONDS * 1000;
const DAY = 24 * 60 * MINUTE;

/** As long as CloudWatch keeps datapoints of a minute: two weeks, and a day. */
const MOST_DAYS = 14;
/** How far back history reaches, in milliseconds. */
export const LOAD_HISTORY_MS = MOST_DAYS * DAY + DAY;

/** The minutes that a trend is read from. */
const TREND_MINUTES = 8;
/** A trend needs so many points. */
const TREND_POINTS = 4;

/** Over so long a past day is compared with today. */
const COMPARED_MS = 90 * MINUTE;
/** What a past day may have been wrong by, on average, relative to today's mean. */
const WRONG_BY = 0.15;
/** So many past days must agree. */
const FEWEST_DAYS = 2;

/**
 * What the trend of the last minutes says for the moment `at`: undefined without one. Of the slopes between any two
 * points the least counts, so that only a steady rise is a trend: a single jump, or noise around a level, is none, and
 * cost more launches than it saved. A fall is no trend: what is given away is decided by what was needed.
 */
export function trendAt(points: readonly Pick<Demand, "time" | "needed">[], at: number): number | undefined {
  const newest = points.at(-1);
  // Stryker disable next-line ConditionalExpression: of none there are too few; the type asks for it.
  if (newest === undefined) return undefined;
  const recent = points.filter(({ time }) => time > newest.time - TREND_MINUTES * MINUTE);
  if (recent.length < TREND_POINTS) return undefined;
  const slopes = recent.flatMap((from, index) =>
    recent.slice(index + 1).map((to) => (to.needed - from.needed) / (to.time - from.time)),
  );
  const slope = slopes.reduce((least, value) => Math.min(least, value), Infinity);
  return slope > 0 ? newest.needed + slope * (at - newest.time) : undefined;
}

/**
 * What the stretch of time from `from` to `to` needed on days before: the median of the past days, at most fourteen,
 * that were like today so far. Undefined unless at least two were: a day counts only if it told the last hour and a
 * half right, so that a Sunday says nothing of a Monday. Of an even number of days the lower middle one counts: a surprise
 * of one day is no rhythm.
 */
export function rhythmAt(
  history: readonly LoadPoint[],
  now: number,
  from: number,
  to: number,
): number | undefined {
  const loads = new Map(history.map(({ time, load }) => [slot(time), load]));
  const alike: number[] = [];
  for (let day = 1; day <= MOST_DAYS; day++) {
    const before = greatest(loads, from - day * DAY, to - day * DAY);
    if (before !== undefined && wasRight(loads, now, day * DAY)) alike.push(before);
  }
  return alike.length < FEWEST_DAYS ? undefined : lowerMedian(alike);
}

/** Whether a past day has told what today's last stretches needed. */
function wasRight(loads: ReadonlyMap<number, number>, now: number, back: number): boolean {
  let [wrong, sum, count] = [0, 0, 0];
  for (let time = now - COMPARED_MS; time < now; time += PERIOD) {
    const [then, today] = [loads.get(slot(time - back)), loads.get(slot(time))];
    if (then === undefined || today === undefined) continue;
    wrong += Math.abs(then - today);
    sum += today;
    count++;
  }
  // Half of them at least, or a gap would make any day right.
  return count >= COMPARED_MS / PERIOD / 2 && wrong <= WRONG_BY * sum;
}

function greatest(loads: ReadonlyMap<number, number>, from: number, to: number): number | undefined {
  let most: number | undefined;
  for (let at = slot(from); at <= slot(to); at += PERIOD) {
    const load = loads.get(at);
    if (load !== undefined) most = Math.max(most ?? 0, load);
  }
  return most;
}

function slot(time: number): number {
  return Math.floor(time / PERIOD) * PERIOD;
}

/** Of an even number of values the lower one of the middle. */
function lowerMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
}
