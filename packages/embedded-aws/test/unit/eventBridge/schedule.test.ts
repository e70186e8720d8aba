import { expect } from "chai";
import fc from "fast-check";
import { nextRun, parseSchedule } from "../../../src/services/eventBridge/schedule";

const at = (text: string) => Date.parse(`${text}Z`);
const runs = (expression: string, after: string, count: number) => {
  const schedule = parseSchedule(expression);
  const times: string[] = [];
  let now: number | undefined = at(after);
  for (let index = 0; index < count; index++) {
    now = nextRun(schedule, at(after), now);
    if (now === undefined) break;
    times.push(new Date(now).toISOString().slice(0, 16));
  }
  return times;
};

describe("a schedule expression", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["rate(1 minute)", "2026-01-01T00:00:30", ["2026-01-01T00:01", "2026-01-01T00:02"]],
    ["rate(2 hours)", "2026-01-01T00:10", ["2026-01-01T02:10", "2026-01-01T04:10"]],
    ["rate(1 day)", "2026-02-28T12:00", ["2026-03-01T12:00", "2026-03-02T12:00"]],
    ["cron(0 10 * * ? *)", "2026-01-01T10:00", ["2026-01-02T10:00", "2026-01-03T10:00"]],
    ["cron(15 12 * * ? *)", "2026-01-01T00:00", ["2026-01-01T12:15"]],
    ["cron(0 18 ? * MON-FRI *)", "2026-01-02T18:00", ["2026-01-05T18:00", "2026-01-06T18:00"]],
    [
      "cron(0/15 * * * ? *)",
      "2026-01-01T00:00",
      ["2026-01-01T00:15", "2026-01-01T00:30", "2026-01-01T00:45"],
    ],
    ["cron(5,35 14 * * ? *)", "2026-01-01T14:05", ["2026-01-01T14:35", "2026-01-02T14:05"]],
    ["cron(0 8 1 * ? *)", "2026-01-01T08:00", ["2026-02-01T08:00", "2026-03-01T08:00"]],
    ["cron(0 0 L * ? *)", "2028-01-31T00:00", ["2028-02-29T00:00", "2028-03-31T00:00"]],
    // 2026-08-01 is a Saturday, 2026-11-15 a Sunday.
    ["cron(0 9 1W 8 ? 2026)", "2026-01-01T00:00", ["2026-08-03T09:00"]],
    ["cron(0 9 15W 11 ? 2026)", "2026-01-01T00:00", ["2026-11-16T09:00"]],
    ["cron(0 9 ? * 6#3 *)", "2026-01-01T00:00", ["2026-01-16T09:00", "2026-02-20T09:00"]],
    ["cron(0 9 ? * FRIL *)", "2026-01-01T00:00", ["2026-01-30T09:00", "2026-02-27T09:00"]],
    [
      "cron(0 0 ? * SAT-SUN *)",
      "2026-01-02T00:00",
      ["2026-01-03T00:00", "2026-01-04T00:00", "2026-01-10T00:00"],
    ],
    ["cron(0 0 29 FEB ? *)", "2026-01-01T00:00", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["cron(0 0 1 JAN ? 2025)", "2026-01-01T00:00", []],
  ];
  for (const [expression, after, expected] of cases) {
    it(`${expression} after ${after} runs at ${expected.join(", ") || "no time"}`, () => {
      expect(runs(expression, after, expected.length || 1)).to.deep.equal(expected);
    });
  }

  const refused: readonly (readonly [string, string])[] = [
    ["rate(1 minutes)", 'expected "1 minute"'],
    ["rate(5 minute)", 'expected "1 minute" or "2 minutes" and more'],
    ["rate(0 minutes)", "expected a number of at least 1"],
    ["rate(5 seconds)", "expected rate(value minutes|hours|days)"],
    ["cron(0 10 * * *)", "got 5 fields"],
    ["cron(0 10 * * * *)", 'expected "?" in exactly one'],
    ["cron(60 10 * * ? *)", 'cron minutes: got "60"; expected 0–59'],
    ["cron(0 10 ? * MOO *)", 'cron day-of-week: got "MOO"; expected 1–7 or SUN–SAT'],
    ["cron(0/0 10 * * ? *)", 'cron minutes step: got "0"'],
  ];
  for (const [expression, reason] of refused) {
    it(`${expression} is refused`, () => {
      expect(() => parseSchedule(expression)).to.throw(reason);
    });
  }

  it("runs in the future, at a full minute, and never twice at one time", () => {
    const field = (highest: number) =>
      fc.oneof(fc.constant("*"), fc.integer({ min: 0, max: highest }).map(String));
    const time = fc.integer({ min: at("2026-01-01T00:00"), max: at("2029-01-01T00:00") });
    fc.assert(
      fc.property(field(59), field(23), time, (minutes, hours, after) => {
        const schedule = parseSchedule(`cron(${minutes} ${hours} * * ? *)`);
        const first = nextRun(schedule, 0, after)!;
        const second = nextRun(schedule, 0, first)!;
        expect(first).to.be.greaterThan(after);
        expect(second).to.be.greaterThan(first);
        expect(first % 60_000).to.equal(0);
        if (minutes !== "*") expect(new Date(first).getUTCMinutes()).to.equal(Number(minutes));
        if (hours !== "*") expect(new Date(first).getUTCHours()).to.equal(Number(hours));
      }),
    );
  });
});
