import { Cron } from "croner";
import type { Limits, ScheduleEntry } from "../../handlers/scaling/schedule";
import { integer, type Rule } from "../parts/arguments";
import { shown } from "../parts/shown";

/** Each is looked at every minute. */
const MOST_ENTRIES = 50;
/** A function's environment holds 4 KB, which it shares with the fleet's tags, subnets and all its other settings. */
const MOST_BYTES = 2_000;

const EXAMPLE = '[{"cron":"0 8 * * 1-5","timezone":"Europe/Berlin","min":2,"max":10}]';

/** A list; what its entries must be is said by `scheduleProblem`, which names the bad one. */
export const schedule: Rule<readonly ScheduleEntry[]> = {
  expected: `a schedule of 1 to ${MOST_ENTRIES} entries like ${EXAMPLE}`,
  accepts: (value): value is readonly ScheduleEntry[] =>
    Array.isArray(value) && value.length >= 1 && value.length <= MOST_ENTRIES,
};

/** The greatest limit of this name; of entries that are none, as those are named elsewhere, Infinity. */
export function greatest(entries: readonly unknown[], name: "min" | "max"): number {
  const limits = entries.map((entry) => {
    const limit: unknown =
      typeof entry === "object" && entry !== null
        ? (entry as Readonly<Record<string, unknown>>)[name]
        : undefined;
    return typeof limit === "number" ? limit : Infinity;
  });
  return limits.reduce((most, limit) => Math.max(most, limit), 0);
}

/** The limits within which all limits of a schedule lie; those given, without one. */
export function widestLimits(
  given: Limits & { readonly schedule?: readonly ScheduleEntry[] | undefined },
): Limits {
  const { schedule: entries } = given;
  if (entries === undefined) return { minInstances: given.minInstances, maxInstances: given.maxInstances };
  return {
    minInstances: entries.reduce((least, { min }) => Math.min(least, min), Infinity),
    maxInstances: greatest(entries, "max"),
  };
}

const instances = integer(0, 1_000, "instances");

/** What is wrong with a schedule's entries, each by its index; undefined when nothing is. */
export function scheduleProblem(entries: readonly unknown[]): string | undefined {
  const problems = entries.flatMap((entry, index) =>
    entryProblems(entry).map((problem) => `[${index}]${problem}`),
  );
  if (problems.length > 0) return problems.join("; ");
  const size = Buffer.byteLength(JSON.stringify(entries));
  return size <= MOST_BYTES
    ? undefined
    : `got ${size.toLocaleString("en-US")} bytes as JSON; expected at most ${MOST_BYTES.toLocaleString("en-US")}, or the function's environment could not hold them: fewer entries, or one cron for several times`;
}

function entryProblems(entry: unknown): string[] {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    return [`: got ${shown(entry)}; expected an entry like ${EXAMPLE.slice(1, -1)}`];
  const { cron, timezone, min, max, ...others } = entry as Readonly<Record<string, unknown>>;
  const zoneProblem = timezoneProblem(timezone);
  const problems = [
    ...Object.keys(others).map((name) => `.${name}: not known; expected cron, timezone, min and max`),
    ...zoneProblem,
    ...(zoneProblem.length === 0 ? cronProblem(cron, timezone as string | undefined) : []),
    ...[{ min }, { max }].flatMap((member) =>
      Object.entries(member)
        .filter(([, value]) => !instances.accepts(value))
        .map(([name, value]) => `.${name}: got ${shown(value)}; expected ${instances.expected}`),
    ),
  ];
  return instances.accepts(min) && instances.accepts(max) && min > max
    ? [...problems, `.max: got ${max}; expected at least min, ${min}`]
    : problems;
}

function timezoneProblem(timezone: unknown): string[] {
  const problem = [
    `.timezone: got ${shown(timezone)}; expected an IANA name like "Europe/Berlin", or none for UTC`,
  ];
  if (timezone === undefined) return [];
  if (typeof timezone !== "string" || timezone === "") return problem;
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return [];
  } catch {
    return problem;
  }
}

function cronProblem(cron: unknown, timezone = "UTC"): string[] {
  const got = `.cron: got ${shown(cron)}; expected`;
  // No names such as @daily: EC2's scheduled actions have none either.
  if (typeof cron !== "string" || cron.startsWith("@"))
    return [`${got} five fields (minute, hour, day, month, weekday) like "0 8 * * 1-5"`];
  try {
    const fires = new Cron(cron, { timezone, mode: "5-part" }).nextRun() !== null;
    return fires ? [] : [`${got} a time that comes`];
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return [`${got} five fields (minute, hour, day, month, weekday) like "0 8 * * 1-5": ${reason}`];
  }
}
