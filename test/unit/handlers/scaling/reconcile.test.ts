import { expect } from "chai";
import { decideCapacity } from "../../../../handlers/scaling/decideCapacity";
import type { ScalingSettings } from "../../../../handlers/scaling/decision";
import { membersOf } from "../../../../handlers/scaling/fleet";
import { instancesFleet } from "../../../../handlers/scaling/instancesFleet";
import { reconcile, type Reconciliation } from "../../../../handlers/scaling/reconcile";
import { seededRandom } from "embedded-aws/support";
import { Ec2Model, Turns, type Ec2Faults } from "./ec2Model";
import { sdkError } from "./sdkError";
import { configuration, settings as scaling, WAKE_METRIC } from "./situation";
import { runs } from "../../../support/runs";

const settings: ScalingSettings = { ...scaling, maxInstances: 6 };
const faultless: Ec2Faults = { lagMs: 0, flapping: false, noCapacity: 0, timeout: 0, throttle: 0 };
const atOnce = () => Promise.resolve();
/** The function's timeout. */
const TIMEOUT_MS = 60_000;

/** A fleet of `size`, whose every minute of history shows `cpu`. */
function model(size: number, cpu: number, faults: Partial<Ec2Faults> = {}, seed = 1): Ec2Model {
  const ec2 = new Ec2Model(seededRandom(seed), { ...faultless, ...faults });
  for (let number = 1; number <= size; number++) ec2.seed();
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

let holders = 0;

/** One invocation on a model, which Lambda ends after a minute. */
function reconcileOn(
  ec2: Ec2Model,
  changes: Partial<ScalingSettings> = {},
  turn: () => Promise<void> = atOnce,
): Promise<Reconciliation> {
  const deadline = ec2.now + TIMEOUT_MS;
  const { cpu, ...aws } = ec2.invocation(turn);
  const limits = { ...settings, ...changes };
  const fleet = instancesFleet({
    ...aws,
    settings: { ...configuration, ...limits },
    newHolder: () => String(++holders),
  });
  return reconcile(
    { fleet, cpu, now: () => ec2.now, settings: limits },
    { remainingMs: () => deadline - ec2.now },
  );
}

/** A turn that never comes again after `calls`: the invocation was killed. */
function killedAfter(calls: number): () => Promise<void> {
  return () => (calls-- > 0 ? Promise.resolve() : new Promise(() => undefined));
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("reconcile", () => {
  it("launches what the load needs, and finds it there when it looks again", async () => {
    const ec2 = model(2, 90);
    const first = await reconcileOn(ec2);
    expect(first.launched).to.have.length(1);
    expect((await reconcileOn(ec2)).decision.action).to.equal("hold");
    expect(ec2.live).to.equal(3);
  });

  it("launches nothing while it does not see what it has launched, and counts it", async () => {
    const ec2 = model(2, 100, { lagMs: 600_000 }, 3);
    const first = await reconcileOn(ec2, { maxStep: 1 });
    ec2.now += 5_000;
    const { decision } = await reconcileOn(ec2, { maxStep: 1 });
    expect(first.launched).to.have.length(1);
    expect(decision).to.deep.include({ action: "hold", reason: "launches unseen" });
    expect(decision.findings).to.include({ running: 2, pending: 1 });
    ec2.now += 601_000;
    expect((await reconcileOn(ec2, { maxStep: 1 })).launched).to.have.length(1);
    expect(ec2.live).to.equal(4);
  });

  it("terminates what has not been needed for the window", async () => {
    const ec2 = model(4, 30);
    const { terminated } = await reconcileOn(ec2);
    expect(terminated).to.deep.equal(["i-0000", "i-0001"]);
    expect(ec2.live).to.equal(2);
  });

  it("wakes a fleet of none once, by the metric that calls for it", async () => {
    const sleepy = { minInstances: 0, wakeMetric: WAKE_METRIC };
    const ec2 = model(0, 0);
    expect((await reconcileOn(ec2, sleepy)).decision).to.deep.include({ action: "hold", reason: "asleep" });
    ec2.wake = [6];
    expect((await reconcileOn(ec2, sleepy)).launched).to.have.length(1);
    expect((await reconcileOn(ec2, sleepy)).launched).to.have.length(0);
    expect(ec2.live).to.equal(1);
  });

  it("neither looks at the metric nor acts while it is paused", async () => {
    const ec2 = model(2, 100);
    ec2.cpu = () => expect.fail("the metric was read");
    expect((await reconcileOn(ec2, { paused: true })).decision).to.deep.include({ reason: "paused" });
    expect(ec2.live).to.equal(2);
  });

  it("spreads a step over the zones, one call for each, and asks the others where one has no room", async () => {
    const ec2 = model(2, 100);
    const { launched } = await reconcileOn(ec2);
    expect(launched).to.have.length(4);
    expect(ec2.calls.map(({ subnetId, count }) => [subnetId, count])).to.deep.equal([
      ["a", 2],
      ["b", 1],
      ["c", 1],
    ]);
  });

  it("tells of every launch that could not be had, zone by zone", async () => {
    const ec2 = model(2, 100, { noCapacity: 1 });
    const { launched, refused } = await reconcileOn(ec2);
    expect(launched).to.deep.equal([]);
    expect(refused.map(({ kind, count }) => [kind, count])).to.deep.equal([
      ["no capacity", 2],
      ["no capacity", 1],
      ["no capacity", 1],
    ]);
    expect(refused[2]?.reason).to.match(/^c: Insuff.*; a: Insuff.*; b: Insuff/);
    expect(ec2.journal.launches).to.deep.equal([]);
  });

  it("waits for the request bucket instead of reporting a refusal, as long as there is time", async () => {
    let calls = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const ec2 = model(2, 90, { throttle: 0.5 }, seed);
      const startedAt = ec2.now;
      const { launched, refused } = await reconcileOn(ec2);
      expect([launched.length, refused.length]).to.deep.equal([1, 0]);
      expect(new Set(ec2.calls.map(({ clientToken }) => clientToken)).size).to.equal(1);
      expect(ec2.now - startedAt).to.be.below(TIMEOUT_MS);
      calls += ec2.calls.length;
    }
    expect(calls).to.be.greaterThan(30);
  });

  it("gives up before its time is over when the throttling does not end", async () => {
    const ec2 = model(2, 90, { throttle: 1 });
    const startedAt = ec2.now;
    const { refused } = await reconcileOn(ec2);
    expect(refused[0]?.reason).to.match(/^RequestLimitExceeded/);
    expect(ec2.now - startedAt).to.be.below(TIMEOUT_MS);
    expect(ec2.journal).to.deep.include({ launches: [], leaseUntil: 0 });
  });

  it("asks again, with the same token and request, for what a killed invocation left behind", async () => {
    for (let calls = 1; calls < 30; calls++) {
      const ec2 = model(2, 90, { lagMs: 90_000 }, calls);
      void reconcileOn(ec2, {}, killedAfter(calls));
      await settle();
      ec2.now += 5_000;
      await reconcileOn(ec2);
      expect(ec2.live, `killed after ${calls} calls, at once`).to.be.at.most(3);
      ec2.now += TIMEOUT_MS;
      await reconcileOn(ec2, { maxStep: 1 });
      await reconcileOn(ec2, { maxStep: 1 });
      expect(ec2.live, `killed after ${calls} calls`).to.equal(3);
    }
  });

  it("launches as soon as EC2 answers again, though it has failed for half an hour", async () => {
    const ec2 = model(2, 90);
    const healed = ec2.now + 30 * 60_000;
    const invocation = ec2.invocation.bind(ec2);
    ec2.invocation = (turn) => {
      const aws = invocation(turn);
      const run = () => Promise.reject(sdkError("InternalError", "An internal error has occurred", 500));
      return ec2.now < healed ? { ...aws, ec2: { ...aws.ec2, run } } : aws;
    };
    while (ec2.now < healed) {
      expect((await reconcileOn(ec2)).launched).to.deep.equal([]);
      ec2.now += 10_000;
    }
    expect((await reconcileOn(ec2)).found).to.have.length(1);
    expect(ec2.live).to.equal(3);
  });

  it("launches once, however many invocations decide on the same situation at once", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const ec2 = model(2, 90, { lagMs: 30_000, flapping: true }, seed);
      const turns = new Turns(seededRandom(seed));
      const results = Array.from({ length: 5 }, () => reconcileOn(ec2, {}, turns.wait));
      await turns.run(() => expect(ec2.live).to.be.at.most(3));
      await Promise.all(results);
      expect(ec2.live).to.equal(3);
    }
  });

  it("goes on with new tokens when its journal is lost, whatever the old ones were used for", async () => {
    const ec2 = model(2, 100);
    await reconcileOn(ec2, { maxStep: 3 });
    ec2.journal = { ...ec2.journal, sequence: 0, launches: [] };
    await ec2.invocation(atOnce).ec2.terminate(ec2.instances.slice(2).map(({ id }) => id));
    const { launched } = await reconcileOn(ec2, { maxStep: 3 });
    expect(launched).to.have.length(3);
    expect(ec2.live).to.equal(5);
  });

  it("takes no instance for launched that was there before its journal was lost", async () => {
    const ec2 = model(2, 100);
    // One in each zone, so that the next is like the first.
    for (let each = 1; each <= 3; each++) await reconcileOn(ec2, { maxStep: 1, maxInstances: 9 });
    expect(ec2.live).to.equal(5);
    ec2.journal = { ...ec2.journal, sequence: 0, launches: [] };
    expect((await reconcileOn(ec2, { maxStep: 1, maxInstances: 9 })).launched).to.deep.equal(["i-0005"]);
  });
});

