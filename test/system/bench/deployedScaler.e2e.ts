import { expect } from "chai";
import { contendersIn, WORLD, type Staging } from "../../../bench/scaler/main";
import { scoreOf, STEPS_PER_MINUTE, type Run } from "../../../bench/scaler/run";

/** The simulated fleet begins without its reserve, which the deployed one has had time for: so long it is not compared. */
const QUIET_MINUTES = 10;
/** Out at once, in after the stabilisation window, and a minute that instances leave in the middle of. */
const trace = {
  name: "up and down",
  demand: [
    ...Array<number>(QUIET_MINUTES + 5).fill(2),
    ...Array<number>(15).fill(6),
    ...Array<number>(20).fill(2),
  ],
};

describe("this scaler, deployed in the embedded cloud", function () {
  this.timeout(60_000);

  const runAs = async (staging: Staging, reserveInstances: number): Promise<Run> => {
    const [own] = contendersIn(WORLD, staging, reserveInstances);
    const run = await own!.run(trace);
    return { ...run, steps: run.steps.slice(QUIET_MINUTES * STEPS_PER_MINUTE) };
  };

  for (const reserve of [0, 2])
    it(`follows a load as its simulation does, within half a percent, with a reserve of ${reserve}`, async () => {
      const [deployed, simulated] = [await runAs("deployed", reserve), await runAs("simulated", reserve)];
      const [score, expected] = [scoreOf(deployed), scoreOf(simulated)];
      expect(score.launched).to.be.greaterThan(0);
      expect(score.launched).to.equal(expected.launched);
      expect(score.terminated).to.be.greaterThan(0);
      expect(score.terminated).to.equal(expected.terminated);
      expect(score.peak).to.equal(expected.peak);
      expect(score.shortfall).to.be.closeTo(expected.shortfall, 0.5);
      expect(score.timeUnder).to.be.closeTo(expected.timeUnder, 0.5);
      expect(score.instability).to.be.closeTo(expected.instability, 0.5);
      expect(score.instanceHours / expected.instanceHours).to.be.closeTo(1, 0.005);
      const same = deployed.steps.filter((step, index) => step.fleet === simulated.steps[index]?.fleet);
      // The reserve was launched at another moment, and reports at seconds of its own: a minute may be complete later.
      expect(same.length / deployed.steps.length).to.be.at.least(reserve === 0 ? 0.995 : 0.9);
    });
});
