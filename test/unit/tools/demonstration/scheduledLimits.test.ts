import { expect } from "chai";
import fc from "fast-check";
import { limitsAt, type ScheduleEntry } from "../../../../handlers/scaling/schedule";
import { limitsInForce, nextChange } from "../../../../tools/demonstration/scheduledLimits";

const MINUTE = 60_000;
/** The night in which Berlin's clocks skip an hour. */
const NIGHT = Date.UTC(2026, 2, 28, 12);
const GIVEN = { minInstances: 1, maxInstances: 9 };

const entry = fc.record({
  cron: fc
    .tuple(
      fc.integer({ min: 0, max: 59 }),
      fc.constantFrom("*", "2", "3", "8", "20"),
      fc.constantFrom("*", "0"),
    )
    .map(([minute, hour, weekday]) => `${minute} ${hour} * * ${weekday}`),
  timezone: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kathmandu"),
  min: fc.integer({ min: 0, max: 2 }),
  max: fc.integer({ min: 2, max: 4 }),
}) satisfies fc.Arbitrary<ScheduleEntry>;
const schedules = fc.array(entry, { maxLength: 4 });

describe("the demonstration's own reckoning of a schedule", () => {
  it("agrees with the function's", () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 0, max: 24 * 60 * MINUTE }), (schedule, after) => {
        const given = { ...GIVEN, schedule };
        expect(limitsInForce(given, NIGHT + after)).to.deep.equal(limitsAt(NIGHT + after, given));
      }),
    );
  });

  it("finds the first minute in which the limits are others, if it is soon enough", () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 1, max: 90 }), (schedule, minutes) => {
        const given = { ...GIVEN, schedule };
        const present = limitsInForce(given, NIGHT);
        let expected: object | undefined;
        for (let minute = 1; minute <= minutes && expected === undefined; minute++) {
          const at = NIGHT + minute * MINUTE;
          const limits = limitsInForce(given, at);
          if (JSON.stringify(limits) !== JSON.stringify(present)) expected = { at, ...limits };
        }
        expect(nextChange(given, NIGHT, minutes * MINUTE)).to.deep.equal(expected);
      }),
      { numRuns: 15 },
    );
  });
});
