import { expect } from "chai";
import { seededRandom, type Random } from "embedded-aws/support";
import { createEndFleet } from "../../../../handlers/scaling/endFleet";
import { instancesFleet } from "../../../../handlers/scaling/instancesFleet";
import { reconcile } from "../../../../handlers/scaling/reconcile";
import { Ec2Model, Turns, type Ec2Faults } from "./ec2Model";
import { configuration, settings } from "./situation";

const faultless: Ec2Faults = { lagMs: 0, flapping: false, noCapacity: 0, timeout: 0, throttle: 0 };
const PARTS = { launchTemplateId: "lt-1", securityGroupIds: ["sg-1"] };
const event = (action: string, parts: object = PARTS) => ({ ...parts, tf: { action, prev_input: null } });
const atOnce = () => Promise.resolve();
const TIMEOUT_MS = 600_000;
const HOUR = 3_600_000;

let holders = 0;

function end(ec2: Ec2Model, what: unknown, turn = atOnce, timeoutMs = TIMEOUT_MS) {
  const deadline = ec2.now + timeoutMs;
  const endFleet = createEndFleet({
    ...ec2.invocation(turn),
    newHolder: () => `end-${++holders}`,
    log: { info: () => undefined },
  });
  return endFleet(what, { remainingMs: () => deadline - ec2.now });
}

function tick(ec2: Ec2Model, turn = atOnce) {
  const deadline = ec2.now + 60_000;
  const { cpu, ...aws } = ec2.invocation(turn);
  const limits = { ...settings, minInstances: 3, maxInstances: 5 };
  const fleet = instancesFleet({
    ...aws,
    settings: { ...configuration, ...limits },
    newHolder: () => `scale-${++holders}`,
  });
  const parts = { fleet, cpu, now: () => ec2.now, settings: limits };
  return reconcile(parts, { remainingMs: () => deadline - ec2.now });
}

