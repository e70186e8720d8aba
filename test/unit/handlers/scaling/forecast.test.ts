import { expect } from "chai";
import fc from "fast-check";
import { decideCapacity } from "../../../../handlers/scaling/decideCapacity";
import {
  HISTORY_PERIOD_SECONDS,
  rhythmAt,
  trendAt,
  type LoadPoint,
} from "../../../../handlers/scaling/forecast";
import { members, NOW, settings, situation } from "./situation";

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

describe("trendAt", () => {
  for (const [when, values, expected] of [
    ["the load rises steadily", [1, 2, 3, 4, 5], 8],
    ["it rises, at times slower", [1, 3, 4, 6, 7], 10],
    ["it stands still", [4, 4, 4, 4, 4], undefined],
    ["it falls", [5, 4, 3, 2, 1], undefined],
    ["it jumped once", [2, 2, 2, 8, 8], undefined],
    ["it rises and falls", [4, 5, 4, 5, 6], undefined],
    ["too few minutes are known", [1, 2, 3], undefined],
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
  ] as const) {
    it(`says ${expected ?? "nothing"} when ${when}`, () => {
      expect(rhythm(today, ...days)).to.equal(expected);
    });
  }

  it("knows nothing of what comes: points after now change nothing", () => {
    const past = [today, day(1, rises(5)), day(2, rises(5))];
    const future = day(0, () => 2).map(({ time }) => ({ time: time + 2 * 60 * MINUTE, load: 99 }));
    expect(rhythm(...past, future)).to.equal(rhythm(...past));
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
