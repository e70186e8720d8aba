import { expect } from "chai";
import { decideCapacity } from "../../../../handlers/scaling/decideCapacity";
import { membersOf, type InstanceRecord } from "../../../../handlers/scaling/fleet";
import { clientToken } from "../../../../handlers/scaling/launchPlan";
import { reconcile, type FleetPort, type FleetSettings } from "../../../../handlers/scaling/reconcile";
import { seededRandom } from "embedded-aws";
import { Ec2Model, Turns, type Ec2Faults } from "./ec2Model";
import { settings as scaling } from "./situation";

const settings: FleetSettings = {
  ...scaling,
  maxInstances: 6,
  fleet: "web",
  launchTemplateId: "lt-1",
  subnetIds: ["a", "b", "c"],
};
const faultless: Ec2Faults = { lagMs: 0, flapping: false, noCapacity: 0, timeout: 0 };
const place = (number: number) => clientToken({ place: number, filling: 0 }, settings);
const atOnce = () => Promise.resolve();

/** A fleet of `size`, whose every minute of history shows `cpu`. */
function model(size: number, cpu: number, faults: Partial<Ec2Faults> = {}, seed = 1): Ec2Model {
  const ec2 = new Ec2Model(seededRandom(seed), { ...faultless, ...faults });
  for (let number = 1; number <= size; number++) ec2.seed(place(number));
  ec2.cpu = () =>
    Array.from({ length: 12 }, (_, minute) => minute).flatMap((minute) =>
      ec2.instances.slice(0, size).map(({ id }) => ({
        instanceId: id,
        time: ec2.now - (minute + 2) * 60_000,
        cpuPercent: cpu,
      })),
    );
  return ec2;
}

const reconcileOn = (ec2: Ec2Model, changes: Partial<FleetSettings> = {}) =>
  reconcile(ec2.port(atOnce), { ...settings, ...changes });

describe("reconcile", () => {
  it("launches what the load needs, and finds it there when it looks again", async () => {
    const ec2 = model(2, 90);
    const first = await reconcileOn(ec2);
    expect(first.launched).to.have.length(1);
    expect((await reconcileOn(ec2)).decision.action).to.equal("hold");
    expect(ec2.live).to.equal(3);
  });

  it("takes an instance that it does not see yet for what its token asks for", async () => {
    const ec2 = model(2, 90, { lagMs: 60_000 });
    const first = await reconcileOn(ec2);
    ec2.now += 5_000;
    const second = await reconcileOn(ec2);
    expect(second.found).to.deep.equal(first.launched);
    expect(second.launched).to.deep.equal([]);
    expect(ec2.live).to.equal(3);
  });

  it("terminates what has not been needed for the window", async () => {
    const ec2 = model(4, 30);
    const { terminated } = await reconcileOn(ec2);
    expect(terminated).to.deep.equal(["i-0000", "i-0001"]);
    expect(ec2.live).to.equal(2);
  });

  it("neither looks at the metric nor acts while it is paused", async () => {
    const ec2 = model(2, 100);
    ec2.cpu = () => expect.fail("the metric was read");
    expect((await reconcileOn(ec2, { paused: true })).decision).to.deep.include({ reason: "paused" });
    expect(ec2.live).to.equal(2);
  });

  it("tells of every launch that could not be had", async () => {
    const ec2 = model(2, 100, { noCapacity: 1 });
    const { launched, refused } = await reconcileOn(ec2);
    expect(launched).to.deep.equal([]);
    expect(refused.map(({ kind }) => kind)).to.deep.equal(Array(4).fill("no capacity"));
    expect(refused[0]?.reason).to.match(/^c: Insuff.*; a: Insuff.*; b: Insuff/);
  });

  it("waits until it sees what it launched in a second zone", async () => {
    const ec2 = model(2, 90, { lagMs: 8_000 });
    const port = ec2.port(atOnce);
    const refusedOnce = {
      ...port,
      run: (request: Parameters<typeof port.run>[0]) =>
        request.subnetId === "c"
          ? Promise.reject(Object.assign(new Error("no room"), { name: "InsufficientInstanceCapacity" }))
          : port.run(request),
    };
    const startedAt = ec2.now;
    const { launched } = await reconcile(refusedOnce, settings);
    expect((await port.describe()).map(({ id }) => id)).to.include(launched[0]);
    expect(ec2.now - startedAt).to.be.within(1_000, 8_000);
    // The home zone has room again: the next invocation must not use it.
    await reconcileOn(ec2);
    expect(ec2.live).to.equal(3);
  });

  it("launches once, however many invocations decide on the same situation at once", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const ec2 = model(2, 90, { lagMs: 30_000, flapping: true }, seed);
      const turns = new Turns(seededRandom(seed));
      const results = Array.from({ length: 5 }, () => reconcile(ec2.port(turns.wait), settings));
      await turns.run(() => expect(ec2.live).to.be.at.most(3));
      await Promise.all(results);
      expect(ec2.live).to.equal(3);
    }
  });
});