describe("endFleet", () => {
  it("ends every instance, and waits until EC2 shows that they have ended", async () => {
    const ec2 = new Ec2Model(seededRandom(1), { ...faultless, lagMs: 30_000 });
    await tick(ec2);
    expect(ec2.live).to.equal(3);
    const { terminated } = await end(ec2, event("delete"));
    expect(terminated).to.have.length(3);
    expect(ec2.live).to.equal(0);
    const records = await ec2.invocation(atOnce).ec2.describe();
    expect(new Set(records.map(({ state }) => state))).to.deep.equal(new Set(["terminated"]));
  });

  for (const [what, action, denied, seconds] of [
    ["the journal", "create", "AccessDeniedException", 4],
    ["the journal", "delete", "AccessDeniedException", 4],
    ["EC2", "update", "UnauthorizedOperation", 4],
  ] as const)
    it(`waits for a policy that is too new to count: ${what} at ${action}`, async () => {
      const ec2 = new Ec2Model(seededRandom(1), faultless);
      const since = ec2.now;
      const { clock, ...rest } = ec2.invocation(atOnce);
      const tooNew = () =>
        ec2.now - since < seconds * 1000
          ? Promise.reject(Object.assign(new Error("no"), { name: denied }))
          : Promise.resolve();
      const endFleet = createEndFleet({
        clock,
        ec2: { ...rest.ec2, describe: () => tooNew().then(() => rest.ec2.describe()) },
        store: { ...rest.store, read: () => tooNew().then(() => rest.store.read()) },
        newHolder: () => "end",
        log: { info: () => undefined },
      });
      const { outcome } = await endFleet(event(action), { remainingMs: () => since + TIMEOUT_MS - ec2.now });
      expect(outcome).to.equal({ create: "opened", delete: "ended", update: "renewed" }[action]);
    });

  it("asks soon after a refusal, ever more slowly up to once a second", async () => {
    const ec2 = new Ec2Model(seededRandom(1), faultless);
    const since = ec2.now;
    const { store, clock, ...rest } = ec2.invocation(atOnce);
    const asked: number[] = [];
    const read = () => {
      asked.push(ec2.now - since);
      const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
      return asked.length < 20 ? Promise.reject(denied) : store.read();
    };
    const endFleet = createEndFleet({
      ...rest,
      clock,
      store: { ...store, read },
      newHolder: () => "end",
      log: { info: () => undefined },
    });
    await endFleet(event("create"), { remainingMs: () => since + TIMEOUT_MS - ec2.now });
    const pauses = asked.slice(1).map((at, index) => at - asked[index]!);
    expect(pauses.slice(0, 3)).to.deep.equal([50, 62.5, 78.125]);
    expect(pauses.slice(-3)).to.deep.equal([1000, 1000, 1000]);
    for (const [index, pause] of pauses.entries())
      expect(pause, `pause ${index}`).to.be.at.most(Math.max(50, 0.25 * asked[index]! + 50.001));
  });

  it("does not wait for ever for a policy that never allows it", async () => {
    const ec2 = new Ec2Model(seededRandom(1), faultless);
    const since = ec2.now;
    const never = () => Promise.reject(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    const { store, ...rest } = ec2.invocation(atOnce);
    const endFleet = createEndFleet({
      ...rest,
      store: { ...store, read: never },
      newHolder: () => "end",
      log: { info: () => undefined },
    });
    const failure = await endFleet(event("create"), { remainingMs: () => since + TIMEOUT_MS - ec2.now }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.have.property("name", "AccessDeniedException");
    expect(ec2.now - since).to.be.within(55_000, 65_000);
  });

  it("keeps the fleet ended, whatever events still wait, until it is made anew", async () => {
    const ec2 = new Ec2Model(seededRandom(1), faultless);
    await end(ec2, event("delete"));
    expect((await tick(ec2)).decision).to.deep.include({ action: "hold", reason: "fleet ended" });
    expect(await end(ec2, event("create"))).to.deep.equal({ outcome: "opened", terminated: [] });
    expect((await tick(ec2)).launched).to.have.length(3);
  });

  it("says what is left when its time runs out, and goes on when it is asked again", async () => {
    const ec2 = new Ec2Model(seededRandom(2), { ...faultless, lagMs: 300_000 });
    await tick(ec2);
    const error: unknown = await end(ec2, event("delete"), atOnce, 20_000).catch((reason: unknown) => reason);
    expect(String(error)).to.match(/the fleet has not ended in time: .*; try again/);
    await end(ec2, event("delete"));
    expect(ec2.live).to.equal(0);
  });

  it("ends the instances of a template that was replaced, and no others", async () => {
    const ec2 = new Ec2Model(seededRandom(1), faultless);
    await tick(ec2);
    expect((await end(ec2, event("update"))).terminated).to.deep.equal([]);
    const renewed = await end(ec2, event("update", { ...PARTS, launchTemplateId: "lt-2" }));
    expect(renewed).to.deep.include({ outcome: "renewed" });
    expect(ec2.live).to.equal(0);
    // A fleet goes on.
    expect((await tick(ec2)).launched).to.have.length(3);
  });

  it("ends the instances of a security group that was replaced", async () => {
    const ec2 = new Ec2Model(seededRandom(1), faultless);
    await tick(ec2);
    await end(ec2, event("update", { ...PARTS, securityGroupIds: ["sg-2"] }));
    expect(ec2.live).to.equal(0);
  });

  it("ends what was launched just before an update, though EC2 does not show it yet", async () => {
    for (const changes of [
      { securityGroupIds: ["sg-2"] },
      { launchTemplateId: "lt-2" },
      { subnetIds: ["d"] },
    ]) {
      const ec2 = new Ec2Model(seededRandom(7), { ...faultless, lagMs: 60_000 });
      await tick(ec2);
      expect(ec2.live).to.equal(3);
      await end(ec2, event("update", { ...PARTS, ...changes }));
      expect(ec2.live, JSON.stringify(changes)).to.equal(0);
    }
  });

  it("leaves nothing outdated behind where an invocation launches while an update renews", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const ec2 = new Ec2Model(random, { ...faultless, lagMs: 30_000, flapping: true, timeout: 0.1 });
      const turns = new Turns(random);
      // By the settings of before: it has read the journal when the function is given others.
      let calls = 0;
      tick(ec2, () => (calls++ < 2 ? atOnce() : turns.wait())).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      const renewal = end(ec2, event("update", { ...PARTS, securityGroupIds: ["sg-2"] }), turns.wait);
      await turns.run(() => void (ec2.now += Math.floor(random.next() * 1_500)));
      await renewal;
      expect(ec2.live, `seed ${seed}`).to.equal(0);
    }
  });

  it("renews a fleet by halves, beside ticks that launch, within its maximum", async () => {
    const ec2 = new Ec2Model(seededRandom(3), { ...faultless, lagMs: 15_000 });
    await tick(ec2);
    const old = ec2.instances.map(({ id }) => id);
    ec2.now += HOUR;
    const aws = ec2.invocation(atOnce);
    const serving: number[] = [];
    let minute = Math.floor(ec2.now / 60_000);
    const sleep = async (ms: number) => {
      ec2.now += ms;
      // What is launched has the template of the model, "lt-1": the old instances' is the one that is gone.
      const { instances, now } = ec2;
      const ready = instances.filter(
        ({ id, launchedAt, terminatedAt }) =>
          terminatedAt === undefined && (old.includes(id) || now - launchedAt >= 120_000),
      );
      serving.push(ready.length);
      expect(ec2.live).to.be.at.most(5);
      if (Math.floor(now / 60_000) === minute) return;
      minute = Math.floor(now / 60_000);
      await tick(ec2);
    };
    const describe = async () =>
      (await aws.ec2.describe()).map((record) =>
        old.includes(record.id) ? { ...record, launchTemplateId: "lt-0" } : record,
      );
    const deadline = ec2.now + TIMEOUT_MS;
    const renew = createEndFleet({
      ...aws,
      ec2: { ...aws.ec2, describe },
      clock: { ...aws.clock, sleep },
      newHolder: () => "renewal",
      log: { info: () => undefined },
    });
    const { terminated } = await renew(event("update"), { remainingMs: () => deadline - ec2.now });
    expect(terminated).to.have.members(old);
    expect(Math.min(...serving)).to.equal(1);
    expect(serving.at(-1)).to.be.at.least(2);
  });

  it("ends one that is alone at once, and both halves within its time however long a warm-up is", async () => {
    const lonely = new Ec2Model(seededRandom(4), faultless);
    await tick(lonely);
    const [, ...others] = lonely.instances.map(({ id }) => id);
    await lonely.invocation(atOnce).ec2.terminate(others);
    const started = lonely.now;
    const { terminated } = await end(lonely, event("update", { ...PARTS, securityGroupIds: ["sg-2"] }));
    expect(terminated).to.have.length(1);
    expect(lonely.now - started).to.be.below(60_000);
    const ec2 = new Ec2Model(seededRandom(4), faultless);
    await tick(ec2);
    const slow = { ...PARTS, securityGroupIds: ["sg-2"], warmupSeconds: 3_600 };
    expect((await end(ec2, event("update", slow))).terminated).to.have.length(3);
  });

  it("refuses an event that is none of the deployment's", async () => {
    const ec2 = new Ec2Model(seededRandom(1), faultless);
    for (const what of [{}, { ...PARTS, tf: { action: "destroy" } }, { tf: { action: "delete" } }]) {
      const error: unknown = await end(ec2, what).catch((reason: unknown) => reason);
      expect(String(error)).to.match(/the event is malformed: /);
    }
  });

  /** Ticks, duplicated and killed, before, while and after the fleet is ended. */
  async function destroyed(random: Random): Promise<Ec2Model> {
    const pick = (from: number, to: number) => from + Math.floor(random.next() * (to - from + 1));
    const ec2 = new Ec2Model(random, {
      lagMs: 45_000,
      flapping: true,
      noCapacity: 0.3,
      timeout: 0.1,
      throttle: 0.1,
    });
    const turns = new Turns(random);
    const ticks = (count: number) => {
      for (let each = 0; each < count; each++) {
        const deadline = ec2.now + 60_000;
        const turn = async () => {
          await turns.wait();
          if (ec2.now >= deadline || random.next() < 0.03) await new Promise(() => undefined);
        };
        tick(ec2, turn).catch(() => undefined);
      }
    };
    const run = () => turns.run(() => void (ec2.now += pick(0, 1_500)));
    ticks(pick(1, 3));
    if (random.next() < 0.5) await run();
    ec2.now += pick(0, 90) * 1_000;
    ticks(pick(0, 2));
    let ended = false;
    const ending = (async () => {
      while (!ended) {
        ended = await end(ec2, event("delete"), turns.wait).then(
          () => true,
          () => false,
        );
      }
    })();
    await run();
    await ending;
    ticks(pick(1, 3));
    await run();
    return ec2;
  }

  it("leaves nothing behind in 500 random orders of ticks, kills and the end", async () => {
    let launched = 0;
    for (let seed = 1; seed <= 500; seed++) {
      const ec2 = await destroyed(seededRandom(seed));
      expect(ec2.live, `seed ${seed}`).to.equal(0);
      launched += ec2.instances.length;
    }
    expect(launched).to.be.greaterThan(500);
  }).timeout(60_000);
});
