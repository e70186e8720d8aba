import { expect } from "chai";
import { seededRandom } from "embedded-aws/support";
import type { ScalingSettings } from "../../../../handlers/scaling/decision";
import { describeDecision } from "../../../../handlers/scaling/describeDecision";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import { groupFleet, type GroupMember, type GroupRecord } from "../../../../handlers/scaling/groupFleet";
import { reconcile, type Reconciliation } from "../../../../handlers/scaling/reconcile";
import { runs } from "../../../support/runs";
import { Turns } from "./ec2Model";
import { GroupModel, type GroupFaults } from "./groupModel";
import { configuration, member, members, minutes, NOW, settings as scaling } from "./situation";

const settings: ScalingSettings = { ...scaling, maxInstances: 6 };
const TIME = { remainingMs: () => 60_000 };

interface World {
  readonly group?: Partial<GroupRecord> | undefined;
  readonly instances?: readonly InstanceRecord[];
  /** CPU of each of the last minutes, of all instances alike. */
  readonly cpu?: readonly (number | undefined)[];
  readonly changes?: Partial<ScalingSettings>;
}

const inService = (records: readonly InstanceRecord[]): GroupMember[] =>
  records.map(({ id, imageId }) => ({ id, state: "InService", imageId }));

/** One invocation on a group that stands still; what it was told, and what came of it. */
async function once({ group = {}, instances = members(3), cpu = Array(10).fill(60), changes = {} }: World) {
  const told: number[] = [];
  const record = {
    minSize: 1,
    maxSize: 6,
    desired: instances.length,
    members: inService(instances),
    ...group,
  };
  const fleet = groupFleet(
    {
      group: () => Promise.resolve(record),
      instances: () => Promise.resolve([...instances]),
      setDesiredCapacity: (size) => Promise.resolve(void told.push(size)),
    },
    () => NOW,
  );
  let asked: readonly string[] = [];
  const result = await reconcile(
    {
      fleet,
      cpu: {
        since: (_from, ids) => {
          asked = ids;
          return Promise.resolve({ cpu: minutes(instances, cpu), wake: [] });
        },
      },
      now: () => NOW,
      settings: { ...settings, ...changes },
    },
    TIME,
  );
  return { told, asked, ...result };
}

const brief = ({ decision }: Reconciliation) =>
  decision.action === "resize"
    ? `${decision.from}>${decision.to}`
    : decision.action === "hold"
      ? decision.reason
      : "?";

