import { expect } from "chai";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import {
  EMPTY_JOURNAL,
  withLaunch,
  type Journal,
  type JournalledLaunch,
} from "../../../../handlers/scaling/launchJournal";
import { LaunchWork } from "../../../../handlers/scaling/launchWork";
import { RequestBucket } from "../../../../handlers/scaling/requestBucket";
import { sdkError } from "./sdkError";
import { configuration, member, NOW } from "./situation";

const { launchTemplateId, launchTemplateVersion, securityGroupIds, publicIp, tags } = configuration;
const settings = { launchTemplateId, launchTemplateVersion, securityGroupIds, publicIp, tags };
const { book, launch } = withLaunch(EMPTY_JOURNAL, { ...settings, subnetId: "a", count: 2 }, ["b", "c"], NOW);

const noRoom = sdkError("InsufficientInstanceCapacity", "no room", 500);
const throttled = sdkError("RequestLimitExceeded", "slow down", 503);
const lost = Object.assign(new Error("lost"), { name: "TimeoutError" });
const denied = sdkError("UnauthorizedOperation", "no", 403);
const spent = sdkError("IdempotentInstanceTerminated", "over", 400);
const mismatch = sdkError("IdempotentParameterMismatch", "other", 400);

/**
 * What is made of EC2's answers, given one a call; the last of them again and again.
 *
 * @param again whether somebody may have asked before.
 * @param remainingMs of the invocation, as it begins.
 */