/**
 * One life of a fleet: invocations that come in bursts, duplicated, delayed, killed and in any order, while the
 * load wanders and EC2 shows what it likes. Fails as soon as there are more instances than the maximum, or than
 * any decision so far asked for: then one decision was carried out twice. Gives what happened, so that a test
 * can tell that something did.
 */
async function live(seed: number, faults: Ec2Faults, mostAtOnce: number, kill: number, changing = false) {
  const random = seededRandom(seed);
  const pick = (from: number, to: number) => from + Math.floor(random.next() * (to - from + 1));
  let limits = {
    ...settings,
    minInstances: pick(1, 2),
    maxInstances: pick(2, 6),
    maxStep: pick(1, 4),
    reserveInstances: pick(0, 3),
  };
  const ec2 = new Ec2Model(random, faults);
  const initial = pick(0, limits.maxInstances);
  for (let number = 1; number <= initial; number++) ec2.seed();
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

  // What was there as the maximum was lowered may take its time to go.
  let most = limits.maxInstances;
  const check = () => {
    if (ec2.live > most) throw new Error(`seed ${seed}: ${ec2.live} instances; expected at most ${most}`);
  };
  let killed = 0;
  for (let burst = 0; burst < 4; burst++) {
    if (changing) limits = { ...limits, maxInstances: pick(limits.minInstances, 6) };
    most = Math.max(limits.maxInstances, ec2.live);
    const turns = new Turns(random);
    const invocations = Array.from({ length: pick(1, mostAtOnce) }, () => {
      const deadline = ec2.now + TIMEOUT_MS;
      // Never resolves once the invocation's process is gone: Lambda ends it at its deadline at the latest.
      const turn = async () => {
        await turns.wait();
        if (ec2.now < deadline && random.next() >= kill) return;
        killed++;
        await new Promise(() => undefined);
      };
      return reconcileOn(ec2, limits, turn);
    });
    for (const invocation of invocations) invocation.catch(() => undefined);
    await turns.run(() => {
      check();
      ec2.now += pick(0, 2_000);
    });
    load = Math.max(0, load + (random.next() - 0.5) * 4);
    ec2.now += random.next() < 0.5 ? pick(1, 20) * 60_000 : pick(1, 20) * 1_000;
  }
  return { created: ec2.instances.length - initial, terminated: ec2.instances.length - ec2.live, killed };
}

