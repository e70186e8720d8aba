import { expect } from "chai";
import * as fc from "fast-check";
import { compare, type Contender } from "../../../../bench/scaler/compare";
import { hoursRatio, leastHours, type Tunable, type Tuning } from "../../../../bench/scaler/leastHours";
import { WORLD } from "../../../../bench/scaler/main";
import { plotSvg, plotText } from "../../../../bench/scaler/plot";
import { report } from "../../../../bench/scaler/report";
import { leastHoursTable } from "../../../../bench/scaler/table";
import { madeWeek } from "../../../../bench/scaler/traces";

const trace = { name: "t <1>", demand: [1, 1] };

/** A fleet of 100 ÷ target instances and its reserve, which serves one instance's worth where it is said to. */
function contender({ targetCpuPercent, reserveInstances }: Tuning, isServing: boolean): Contender {
  const fleet = 100 / targetCpuPercent + reserveInstances;
  const steps = Array.from({ length: 24 }, () => ({ demand: 1, supply: isServing ? fleet : 0, fleet }));
  return {
    key: "thisScaler",
    name: "made",
    parameters: {},
    run: () => Promise.resolve({ steps, launched: 0, terminated: 0 }),
  };
}

/** Serves up to a target, which may depend on the reserve; remembers what was tried. */
function tunable(upTo: (reserveInstances: number) => number, mostReserve?: number) {
  const tried: Tuning[] = [];
  const policy: Tunable = {
    key: "thisScaler",
    name: "made",
    mostReserve,
    at: (tuning) => {
      tried.push(tuning);
      return contender(tuning, tuning.targetCpuPercent <= upTo(tuning.reserveInstances));
    },
  };
  return { policy, tried };
}

describe("leastHours", () => {
  for (const upTo of [95, 63, 60, 5]) {
    it(`finds the cheapest target that serves, ${upTo} %, of a policy without a reserve`, async () => {
      const { best, hasReserve } = await leastHours(tunable(() => upTo).policy, [trace]);
      expect(best).to.include({ targetCpuPercent: upTo, reserveInstances: 0 });
      expect(hasReserve).to.equal(false);
    });
  }

  it("finds none where none serves, and then has no ratio", async () => {
    const { policy, tried } = tunable(() => 0, 30);
    const none = await leastHours(policy, [trace]);
    expect(tried).to.have.length(1);
    expect(none.best).to.equal(undefined);
    expect(hoursRatio([none], "thisScaler", "targetTracking")).to.equal(undefined);
  });

  it("finds the cheapest of all targets and reserves, as if it had tried each, and tries far fewer", async () => {
    await fc.assert(
      // What serves with a reserve serves with a larger one.
      fc.asyncProperty(
        fc.array(
          fc.nat(95).map((target) => (target < 5 ? 0 : target)),
          { minLength: 1, maxLength: 8 },
        ),
        async (given) => {
          const upTo = given.toSorted((a, b) => a - b);
          const { policy, tried } = tunable((reserve) => upTo[reserve] ?? 0, upTo.length - 1);
          const { best } = await leastHours(policy, [trace]);
          const costs = upTo.flatMap((target, reserve) => (target === 0 ? [] : [100 / target + reserve]));
          const cost = best && 100 / best.targetCpuPercent + best.reserveInstances;
          if (cost === undefined) expect(costs).to.deep.equal([]);
          else expect(cost).to.be.closeTo(Math.min(...costs), 1e-9);
          expect(tried.length).to.be.at.most(1 + 23 * upTo.length);
        },
      ),
    );
  });

  it("tries no larger reserve once the highest target costs as much as what serves", async () => {
    const { policy, tried } = tunable(() => 95, 30);
    await leastHours(policy, [trace]);
    expect(tried.slice(1)).to.deep.equal([
      { targetCpuPercent: 95, reserveInstances: 0 },
      { targetCpuPercent: 95, reserveInstances: 1 },
    ]);
  });

  it("leaves out what the policy does not take", async () => {
    const { policy } = tunable(() => 95);
    const at = (tuning: Tuning) => (tuning.targetCpuPercent < 88 ? policy.at(tuning) : undefined);
    const { best } = await leastHours({ ...policy, at }, [trace]);
    expect(best).to.include({ targetCpuPercent: 87 });
  });

  it("is printed, and reported, with target and reserve, and with none where there is none to tune", async () => {
    const own = await leastHours(tunable((reserve) => (reserve < 2 ? 10 : 90), 5).policy, [trace]);
    const other = await leastHours({ ...tunable(() => 40).policy, key: "targetTracking", name: "other" }, [
      trace,
    ]);
    const measured = { name: "a trace", policies: [own, other] };
    const [, first, second] = leastHoursTable(measured);
    expect(first).to.match(/^ {2}made: 0\.1 at 90 %, reserve 2 \(/);
    expect(second).to.match(/^ {2}other: 0\.1 at 40 %, has no reserve to tune \(.*; this scaler × 1\.24$/);
    const figures = report(WORLD, [], [], [measured]) as {
      leastInstanceHours: { policies: Record<string, object>; ratio: object };
    };
    const { policies, ratio } = figures.leastInstanceHours;
    expect(policies.thisScaler).to.include({ targetCpuPercent: 90, reserveInstances: 2 });
    expect(policies.targetTracking).to.include({ targetCpuPercent: 40, reserveInstances: null });
    expect(ratio)
      .to.have.property("targetTracking")
      .that.is.closeTo((100 / 90 + 2) / 2.5, 1e-9);
    expect(ratio).to.have.property("horizontalPodAutoscaler", null);
  });
});

describe("the made week", () => {
  it("has seven days, the same for the same seed, the days at its end quieter, and a surprise each day", () => {
    const { demand } = madeWeek(5);
    expect(demand).to.have.length(7 * 24 * 60);
    expect(demand).to.deep.equal(madeWeek(5).demand);
    expect(demand).not.to.deep.equal(madeWeek(6).demand);
    const days = Array.from({ length: 7 }, (_, day) => demand.slice(day * 1440, (day + 1) * 1440));
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(days[3]!)).to.be.below(0.75 * sum(days[0]!));
    for (const day of days) {
      const jumps = day.slice(1).map((value, minute) => value - day[minute]!);
      expect(Math.max(...jumps)).to.be.above(1.5);
    }
  });
});

describe("the plots", () => {
  it("show each trace of each policy, in SVG and in characters", async () => {
    const [comparison] = await compare(
      [contender({ targetCpuPercent: 50, reserveInstances: 0 }, true)],
      [trace],
    );
    const svg = plotSvg([trace], [comparison!]);
    expect(svg).to.match(/^<svg .*viewBox/);
    expect(svg).to.include("t &lt;1> · made").and.to.include("<polygon").and.to.include("<polyline");
    const text = plotText("made", comparison!.runs[0]!);
    expect(text).to.have.length(12);
    expect(text[1]).to.match(/2 │··$/);
    expect(text.at(-2)).to.match(/│██$/);
    const [short] = await compare([contender({ targetCpuPercent: 90, reserveInstances: 0 }, false)], [trace]);
    expect(plotText("short", short!.runs[0]!)[1]).to.match(/1 │!!$/);
  });
});
