import { expect } from "chai";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import { instancesFleet } from "../../../../handlers/scaling/instancesFleet";
import { EMPTY_JOURNAL, withLaunch, type Journal } from "../../../../handlers/scaling/launchJournal";
import type { LaunchRequest } from "../../../../handlers/scaling/launchRequest";
import { sdkError } from "./sdkError";
import { configuration, member, NOW } from "./situation";

const REMAINING_MS = 30_000;
const { launchTemplateId, launchTemplateVersion, securityGroupIds, publicIp, tags } = configuration;
const request: LaunchRequest = {
  launchTemplateId,
  launchTemplateVersion,
  securityGroupIds,
  publicIp,
  tags,
  subnetId: "b",
  count: 1,
};
const open = withLaunch({ ...EMPTY_JOURNAL, version: 7 }, request, [], NOW - 1_000);

/** A fleet whose journal nobody else writes to, unless `refused` says which of its writes come too late. */
function setUp(
  start: {
    readonly book?: Journal;
    readonly records?: readonly InstanceRecord[];
    readonly paused?: boolean;
    readonly refused?: readonly number[];
    readonly terminating?: Error;
    readonly kept?: readonly string[];
    /** So many of each call end; of the others nobody knows. */
    readonly most?: number;
    readonly remainingMs?: number;
    readonly launching?: Error;
    readonly maxInstances?: number;
    readonly subnetIds?: readonly string[];
  } = {},
) {
  const { book = EMPTY_JOURNAL, records = [], paused = false, refused = [], terminating } = start;
  const { maxInstances = 4, subnetIds = configuration.subnetIds, remainingMs = REMAINING_MS } = start;
  let stored = book;
  let slept = 0;
  const written: { readonly book: Journal; readonly expected: number }[] = [];
  const runs: { readonly subnetId: string; readonly count: number; readonly token: string }[] = [];
  const terminated: (readonly string[])[] = [];
  const fleet = instancesFleet({
    ec2: {
      describe: () => Promise.resolve([...records]),
      run({ subnetId, count }, token) {
        runs.push({ subnetId, count, token });
        if (start.launching !== undefined) return Promise.reject(start.launching);
        return Promise.resolve(
          Array.from({ length: count }, (_, at) => member(`i-new-${runs.length}-${at}`, 0)),
        );
      },
      terminate(ids) {
        terminated.push(ids);
        return terminating === undefined
          ? Promise.resolve({
              ended: ids.filter((id) => start.kept?.includes(id) !== true).slice(0, start.most),
              kept: ids.filter((id) => start.kept?.includes(id)),
            })
          : Promise.reject(terminating);
      },
    },
    store: {
      read: () => Promise.resolve(stored),
      write(next, expected) {
        written.push({ book: next, expected });
        if (refused.includes(written.length) || expected !== stored.version) return Promise.resolve(false);
        stored = next;
        return Promise.resolve(true);
      },
    },
    clock: {
      now: () => NOW,
      sleep(ms) {
        slept += ms;
        return Promise.resolve();
      },
    },
    settings: { ...configuration, paused, subnetIds },
    newHolder: () => "me",
  });
  const session = () => fleet.open({ remainingMs: () => remainingMs - slept }, maxInstances);
  return { session, written, runs, terminated, stored: () => stored };
}