describe("a fleet that a group keeps", () => {
  const table: readonly (readonly [string, World, string, number[]])[] = [
    ["has what it needs", {}, "at target", []],
    ["needs more", { cpu: Array(10).fill(90) }, "3>5", [5]],
    ["needs more than a step", { cpu: Array(10).fill(90), changes: { maxStep: 1 } }, "3>4", [4]],
    ["needs more than its maximum", { cpu: Array(10).fill(99), changes: { maxInstances: 4 } }, "3>4", [4]],
    ["is at its maximum", { cpu: Array(10).fill(90), changes: { maxInstances: 3 } }, "at maximum", []],
    ["needs less", { cpu: Array(10).fill(15) }, "3>1", [1]],
    ["needs less, by steps", { cpu: Array(10).fill(15), changes: { maxStep: 1 } }, "3>2", [2]],
    ["needed more lately", { cpu: [...Array<number>(8).fill(60), 15, 15] }, "stabilising", []],
    ["is above a maximum that was lowered", { changes: { maxInstances: 2 } }, "3>2", [2]],
    ["is below a minimum that was raised", { cpu: [], changes: { minInstances: 5 } }, "3>5", [5]],
    ["is paused", { cpu: Array(10).fill(90), changes: { paused: true } }, "paused", []],
    ["tells of no CPU", { cpu: [] }, "no metric", []],
    // Asked for and not there for lack of capacity: no reason to ask for less of it, nor to keep what is not needed.
    ["lacks instances, and needs them", { group: { desired: 6 }, cpu: Array(10).fill(99) }, "at maximum", []],
    ["lacks instances that it needs no more", { group: { desired: 6 }, cpu: Array(10).fill(20) }, "6>1", [1]],
    ["lacks some, and needs others", { group: { desired: 4 }, cpu: Array(10).fill(98) }, "4>6", [6]],
  ];
  for (const [name, world, expected, told] of table)
    it(`${told.length === 0 ? "is left alone" : "is told its size"} when it ${name}`, async () => {
      const result = await once(world);
      expect([brief(result), result.told]).to.deep.equal([expected, told]);
    });

  it("counts what it cannot get as launches that were refused", async () => {
    const { refused } = await once({ group: { desired: 5 } });
    expect(refused.map(({ kind, count }) => [kind, count])).to.deep.equal([["no capacity", 2]]);
    expect((await once({})).refused).to.deep.equal([]);
  });

  it("is read by the group's own word on who is in service, and EC2's on since when", async () => {
    const there = members(2);
    const instances = [
      ...there,
      member("i-booting", 1),
      member("i-draining"),
      member("i-foreign"),
      { ...member("i-gone"), state: "terminated", endedAt: NOW - 60_000 },
    ];
    const group = {
      desired: 4,
      members: [
        ...inService(there),
        { id: "i-booting", state: "Pending:Wait", imageId: "ami-new" },
        { id: "i-unseen", state: "InService", imageId: "ami-new" },
        { id: "i-draining", state: "Terminating:Wait", imageId: "ami-new" },
        { id: "i-aside", state: "Standby", imageId: "ami-new" },
      ],
    };
    const { decision, asked } = await once({ instances, group });
    expect(decision.findings).to.include({ running: 3, pending: 1, warmingUp: 2 });
    expect(asked).to.have.members(["i-0", "i-1", "i-draining", "i-gone"]);
  });

  it("makes no place for others while some still drain, and is not made smaller for them", async () => {
    const draining = [0, 1].map((index) => ({
      id: `i-draining-${index}`,
      state: "Terminating",
      imageId: "ami-new",
    }));
    const there = members(3);
    const full = {
      group: { desired: 3, members: [...inService(there), ...draining] },
      cpu: Array<number>(10).fill(99),
    };
    expect((await once(full)).told).to.deep.equal([4]);
    const more = { ...full, changes: { maxInstances: 4 } };
    expect(brief(await once(more))).to.equal("at maximum");
  });

  it("sees to unhealthy instances by itself", async () => {
    const [first, ...others] = members(3);
    const impaired = { ...first!, impaired: true };
    const result = await once({ instances: [impaired, ...others] });
    expect(brief(result)).to.equal("at target");
    expect(result.decision.findings).not.to.have.property("unhealthy");
  });

  it("stays within the group's own limits, should they differ from the function's", async () => {
    expect((await once({ cpu: Array(10).fill(99), group: { maxSize: 4 } })).told).to.deep.equal([4]);
    expect((await once({ cpu: Array(10).fill(10), group: { minSize: 2 } })).told).to.deep.equal([2]);
  });

  it("has ended when its group is gone, and nothing is asked of anybody", async () => {
    const fleet = groupFleet(
      {
        group: () => Promise.resolve(undefined),
        instances: () => Promise.resolve(members(2)),
        setDesiredCapacity: () => expect.fail("a group that is gone was told its size"),
      },
      () => NOW,
    );
    const cpu = { since: () => expect.fail("the metric was read") };
    const { decision } = await reconcile({ fleet, cpu, now: () => NOW, settings }, TIME);
    expect(decision).to.deep.include({ action: "hold", reason: "fleet ended" });
  });

  it("is told its size, and launches and ends nothing that it is asked for by name", async () => {
    const group: GroupRecord = { minSize: 1, maxSize: 6, desired: 3, members: inService(members(3)) };
    for (const found of [group, undefined]) {
      const aws = {
        group: () => Promise.resolve(found),
        instances: () => Promise.resolve(members(3)),
        setDesiredCapacity: () => Promise.resolve(),
      };
      const session = await groupFleet(aws, () => NOW).open(TIME, 9);
      expect(session.found).to.deep.equal([]);
      expect(session.records).to.have.length(found === undefined ? 0 : 3);
      expect(session.unseen).to.equal(0);
      for (const asked of [session.launch(1), session.terminate(["i-0"], [])]) {
        const failure: unknown = await asked.catch((error: unknown) => error);
        expect(String(failure)).to.match(/is told its size, and nothing else/);
      }
    }
  });

  it("counts those on their way in, not out, and remembers who is ending and who has ended", async () => {
    const states = ["InService", "Pending", "Terminating:Wait", "Standby"];
    const group: GroupRecord = {
      minSize: 1,
      maxSize: 9,
      desired: 5,
      members: states.map((state, index) => ({ id: `i-${index}`, state, imageId: "ami-new" })),
    };
    const instances = [
      ...["running", "pending", "shutting-down", "running"].map((state, index) => ({
        ...member(`i-${index}`),
        state,
      })),
      { ...member("i-ending"), state: "shutting-down" },
      { ...member("i-ended"), state: "terminated" },
      { ...member("i-foreign"), state: "running" },
    ];
    const aws = {
      group: () => Promise.resolve(group),
      instances: () => Promise.resolve(instances),
      setDesiredCapacity: () => Promise.resolve(),
    };
    const session = await groupFleet(aws, () => NOW).open(TIME, 9);
    expect(session).to.include({ unseen: 3, leaving: 1, groupSize: 5 });
    expect(session.records.map(({ id, state }) => `${id} ${state}`)).to.deep.equal([
      "i-0 running",
      "i-1 pending",
      "i-2 shutting-down",
      "i-ending shutting-down",
      "i-ended terminated",
    ]);
  });

  it("is told of in a sentence", async () => {
    const { decision } = await once({ cpu: Array(10).fill(90) });
    expect(describeDecision(decision, { ...configuration, image: "ami-new" })).to.equal(
      "CPU 90 % on 3 of 3 running; wanted 5, at most 10; setting the group's size from 3 to 5",
    );
  });
});

