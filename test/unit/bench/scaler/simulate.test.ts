import { expect } from "chai";
import { compare } from "../../../../bench/scaler/compare";
import { contendersIn, WORLD } from "../../../../bench/scaler/main";
import { peakOverNeeded } from "../../../../bench/scaler/report";
import { HOLD, type Policy, type PolicyView } from "../../../../bench/scaler/policy";
import { scoreOf, STEP_SECONDS } from "../../../../bench/scaler/run";
import { simulate, type World } from "../../../../bench/scaler/simulate";
import { standardTraces } from "../../../../bench/scaler/traces";

/** Without what disturbs the metric. */
const world: World = {
  ...WORLD,
  minInstances: 1,
  maxInstances: 5,
  bootCpu: { seconds: 0, percent: 0 },
  otherInstances: { count: 0, cpuPercent: 0 },
  staggeredMetrics: false,
};
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

describe("limits by time of day", () => {
  // The trace begins at midnight.
  const schedule = [
    { cron: "20 0 * * *", min: 4, max: 4 },
    { cron: "40 0 * * *", min: 1, max: 2 },
    { cron: "0 23 * * *", min: 1, max: 3 },
  ];

  for (const contender of contendersIn({ ...world, schedule }, "simulated")) {
    it(`hold for ${contender.name}, whatever the load`, async () => {
      const minutes = { name: "busy", demand: Array<number>(60).fill(9) };
      const { steps } = await contender.run(minutes);
      const sizesFrom = (minute: number) => {
        const from = (minute * 60) / STEP_SECONDS;
        return new Set(steps.slice(from, from + 600 / STEP_SECONDS).map(({ fleet }) => fleet));
      };
      expect([sizesFrom(5), sizesFrom(25), sizesFrom(45)]).to.deep.equal([
        new Set([3]),
        new Set([4]),
        new Set([2]),
      ]);
    });
  }
});

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
    expect(views.at(-1)?.minutes.map(({ shared }) => shared.cpuPercent)).to.deep.equal([50, 100, 50]);
  });

  it("counts instances that still start in the shared metric, idle", async () => {
    const { policy, views } = scripted(0, 2);
    await simulate(policy, trace(1, 1, 1, 1, 1), world);
    const minute = views.at(-1)?.minutes[1];
    // The two run from second 55 on, and serve from second 115 on: for the last second-but-five of this minute.
    expect(minute?.byInstance.size).to.equal(4);
    const [serving, starting] = [(11 * 50 + 25) / 12, (11 * 1.5 + 25) / 12];
    expect(minute?.shared.cpuPercent).to.be.closeTo((serving + starting) / 2, 1e-9);
  });

  it("has boots at their CPU, and foreign instances in the shared metric alone", async () => {
    const { policy, views } = scripted(0, 1);
    const bootCpu = { seconds: 60, percent: 100 };
    const otherInstances = { count: 2, cpuPercent: 10 };
    await simulate(policy, trace(1, 1, 1, 1, 1), { ...world, bootCpu, otherInstances });
    const minute = views.at(-1)?.minutes[1];
    // Boots from second 55 to second 115.
    expect([...(minute?.byInstance.values() ?? [])].at(-1)).to.be.closeTo((11 * 100 + 100 / 3) / 12, 1e-9);
    expect(minute?.shared.instances).to.equal(5);
    expect([...(minute?.byInstance.keys() ?? [])]).to.have.length(3);
  });

  it("lets each instance report at a second of its own, so that the newest minute is incomplete", async () => {
    const { policy, views } = scripted(-1, 0);
    await simulate(policy, trace(...Array<number>(30).fill(2)), { ...world, staggeredMetrics: true });
    const newest = views.slice(5).map(({ minutes }) => minutes.at(-1)?.byInstance.size ?? 0);
    expect(newest.some((size) => size > 0 && size < 4)).to.equal(true);
    const before = views.slice(5).map(({ minutes }) => minutes.at(-2)?.byInstance.size);
    expect(new Set(before)).to.deep.equal(new Set([4]));
    const again = scripted(-1, 0);
    await simulate(again.policy, trace(...Array<number>(30).fill(2)), { ...world, staggeredMetrics: true });
    expect(again.views).to.deep.equal(views);
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
    expect(minute?.shared.instances).to.equal(2);
    // Each at 30 % for half of the minute; then one alone at 60 %.
    expect(minute?.shared.cpuPercent).to.be.closeTo((30 + 45) / 2, 1e-9);
  });
});

