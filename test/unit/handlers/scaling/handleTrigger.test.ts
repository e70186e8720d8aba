import { expect } from "chai";
import type { FleetPort } from "../../../../handlers/scaling/reconcile";
import { createScaleFleet } from "../../../../handlers/scaling/handleTrigger";
import type { Telemetry } from "../../../../handlers/shared/telemetry";
import { alarmEvent, tickEvent } from "./events";
import { sdkError } from "./sdkError";
import { configuration, members, minutes, NOW } from "./situation";

const flat = (cpu: number) => [cpu, cpu, cpu, cpu, cpu];

/** The function on a fleet of `size` at `cpu` %, with what it logs, counts and asks for. */
function setUp(size: number, cpu: number, changes: Partial<FleetPort> = {}) {
  const lines: string[] = [];
  const counts: Record<string, number>[] = [];
  const terminated: string[] = [];
  const say = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  const telemetry: Telemetry = {
    log: { info: say("info"), warn: say("warn"), error: say("error") },
    publishCounts: (given) => {
      counts.push({ ...given });
    },
  };
  let launched = 0;
  const port: FleetPort = {
    describe: () => Promise.resolve(members(size)),
    cpuSince: () => Promise.resolve(minutes(members(size), flat(cpu))),
    run: ({ clientToken }) =>
      Promise.resolve({
        id: `i-new-${++launched}`,
        state: "pending",
        launchTime: NOW,
        imageId: "ami-new",
        clientToken,
      }),
    terminate: (ids) => {
      terminated.push(...ids);
      return Promise.resolve();
    },
    now: () => NOW,
    sleep: () => Promise.resolve(),
    ...changes,
  };
  return { scaleFleet: createScaleFleet(configuration, port, telemetry), lines, counts, terminated };
}

describe("scaleFleet", () => {
  for (const [what, event] of [
    ["alarm", alarmEvent("ALARM")],
    ["tick", tickEvent()],
  ] as const) {
    it(`launches on an ${what}, and says so in one line and in numbers`, async () => {
      const { scaleFleet, lines, counts } = setUp(3, 91);
      const result = await scaleFleet(event);
      expect(result).to.deep.include({ outcome: "reconciled", launched: ["i-new-1", "i-new-2"] });
      expect(lines).to.deep.equal([
        "info: CPU 91 % on 3 of 3 running; wanted 5, at most 10; launching 2 × t3.micro of ami-new",
      ]);
      expect(counts).to.deep.equal([
        {
          InstancesDesired: 5,
          InstancesRunning: 3,
          InstancesPending: 0,
          InstancesLaunched: 2,
          InstancesTerminated: 0,
          LaunchesRefused: 0,
          FleetAtMaximum: 0,
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

  it("holds, and says why", async () => {
    const { scaleFleet, lines, counts } = setUp(10, 100);
    await scaleFleet(tickEvent());
    expect(lines[0]).to.match(/wanted 34, at most 10; holding: the maximum of 10 is reached$/);
    expect(counts[0]).to.include({ InstancesDesired: 10, FleetAtMaximum: 1 });
  });

  it("tells of each launch that could not be had, as an error and in numbers", async () => {
    const { scaleFleet, lines, counts } = setUp(3, 91, {
      run: () => Promise.reject(sdkError("InsufficientInstanceCapacity", "no room", 500)),
    });
    await scaleFleet(tickEvent());
    expect(lines[0]).to.match(/launching 2 × t3.micro of ami-new \(2 could not be had\)$/);
    expect(lines.slice(1)).to.have.length(2);
    expect(lines[1]).to.match(/^error: could not launch: a: InsufficientInstanceCapacity: no room; b: /);
    expect(counts[0]).to.include({ InstancesLaunched: 0, LaunchesRefused: 2 });
  });

  it("tells what was there already, launched by somebody else", async () => {
    const { scaleFleet, lines, counts } = setUp(3, 91, {
      run: ({ clientToken }) =>
        Promise.resolve({
          id: clientToken,
          state: "running",
          launchTime: NOW - 60_000,
          imageId: "ami-new",
          clientToken,
        }),
    });
    await scaleFleet(tickEvent());
    expect(lines[0]).to.match(/launching 2 × t3.micro of ami-new \(2 there already\)$/);
    expect(counts[0]).to.include({ InstancesLaunched: 0, LaunchesRefused: 0 });
  });

  it("refuses foreign and malformed events without looking at anything", async () => {
    const untouched = () => expect.fail("AWS was called");
    const { scaleFleet, lines, counts } = setUp(3, 91, {
      describe: untouched,
      cpuSince: untouched,
      run: untouched,
    });
    for (const event of [
      null,
      {},
      { ...tickEvent(), resources: ["arn:aws:events:eu-west-1:1:rule/other"] },
    ]) {
      expect(await scaleFleet(event)).to.have.property("outcome", "refused event");
    }
    expect(lines.every((line) => line.startsWith("error: refused an event: "))).to.equal(true);
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
      describe: () => Promise.reject(sdkError("UnauthorizedOperation", "not you", 403)),
    });
    const error: unknown = await scaleFleet(tickEvent()).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).to.have.property("name", "UnauthorizedOperation");
  });
});
