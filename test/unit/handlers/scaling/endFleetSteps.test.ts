import { expect } from "chai";
import { createEndFleet } from "../../../../handlers/scaling/endFleet";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import { EMPTY_JOURNAL, withLaunch, type Journal } from "../../../../handlers/scaling/launchJournal";
import { sdkError } from "./sdkError";
import { configuration, member, NOW } from "./situation";

const PARTS = { launchTemplateId: "lt-1", securityGroupIds: ["sg-1", "sg-2"] };
const { launchTemplateId, launchTemplateVersion, securityGroupIds, publicIp, tags } = configuration;
const settings = { launchTemplateId, launchTemplateVersion, securityGroupIds, publicIp, tags };
const open = withLaunch(EMPTY_JOURNAL, { ...settings, subnetId: "a", count: 1 }, [], NOW);

interface World {
  readonly records?: readonly InstanceRecord[];
  readonly book?: Journal;
  readonly timeoutMs?: number;
  /** How long those that are terminated take to end, in milliseconds. */
  readonly endingMs?: number;
  /** What `describe` fails with, in turn. */
  readonly failures?: readonly Error[];
  /** Ids of instances that are protected from termination. */
  readonly kept?: readonly string[];
}

/** A deployment's event, and all that comes of it. */
async function deploy(action: string, world: World = {}, parts: object = PARTS) {
  const { records = [], book = EMPTY_JOURNAL, timeoutMs = 600_000, endingMs = 0 } = world;
  const { failures = [], kept = [] } = world;
  let now = NOW;
  let stored = book;
  const left = [...failures];
  const terminated: { readonly at: number; readonly ids: readonly string[] }[] = [];
  const sleeps: number[] = [];
  const logged: unknown[] = [];
  let writes = 0;
  const endFleet = createEndFleet({
    ec2: {
      describe() {
        const failure = left.shift();
        if (failure !== undefined) return Promise.reject(failure);
        return Promise.resolve(
          records.map((record) => {
            const at = terminated.find(({ ids }) => ids.includes(record.id))?.at;
            if (at === undefined) return record;
            return { ...record, state: now - at >= endingMs ? "terminated" : "shutting-down" };
          }),
        );
      },
      terminate(ids) {
        const ended = ids.filter((id) => !kept.includes(id));
        terminated.push({ at: now, ids: ended });
        return Promise.resolve({ ended, kept: ids.filter((id) => kept.includes(id)) });
      },
    },
    store: {
      read: () => Promise.resolve(stored),
      write(next) {
        writes++;
        stored = next;
        return Promise.resolve(true);
      },
    },
    clock: {
      now: () => now,
      sleep(ms) {
        sleeps.push(ms);
        now += ms;
        return Promise.resolve();
      },
    },
    newHolder: () => "end",
    log: { info: (...line) => void logged.push(line) },
  });
  const answer = await endFleet(
    { ...parts, tf: { action } },
    { remainingMs: () => timeoutMs - (now - NOW) },
  ).catch((error: unknown) => error as Error);
  return {
    answer,
    terminated: terminated.map(({ ids }) => ids),
    sleeps,
    logged,
    stored,
    writes,
    seconds: (now - NOW) / 1_000,
  };
}
const terminatedBy = (answer: object) => ("terminated" in answer ? answer.terminated : "nothing");
const messageOf = (answer: object) => (answer instanceof Error ? answer.message : "none");

/** The second half is looked at once more. */
const LOOK_SECONDS = 1;

