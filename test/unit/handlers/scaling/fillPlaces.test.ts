import { expect } from "chai";
import { fillPlaces, type RunRequest } from "../../../../handlers/scaling/fillPlaces";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import { clientToken, planLaunches } from "../../../../handlers/scaling/launchPlan";
import { sdkError } from "./sdkError";

const identity = { fleet: "web", launchTemplateId: "lt-1", maxInstances: 5, subnetIds: ["a", "b", "c"] };
const running = (id: string): InstanceRecord => ({ id, state: "pending", launchTime: 0, imageId: "ami-1" });
const noRoom = () =>
  sdkError("InsufficientInstanceCapacity", "We currently do not have sufficient capacity", 500);

/** Fills one place; `answers` are given in turn. */
async function fillOne(...answers: readonly (InstanceRecord | Error)[]) {
  const requests: RunRequest[] = [];
  const [outcome] = await fillPlaces(planLaunches([], 1, identity), identity, (request) => {
    const answer = answers[requests.length];
    requests.push(request);
    if (answer === undefined) throw new Error("an unexpected request");
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return { outcome: outcome!, asked: requests.map(({ subnetId }) => subnetId), requests };
}

describe("fillPlaces", () => {
  it("launches in the home zone", async () => {
    const { outcome, requests } = await fillOne(running("i-1"));
    expect(outcome).to.deep.include({ kind: "filled", detour: false });
    expect(requests).to.deep.equal([
      { subnetId: "a", clientToken: clientToken({ place: 1, filling: 0 }, identity) },
    ]);
  });

  it("tries the remaining zones in turn, each after a definite lack of capacity", async () => {
    const { outcome, asked } = await fillOne(noRoom(), noRoom(), running("i-1"));
    expect(outcome).to.deep.include({ kind: "filled", detour: true });
    expect(asked).to.deep.equal(["a", "b", "c"]);
  });

  it("tells what could not be had, zone by zone", async () => {
    const { outcome, asked } = await fillOne(
      noRoom(),
      sdkError("InsufficientFreeAddressesInSubnet", "no addresses", 400),
      sdkError("Unsupported", "t3.micro is not offered here", 400),
    );
    expect(asked).to.deep.equal(["a", "b", "c"]);
    expect(outcome).to.deep.include({
      kind: "no capacity",
      reason:
        "a: InsufficientInstanceCapacity: We currently do not have sufficient capacity; b: InsufficientFreeAddressesInSubnet: no addresses; c: Unsupported: t3.micro is not offered here",
    });
  });

  for (const [what, error] of [
    ["a timeout", Object.assign(new Error("socket timed out"), { name: "TimeoutError" })],
    ["a lost connection", Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })],
    ["an internal error", sdkError("InternalError", "An internal error has occurred", 500)],
  ] as const) {
    it(`asks no second zone after ${what}`, async () => {
      const { outcome, asked } = await fillOne(error);
      expect(outcome.kind).to.equal("unclear");
      expect(asked).to.deep.equal(["a"]);
    });
  }

  for (const [name, status] of [
    ["UnauthorizedOperation", 403],
    ["InstanceLimitExceeded", 400],
    ["RequestLimitExceeded", 503],
  ] as const) {
    it(`asks no second zone after ${name}, which concerns them all`, async () => {
      const { outcome, asked } = await fillOne(sdkError(name, "no", status));
      expect(outcome).to.deep.include({ kind: "refused", reason: `${name}: no` });
      expect(asked).to.deep.equal(["a"]);
    });
  }

  it("takes a mismatch for a decision that somebody has made", async () => {
    const { outcome } = await fillOne(sdkError("IdempotentParameterMismatch", "other arguments", 400));
    expect(outcome.kind).to.equal("already decided");
  });

  it("goes on to the next filling when a token is spent, at home again", async () => {
    const { outcome, requests } = await fillOne(
      noRoom(),
      sdkError("IdempotentInstanceTerminated", "terminated", 400),
      running("i-2"),
    );
    expect(outcome).to.deep.include({ kind: "filled", detour: true });
    expect(requests.map(({ subnetId, clientToken: token }) => [subnetId, token])).to.deep.equal([
      ["a", clientToken({ place: 1, filling: 0 }, identity)],
      ["b", clientToken({ place: 1, filling: 0 }, identity)],
      ["a", clientToken({ place: 1, filling: 1 }, identity)],
    ]);
  });

  it("takes an answer with a terminated instance for a spent token", async () => {
    const { outcome } = await fillOne({ ...running("i-1"), state: "terminated" }, running("i-2"));
    expect(outcome.kind === "filled" && outcome.instance.id).to.equal("i-2");
  });

  it("gives up when an absurd number of tokens is spent", async () => {
    const { outcome } = await fillOne(
      ...Array.from({ length: 200 }, () => sdkError("IdempotentInstanceTerminated", "terminated", 400)),
    );
    expect(outcome.kind).to.equal("refused");
  });

  it("fills each place on its own: one that fails leaves the others alone", async () => {
    const outcomes = await fillPlaces(planLaunches([], 3, identity), identity, ({ subnetId }) =>
      subnetId === "b"
        ? Promise.reject(sdkError("UnauthorizedOperation", "no", 403))
        : Promise.resolve(running(`i-${subnetId}`)),
    );
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["filled", "refused", "filled"]);
  });
});