/** One life of a group: bursts of invocations in any order, some killed, on answers that are behind. */
async function live(seed: number, faults: GroupFaults): Promise<number> {
  const random = seededRandom(seed);
  const pick = (from: number, to: number) => from + Math.floor(random.next() * (to - from + 1));
  const maxInstances = pick(2, 6);
  const limits = {
    ...settings,
    minInstances: pick(1, 2),
    maxInstances,
    maxStep: pick(1, 4),
    reserveInstances: pick(0, 3),
  };
  const group = new GroupModel(
    random,
    faults,
    { minSize: limits.minInstances, maxSize: maxInstances },
    pick(limits.minInstances, maxInstances),
  );
  let load = random.next() * 4;
  group.cpu = (ids) =>
    Array.from({ length: pick(0, 10) }, (_, minute) => minute).flatMap((minute) =>
      ids
        .filter(() => random.next() < 0.9)
        .map((instanceId) => ({
          instanceId,
          time: group.now - (minute + 1) * 60_000,
          cpuPercent: Math.min(100, (100 * load * (0.8 + 0.4 * random.next())) / Math.max(1, ids.length)),
        })),
    );
  const check = () => {
    for (const [what, value] of [
      ["desired", group.desired],
      ["live", group.live],
    ] as const)
      if (value > maxInstances)
        throw new Error(`seed ${seed}: ${value} ${what}; expected at most ${maxInstances}`);
  };
  for (let burst = 0; burst < 6; burst++) {
    const turns = new Turns(random);
    for (let number = pick(1, 4); number > 0; number--) {
      const turn = async () => {
        await turns.wait();
        if (random.next() < 0.02) await new Promise(() => undefined);
      };
      const { aws, cpu } = group.invocation(turn);
      reconcile(
        { fleet: groupFleet(aws, () => group.now), cpu, now: () => group.now, settings: limits },
        TIME,
      ).catch(() => undefined);
    }
    await turns.run(() => {
      group.step(pick(0, 2_000));
      check();
    });
    if (random.next() < 0.2) group.loseOne();
    load = Math.max(0, load + (random.next() - 0.5) * 4);
    group.step(random.next() < 0.5 ? pick(1, 20) * 60_000 : pick(1, 20) * 1_000);
    check();
  }
  return group.told.length;
}

describe("the group of a fleet", () => {
  it("never exceeds the maximum in thousands of runs of invocations that are doubled, killed and throttled, on answers that are behind and contradict each other", async () => {
    let told = 0;
    const count = runs(10_000);
    for (let seed = 1; seed <= count; seed++)
      told += await live(seed, { lagMs: 60_000, timeout: 0.1, throttle: 0.2, noCapacity: 0.3, drainMs: 0 });
    // A run in which nothing happens proves nothing.
    expect(told).to.be.greaterThan(count);
  }).timeout(120_000);
});