async function work(
  answers: readonly (Error | readonly InstanceRecord[])[],
  { again = false, remainingMs = 60_000 } = {},
) {
  let now = NOW;
  const calls: { readonly subnetId: string; readonly count: number; readonly token: string }[] = [];
  const saved: Journal[] = [];
  const sleeps: number[] = [];
  const clock = {
    now: () => now,
    sleep(ms: number) {
      sleeps.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
  const at = new LaunchWork(
    {
      ec2: {
        run({ subnetId, count }, token) {
          const answer = answers[Math.min(calls.length, answers.length - 1)] ?? [];
          calls.push({ subnetId, count, token });
          return answer instanceof Error ? Promise.reject(answer) : Promise.resolve([...answer]);
        },
      },
      clock,
      known: new Set(["i-known", "i-old"]),
      save(next) {
        saved.push(next);
        return Promise.resolve({ ...next, version: next.version + 1 });
      },
    },
    // Never empty.
    new RequestBucket({ now: () => calls.length * 10_000, sleep: () => Promise.resolve() }),
    { remainingMs: () => remainingMs - (now - NOW) },
    book,
  );
  await (again ? at.askAgain([launch]) : at.ask([launch]));
  return { calls, saved, sleeps, launched: at.launched, refused: at.refused, launches: at.book.launches };
}

const two = [member("i-1", 0), member("i-2", 0)];
const subnets = (calls: readonly { readonly subnetId: string; readonly count: number }[]) =>
  calls.map(({ subnetId, count }) => `${subnetId} ${count}`);
const answered = (ids: readonly string[]): JournalledLaunch => ({ ...launch, instanceIds: ids });

describe("a launch", () => {
  it("is asked for by its token, and its instances are written down", async () => {
    const { calls, launched, refused, launches, saved, sleeps } = await work([two]);
    expect(calls).to.deep.equal([{ subnetId: "a", count: 2, token: launch.clientToken }]);
    expect([launched, refused, saved, sleeps]).to.deep.equal([["i-1", "i-2"], [], [], []]);
    expect(launches).to.deep.equal([answered(["i-1", "i-2"])]);
  });

  it("asks the next subnet for what is missing, written down first", async () => {
    const { calls, launched, refused, launches, saved } = await work([
      [member("i-1", 0)],
      [member("i-9", 0)],
    ]);
    expect(subnets(calls)).to.deep.equal(["a 2", "b 1"]);
    expect([launched, refused]).to.deep.equal([["i-1", "i-9"], []]);
    expect(saved).to.have.length(1);
    expect(saved[0]?.launches.map((each) => [each.request.subnetId, each.instanceIds])).to.deep.equal([
      ["a", ["i-1"]],
      ["b", undefined],
    ]);
    expect(saved[0]?.launches[1]).to.have.deep.property("elsewhere", ["c"]);
    expect(launches.map(({ instanceIds }) => instanceIds)).to.deep.equal([["i-1"], ["i-9"]]);
    expect(calls[1]?.token).to.equal(launches[1]?.clientToken).and.not.to.equal(launch.clientToken);
  });

  it("is refused where no subnet has room for the rest, and says what each said", async () => {
    const { calls, launched, refused, launches } = await work([noRoom, [member("i-1", 0)], noRoom]);
    expect(subnets(calls)).to.deep.equal(["a 2", "b 2", "c 1"]);
    expect(launched).to.deep.equal(["i-1"]);
    const said = "InsufficientInstanceCapacity: no room";
    expect(refused).to.deep.equal([
      { kind: "no capacity", count: 1, reason: `a: ${said}; b: room for 1 of 2; c: ${said}` },
    ]);
    expect(launches.map(({ request }) => request.subnetId)).to.deep.equal(["b"]);
  });

  it("is refused for good where EC2 says no, and stands in no journal", async () => {
    const { calls, refused, launches } = await work([denied]);
    expect(calls).to.have.length(1);
    expect(refused).to.deep.equal([{ kind: "refused", count: 2, reason: "UnauthorizedOperation: no" }]);
    expect(launches).to.deep.equal([]);
  });

  it("waits for EC2, twice as long each time, up to eight seconds", async () => {
    const { sleeps, launched } = await work([...Array<Error>(6).fill(throttled), two]);
    expect(sleeps).to.deep.equal([500, 1_000, 2_000, 4_000, 8_000, 8_000]);
    expect(launched).to.deep.equal(["i-1", "i-2"]);
  });

  it("gives up once there is no time for the wait, a call and the answer", async () => {
    expect((await work([throttled, two], { remainingMs: 10_500 })).launched).to.have.length(2);
    const late = await work([throttled, two], { remainingMs: 10_499 });
    expect(late.calls).to.have.length(1);
    expect(late.refused).to.deep.equal([
      { kind: "refused", count: 2, reason: "RequestLimitExceeded: slow down" },
    ]);
    expect(late.launches).to.deep.equal([]);
  });

  it("stays unclear where an answer was lost, whatever the next says short of yes", async () => {
    for (const then of [denied, noRoom, mismatch, throttled, lost]) {
      const { refused, launches } = await work([lost, then], { remainingMs: 11_000 });
      expect(refused, then.name).to.deep.equal([{ kind: "unclear", count: 2, reason: "TimeoutError: lost" }]);
      expect(launches, then.name).to.deep.equal([launch]);
    }
    expect((await work([lost, spent, two])).launched, "whatever was lost is over").to.have.length(2);
    const granted = { ...answered(["i-1", "i-2"]), at: launch.at + 500 };
    expect((await work([lost, two])).launches, "after half a second's pause").to.deep.equal([granted]);
  });

  it("takes another token where EC2 knows its own from before the journal was lost", async () => {
    for (const before of [
      spent,
      mismatch,
      [{ ...member("i-1", 0), state: "terminated" }],
      // Whatever was there before is no launch of now.
      [member("i-known"), member("i-old")],
    ]) {
      const { calls, launched, launches } = await work([before, two]);
      expect(subnets(calls)).to.deep.equal(["a 2", "a 2"]);
      expect(calls[1]?.token).not.to.equal(launch.clientToken);
      expect(launched).to.deep.equal(["i-1", "i-2"]);
      expect(launches).to.have.length(1);
      expect(launches[0]).to.deep.include({ clientToken: calls[1]?.token, elsewhere: ["b", "c"] });
    }
  });

  it("has brought what is new among what was there before", async () => {
    const { calls, launched } = await work([[member("i-known"), member("i-1", 0)]]);
    expect(calls).to.have.length(1);
    expect(launched).to.deep.equal(["i-known", "i-1"]);
  });

  it("gives up after twenty tokens that were all used", async () => {
    const { calls, refused, launches } = await work([spent]);
    expect(new Set(calls.map(({ token }) => token)).size).to.equal(20);
    expect(refused).to.deep.equal([
      { kind: "refused", count: 2, reason: "20 client tokens in a row were used before" },
    ]);
    expect(launches).to.deep.equal([]);
  });

  it("counts the living alone of what a token has launched", async () => {
    const { launched } = await work([
      [member("i-1", 0), { ...member("i-2", 0), state: "shutting-down" }],
      [member("i-3", 0)],
    ]);
    expect(launched).to.deep.equal(["i-1", "i-3"]);
  });
});

describe("a launch that somebody may have asked for before", () => {
  it("is asked for once more, and for nothing beyond what it brings", async () => {
    const { calls, launched, refused, launches } = await work([[member("i-1", 0)]], { again: true });
    expect(calls).to.deep.equal([{ subnetId: "a", count: 2, token: launch.clientToken }]);
    expect([launched, refused]).to.deep.equal([["i-1"], []]);
    expect(launches).to.deep.equal([answered(["i-1"])]);
  });

  it("is found where what it brings is seen already", async () => {
    const { calls, launched } = await work([[member("i-known"), member("i-old")]], { again: true });
    expect(calls).to.have.length(1);
    expect(launched).to.deep.equal(["i-known", "i-old"]);
  });

  it("is over where its instances are, and no other token is tried", async () => {
    for (const over of [spent, [{ ...member("i-1", 0), state: "terminated" }]]) {
      const { calls, refused, launches } = await work([over], { again: true });
      expect(calls).to.have.length(1);
      expect([refused, launches]).to.deep.equal([[], []]);
    }
  });

  it("stays in the journal where EC2 contradicts itself, or refuses", async () => {
    for (const [answer, kind] of [
      [mismatch, "unclear"],
      [lost, "unclear"],
      [denied, "refused"],
    ] as const) {
      const { calls, refused, launches } = await work([answer], { again: true, remainingMs: 10_000 });
      expect(calls).to.have.length(1);
      expect(refused.map((each) => each.kind)).to.deep.equal([kind]);
      expect(launches).to.deep.equal([launch]);
    }
  });

  it("asks elsewhere where its subnet has no room, and there as anybody would", async () => {
    const { calls, launched, launches } = await work([noRoom, [member("i-1", 0)], [member("i-2", 0)]], {
      again: true,
    });
    expect(subnets(calls)).to.deep.equal(["a 2", "b 2", "c 1"]);
    expect(launched).to.deep.equal(["i-1", "i-2"]);
    expect(launches.map(({ request }) => request.subnetId)).to.deep.equal(["b", "c"]);
  });
});
