import { expect } from "chai";
import type { MinuteView, Policy, PolicyAction, PolicyView } from "../../../../bench/scaler/policy";
import {
  groupPods,
  horizontalPodAutoscaler,
  recommend,
} from "../../../../bench/scaler/policies/horizontalPodAutoscaler";
import { oneLaunchPerAlarm } from "../../../../bench/scaler/policies/oneLaunchPerAlarm";
import { targetTracking } from "../../../../bench/scaler/policies/targetTracking";

const common = { minInstances: 1, maxInstances: 10, targetCpuPercent: 60 };
const START = Date.UTC(2026, 0, 1);

/** `size` instances, launched so many seconds before the first look. */
function instances(size: number, ageSeconds = 3_600) {
  return Array.from({ length: size }, (_, index) => ({
    id: `i-${index}`,
    state: "running" as const,
    launchTime: START - ageSeconds * 1000 + index,
    readyAt: START - ageSeconds * 1000 + index + 85_000,
  }));
}

/** What a policy sees `minute` minutes later, each minute before with the CPU of `size` instances. */
function view(cpu: readonly number[], size: number, fleet = instances(size)): PolicyView {
  const minutes: MinuteView[] = cpu.map((cpuPercent, minute) => ({
    time: START + minute * 60_000,
    byInstance: new Map(
      fleet.filter(({ launchTime }) => launchTime < START).map(({ id }) => [id, cpuPercent] as const),
    ),
    shared: { cpuPercent, instances: size },
  }));
  return { now: START + (cpu.length + 1) * 60_000, instances: fleet, ended: [], minutes };
}

const brief = (action: PolicyAction) =>
  action.action === "launch"
    ? `+${action.count}`
    : action.action === "terminate"
      ? `-${action.instanceIds.length}`
      : "hold";
const act = async (policy: Policy, given: PolicyView) => brief(await policy.reconcile(given));

describe("EC2 target tracking, as modelled", () => {
  const once = (given: PolicyView) => act(targetTracking(common), given);
  const flat = (cpu: number, count: number) => Array<number>(count).fill(cpu);

  it("goes out after three minutes above the target, in proportion", async () => {
    expect(await once(view([50, 90, 90], 3))).to.equal("hold");
    expect(await once(view([90, 90, 90], 3))).to.equal("+2");
  });

  it("goes in after fifteen minutes below 0.7 of the target", async () => {
    expect(await once(view(flat(41, 14), 3))).to.equal("hold");
    expect(await once(view(flat(41, 15), 4))).to.equal("-1");
    expect(await once(view([...flat(41, 14), 43], 4))).to.equal("hold");
  });

  it("counts warming instances as capacity, not in the metric, and goes not in while they warm up", async () => {
    const warming = [...instances(3), ...instances(2, 0).map((one) => ({ ...one, id: `${one.id}-new` }))];
    expect(await once({ ...view([90, 90, 90], 3, warming) })).to.equal("hold");
    const low = view(flat(10, 15), 5, warming);
    expect(await once({ ...low, now: START + 299_000 })).to.equal("hold");
    expect(await once({ ...low, now: START + 301_000 })).to.equal("-4");
  });
});

describe("Kubernetes' HPA, as modelled", () => {
  const once = (given: PolicyView) => act(horizontalPodAutoscaler(common), given);

  it("goes out at once, in proportion, beyond the tolerance", async () => {
    expect(await once(view([65], 3))).to.equal("hold");
    expect(await once(view([67], 3))).to.equal("+1");
    expect(await once(view([90], 3))).to.equal("+2");
  });

  it("groups pods by their metric and their readiness, as replica_calculator.go does", () => {
    const [ready, unready, booting, silent] = instances(4).map((one, index) => ({
      ...one,
      id: `i-${index}`,
    }));
    const young = { launchTime: START - 10_000 };
    const given = view([50], 4, [
      ready!,
      { ...unready!, ...young, readyAt: START + 30_000 },
      { ...booting!, ...young, readyAt: undefined as never },
      { ...silent!, launchTime: START + 1 },
      { ...silent!, id: "i-4", state: "pending" as never },
    ]);
    expect(groupPods(given)).to.deep.equal({ ready: [50], unready: 3, missing: 1 });
  });

  it("takes pods without metrics for idle on the way up, and for busy on the way down", () => {
    const of = (cpu: number, unready: number, missing: number) =>
      recommend({ ready: [cpu, cpu, cpu], unready, missing }, 3 + unready + missing, 60);
    expect(of(90, 0, 2)).to.equal(5);
    expect(of(100, 0, 1)).to.equal(5);
    // Three at 40 % and one taken for 100 % are 55 %: within the tolerance.
    expect(of(40, 0, 1)).to.equal(4);
    expect(of(100, 1, 0)).to.equal(5);
    // Unready pods count on the way up only.
    expect(of(20, 2, 0)).to.equal(1);
    expect(recommend({ ready: [], unready: 2, missing: 0 }, 2, 60)).to.equal(undefined);
  });

  it("goes in by the greatest recommendation of five minutes", async () => {
    const policy = horizontalPodAutoscaler(common);
    const looks = [60, 20, 20, 20, 20, 20, 20];
    const actions = [];
    for (const minute of looks.keys()) actions.push(await act(policy, view(looks.slice(0, minute + 1), 6)));
    expect(actions).to.deep.equal(["hold", "hold", "hold", "hold", "hold", "-4", "-4"]);
  });

  it("adds at most four pods, or as many again, at a time", async () => {
    expect(await act(horizontalPodAutoscaler({ ...common, targetCpuPercent: 10 }), view([100], 1))).to.equal(
      "+4",
    );
  });
});

describe("one launch per alarm, as modelled", () => {
  it("launches one at each transition, and never another while it lasts", async () => {
    const policy = oneLaunchPerAlarm(common, 80);
    const looks = [70, 90, 95, 95, 50, 90];
    const actions = [];
    for (const minute of looks.keys()) actions.push(await act(policy, view(looks.slice(0, minute + 1), 3)));
    expect(actions).to.deep.equal(["hold", "+1", "hold", "hold", "hold", "+1"]);
  });

  it("stops at the maximum", async () => {
    expect(await act(oneLaunchPerAlarm(common, 80), view([90], 10))).to.equal("hold");
  });
});