describe("endFleet, step by step", () => {
  it("marks the fleet as ended, or open, once, and takes the lease from whoever has it", async () => {
    const held = { ...EMPTY_JOURNAL, version: 4, leaseUntil: NOW + 1, holder: "other" };
    const ended = await deploy("delete", { book: held });
    expect(ended.stored).to.deep.equal({ ...held, version: 5, ended: true, leaseUntil: 0, holder: "end" });
    expect((await deploy("delete", { book: ended.stored })).writes).to.equal(0);
    expect((await deploy("create", { book: ended.stored })).stored).to.include({ ended: false, version: 6 });
    expect((await deploy("create", { book: held })).writes).to.equal(0);
  });

  it("tells each instance to end once, waits longer and longer, and says which they were", async () => {
    const { answer, terminated, sleeps, logged } = await deploy("delete", {
      records: [member("i-1"), member("i-2"), { ...member("i-3"), state: "terminated" }],
      endingMs: 30_000,
    });
    expect(answer).to.deep.equal({ outcome: "ended", terminated: ["i-1", "i-2"] });
    expect(terminated).to.deep.equal([["i-1", "i-2"]]);
    expect(sleeps).to.deep.equal([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(logged).to.deep.equal([["ended 2 instances", { terminated: "i-1 i-2" }]]);
  });

  it("ends all but those that are protected, and then says at once which they are", async () => {
    const records = [member("i-1"), member("i-2"), member("i-3")];
    const { answer, terminated, seconds } = await deploy("delete", {
      records,
      kept: ["i-2"],
      endingMs: 5_000,
    });
    expect(messageOf(answer)).to.equal(
      "the fleet has not ended: i-2 is protected from termination; disable the protection (DisableApiTermination), and try again",
    );
    expect(terminated[0]).to.deep.equal(["i-1", "i-3"]);
    expect(seconds).to.be.within(5, 10);
    const several = await deploy("delete", { records, kept: ["i-2", "i-3"] });
    expect(messageOf(several.answer)).to.match(/i-2 is protected from termination, i-3 is protected/);
  });

  it("says who is protected where something else is left when time runs out", async () => {
    const records = [member("i-1"), member("i-2")];
    const { answer } = await deploy("delete", {
      records,
      kept: ["i-2"],
      endingMs: Infinity,
      timeoutMs: 60_000,
    });
    expect(messageOf(answer)).to.equal(
      "the fleet has not ended in time: i-1 is shutting-down, i-2 is protected from termination; " +
        "disable the protection (DisableApiTermination), and try again",
    );
  });

  it("says of an update what keeps it: an instance of before that is protected", async () => {
    const outdated = { ...member("i-2"), launchTemplateId: "lt-old" };
    const { answer } = await deploy("update", { records: [member("i-1"), outdated], kept: ["i-2"] });
    expect(messageOf(answer)).to.match(
      /^instances of what the fleet no longer has have not ended: i-2 is protected from termination; /,
    );
  });

  it("asks EC2 for nothing where there is nothing", async () => {
    const { answer, terminated, sleeps } = await deploy("delete");
    expect(answer).to.deep.equal({ outcome: "ended", terminated: [] });
    expect([terminated, sleeps]).to.deep.equal([[], []]);
  });

  it("waits two minutes for a launch that nobody knows of, and as long as it may for one that was granted", async () => {
    const unknown = await deploy("delete", { book: open.book });
    expect(unknown.answer).to.include({ outcome: "ended" });
    expect(unknown.seconds).to.be.within(120, 130);
    const granted = { ...open.book, launches: [{ ...open.launch, instanceIds: ["i-9"] }] };
    const { answer, seconds } = await deploy("delete", { book: granted, timeoutMs: 300_000 });
    expect(messageOf(answer)).to.equal(
      "the fleet has not ended in time: a launch has not been seen yet; try again",
    );
    expect(seconds).to.be.within(270, 285);
  });

  it("says what is left when its time runs out", async () => {
    const { answer, seconds } = await deploy("delete", {
      records: [member("i-1"), member("i-2")],
      endingMs: 3_600_000,
      timeoutMs: 16_000,
    });
    expect(messageOf(answer)).to.equal(
      "the fleet has not ended in time: i-1 is shutting-down, i-2 is shutting-down; try again",
    );
    expect(seconds, "there was time for one more look").to.equal(1);
  });

  it("takes for outdated what has another template, or any group that the fleet has no more", async () => {
    const records = [
      member("i-plain"),
      member("i-same", 60, { launchTemplateId: "lt-1", securityGroupIds: ["sg-1"] }),
      member("i-template", 60, { launchTemplateId: "lt-0" }),
      member("i-group", 60, { launchTemplateId: "lt-1", securityGroupIds: ["sg-1", "sg-0"] }),
      { ...member("i-gone", 60, { launchTemplateId: "lt-0" }), state: "terminated" },
    ];
    const { answer } = await deploy("update", { records });
    expect(answer).to.have.property("outcome", "renewed");
    expect(terminatedBy(answer)).to.have.members(["i-template", "i-group"]);
  });

  it("takes for outdated what is in a subnet that the fleet has no more, where it is told of any", async () => {
    const records = [
      member("i-a", 60, { subnetId: "a" }),
      member("i-b", 60, { subnetId: "b" }),
      member("i-nowhere"),
    ];
    const { answer } = await deploy("update", { records }, { ...PARTS, subnetIds: ["b", "c"] });
    expect(terminatedBy(answer)).to.deep.equal(["i-a"]);
    expect(terminatedBy((await deploy("update", { records })).answer)).to.deep.equal([]);
  });

  it("interrupts at an update whoever is at work by the settings of before", async () => {
    const held = { ...EMPTY_JOURNAL, version: 4, leaseUntil: NOW + 1, holder: "other" };
    const { stored } = await deploy("update", { book: held });
    expect(stored).to.deep.equal({ ...held, version: 5, leaseUntil: 0, holder: "end" });
  });

  it("waits at an update for launches alone that are outdated", async () => {
    const groups = { ...PARTS, securityGroupIds: settings.securityGroupIds };
    expect((await deploy("update", { book: open.book }, groups)).seconds).to.equal(0);
    for (const parts of [
      { ...groups, launchTemplateId: "lt-2" },
      { ...groups, securityGroupIds: ["sg-9"] },
      { ...groups, subnetIds: ["b"] },
    ])
      expect((await deploy("update", { book: open.book }, parts)).seconds).to.be.within(120, 130);
  });

  it("ends the older half first, by age and then by name, and the rest after a minute and a half", async () => {
    const old = (id: string, minutes: number) => member(id, minutes, { launchTemplateId: "lt-0" });
    const records = [old("i-c", 10), old("i-b", 30), old("i-a", 30), old("i-e", 20), old("i-d", 5)];
    const { terminated, sleeps, answer } = await deploy("update", { records });
    expect(terminated).to.deep.equal([
      ["i-a", "i-b", "i-e"],
      ["i-c", "i-d"],
    ]);
    expect(sleeps).to.deep.equal([...Array<number>(9).fill(10_000), 1_000]);
    expect(terminatedBy(answer)).to.deep.equal(["i-a", "i-b", "i-e", "i-c", "i-d"]);
    const [first] = (await deploy("update", { records: records.toReversed() })).terminated;
    expect(first).to.deep.equal(terminated[0]);
    expect((await deploy("update", { records: records.slice(0, 2) })).terminated).to.deep.equal([
      ["i-b"],
      ["i-c"],
    ]);
  });

  it("waits for what is starting in place of the first half: five minutes at most, and its time permitting", async () => {
    const old = ["i-1", "i-2"].map((id) => member(id, 60, { launchTemplateId: "lt-0" }));
    const starting = member("i-new", 0, { launchTemplateId: "lt-1" });
    const slow = { ...PARTS, warmupSeconds: 3_600 };
    const waited = async (records: readonly InstanceRecord[], timeoutMs: number) =>
      (await deploy("update", { records: [...old, ...records], timeoutMs }, slow)).seconds - LOOK_SECONDS;
    expect(await waited([starting], 600_000)).to.equal(300);
    expect(await waited([starting], 125_000)).to.equal(100);
    expect(await waited([], 600_000)).to.equal(90);
    expect(await waited([{ ...member("i-new", 0), state: "terminated" }], 600_000)).to.equal(90);
    expect(await waited([member("i-ready", 120)], 600_000), "warm by then").to.equal(90);
  });

  it("waits for a permission alone, and only as long as an answer can still be given", async () => {
    const denied = sdkError("AccessDeniedException", "no", 403);
    // 50 ms, and a quarter more.
    expect((await deploy("update", { failures: [denied, denied] })).sleeps).to.deep.equal([50, 62.5]);
    expect((await deploy("update", { failures: [denied], timeoutMs: 16_000 })).sleeps).to.deep.equal([50]);
    const late = await deploy("update", { failures: [denied], timeoutMs: 15_999 });
    expect([late.answer, late.seconds]).to.deep.equal([denied, 0]);
    for (const failure of [
      sdkError("InternalError", "x", 500),
      sdkError("NotAccessDenied", "x", 400),
      Object.assign({}, { name: "AccessDenied" }) as Error,
    ]) {
      const { answer, sleeps } = await deploy("update", { failures: [failure] });
      expect([answer, sleeps]).to.deep.equal([failure, []]);
    }
  });

  it("says where an event is malformed", async () => {
    expect(messageOf((await deploy("delete", {}, { ...PARTS, launchTemplateId: 7 })).answer)).to.match(
      /^the event is malformed: launchTemplateId: /,
    );
  });
});
