import { expect } from "chai";
import type { FleetPort, FleetSession } from "../../../../handlers/scaling/fleetPort";
import { createScaleFleet } from "../../../../handlers/scaling/handleTrigger";
import type { LoadMetric } from "../../../../handlers/scaling/loadMetric";
import type { ScalerAction } from "../../../../handlers/scaling/scalerAction";
import { createTeller } from "../../../../handlers/scaling/tell";
import type { Telemetry } from "../../../../handlers/shared/telemetry";
import { alarmEvent, tickEvent } from "./events";
import { sdkError } from "./sdkError";
import { configuration, members, minutes, NOW } from "./situation";

const flat = (cpu: number) => [cpu, cpu, cpu, cpu, cpu];

/** What one invocation finds in a fleet and can do to it, unless told otherwise. */
function fleetOf(size: number, terminated: string[], changes: Partial<FleetSession> = {}): FleetPort {
  return {
    open: () =>
      Promise.resolve({
        records: members(size),
        unseen: 0,
        found: [],
        launch: (count) =>
          Promise.resolve({
            kind: "asked",
            launched: Array.from({ length: count }, (_, index) => `i-new-${index + 1}`),
            refused: [],
          }),
        terminate: (ids) => {
          terminated.push(...ids);
          return Promise.resolve({ kind: "asked", terminated: ids, kept: [] });
        },
        ...changes,
      }),
  };
}

/** The function on a fleet of `size` at `cpu` %, with what it logs, counts and asks for. */
function setUp(
  size: number,
  cpu: number,
  changes: Partial<FleetSession> = {},
  send = (_: readonly ScalerAction[]) => Promise.resolve(),
  settings: Partial<typeof configuration> = {},
  load?: LoadMetric,
) {
  const lines: string[] = [];
  const fields: object[] = [];
  const counts: Record<string, number>[] = [];
  const terminated: string[] = [];
  const told: ScalerAction[] = [];
  const say = (level: string) => (message: string, more: object) => {
    lines.push(`${level}: ${message}`);
    fields.push(more);
  };
  const telemetry: Telemetry = {
    log: { info: say("info"), warn: say("warn"), error: say("error") },
    publishCounts: (given) => {
      counts.push({ ...given });
    },
  };
  const aws = {
    fleet: fleetOf(size, terminated, changes),
    cpu: { since: () => Promise.resolve({ cpu: minutes(members(size), flat(cpu)), wake: [] }) },
    load,
    now: () => NOW,
    teller: createTeller(
      [
        {
          name: "the bus",
          async send(actions) {
            await send(actions);
            told.push(...actions);
          },
        },
      ],
      () => NOW,
      telemetry.log,
    ),
  };
  const scaleFleet = createScaleFleet({ ...configuration, ...settings }, aws, telemetry);
  const wake = (event: unknown) => scaleFleet(event, { remainingMs: () => 60_000 });
  return { scaleFleet: wake, telemetry, lines, fields, counts, terminated, told };
}