describe("the comparison", () => {
  const compared = (seed: number, changes: Partial<World> = {}) => {
    const changed = { ...WORLD, ...changes };
    return compare(contendersIn(changed, "simulated"), standardTraces(seed));
  };
  let ofTheFigures: ReturnType<typeof compared> | undefined;
  /** The world of the figures, which is simulated once. */
  const comparedAsPublished = () => (ofTheFigures ??= compared(1));
  for (const [what, seed, changes] of [
    ["in the world of the figures", 1, {}],
    ["on another noisy day", 2, {}],
    ["when metrics come as late as they may", 1, { metricDelaySeconds: 120 }],
    ["when the application starts in no time", 1, { bootstrapSeconds: 0 }],
  ] as const) {
    it(`finds this scaler short half as much as target tracking, for its instance-hours, ${what}`, async () => {
      const result =
        seed === 1 && Object.keys(changes).length === 0 ? comparedAsPublished() : compared(seed, changes);
      const [own, , tracking, pods] = (await result).map(({ together }) => together);
      expect(own!.timeUnder).to.be.at.most(0.5 * tracking!.timeUnder);
      expect(own!.shortfall).to.be.at.most(0.5 * tracking!.shortfall);
      expect(own!.instanceHours).to.be.at.most(1.05 * tracking!.instanceHours);
      // Kubernetes sees readiness itself, and looks four times as often; an instance that starts at once helps it most.
      const like = "bootstrapSeconds" in changes ? 1.2 : 1;
      expect(own!.timeUnder).to.be.below(like * pods!.timeUnder);
      expect(own!.shortfall).to.be.below(like * pods!.shortfall);
    });
  }

  it("finds it no less stable than the steadiest of them", async () => {
    const [own, ...others] = (await comparedAsPublished()).map(({ together }) => together);
    expect(own!.instability).to.be.at.most(Math.min(...others.map(({ instability }) => instability)));
  });

  it("finds its peak at most a quarter above what is needed on step, ramp and spike", async () => {
    for (const seed of [1, 2, 3]) {
      const traces = standardTraces(seed).slice(0, 4);
      const [own] = await compare(contendersIn({ ...WORLD, seed }, "simulated").slice(0, 1), traces);
      for (const [index, trace] of traces.entries())
        expect(peakOverNeeded(own!.scores[index]!.peak, trace, WORLD), trace.name).to.be.at.most(1.25);
    }
  });

  it("finds that it launches no more than Kubernetes' HPA on noisy days", async () => {
    const launched = [0, 0];
    for (let seed = 1; seed <= 4; seed++) {
      const [own, , , pods] = contendersIn({ ...WORLD, seed }, "simulated");
      const noisy = standardTraces(seed).slice(-1);
      for (const [index, { together }] of (await compare([own!, pods!], noisy)).entries())
        launched[index]! += together.launched;
    }
    expect(launched[0]).to.be.at.most(launched[1]!);
  });

  it("finds that a reserve of what a spike adds leaves nothing of the load unserved, for fewer instance-hours than the low target that does", async () => {
    const at = async (targetCpuPercent: number, reserveInstances: number) => {
      const tuned = contendersIn({ ...WORLD, targetCpuPercent }, "simulated", reserveInstances);
      const [own] = await compare(tuned.slice(0, 1), standardTraces(1));
      return own!.together;
    };
    const [reserve, low] = [await at(90, 7), await at(22, 0)];
    expect(reserve.timeUnder).to.be.at.most(low.timeUnder);
    expect(reserve.shortfall).to.be.at.most(low.shortfall);
    expect(reserve.instanceHours).to.be.at.most(0.75 * low.instanceHours);
  });

  it("never lets anyone exceed the maximum", async () => {
    const limited = await compared(1, { maxInstances: 12 });
    for (const { together } of limited) expect(together.peak).to.be.at.most(12);
  });
});
