import { expect } from "chai";
import fc from "fast-check";
import { decideCapacity } from "../../../../handlers/scaling/decideCapacity";
import {
  HISTORY_PERIOD_SECONDS,
  rhythmAt,
  trendAt,
  type LoadPoint,
} from "../../../../handlers/scaling/forecast";
import type { CpuSample } from "../../../../handlers/scaling/demand";
import { members, minutes, NOW, settings, situation } from "./situation";

const MINUTE = 60_000;
const PERIOD = HISTORY_PERIOD_SECONDS * 1000;
const DAY = 24 * 60 * MINUTE;
const NEXT = NOW + 10 * MINUTE;

/** Minutes that end half a minute ago, with these needs. */
const needs = (...values: readonly number[]) =>
  values.map((needed, index) => ({ time: NOW - (values.length - index) * MINUTE, needed }));

/** A day's load, so many days ago, over the two hours around this time of day; today, what is past of it. */
function day(back: number, load: (time: number) => number): LoadPoint[] {
  return Array.from({ length: 48 }, (_, index) => NOW - 2 * 60 * MINUTE + index * PERIOD)
    .filter((time) => back > 0 || time < NOW)
    .map((time) => ({ time: time - back * DAY, load: load(time) }));
}
/** Two until now, then so much. */
const rises = (to: number) => (time: number) => (time < NOW ? 2 : to);
const rhythm = (...days: readonly LoadPoint[][]) => rhythmAt(days.flat(), NOW, NOW, NEXT);

/** A day without some of its stretches; the 24th is the first from now on. */
const without =
  (...places: readonly number[]) =>
  (points: LoadPoint[]) =>
    points.filter((_, place) => !places.includes(place));
/** So many of the stretches that are compared with today's, from the oldest on. */
const first = (count: number) => Array.from({ length: count }, (_, index) => 6 + index);
describe("trendAt", () => {
  for (const [when, values, expected] of [
    ["the load rises steadily", [1, 2, 3, 4, 5], 8],
    ["it rises, at times slower", [1, 3, 4, 6, 7], 10],
    ["it stands still", [4, 4, 4, 4, 4], undefined],
    ["it falls", [5, 4, 3, 2, 1], undefined],
    ["it jumped once", [2, 2, 2, 8, 8], undefined],
    ["it rises and falls", [4, 5, 4, 5, 6], undefined],
    ["too few minutes are known", [1, 2, 3], undefined],
    ["just enough are known", [1, 2, 3, 4], 7],
    ["it rises since it fell, eight minutes before the newest", [9, 1, 2, 3, 4, 5, 6, 7, 8], 11],
  ] as const) {
    it(`says ${expected ?? "nothing"} for three minutes later when ${when}`, () => {
      const points = needs(...values);
      const newest = points.at(-1)!;
      expect(trendAt(points, newest.time + 3 * MINUTE)).to.equal(expected);
    });
  }

  it("is never less than the newest need", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 12 }), (values) => {
        const points = needs(...values);
        const trend = trendAt(points, NOW + 2 * MINUTE);
        if (trend !== undefined) expect(trend).to.be.at.least(points.at(-1)!.needed);
      }),
    );
  });
});

describe("rhythmAt", () => {
  const today = day(0, () => 2);
  for (const [when, days, expected] of [
    ["two days before were alike", [day(1, rises(5)), day(2, rises(5))], 5],
    ["only one day is known", [day(1, rises(5))], undefined],
    ["one of three had a surprise", [day(1, rises(5)), day(2, rises(20)), day(3, rises(5))], 5],
    ["one of two had a surprise", [day(1, rises(20)), day(2, rises(5))], 5],
    [
      "a day was wrong lately: a Sunday says nothing of a Monday",
      [day(1, () => 1), day(2, rises(5)), day(3, rises(6))],
      5,
    ],
    ["all days were wrong lately", [day(1, () => 9), day(2, () => 9)], undefined],
    ["days lie a week and two weeks back", [day(7, rises(4)), day(14, rises(4))], 4],
    ["days lie further back than fourteen", [day(15, rises(4)), day(16, rises(4))], undefined],
    ["today is not known", [], undefined],
    [
      "one of two knows nothing of what came next",
      [day(1, rises(5)), day(2, () => 2).slice(0, 24)],
      undefined,
    ],
    ["a stretch of what came next is missing", [day(1, rises(5)), day(2, rises(5))].map(without(25)), 5],
    [
      "up to half of what is compared is missing",
      [day(1, rises(5)), day(2, rises(5))].map(without(...first(9))),
      5,
    ],
    ["more of it is missing", [day(1, rises(5)), day(2, rises(5))].map(without(...first(10))), undefined],
  ] as const) {
    it(`says ${expected ?? "nothing"} when ${when}`, () => {
      expect(rhythm(today, ...days)).to.equal(expected);
    });
  }

  it("takes days that were wrong by 15 % on average, and no more", () => {
    // More than today by so much at one stretch, less at the next, and then 50.
    const past = (back: number, wrong: number) =>
      day(back, (time) => (time >= NOW ? 50 : 20 + (Math.floor(time / PERIOD) % 2 === 0 ? wrong : -wrong)));
    const foreseen = (wrong: number) =>
      rhythm(
        day(0, () => 20),
        past(1, wrong),
        past(2, wrong),
      );
    expect(foreseen(3)).to.equal(50);
    expect(foreseen(3.01)).to.equal(undefined);
  });

  it("knows nothing of what comes: points after now change nothing", () => {
    const past = [today, day(1, rises(5)), day(2, rises(5))];
    const future = day(0, () => 2).map(({ time }) => ({ time: time + 2 * 60 * MINUTE, load: 99 }));
    expect(rhythm(...past, future)).to.equal(rhythm(...past));
  });

  for (const [what, change] of [
    ["a gap of today's", without(...first(9))],
    [
      "what there is of the stretch that is not over yet",
      (points: LoadPoint[]) => [...points, { time: NOW - 1_000, load: 99 }],
    ],
  ] as const)
    it(`minds no ${what}`, () => {
      expect(rhythm(change(today), day(1, rises(5)), day(2, rises(5)))).to.equal(5);
    });

  it("is within what the days before needed, in whatever order they come", () => {
    const loads = fc.array(fc.double({ min: 0.1, max: 50, noNaN: true }), { minLength: 2, maxLength: 14 });
    fc.assert(
      fc.property(loads, (values) => {
        const days = values.map((value, index) => day(index + 1, rises(value)));
        const foreseen = rhythm(today, ...days);
        expect(foreseen).to.equal(rhythm(...days.toReversed(), today));
        expect(foreseen).to.be.within(Math.min(...values), Math.max(...values));
      }),
    );
  });
});

