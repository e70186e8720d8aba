import { expect } from "chai";
import * as fc from "fast-check";
import { decideCapacity } from "../../../../handlers/scaling/decideCapacity";
import { limitsAt, wakes, type ScheduleEntry } from "../../../../handlers/scaling/schedule";
import { members, NOW, settings, situation } from "./situation";

const GIVEN = { minInstances: 1, maxInstances: 4 };

/** The maximum in force, which tells the entry. */
function maximumAt(time: string, schedule: readonly ScheduleEntry[]): number {
  return limitsAt(Date.parse(time), { ...GIVEN, schedule }).maxInstances;
}

const day = { cron: "0 8 * * 1-5", min: 2, max: 10 };
const evening = { cron: "0 20 * * *", min: 0, max: 2 };

describe("limitsAt", () => {
  const office = [day, evening];
  // 2026-06-01 is a Monday.
  for (const [time, maximum, what] of [
    ["2026-06-01T07:59:59Z", 2, "a second before the morning"],
    ["2026-06-01T07:59:59.999Z", 2, "and a millisecond"],
    ["2026-06-01T08:00:00Z", 10, "at the very moment"],
    ["2026-06-01T08:00:00.999Z", 10, "and within its second"],
    ["2026-06-01T19:59:59Z", 10, "until the next fires"],
    ["2026-06-01T20:00:00Z", 2, "from the next on"],
    ["2026-06-06T12:00:00Z", 2, "over a Saturday, on which no morning fires"],
    ["2026-06-08T08:00:00.001Z", 10, "and the Monday after"],
  ] as const)
    it(`knows what holds ${what}`, () => expect(maximumAt(time, office)).to.equal(maximum));

  it("has the limits that are given where there is no schedule, or none has fired", () => {
    expect(limitsAt(NOW, GIVEN)).to.deep.equal(GIVEN);
    expect(limitsAt(NOW, { ...GIVEN, schedule: [] })).to.deep.equal(GIVEN);
    // The thirtieth of February.
    const never = { cron: "0 8 30 2 *", min: 9, max: 9 };
    expect(limitsAt(NOW, { ...GIVEN, schedule: [never] })).to.deep.equal(GIVEN);
    expect(maximumAt("2026-06-01T08:00:00Z", [day, never])).to.equal(10);
  });

  it("has the last in the list of those that fire at once", () => {
    const [first, second] = [
      { cron: "0 8 * * *", min: 1, max: 5 },
      { cron: "0 8 1 6 *", min: 1, max: 6 },
    ];
    expect(maximumAt("2026-06-01T08:00:00Z", [first, second])).to.equal(6);
    expect(maximumAt("2026-06-01T08:00:00Z", [second, first])).to.equal(5);
    expect(maximumAt("2026-06-02T08:00:00Z", [second, first])).to.equal(5);
  });

  // Berlin: clocks go from 2 to 3 on 29 March 2026, and from 3 to 2 on 25 October.
  const berlin = "Europe/Berlin";
  const night = { cron: "30 2 * * *", timezone: berlin, min: 1, max: 7 };
  const midnight = { cron: "0 0 * * *", timezone: berlin, min: 1, max: 3 };
  for (const [time, maximum, what] of [
    ["2026-03-28T01:29:00Z", 3, "before 2:30 in winter"],
    ["2026-03-28T01:30:00Z", 7, "from 2:30 in winter"],
    ["2026-03-29T00:59:59Z", 3, "before the gap in which 2:30 is not"],
    ["2026-03-29T01:00:00Z", 7, "right after the gap"],
    ["2026-03-30T00:30:00Z", 7, "from 2:30 in summer"],
    ["2026-10-25T00:29:00Z", 3, "before the first 2:30 in autumn"],
    ["2026-10-25T00:30:00Z", 7, "from the first 2:30 in autumn"],
    ["2026-10-25T01:30:00Z", 7, "at the second, which changes nothing"],
  ] as const)
    it(`follows the clocks of a zone: ${what}`, () =>
      expect(maximumAt(time, [midnight, night])).to.equal(maximum));

  it("fires a repeated time once: what fired between its two occurrences stays", () => {
    const between = { cron: "10 1 * * *", timezone: "UTC", min: 1, max: 9 };
    expect(maximumAt("2026-10-25T01:09:00Z", [night, between])).to.equal(7);
    expect(maximumAt("2026-10-25T01:31:00Z", [night, between])).to.equal(9);
  });

  it("is what a look at every minute before finds", () => {
    const field = (max: number) => fc.oneof(fc.constant(undefined), fc.nat(max));
    const simple = fc.record({ minute: fc.nat(59), hour: field(23), weekday: field(6) });
    const matches =
      ({ minute, hour, weekday }: { minute: number; hour?: number; weekday?: number }) =>
      (time: Date) =>
        time.getUTCMinutes() === minute &&
        (hour === undefined || time.getUTCHours() === hour) &&
        (weekday === undefined || time.getUTCDay() === weekday);
    fc.assert(
      fc.property(
        fc.array(simple as fc.Arbitrary<Parameters<typeof matches>[0]>, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 366 * 24 * 60 }),
        (times, offset) => {
          const now = Date.UTC(2026, 0, 1) + offset * 60_000;
          const schedule = times.map(({ minute, hour, weekday }, index) => ({
            cron: `${minute} ${hour ?? "*"} * * ${weekday ?? "*"}`,
            min: 0,
            max: index,
          }));
          let expected: number | undefined;
          for (let time = now; expected === undefined; time -= 60_000) {
            const fired = times.flatMap((each, index) => (matches(each)(new Date(time)) ? [index] : []));
            expected = fired.at(-1);
          }
          expect(limitsAt(now, { ...GIVEN, schedule }).maxInstances).to.equal(expected);
          expect(limitsAt(now + 59_999, { ...GIVEN, schedule }).maxInstances).to.equal(expected);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("a fleet with a schedule", () => {
  const decide = (size: number, limits: { min: number; max: number }, cpu = 1) => {
    return decideCapacity(situation(members(size), Array<number>(12).fill(cpu)), {
      ...settings,
      minInstances: limits.min,
      maxInstances: limits.max,
      schedule: [day, evening],
    });
  };

  it("is woken by a minimum, and may sleep until then", () => {
    expect(wakes([day, evening])).to.equal(true);
    expect(wakes([evening])).to.equal(false);
    expect(decide(0, { min: 2, max: 10 })).to.include({ action: "launch", count: 2 });
    expect(decide(0, { min: 0, max: 2 })).to.include({ action: "hold", reason: "asleep" });
  });

  it("goes to sleep when it has nothing to do, and at once where none may be", () => {
    expect(decide(1, { min: 0, max: 2 })).to.include({ action: "terminate" });
    expect(decide(1, { min: 0, max: 2 }, 50)).to.include({ action: "hold" });
    expect(decide(3, { min: 0, max: 0 }, 50)).to.deep.include({
      action: "terminate",
      instanceIds: ["i-0", "i-1", "i-2"],
    });
  });

  it("launches none for a metric that calls while none may be", () => {
    const wakeMetric = { namespace: "n", name: "m", dimensions: {}, above: 0 };
    const none = { ...settings, minInstances: 0, maxInstances: 0, wakeMetric, schedule: [day] };
    // It does not sleep: something calls.
    expect(decideCapacity(situation([], [], { wake: [5] }), none)).to.include({
      action: "hold",
      reason: "no metric",
    });
  });
});
