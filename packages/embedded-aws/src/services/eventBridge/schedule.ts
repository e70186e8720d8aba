import { largest } from "../../core/lists";
/** When a scheduled rule runs. Source: "Setting a schedule pattern for scheduled rules", EventBridge user guide. */
export type Schedule =
  { readonly kind: "rate"; readonly periodMs: number } | { readonly kind: "cron"; readonly cron: Cron };

/** The days, times and years of a cron expression, all in UTC. */
interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  readonly isDay: (day: Day) => boolean;
}

interface Day {
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  readonly dayOfMonth: number;
  /** 1–7, Sunday first. */
  readonly dayOfWeek: number;
  readonly daysInMonth: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: DAY_MS };

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;

/** Reads "rate(5 minutes)" or "cron(0 12 * * ? *)"; throws an Error that says what is wrong with any other. */
export function parseSchedule(expression: string): Schedule {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  if (rate !== null) {
    const [, count = "", unit = "", plural] = rate;
    const value = Number(count);
    if (value < 1) throw new Error(`rate: got ${count}; expected a number of at least 1`);
    if ((value === 1) !== (plural === "")) {
      throw new Error(
        `rate: got "${count} ${unit}${plural ?? ""}"; expected "1 ${unit}" or "2 ${unit}s" and more`,
      );
    }
    return { kind: "rate", periodMs: value * (UNIT_MS[unit] ?? 0) };
  }
  const cron = /^cron\((.*)\)$/.exec(expression);
  if (cron === null) {
    throw new Error(
      `got "${expression}"; expected rate(value minutes|hours|days) or cron(minutes hours day-of-month month day-of-week year)`,
    );
  }
  return { kind: "cron", cron: parseCron(cron[1] ?? "") };
}

/** The first run after `after`, both epoch milliseconds. A rate counts from `since`. Undefined when none is left. */
export function nextRun(schedule: Schedule, since: number, after: number): number | undefined {
  if (schedule.kind === "rate") {
    const runs = Math.max(0, Math.floor((after - since) / schedule.periodMs));
    return since + (runs + 1) * schedule.periodMs;
  }
  return nextCronRun(schedule.cron, after);
}

function nextCronRun(cron: Cron, after: number): number | undefined {
  const first = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  let midnight = Math.floor(first / DAY_MS) * DAY_MS;
  const lastYear = largest(cron.years);
  for (let day = dayAt(midnight); day.year <= lastYear; midnight += DAY_MS, day = dayAt(midnight)) {
    if (!cron.years.has(day.year) || !cron.months.has(day.month) || !cron.isDay(day)) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const at = midnight + (hour * 60 + minute) * MINUTE_MS;
        if (at >= first) return at;
      }
    }
  }
  return undefined;
}

function dayAt(midnight: number): Day {
  const date = new Date(midnight);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + 1;
  return {
    year,
    month,
    dayOfMonth: date.getUTCDate(),
    dayOfWeek: date.getUTCDay() + 1,
    daysInMonth: new Date(Date.UTC(year, month, 0)).getUTCDate(),
  };
}

function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  const [minutes, hours, dayOfMonth, months, dayOfWeek, years] = fields;
  if (
    fields.length !== 6 ||
    minutes === undefined ||
    hours === undefined ||
    dayOfMonth === undefined ||
    months === undefined ||
    dayOfWeek === undefined ||
    years === undefined
  ) {
    throw new Error(
      `cron: got ${fields.length} fields in "${text}"; expected six: minutes hours day-of-month month day-of-week year`,
    );
  }
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new Error(`cron: got "${text}"; expected "?" in exactly one of day-of-month and day-of-week`);
  }
  return {
    minutes: valuesOf("minutes", minutes, 0, 59),
    hours: valuesOf("hours", hours, 0, 23),
    months: valuesOf("month", months, 1, 12, MONTHS),
    years: valuesOf("year", years, FIRST_YEAR, LAST_YEAR),
    isDay: dayOfWeek === "?" ? dayOfMonthRule(dayOfMonth) : dayOfWeekRule(dayOfWeek),
  };
}