describe("scaleFleet", () => {
  it("says which instances should have ended and are protected from it", async () => {
    const terminate: FleetSession["terminate"] = (ids, others) =>
      Promise.resolve({ kind: "asked", terminated: others.slice(0, 1), kept: ids });
    const { scaleFleet, lines, fields, told } = setUp(3, 15, { terminate });
    const result = await scaleFleet(tickEvent());
    expect(result).to.deep.include({ terminated: ["i-2"], kept: ["i-0", "i-1"] });
    expect(lines[1]).to.equal("warn: did not end 2: protected from termination, until somebody ends that");
    expect(fields[1]).to.deep.equal({ kept: "i-0 i-1" });
    expect(told).to.have.length(1);
    expect(told[0]).to.deep.include({ action: "terminate", instanceIds: ["i-2"] });
    expect(told[0]?.reason).to.match(/; terminating 1: i-2 \(2 protected from termination\)$/);
    const stuck = setUp(3, 15, {
      terminate: (ids) => Promise.resolve({ kind: "asked", terminated: [], kept: ids }),
    });
    await stuck.scaleFleet(tickEvent());
    expect(stuck.lines[0]).to.match(/; terminating none \(2 protected from termination\)$/);
    expect(stuck.told).to.deep.equal([]);
  });

  for (const [what, event] of [
    ["alarm", alarmEvent("ALARM")],
    ["tick", tickEvent()],
  ] as const) {
    it(`launches on an ${what}, and says so in one line and in numbers`, async () => {
      const { scaleFleet, lines, fields, counts } = setUp(3, 91);
      const result = await scaleFleet(event);
      const { findings } = result.outcome === "reconciled" ? result.decision : expect.fail();
      expect(findings).to.include({ running: 3, wanted: 5 });
      expect(fields).to.deep.equal([
        { trigger: what, action: "launch", findings, launched: "i-new-1 i-new-2", found: "", terminated: "" },
      ]);
      expect(result).to.deep.include({ outcome: "reconciled", launched: ["i-new-1", "i-new-2"] });
      expect(lines).to.deep.equal([
        "info: CPU 91 % on 3 of 3 running; wanted 5, at most 10; launching 2 × t3.micro of ami-new",
      ]);
      expect(counts).to.deep.equal([
        {
          InstancesDesired: 5,
          InstancesRunning: 3,
          InstancesPending: 0,
          InstancesUnhealthy: 0,
          InstancesLaunched: 2,
          InstancesTerminated: 0,
          LaunchesRefused: 0,
          FleetAtMaximum: 0,
          ActionsUntold: 0,
        },
      ]);
    });
  }

  it("terminates, and counts it", async () => {
    const { scaleFleet, counts, terminated } = setUp(3, 15);
    await scaleFleet(tickEvent());
    expect(terminated).to.deep.equal(["i-0", "i-1"]);
    expect(counts[0]).to.include({
      InstancesDesired: 1,
      InstancesRunning: 3,
      InstancesTerminated: 2,
      InstancesLaunched: 0,
    });
  });

  it("counts a group's growth as launched, and what it gives up as terminated", async () => {
    for (const [cpu, groupSize, launched, terminated] of [
      [91, 3, 2, 0],
      [15, 3, 0, 2],
      [60, 3, 0, 0],
    ] as const) {
      const sizes: number[] = [];
      const resize = (size: number) => Promise.resolve(void sizes.push(size));
      const { scaleFleet, counts, told } = setUp(3, cpu, { groupSize, resize });
      await scaleFleet(tickEvent());
      expect(counts[0]).to.include({ InstancesLaunched: launched, InstancesTerminated: terminated });
      const to = 3 + launched - terminated;
      expect(sizes).to.deep.equal(to === 3 ? [] : [to]);
      expect(told.map(({ action }) => action)).to.deep.equal(to === 3 ? [] : ["resize"]);
    }
  });

  it("is not at its maximum while that is enough", async () => {
    const { scaleFleet, counts } = setUp(10, 60);
    await scaleFleet(tickEvent());
    expect(counts[0]).to.include({ InstancesDesired: 10, FleetAtMaximum: 0 });
  });

  it("holds, and says why", async () => {
    const { scaleFleet, lines, counts } = setUp(10, 100);
    await scaleFleet(tickEvent());
    expect(lines[0]).to.match(/wanted 34, at most 10; holding: the maximum of 10 is reached$/);
    expect(counts[0]).to.include({ InstancesDesired: 10, FleetAtMaximum: 1 });
  });

  it("tells of each launch that could not be had, as an error and in numbers", async () => {
    const { scaleFleet, lines, fields, counts } = setUp(3, 91, {
      launch: (count) =>
        Promise.resolve({
          kind: "asked",
          launched: [],
          refused: [{ kind: "no capacity", count, reason: "a: InsufficientInstanceCapacity: no room" }],
        }),
    });
    await scaleFleet(tickEvent());
    expect(lines).to.deep.equal([
      "info: CPU 91 % on 3 of 3 running; wanted 5, at most 10; launching 2 × t3.micro of ami-new (2 could not be had)",
      "error: could not launch 2: a: InsufficientInstanceCapacity: no room",
    ]);
    expect(fields[1]).to.deep.equal({ kind: "no capacity" });
    expect(counts[0]).to.include({ InstancesLaunched: 0, LaunchesRefused: 2 });
  });

  it("calls nobody for a reserve that the maximum cuts, until the load itself asks for more", async () => {
    const at = async (reserveInstances: number, cpu: number) => {
      const { scaleFleet, lines, counts, told } = setUp(10, cpu, {}, undefined, { reserveInstances });
      await scaleFleet(tickEvent());
      return { line: lines[0], atMaximum: counts[0]?.FleetAtMaximum, told };
    };
    const cut = await at(4, 54);
    expect(cut.line).to.match(/wanted 13: 9 for the load, 4 in reserve; at most 10; holding: the maximum/);
    expect(cut).to.deep.include({ atMaximum: 0, told: [] });
    const short = await at(4, 72);
    expect(short.line).to.match(/wanted 16: 12 for the load, 4 in reserve; at most 10; holding: the maximum/);
    expect(short.atMaximum).to.equal(1);
    expect(short.told[0]).to.deep.include({ action: "refused", cause: "maximum", count: 2, desired: 10 });
    expect(short.told[0]?.reason).to.equal(short.line?.replace("info: ", ""));
  });

  it("publishes the load without the reserve", async () => {
    const published: number[] = [];
    const publish = ({ load }: { readonly load: number }) => void published.push(load);
    for (const reserveInstances of [0, 5]) {
      const load = { publish, history: () => Promise.resolve([]) };
      await setUp(3, 60, {}, undefined, { reserveInstances }, load).scaleFleet(tickEvent());
    }
    expect(published).to.have.length(2);
    expect(published[1]).to.equal(published[0]);
  });

  it("tells of a launch with its reason, and once an hour that the maximum holds it back", async () => {
    const launching = setUp(3, 91);
    await launching.scaleFleet(tickEvent());
    expect(launching.told).to.deep.equal([
      {
        version: 1,
        fleet: "web",
        action: "launch",
        instanceIds: ["i-new-1", "i-new-2"],
        count: 2,
        minimum: 1,
        maximum: 10,
        desired: 5,
        reason: "CPU 91 % on 3 of 3 running; wanted 5, at most 10; launching 2 × t3.micro of ami-new",
      },
    ]);
    const full = setUp(10, 100);
    await full.scaleFleet(tickEvent());
    await full.scaleFleet(tickEvent());
    expect(full.told).to.have.length(1);
    expect(full.told[0]).to.include({ action: "refused", cause: "maximum", count: 24, desired: 10 });
  });

  it("does the same when nobody can be told, and says in the log and in numbers what was not told", async () => {
    let launches = 0;
    const launch = (count: number) => {
      launches += 1;
      const launched = Array.from({ length: count }, (_, index) => `i-new-${index + 1}`);
      return Promise.resolve({ kind: "asked", launched, refused: [] } as const);
    };
    const { scaleFleet, lines, counts } = setUp(3, 91, { launch }, () =>
      Promise.reject(sdkError("AccessDeniedException", "no", 400)),
    );
    const result = await scaleFleet(tickEvent());
    expect(result).to.deep.include({ outcome: "reconciled", untold: 1, launched: ["i-new-1", "i-new-2"] });
    expect(launches).to.equal(1);
    expect(lines[1]).to.match(/^error: could not tell the bus of a launch: AccessDeniedException/);
    expect(counts[0]).to.include({ InstancesLaunched: 2, ActionsUntold: 1 });
  });

  it("tells what an earlier invocation had launched without knowing", async () => {
    const { scaleFleet, lines, counts } = setUp(3, 91, { found: ["i-a", "i-b"], unseen: 2 });
    await scaleFleet(tickEvent());
    expect(lines[0]).to.match(/fits the target of 60 % \(2 there already\)$/);
    expect(counts[0]).to.include({ InstancesPending: 2, InstancesLaunched: 0, LaunchesRefused: 0 });
  });

  for (const [hold, words] of [
    ["another at work", /holding: another invocation is at work/],
    ["fleet ended", /holding: the fleet was ended with its stack$/],
  ] as const) {
    it(`does nothing, and says so, when the fleet says "${hold}"`, async () => {
      const { scaleFleet, lines, terminated } = setUp(3, 91, {
        hold,
        launch: () => expect.fail("something was launched"),
      });
      await scaleFleet(tickEvent());
      expect(lines[0]).to.match(words);
      expect(terminated).to.deep.equal([]);
    });
  }

  it("says so when another invocation was faster", async () => {
    const { scaleFleet, lines } = setUp(3, 91, {
      launch: () => Promise.resolve({ kind: "another at work" }),
    });
    await scaleFleet(tickEvent());
    expect(lines[0]).to.match(/holding: another invocation is at work/);
  });

  it("refuses foreign and malformed events without looking at anything", async () => {
    const telemetry = setUp(3, 91);
    const aws = {
      fleet: { open: () => expect.fail("AWS was called") },
      cpu: { since: () => expect.fail("AWS was called") },
      now: () => NOW,
      teller: { tell: () => expect.fail("somebody was told") },
    };
    const { lines, fields, counts } = telemetry;
    const scaleFleet = (event: unknown) =>
      createScaleFleet(configuration, aws, telemetry.telemetry)(event, { remainingMs: () => 60_000 });
    for (const event of [
      null,
      {},
      { ...tickEvent(), resources: ["arn:aws:events:eu-west-1:1:rule/other"] },
    ]) {
      expect(await scaleFleet(event)).to.have.property("outcome", "refused event");
    }
    expect(lines.every((line) => line.startsWith("error: refused an event: "))).to.equal(true);
    expect(lines).to.deep.equal(
      fields.map((more) => `error: refused an event: ${(more as { readonly reason: string }).reason}`),
    );
    expect(counts).to.deep.equal(Array(3).fill({ EventsRefused: 1 }));
  });

  it("gives nothing away on a fresh alarm without data, and heeds no old one", async () => {
    const fresh = setUp(3, 15);
    await fresh.scaleFleet({ ...alarmEvent("INSUFFICIENT_DATA") });
    expect(fresh.terminated).to.deep.equal([]);
    const old = setUp(3, 15);
    await old.scaleFleet({ ...alarmEvent("INSUFFICIENT_DATA"), time: "2026-06-01T09:00:00Z" });
    expect(old.terminated).to.deep.equal(["i-0", "i-1"]);
  });

  it("passes AWS's errors on, for Lambda to retry", async () => {
    const { scaleFleet } = setUp(3, 91, {
      launch: () => Promise.reject(sdkError("UnauthorizedOperation", "not you", 403)),
    });
    const error: unknown = await scaleFleet(tickEvent()).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).to.have.property("name", "UnauthorizedOperation");
  });
});