/**
 * One life of a fleet: invocations that come in bursts, duplicated, delayed and in any order, while the load
 * wanders and EC2 shows what it likes. Fails as soon as there are more instances than the maximum, or than any
 * decision so far asked for: then one decision was carried out twice. Gives what happened, so that a test can
 * tell that something did.
 */
async function live(seed: number, faults: Ec2Faults, mostAtOnce: number) {
  const random = seededRandom(seed);
  const pick = (from: number, to: number) => from + Math.floor(random.next() * (to - from + 1));
  const limits = { ...settings, minInstances: pick(0, 2), maxInstances: pick(2, 6), maxStep: pick(1, 4) };
  const ec2 = new Ec2Model(random, faults);
  const initial = pick(0, limits.maxInstances);
  for (let number = 1; number <= initial; number++) {
    ec2.seed(random.next() < 0.8 ? clientToken({ place: number, filling: 0 }, limits) : undefined);
  }
  let load = random.next() * 4;
  ec2.cpu = (ids) =>
    Array.from({ length: pick(0, 10) }, (_, minute) => minute).flatMap((minute) =>
      ids
        .filter(() => random.next() < 0.9)
        .map((instanceId) => ({
          instanceId,
          time: ec2.now - (minute + 1) * 60_000,
          cpuPercent: Math.min(100, (100 * load * (0.8 + 0.4 * random.next())) / Math.max(1, ids.length)),
        })),
    );

  let asked = initial;
  const check = () => {
    const most = Math.min(asked, limits.maxInstances);
    if (ec2.live > most) throw new Error(`seed ${seed}: ${ec2.live} instances; expected at most ${most}`);
  };
  for (let burst = 0; burst < 3; burst++) {
    const turns = new Turns(random);
    const port = ec2.port(turns.wait);
    const watched = (): FleetPort => {
      let seen: readonly InstanceRecord[] = [];
      return {
        ...port,
        // The decision follows at once on this read, and before anything is launched on it.
        describe: async () => {
          const records = await port.describe();
          seen = records;
          return records;
        },
        cpuSince: async (from, ids) => {
          const fleet = seen;
          const samples = await port.cpuSince(from, ids);
          const decision = decideCapacity({ now: ec2.now, fleet, samples }, limits);
          if (decision.action === "launch") asked = Math.max(asked, membersOf(fleet).length + decision.count);
          return samples;
        },
      };
    };
    const invocations = Array.from({ length: pick(1, mostAtOnce) }, () => reconcile(watched(), limits));
    await turns.run(() => {
      check();
      ec2.now += pick(0, 2_000);
    });
    await Promise.allSettled(invocations);
    load = Math.max(0, load + (random.next() - 0.5) * 4);
    ec2.now += random.next() < 0.5 ? pick(1, 20) * 60_000 : pick(1, 20) * 1_000;
  }
  return { created: ec2.instances.length - initial, terminated: ec2.instances.length - ec2.live };
}

describe("the fleet", () => {
  const lives = async (runs: number, faults: Ec2Faults, mostAtOnce: number) => {
    const happened = { created: 0, terminated: 0 };
    for (let seed = 1; seed <= runs; seed++) {
      const { created, terminated } = await live(seed, faults, mostAtOnce);
      happened.created += created;
      happened.terminated += terminated;
    }
    // A run in which nothing happens proves nothing.
    expect(happened.created).to.be.greaterThan(runs / 2);
    expect(happened.terminated).to.be.greaterThan(runs / 20);
  };

  it("never exceeds its maximum, nor launches twice for a decision, in 10,000 runs of invocations at once on contradicting describes", async () => {
    await lives(10_000, { lagMs: 60_000, flapping: true, noCapacity: 0, timeout: 0.05 }, 4);
  }).timeout(60_000);

  it("keeps to that when zones run out of room and get it back, as long as one invocation runs at a time", async () => {
    await lives(2_000, { lagMs: 10_000, flapping: false, noCapacity: 0.4, timeout: 0.1 }, 1);
  }).timeout(60_000);
});
