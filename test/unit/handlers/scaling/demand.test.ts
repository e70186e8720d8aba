import { expect } from "chai";
import { isFresh } from "../../../../handlers/scaling/decideCapacity";
import {
  demandByMinute,
  emergingDemand,
  measuredInstances,
  MINUTE,
  presentDemand,
  type CpuSample,
  type Demand,
} from "../../../../handlers/scaling/demand";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import { members, minutes, NOW, settings } from "./situation";

/** The start of a minute. */
const AT = NOW - 90_000;
const WARMUP_MS = settings.warmupSeconds * 1000;

const instance = (id: string, more: Partial<InstanceRecord> = {}): InstanceRecord => ({
  id,
  state: "running",
  launchTime: AT - 60 * MINUTE,
  imageId: "ami-new",
  ...more,
});
const sample = (instanceId: string, cpuPercent: number, time = AT): CpuSample => ({
  instanceId,
  cpuPercent,
  time,
});

describe("demandByMinute", () => {
  const demandOf = (record: InstanceRecord) =>
    demandByMinute([sample("i-0", 60), sample("i-a", 30)], [instance("i-0"), record], settings);
  const alone = { time: AT, cpuPercent: 60, reported: 1, complete: true, load: 0.6, needed: 1 };
  const both = { time: AT, cpuPercent: 45, reported: 2, complete: true, load: 0.9, needed: 1.5 };

  for (const [what, record, expected] of [
    ["one that was in service", instance("i-a"), both],
    ["one whose warm-up ended as the minute began", instance("i-a", { launchTime: AT - WARMUP_MS }), both],
    ["not one that warmed up in it", instance("i-a", { launchTime: AT - WARMUP_MS + 1 }), alone],
    ["not one that is pending, whenever it was launched", instance("i-a", { state: "pending" }), alone],
    ["one that ended with the minute", instance("i-a", { state: "terminated", endedAt: AT + MINUTE }), both],
    ["not one that ended in it", instance("i-a", { state: "terminated", endedAt: AT + MINUTE - 1 }), alone],
    ["one that ends, nobody knows since when", instance("i-a", { state: "shutting-down" }), both],
    ["not one that has ended without a word", instance("i-b", { state: "terminated" }), alone],
  ] as const) {
    it(`counts ${what}`, () => expect(demandOf(record)).to.deep.equal([expected]));
  }

  it("has those that have not reported yet stand for as much as the others", () => {
    expect(demandByMinute([sample("i-0", 60)], [instance("i-0"), instance("i-a")], settings)).to.deep.equal([
      { time: AT, cpuPercent: 60, reported: 1, complete: false, load: 1.2, needed: 2 },
    ]);
  });

  it("knows nothing of a minute in which nobody in service has reported", () => {
    expect(demandByMinute([sample("i-foreign", 60)], [instance("i-0")], settings)).to.deep.equal([]);
  });

  // Two instances, whose CPU is used up in the last minute: at the target they would be 10/3.
  const seen = 10 / 3;
  for (const [what, cpu, factor] of [
    ["nothing is known before", [100], 2],
    ["the minute before was less", [50, 100], 1.25],
    ["four minutes before were less", [50, 100, 100, 100, 100], 1.25],
    ["it was less before that", [50, 100, 100, 100, 100, 100], 2],
    ["the minute before was as much, but for a twentieth", [95, 100], 2],
    ["the minute before was a little less than that", [94.9, 100], 1.25],
    ["it does a little yet", [97], 2 * 0.97],
    ["it has more to give", [96.9], 0.969],
  ] as const) {
    it(`takes the load for ${factor} of what is seen when ${what}`, () => {
      const demands = demandByMinute(minutes(members(2), cpu), members(2), settings);
      expect(demands.at(-1)?.needed).to.be.closeTo(factor * seen, 1e-9);
    });
  }

  it("does not take a load for risen that falls afterwards", () => {
    const demands = demandByMinute(minutes(members(2), [100, 50]), members(2), settings);
    expect(demands[0]?.needed).to.be.closeTo(2 * seen, 1e-9);
  });
});