describe("the fleet", () => {
  const lives = async (
    runs: number,
    faults: Ec2Faults,
    mostAtOnce: number,
    kill: number,
    changing?: boolean,
  ) => {
    const happened = { created: 0, terminated: 0, killed: 0 };
    for (let seed = 1; seed <= runs; seed++) {
      const { created, terminated, killed } = await live(seed, faults, mostAtOnce, kill, changing);
      happened.created += created;
      happened.terminated += terminated;
      happened.killed += killed;
    }
    // A run in which nothing happens proves nothing.
    expect(happened.created).to.be.greaterThan(runs / 2);
    expect(happened.terminated).to.be.greaterThan(runs / 20);
    if (kill > 0) expect(happened.killed).to.be.greaterThan(runs / 4);
  };

  const unkind = { lagMs: 60_000, flapping: true, noCapacity: 0.3, timeout: 0.1, throttle: 0.2 };

  it("never exceeds its maximum in thousands of runs of invocations that are doubled, killed and throttled, in zones that run out of room, on lagging and contradicting describes", async () => {
    await lives(runs(10_000), unkind, 4, 0.02);
  }).timeout(120_000);

  it("launches nothing beyond a maximum that is lowered meanwhile, as by a schedule", async () => {
    await lives(runs(5_000), { ...unkind, timeout: 0.3 }, 3, 0.05, true);
  }).timeout(120_000);

  it("never exceeds it one invocation at a time, on describes that lag far behind", async () => {
    await lives(runs(2_000), { ...unkind, lagMs: 300_000, flapping: false, noCapacity: 0.6 }, 1, 0.05);
  }).timeout(60_000);
});

describe("the decision and the fleet", () => {
  it("agree on what there is", async () => {
    const ec2 = model(3, 60);
    const { decision } = await reconcileOn(ec2);
    const records = await ec2.invocation(atOnce).ec2.describe();
    expect(decision).to.deep.equal(
      decideCapacity({ now: ec2.now, fleet: records, samples: ec2.cpu([]) }, settings),
    );
    expect(membersOf(records)).to.have.length(3);
  });
});
