import { expect } from "chai";
import type { Contender } from "../../../../bench/scaler/compare";
import { hoursRatio, leastHours } from "../../../../bench/scaler/leastHours";
import { plotSvg, plotText } from "../../../../bench/scaler/plot";
import { compare } from "../../../../bench/scaler/compare";
import { madeWeek } from "../../../../bench/scaler/traces";

const trace = { name: "t <1>", demand: [1, 1] };

/** A fleet of 100 ÷ target instances, which serves one instance's worth up to a target of `upTo`. */
function contender(targetCpuPercent: number, upTo: number): Contender {
  const fleet = 100 / targetCpuPercent;
  const supply = targetCpuPercent <= upTo ? fleet : 0;
  const steps = Array.from({ length: 24 }, () => ({ demand: 1, supply, fleet }));
  return {
    key: "thisScaler",
    name: "made",
    parameters: {},
    run: () => Promise.resolve({ steps, launched: 0, terminated: 0 }),
  };
}

describe("leastHours", () => {
  for (const upTo of [95, 63, 60, 5]) {
    it(`finds the cheapest target that serves, ${upTo} %`, async () => {
      const { best } = await leastHours((target) => contender(target, upTo), [trace]);
      expect(best?.targetCpuPercent).to.equal(upTo);
    });
  }

  it("finds none where none serves, and then has no ratio", async () => {
    const none = await leastHours((target) => contender(target, 0), [trace]);
    expect(none.best).to.equal(undefined);
    expect(hoursRatio([none], "thisScaler", "targetTracking")).to.equal(undefined);
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
    const [comparison] = await compare([contender(50, 95)], [trace]);
    const svg = plotSvg([trace], [comparison!]);
    expect(svg).to.match(/^<svg .*viewBox/);
    expect(svg).to.include("t &lt;1> · made").and.to.include("<polygon").and.to.include("<polyline");
    const text = plotText("made", comparison!.runs[0]!);
    expect(text).to.have.length(12);
    expect(text[1]).to.match(/2 │··$/);
    expect(text.at(-2)).to.match(/│██$/);
    const [short] = await compare([contender(90, 50)], [trace]);
    expect(plotText("short", short!.runs[0]!)[1]).to.match(/1 │!!$/);
  });
});