describe("presentDemand", () => {
  const demand = (minute: number, complete: boolean): Demand => ({
    time: AT + minute * MINUTE,
    cpuPercent: 60,
    reported: 1,
    complete,
    load: 0.6,
    needed: 1,
  });

  it("is the newest minute that everybody is in, or the one before", () => {
    const before = [demand(0, true), demand(1, true), demand(2, true), demand(3, false)];
    expect(presentDemand([...before, demand(4, true)])?.time).to.equal(AT + 4 * MINUTE);
    expect(presentDemand([...before, demand(4, false)])?.time).to.equal(AT + 3 * MINUTE);
    expect(presentDemand([demand(4, false)])).to.equal(undefined);
    expect(presentDemand([])).to.equal(undefined);
  });
});

describe("emergingDemand", () => {
  const fleet = ["i-0", "i-1", "i-2", "i-3"].map((id) => instance(id));
  const before = fleet.map(({ id }) => sample(id, 60));
  const next = (id: string, cpuPercent: number) => sample(id, cpuPercent, AT + MINUTE);
  const emerging = (after: readonly CpuSample[], records: readonly InstanceRecord[] = fleet) => {
    const [present] = demandByMinute(before, records, settings);
    if (present === undefined) throw new Error("nothing is known of the present");
    return emergingDemand(present, [...before, ...after], records, settings)?.needed;
  };

  it("is of the minute after, changed by what those have changed that have reported in both", () => {
    const [present] = demandByMinute(before, fleet, settings);
    const samples = [...before, next("i-0", 90), next("i-1", 75), next("i-2", 60)];
    expect(present && emergingDemand(present, samples, fleet, settings)).to.deep.equal({
      time: AT + MINUTE,
      needed: 4.75,
    });
  });

  for (const [what, after, records, needed] of [
    ["half have reported", [next("i-0", 90), next("i-1", 90)], fleet, 5],
    ["fewer than half have reported", [next("i-0", 90)], fleet, undefined],
    ["nobody has reported", [], fleet, undefined],
    ["the load is gone, and never less than that", fleet.map(({ id }) => next(id, 0)), fleet, 0],
    [
      "one has come into service in between",
      fleet.map(({ id }) => next(id, 90)),
      [...fleet, instance("i-a", { launchTime: AT + MINUTE - WARMUP_MS })],
      undefined,
    ],
    [
      "one has ended in between",
      fleet.slice(1).map(({ id }) => next(id, 90)),
      [instance("i-0", { state: "terminated", endedAt: AT + MINUTE }), ...fleet.slice(1)],
      undefined,
    ],
    [
      "one has reported in it alone",
      ["i-0", "i-1", "i-late"].map((id) => next(id, 90)),
      [...fleet, instance("i-late")],
      6,
    ],
    [
      "another than the fleet's reports",
      [next("i-0", 90), next("i-1", 90), sample("i-foreign", 0), next("i-foreign", 100)],
      fleet,
      5,
    ],
    [
      "one boots: its CPU is no load",
      [next("i-0", 90), next("i-1", 90), sample("i-a", 0), next("i-a", 100)],
      [...fleet, instance("i-a", { launchTime: AT + MINUTE - WARMUP_MS + 1 })],
      5,
    ],
  ] as const) {
    it(`is ${needed ?? "unknown"} when ${what}`, () => {
      expect(emerging(after, records)).to.equal(needed);
    });
  }
});

describe("measuredInstances", () => {
  it("are those in service, and those that have ended since the history began", () => {
    const records = [
      instance("i-serves"),
      instance("i-new", { launchTime: NOW - WARMUP_MS }),
      instance("i-warms-up", { launchTime: NOW - WARMUP_MS + 1 }),
      instance("i-pending", { state: "pending" }),
      instance("i-ended", { state: "terminated", endedAt: AT + 1 }),
      instance("i-ended-before", { state: "terminated", endedAt: AT }),
      instance("i-ends", { state: "shutting-down" }),
      instance("i-stopped", { state: "stopped" }),
    ];
    expect(measuredInstances(records, AT, NOW, settings.warmupSeconds)).to.deep.equal([
      "i-serves",
      "i-new",
      "i-ended",
      "i-ends",
      "i-stopped",
    ]);
  });
});

describe("isFresh", () => {
  for (const [ms, fresh] of [
    [-5 * MINUTE, true],
    [-5 * MINUTE - 1, false],
    [0, true],
    [MINUTE, true],
    [MINUTE + 1, false],
  ] as const) {
    it(`says ${fresh ? "yes" : "no"} to ${ms} ms from now`, () => {
      expect(isFresh(NOW + ms, NOW)).to.equal(fresh);
    });
  }
});
