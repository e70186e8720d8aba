import { expect } from "chai";
import { compare } from "../../../../bench/scaler/compare";
import { contendersIn, WORLD } from "../../../../bench/scaler/main";
import { HOLD, type Policy, type PolicyView } from "../../../../bench/scaler/policy";
import { scoreOf, STEP_SECONDS } from "../../../../bench/scaler/run";
import { simulate, type World } from "../../../../bench/scaler/simulate";
import { standardTraces } from "../../../../bench/scaler/traces";

const world: World = { ...WORLD, minInstances: 1, maxInstances: 5 };
const trace = (...demand: number[]) => ({ name: "t", demand });

/** A policy that acts once, in the given minute, and keeps what it saw. */
function scripted(inMinute: number, count: number) {
  const views: PolicyView[] = [];
  const policy: Policy = {
    name: "scripted",
    parameters: {},
    everySeconds: 60,
    reconcile(view) {
      views.push(view);
      return views.length - 1 === inMinute ? { action: "launch", count } : HOLD;
    },
  };
  return { policy, views };
}

describe("simulate", () => {
  it("starts in service, at the size that holds the first demand at the target", async () => {
    const { steps } = await simulate(scripted(-1, 0).policy, trace(1.5, 1.5), world);
    expect(steps[0]).to.deep.equal({ demand: 1.5, supply: 3, fleet: 3 });
  });

  it("serves with a new instance after boot and bootstrap, and bills it from its launch", async () => {
    const run = await simulate(scripted(0, 1).policy, trace(1, 1, 1), world);
    const served = run.steps.findIndex(({ supply }) => supply === 3);
    expect(served * STEP_SECONDS).to.equal(30 + 25 + 60);
    expect(scoreOf(run).instanceHours * 3_600).to.be.closeTo(2 * 180 + 150, 1e-6);
  });

  it("shows a minute once it is over and its datapoint has come, CPU at most 100 %", async () => {
    const { policy, views } = scripted(-1, 0);
    await simulate(policy, trace(1, 8, 1, 1, 1), world);
    // Looks in the middle of each minute; a datapoint comes a minute after its minute's end.
    expect(views.map(({ minutes }) => minutes.length)).to.deep.equal([0, 0, 1, 2, 3]);
    expect(views.at(-1)?.minutes.map(({ inService }) => inService.cpuPercent)).to.deep.equal([50, 100, 50]);
  });

  it("counts instances that still start in the metric of all, idle, and not in that of those in service", async () => {
    const { policy, views } = scripted(0, 2);
    await simulate(policy, trace(1, 1, 1, 1, 1), world);
    const minute = views.at(-1)?.minutes[1];
    // The two run from second 55 on, and serve from second 115 on: for the last second-but-five of this minute.
    expect(minute?.running.instances).to.equal(4);
    expect(minute?.inService.instances).to.be.closeTo(2 + 2 / 12, 1e-9);
    const [serving, starting] = [(11 * 50 + 25) / 12, (11 * 1.5 + 25) / 12];
    expect(minute?.running.cpuPercent).to.be.closeTo((serving + starting) / 2, 1e-9);
  });

  it("counts an instance that went in mid-minute whole in the metric of all, as CloudWatch does", async () => {
    const views: PolicyView[] = [];
    const leaving: Policy = {
      name: "leaving",
      parameters: {},
      everySeconds: 60,
      reconcile(view) {
        views.push(view);
        const [first] = view.instances;
        return views.length === 1 && first !== undefined
          ? { action: "terminate", instanceIds: [first.id] }
          : HOLD;
      },
    };
    await simulate(leaving, trace(0.6, 0.6, 0.6), { ...world, minInstances: 2 });
    const minute = views.at(-1)?.minutes[0];
    expect(minute?.running.instances).to.equal(2);
    // Each at 30 % for half of the minute; then one alone at 60 %.
    expect(minute?.running.cpuPercent).to.be.closeTo((30 + 45) / 2, 1e-9);
    expect(minute?.inService.instances).to.equal(1.5);
  });
});

describe("the comparison", () => {
  const compared = (seed: number, changes: Partial<World> = {}) => {
    const changed = { ...WORLD, ...changes };
    return compare(contendersIn(changed, "simulated"), standardTraces(seed));
  };
  for (const [what, seed, changes] of [
    ["in the world of the figures", 1, {}],
    ["on another noisy day", 2, {}],
    ["when metrics come as late as they may", 1, { metricDelaySeconds: 120 }],
    ["when the application starts in no time", 1, { bootstrapSeconds: 0 }],
  ] as const) {
    it(`finds this scaler short half as much as target tracking, for its instance-hours, ${what}`, async () => {
      const [own, , tracking, pods] = (await compared(seed, changes)).map(({ together }) => together);
      expect(own!.timeUnder).to.be.at.most(0.5 * tracking!.timeUnder);
      expect(own!.shortfall).to.be.at.most(0.5 * tracking!.shortfall);
      expect(own!.instanceHours).to.be.at.most(1.05 * tracking!.instanceHours);
      expect(own!.timeUnder).to.be.below(pods!.timeUnder);
      expect(own!.shortfall).to.be.below(pods!.shortfall);
    });
  }

  it("finds it no less stable than the steadiest of them", async () => {
    const [own, ...others] = (await compared(1)).map(({ together }) => together);
    expect(own!.instability).to.be.at.most(Math.min(...others.map(({ instability }) => instability)));
  });

  it("never lets anyone exceed the maximum", async () => {
    const limited = await compared(1, { maxInstances: 12 });
    for (const { together } of limited) expect(together.peak).to.be.at.most(12);
  });
});
