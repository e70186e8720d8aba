import { expect } from "chai";
import { simulated } from "../../../bench/scaler/compare";
import { deployedScaler } from "../../../bench/scaler/deployedScaler";
import { scalerSettings, WORLD } from "../../../bench/scaler/main";
import { thisScaler } from "../../../bench/scaler/policies/thisScaler";
import { scoreOf } from "../../../bench/scaler/run";

describe("this scaler, deployed in the embedded cloud", function () {
  this.timeout(60_000);

  it("follows a load as its simulation does, but for the one or two percent of CPU that idle instances show", async () => {
    const trace = {
      name: "up and down",
      demand: [...Array<number>(5).fill(2), ...Array<number>(15).fill(6), ...Array<number>(20).fill(2)],
    };
    const settings = scalerSettings(WORLD);
    const deployed = scoreOf(await deployedScaler(WORLD, settings).run(trace));
    const alone = simulated(() => thisScaler(WORLD, { ...settings, paused: false }), WORLD);
    const expected = scoreOf(await alone.run(trace));
    expect(deployed.launched).to.be.greaterThan(0);
    expect(deployed.shortfall).to.be.closeTo(expected.shortfall, 0.5);
    expect(deployed.timeUnder).to.be.closeTo(expected.timeUnder, 0.5);
    expect(deployed.instanceHours / expected.instanceHours).to.be.closeTo(1, 0.08);
    expect(deployed.peak).to.be.at.most(WORLD.maxInstances);
  });
});