describe("a fleet of instances", () => {
  it("is what EC2 shows, and writes nothing where nothing is open", async () => {
    const records = [member("i-1")];
    const known = { ...open.book, launches: [{ ...open.launch, instanceIds: ["i-9"] }] };
    const { session, written, runs } = setUp({ records, book: known });
    const { records: seen, found, hold, unseen } = await session();
    expect({ seen, found, hold, unseen }).to.deep.equal({
      seen: records,
      found: [],
      hold: undefined,
      unseen: 1,
    });
    expect([written, runs]).to.deep.equal([[], []]);
  });

  it("leaves everything to whoever holds the lease, until the moment that it ends", async () => {
    const held = { ...open.book, leaseUntil: NOW + 1 };
    const waiting = setUp({ book: held });
    expect(await waiting.session()).to.include({ hold: "another at work", unseen: 1 });
    expect(waiting.runs).to.deep.equal([]);
    const over = setUp({ book: { ...held, leaseUntil: NOW } });
    expect(await over.session()).to.include({ hold: undefined });
    expect(over.runs).to.have.length(1);
  });

  it("has ended where its journal says so, whoever holds the lease", async () => {
    const { session } = setUp({ book: { ...open.book, ended: true, leaseUntil: NOW + 1 } });
    expect(await session()).to.have.property("hold", "fleet ended");
  });

  it("asks again, under a lease that outlasts the invocation, for what nobody knows of", async () => {
    const known = { ...open.launch, clientToken: "known-0", instanceIds: ["i-9"] };
    const { session, written, runs, stored } = setUp({
      book: { ...open.book, launches: [known, open.launch] },
    });
    expect((await session()).found).to.deep.equal(["i-new-1-0"]);
    expect(runs).to.deep.equal([{ subnetId: "b", count: 1, token: open.launch.clientToken }]);
    expect(written[0]).to.deep.include({ expected: 7 });
    expect(written[0]?.book).to.include({ version: 8, holder: "me", leaseUntil: NOW + REMAINING_MS + 2_000 });
    // It may be granted from now on, whoever is killed before that is noted.
    const asked = { ...open.launch, at: NOW, decidedAt: open.launch.at };
    expect(written[0]?.book.launches).to.deep.equal([known, asked]);
    expect(stored()).to.include({ leaseUntil: 0, version: 9 });
    // It counts as launched now, whenever it was decided.
    const granted = { ...open.launch, instanceIds: ["i-new-1-0"], at: NOW };
    expect(stored().launches).to.deep.equal([known, granted]);
  });

  it("keeps the time of the first asking where EC2 refuses the second, and else that of the second", async () => {
    const denied = setUp({ book: open.book, launching: sdkError("UnauthorizedOperation", "no", 403) });
    await denied.session();
    expect(denied.stored().launches).to.deep.equal([open.launch]);
    const lost = setUp({ book: open.book, launching: sdkError("InternalError", "oops", 500) });
    await lost.session();
    expect(lost.stored().launches).to.deep.equal([{ ...open.launch, at: NOW, decidedAt: open.launch.at }]);
  });

  it("does not ask again beyond a maximum that is lower by now", async () => {
    const records = [
      member("i-1"),
      { ...member("i-2"), state: "stopped" },
      { ...member("i-3"), state: "terminated" },
    ];
    const full = setUp({ book: open.book, records, maxInstances: 2 });
    expect(await full.session()).to.include({ hold: undefined, unseen: 1 });
    expect([full.written, full.runs]).to.deep.equal([[], []]);
    const roomy = setUp({ book: open.book, records, maxInstances: 3 });
    expect((await roomy.session()).found).to.have.length(1);
  });

  it("does not ask again with what the fleet no longer has", async () => {
    for (const changes of [
      { launchTemplateId: "lt-0" },
      { securityGroupIds: [...securityGroupIds, "sg-0"] },
    ]) {
      const { book } = withLaunch(EMPTY_JOURNAL, { ...request, ...changes }, [], NOW - 1_000);
      const { session, written, runs } = setUp({ book });
      expect(await session()).to.include({ unseen: 1 });
      expect([written, runs]).to.deep.equal([[], []]);
    }
    const { session, runs } = setUp({ book: open.book, subnetIds: ["a", "c"] });
    expect(await session()).to.include({ unseen: 1 });
    expect(runs).to.deep.equal([]);
  });

  it("tells once of what it had launched, and EC2 ended as it started", async () => {
    const launches = [{ ...open.launch, instanceIds: ["i-1", "i-2"] }];
    const dead = { state: "terminated", failedToStart: "Client.InternalError: on launch" };
    const records = [
      member("i-1"),
      { ...member("i-2"), ...dead },
      // Of nobody's launch that still stands in the journal.
      { ...member("i-3"), ...dead },
    ];
    const start = { records, book: { ...open.book, launches } };
    const { session, stored } = setUp(start);
    expect(await session()).to.deep.include({
      hold: undefined,
      failed: [
        { kind: "refused", count: 1, reason: "i-2 ended as it started: Client.InternalError: on launch" },
      ],
    });
    expect(stored().launches).to.deep.equal([{ ...open.launch, instanceIds: ["i-1"] }]);
    expect(await session()).to.deep.include({ failed: [] });
    const late = setUp({ ...start, refused: [1] });
    expect(await late.session()).to.deep.include({ hold: "another at work", failed: [] });
  });

  it("asks for nothing while it is paused, nor where another came first", async () => {
    const paused = setUp({ book: open.book, paused: true });
    expect(await paused.session()).to.include({ hold: undefined, unseen: 1 });
    expect([paused.written, paused.runs]).to.deep.equal([[], []]);
    const late = setUp({ book: open.book, refused: [1] });
    const session = await late.session();
    expect(session).to.include({ hold: "another at work" });
    expect(session.found).to.deep.equal([]);
    expect(late.runs).to.deep.equal([]);
  });

  it("launches where there are fewest, what is on its way counted too", async () => {
    const records = [
      member("i-1", 60, { subnetId: "a" }),
      member("i-2", 60, { subnetId: "a" }),
      member("i-3", 60, { subnetId: "a" }),
      member("i-4", 60, { subnetId: "c" }),
      member("i-5", 60, { subnetId: "b" }),
      member("i-6", 60),
    ];
    const coming = { ...open.launch, request: { ...request, count: 3 }, instanceIds: ["i-5", "i-8", "i-9"] };
    const { session, runs } = setUp({ records, book: { ...open.book, launches: [coming] } });
    const report = await (await session()).launch(2);
    expect(report).to.deep.equal({ kind: "asked", launched: ["i-new-1-0", "i-new-1-1"], refused: [] });
    expect(runs.map(({ subnetId, count }) => [subnetId, count])).to.deep.equal([["c", 2]]);
  });

  it("writes a launch down before it asks, and nothing of its settings that is no part of a request", async () => {
    const { session, written, stored } = setUp();
    await (await session()).launch(1);
    const [first] = written;
    expect(first?.expected).to.equal(0);
    expect(first?.book).to.include({ version: 1, sequence: 1, leaseUntil: NOW + REMAINING_MS + 2_000 });
    expect(first?.book.launches.map((each) => each.request)).to.deep.equal([{ ...request, subnetId: "a" }]);
    expect(first?.book.launches.map((each) => each.elsewhere)).to.deep.equal([["b", "c"]]);
    expect(stored()).to.include({ leaseUntil: 0 });
  });

  it("launches nothing where another came first, and says so", async () => {
    const { session, runs } = setUp({ refused: [1] });
    const opened = await session();
    expect(await opened.launch(1)).to.deep.equal({ kind: "another at work" });
    expect(opened.hold).to.equal("another at work");
    expect(opened.unseen, "what it did not write down").to.equal(0);
    expect(runs).to.deep.equal([]);
  });

  it("asks nowhere else once another has written to the journal", async () => {
    const launching = sdkError("InsufficientInstanceCapacity", "no room", 500);
    const { session, runs } = setUp({ refused: [2], launching });
    const failure: unknown = await (await session()).launch(1).catch((error: unknown) => error);
    expect(String(failure)).to.match(/another invocation has written to the launch journal/);
    expect(runs).to.have.length(1);
  });

  // Where a clock jumps, a lease ends under the hands of who holds it: whoever comes next may have asked elsewhere.
  it("does not ask again for a launch once another has written to the journal", async () => {
    const launching = sdkError("RequestLimitExceeded", "too fast", 503);
    const { session, runs } = setUp({ refused: [3], launching });
    const failure: unknown = await (await session()).launch(1).catch((error: unknown) => error);
    expect(String(failure)).to.match(/another invocation has written to the launch journal/);
    expect(runs).to.have.length(2);
    expect(new Set(runs.map(({ token }) => token)).size).to.equal(1);
  });

  it("asks for no further launch once another has written to the journal", async () => {
    const { session, runs, written } = setUp({ refused: [2] });
    const failure: unknown = await (await session()).launch(3).catch((error: unknown) => error);
    expect(String(failure)).to.match(/another invocation has written to the launch journal/);
    expect(runs).to.have.length(1);
    // What EC2 has granted goes into the journal with it.
    expect(written[1]?.book.launches[0]?.instanceIds).to.deep.equal(["i-new-1-0"]);
  });

  it("terminates under a lease, and gives it back though EC2 refuses", async () => {
    const well = setUp({ records: [member("i-1")] });
    expect(await (await well.session()).terminate(["i-1"], [])).to.deep.equal({
      kind: "asked",
      terminated: ["i-1"],
      kept: [],
    });
    expect(well.terminated).to.deep.equal([["i-1"]]);
    expect(well.written.map(({ book }) => book.leaseUntil)).to.deep.equal([NOW + REMAINING_MS + 2_000, 0]);
    expect(well.stored()).to.include({ version: 2, holder: "me", ended: false });
    const denied = new Error("denied");
    const badly = setUp({ records: [member("i-1")], terminating: denied });
    const failure: unknown = await (
      await badly.session()
    )
      .terminate(["i-1"], [])
      .catch((error: unknown) => error);
    expect(failure).to.equal(denied);
    expect(badly.stored()).to.include({ leaseUntil: 0, version: 2 });
  });

  it("terminates others in place of those that are protected, as many as there are", async () => {
    const { session, terminated, stored } = setUp({ kept: ["i-1", "i-3"] });
    const end = async (ids: string[], others: string[]) => (await session()).terminate(ids, others);
    expect(await end(["i-1", "i-2"], ["i-3", "i-4", "i-5"])).to.deep.equal({
      kind: "asked",
      terminated: ["i-2", "i-4"],
      kept: ["i-1", "i-3"],
    });
    expect(terminated).to.deep.equal([["i-1", "i-2"], ["i-3"], ["i-4"]]);
    expect(stored()).to.include({ leaseUntil: 0 });
    expect(await end(["i-1"], ["i-3"])).to.deep.equal({
      kind: "asked",
      terminated: [],
      kept: ["i-1", "i-3"],
    });
  });

  it("asks for no others when its time is short, or when nobody knows of all of them", async () => {
    for (const more of [{ remainingMs: 19_000 }, { most: 0 }]) {
      const { session, terminated } = setUp({ kept: ["i-1"], ...more });
      const report = await (await session()).terminate(["i-1", "i-2"], ["i-3"]);
      const ended = "most" in more ? [] : ["i-2"];
      expect(report).to.deep.equal({ kind: "asked", terminated: ended, kept: ["i-1"] });
      expect(terminated).to.deep.equal([["i-1", "i-2"]]);
    }
  });

  it("terminates nothing where another came first", async () => {
    const { session, terminated } = setUp({ records: [member("i-1")], refused: [1] });
    const opened = await session();
    expect(await opened.terminate(["i-1"], [])).to.deep.equal({ kind: "another at work" });
    expect(opened.hold).to.equal("another at work");
    expect(terminated).to.deep.equal([]);
  });
});
