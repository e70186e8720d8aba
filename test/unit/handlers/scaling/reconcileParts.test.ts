import { expect } from "chai";
import type { ScalingSettings } from "../../../../handlers/scaling/decision";
import type { FleetSession } from "../../../../handlers/scaling/fleetPort";
import type { LoadPoint } from "../../../../handlers/scaling/forecast";
import { historyMs } from "../../../../handlers/scaling/decideCapacity";
import { reconcile } from "../../../../handlers/scaling/reconcile";
import { members, minutes, NOW, settings, WAKE_METRIC } from "./situation";

/** One reconciliation of three instances at `cpu` %, and what it asks of its parts. */
async function once(
  cpu: number | undefined,
  changes: Partial<ScalingSettings> = {},
  of: Partial<FleetSession> = {},
) {
  const published: LoadPoint[] = [];
  const read: number[] = [];
  const measured: { readonly from: number; readonly ids: readonly string[]; readonly wake: unknown }[] = [];
  const asked: string[] = [];
  const session: FleetSession = {
    records: members(3),
    unseen: 0,
    found: ["i-found"],
    launch(count) {
      asked.push(`launch ${count}`);
      return Promise.resolve({ kind: "asked", launched: ["i-new"], refused: [] });
    },
    terminate(ids) {
      asked.push(`terminate ${ids.length}`);
      return Promise.resolve({ kind: "asked", terminated: ids, kept: [] });
    },
    ...of,
  };
  const result = await reconcile(
    {
      fleet: { open: () => Promise.resolve(session) },
      cpu: {
        since(from, ids, wake) {
          measured.push({ from, ids, wake });
          const samples = minutes(members(3), cpu === undefined ? [] : Array<number>(10).fill(cpu));
          return Promise.resolve({ cpu: samples, wake: [] });
        },
      },
      load: {
        publish: (point) => void published.push(point),
        history(now) {
          read.push(now);
          return Promise.resolve([]);
        },
      },
      now: () => NOW,
      settings: { ...settings, ...changes },
    },
    { remainingMs: () => 60_000 },
  );
  return { result, published, read, measured, asked };
}

describe("reconcile, of its parts", () => {
  it("asks for the CPU of the instances that count, and publishes the load once", async () => {
    const { result, published, read, measured, asked } = await once(60, { wakeMetric: WAKE_METRIC });
    expect(result.decision).to.include({ action: "hold", reason: "at target" });
    expect(result).to.deep.include({ found: ["i-found"], launched: [], terminated: [], refused: [] });
    expect(measured).to.deep.equal([
      { from: NOW - historyMs(settings), ids: ["i-0", "i-1", "i-2"], wake: WAKE_METRIC },
    ]);
    expect(published).to.have.length(1);
    expect(published[0]?.load).to.be.closeTo(1.8, 1e-9);
    expect([read, asked]).to.deep.equal([[], []]);
  });

  it("publishes nothing where there is no load to tell of", async () => {
    const { result, published } = await once(undefined);
    expect(result.decision).to.include({ reason: "no metric" });
    expect(published).to.deep.equal([]);
  });

  it("reads the load of past days for a forecast, and else does without", async () => {
    expect((await once(60, { forecast: true })).read).to.deep.equal([NOW]);
    expect((await once(60, { forecast: false })).read).to.deep.equal([]);
  });

  for (const [what, changes, of, reason] of [
    ["it is paused", { paused: true }, {}, "paused"],
    ["another is at work", {}, { hold: "another at work" }, "another at work"],
    ["the fleet has ended", {}, { hold: "fleet ended" }, "fleet ended"],
  ] as const)
    it(`looks at no metric while ${what}`, async () => {
      const wakeful = { ...changes, forecast: true, wakeMetric: WAKE_METRIC };
      const { result, published, read, measured, asked } = await once(90, wakeful, of);
      expect(result.decision).to.include({ action: "hold", reason });
      expect([published, read, measured, asked]).to.deep.equal([[], [], [], []]);
      expect(result.decision.findings).to.include({ called: false });
    });

  it("says that another was faster, where it could not act", async () => {
    const launching = await once(90, {}, { launch: () => Promise.resolve({ kind: "another at work" }) });
    expect(launching.result).to.deep.include({ launched: [], refused: [] });
    const ending = await once(15, {}, { terminate: () => Promise.resolve({ kind: "another at work" }) });
    expect(ending.result).to.deep.include({ terminated: [], found: ["i-found"] });
    for (const { result } of [launching, ending])
      expect(result.decision).to.include({ action: "hold", reason: "another at work" });
  });

  it("tells what ended as it started, whatever is done now", async () => {
    const failed = [{ kind: "refused", count: 1, reason: "i-9 ended as it started" }] as const;
    expect((await once(60, {}, { failed })).result.refused).to.deep.equal(failed);
    const { result, asked } = await once(100, {}, { failed });
    expect(asked).to.have.length(1);
    expect([result.launched, result.refused]).to.deep.equal([["i-new"], failed]);
  });

  it("tells what was terminated", async () => {
    const { result, asked } = await once(15);
    expect(asked).to.deep.equal(["terminate 2"]);
    expect(result.decision.action).to.equal("terminate");
    expect(result.terminated).to.deep.equal(["i-0", "i-1"]);
  });

  it("fails where a group's size is decided on, and there is no group to tell", async () => {
    const failure: unknown = await once(90, {}, { groupSize: 3 }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    expect((failure as Error).message).to.equal("the fleet has no group that could be told its size");
  });

  it("leaves room for what drains out of a group, and for nothing else", async () => {
    const told = async (of: Partial<FleetSession>) => {
      const sizes: number[] = [];
      const resize = (size: number) => Promise.resolve(void sizes.push(size));
      const { asked } = await once(99, { maxInstances: 4 }, { resize, ...of });
      return [...sizes, ...asked];
    };
    expect(await told({ groupSize: 3 })).to.deep.equal([4]);
    expect(await told({ groupSize: 3, leaving: 0 })).to.deep.equal([4]);
    expect(await told({ groupSize: 3, leaving: 1 })).to.deep.equal([]);
    expect(await told({ leaving: 1 }), "no group's").to.deep.equal(["launch 1"]);
  });
});