function dayOfMonthRule(field: string): (day: Day) => boolean {
  if (field === "L") return (day) => day.dayOfMonth === day.daysInMonth;
  const nearest = /^(\d{1,2})W$/.exec(field);
  if (nearest !== null) {
    const wanted = numberOf("day-of-month", nearest[1] ?? "", 1, 31);
    return (day) => day.dayOfMonth === nearestWeekday(day, wanted);
  }
  const days = valuesOf("day-of-month", field, 1, 31);
  return (day) => days.has(day.dayOfMonth);
}

/** The weekday nearest to day `wanted` within the month; 0 when the month has no such day. */
function nearestWeekday(day: Day, wanted: number): number {
  if (wanted > day.daysInMonth) return 0;
  const weekday = (((day.dayOfWeek - 1 + wanted - day.dayOfMonth) % 7) + 7) % 7;
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === day.daysInMonth ? wanted - 2 : wanted + 1;
  return wanted;
}

function dayOfWeekRule(field: string): (day: Day) => boolean {
  if (field === "L") return (day) => day.dayOfWeek === 7;
  const last = /^([0-9A-Z]+)L$/i.exec(field);
  if (last !== null) {
    const weekday = numberOf("day-of-week", last[1] ?? "", 1, 7, WEEKDAYS);
    return (day) => day.dayOfWeek === weekday && day.dayOfMonth > day.daysInMonth - 7;
  }
  const nth = /^([0-9A-Z]+)#([1-5])$/i.exec(field);
  if (nth !== null) {
    const weekday = numberOf("day-of-week", nth[1] ?? "", 1, 7, WEEKDAYS);
    return (day) => day.dayOfWeek === weekday && Math.ceil(day.dayOfMonth / 7) === Number(nth[2]);
  }
  const days = valuesOf("day-of-week", field, 1, 7, WEEKDAYS);
  return (day) => days.has(day.dayOfWeek);
}

/** Values of a field made of numbers, names, ranges, steps and lists of these; ascending. */
function valuesOf(
  name: string,
  field: string,
  lowest: number,
  highest: number,
  names: readonly string[] = [],
): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "", step, ...rest] = part.split("/");
    if (rest.length > 0) throw new Error(`cron ${name}: got "${part}"; expected at most one "/"`);
    let [first, last] = [lowest, highest];
    if (range !== "*") {
      const [from = "", to, ...more] = range.split("-");
      if (more.length > 0) throw new Error(`cron ${name}: got "${part}"; expected at most one "-"`);
      first = numberOf(name, from, lowest, highest, names);
      // "5/15" runs from 5 to the field's end.
      last =
        to === undefined
          ? step === undefined
            ? first
            : highest
          : numberOf(name, to, lowest, highest, names);
    }
    const by = step === undefined ? 1 : numberOf(`${name} step`, step, 1, highest);
    // "FRI-MON" goes round.
    const span = last >= first ? last - first : last + (highest - lowest + 1) - first;
    for (let offset = 0; offset <= span; offset += by) {
      values.add(lowest + ((first - lowest + offset) % (highest - lowest + 1)));
    }
  }
  return new Set([...values].sort((a, b) => a - b));
}

function numberOf(
  name: string,
  text: string,
  lowest: number,
  highest: number,
  names: readonly string[] = [],
): number {
  const index = names.indexOf(text.toUpperCase());
  const value = index >= 0 ? index + lowest : /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (!(value >= lowest && value <= highest)) {
    const words = names.length > 0 ? ` or ${names[0] ?? ""}–${names.at(-1) ?? ""}` : "";
    throw new Error(`cron ${name}: got "${text}"; expected ${lowest}–${highest}${words}`);
  }
  return value;
}