describe("decideCapacity with a forecast", () => {
  const flat = [40, 40, 40, 40, 40, 40];
  const history = [
    day(0, () => 1.2),
    ...[1, 2, 3].map((back) => day(back, (time) => (time < NOW ? 1.2 : 3))),
  ].flat();
  const decide = (forecast: boolean, cpu: readonly number[] = flat) =>
    decideCapacity(situation(members(3), cpu, { history }), { ...settings, forecast });

  it("launches for what the days before needed when a launch is ready", () => {
    expect(decide(true)).to.deep.include({ action: "launch", count: 2 });
    expect(decide(false)).to.include({ action: "terminate" });
  });

  it("follows the greater of what is needed now and what is foreseen", () => {
    expect(decide(true, [40, 40, 40, 40, 40, 95]).findings.wanted).to.equal(5);
    expect(decide(true, [40, 40, 40, 40, 40, 99]).findings.wanted).to.equal(7);
  });

  it("looks as far ahead as a launch takes, and the minute after", () => {
    const later = [
      day(0, () => 1.2),
      ...[1, 2, 3].map((back) => day(back, (time) => (time < NOW + 4.5 * MINUTE ? 1.2 : 3))),
    ].flat();
    const at = (warmupSeconds: number) =>
      decideCapacity(situation(members(3), flat, { history: later }), {
        ...settings,
        forecast: true,
        warmupSeconds,
      });
    expect(at(240)).to.deep.include({ action: "launch", count: 2 });
    expect(at(120)).not.to.include({ action: "launch" });
  });

  describe("by the trend", () => {
    const rising = (samples: readonly CpuSample[]) =>
      decideCapacity(situation(members(3), [], { samples }), { ...settings, forecast: true });

    it("launches what a steady rise needs when a launch is ready", () => {
      // By 0.3 instances a minute, to 3: at 4 in three and a half minutes.
      expect(rising(minutes(members(3), [30, 36, 42, 48, 54, 60]))).to.deep.include({
        action: "launch",
        count: 2,
      });
    });

    it("reads the minute in too that not all have reported in yet", () => {
      const complete = minutes(members(3), [37, 43, 49, 55, 61, undefined]);
      const emerging = minutes(members(2), [37, 43, 49, 55, 61, 67]).slice(-2);
      expect(rising(complete)).to.deep.include({ action: "launch", count: 2 });
      // Two of three rise by less than before: 3.25, and then 0.2 a minute.
      expect(rising([...complete, ...emerging])).to.deep.include({ action: "launch", count: 1 });
    });

    it("follows a jump of the minute that not all have reported in yet", () => {
      const steady = minutes(members(3), [60, 60, 60, 60, 60, undefined]);
      expect(rising(steady)).to.include({ action: "hold" });
      const jump = minutes(members(2), [60, 60, 60, 60, 60, 95]).slice(-2);
      expect(rising([...steady, ...jump])).to.deep.include({ action: "launch", count: 2 });
    });
  });

  it("takes nothing away that is foreseen to be needed, nor passes the maximum", () => {
    const limited = decideCapacity(situation(members(3), flat, { history }), {
      ...settings,
      forecast: true,
      maxInstances: 4,
    });
    expect(limited).to.deep.include({ action: "launch", count: 1 });
    const size = decideCapacity(situation(members(5), [24, 24, 24, 24, 24], { history }), {
      ...settings,
      forecast: true,
    });
    expect(size).to.include({ action: "hold" });
  });
});
