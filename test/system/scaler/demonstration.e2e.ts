import { expect } from "chai";
import { demonstrateScaler } from "../../../tools/demonstration/demonstrateScaler";
import type { ScalerDemonstration } from "../../../tools/demonstration/fleetTally";
import { brokenScalerPromises } from "../../../tools/demonstration/describeScaler";
import { DeployedFleet, MINUTE } from "./deployedFleet";

describe("the scaler's demonstration", function () {
  this.timeout(60_000);
  let fleet: DeployedFleet;

  before(async () => {
    fleet = await DeployedFleet.deploy();
  });
  after(() => fleet.close());

  /** Steps the clock until the demonstration ends; calls `eachMinute` before each step. */
  async function demonstrate(
    signal: AbortSignal,
    eachMinute: (lines: readonly string[]) => void = () => undefined,
    settings = fleet.settings,
  ) {
    const lines: string[] = [];
    const tell = (line: string) => void lines.push(line);
    const ending = new AbortController();
    const outcome = demonstrateScaler(fleet.cloud, settings, tell, signal).finally(() => ending.abort());
    // Whoever awaits the outcome below hears of a rejection; until then it is not unhandled.
    outcome.catch(() => undefined);
    while (!ending.signal.aborted) {
      eachMinute(lines);
      await fleet.clock.advance(MINUTE);
    }
    return { lines, outcome };
  }
  const forever = new AbortController().signal;

  it("gives up by the cloud's clock when nothing wakes the scaler", async () => {
    await fleet.setRule("alarm", false);
    await fleet.setRule("tick", false);
    const started = fleet.clock.now();
    const { outcome } = await demonstrate(forever);
    await fleet.setRule("alarm", true);
    await fleet.setRule("tick", true);
    const { missed, launched } = await outcome;
    expect(missed).to.equal("the fleet did not reach its minimum of 1");
    expect(launched).to.equal(0);
    expect(fleet.clock.now() - started).to.be.within(60 * MINUTE, 120 * MINUTE);
  });

  it("ends at once when it is interrupted", async () => {
    const interrupt = new AbortController();
    const { lines, outcome } = await demonstrate(interrupt.signal, (sofar) => {
      if (sofar.some((line) => line.includes("the load rises"))) interrupt.abort(new Error("interrupted"));
    });
    const reason = await outcome.catch((error: unknown) => error);
    expect(reason).to.be.instanceOf(Error).with.property("message", "interrupted");
    expect(lines.join("\n")).not.to.include("ALARM");
  });

  it("shows alarm, event, decision and launches, whichever comes first, then recovery and scale-in", async () => {
    const { lines, outcome } = await demonstrate(forever);
    const demonstration: ScalerDemonstration = await outcome;
    expect(demonstration).to.deep.equal({
      alarms: 1,
      launched: 4,
      peak: 4,
      maximum: 4,
      minimum: 1,
      terminated: 3,
      final: 1,
      missed: undefined,
    });
    expect(brokenScalerPromises(demonstration)).to.deep.equal([]);
    // The event may come late, and the tick of each minute does what it would have done.
    const story: readonly (readonly RegExp[])[] = [
      [/a quiet day: work for 0\.3 instances/],
      [/the load rises: work for 2\.0 instances/],
      [
        /alarm fleet-cpu-high-\w+: OK → ALARM/,
        /event "CloudWatch Alarm State Change" delivered to fleet-scale-/,
        /i-\w+ launched: t3\.micro of ami-\w+ in us-east-1\w; 4 in the fleet/,
        /woken by (alarm|tick): CPU \d+(\.\d)? % on 1 of 1 running; wanted 4, at most 4; launching 3 × t3\.micro/,
      ],
      [/4 of 4 instances in service, CPU 50 %/, /alarm fleet-cpu-high-\w+: ALARM → OK/],
      [/the load falls/],
      [/woken by tick: CPU .* terminating /],
      [/i-\w+ terminated/],
    ];
    let from = 0;
    for (const chapter of story) {
      const places = chapter.map((part) => {
        const at = lines.findIndex((line, index) => index >= from && part.test(line));
        expect(at, `${part} after line ${from} of\n${lines.join("\n")}`).to.be.at.least(0);
        return at;
      });
      from = Math.min(...places) + 1;
    }
    for (const line of lines) expect(line).to.match(/^ {2}\d\d:\d\d:\d\d {2}\S/);
  });

  it("shows a fleet that comes back to its reserve", async () => {
    await fleet.configure({ reserveInstances: 1 });
    const { lines, outcome } = await demonstrate(forever, undefined, {
      ...fleet.settings,
      reserveInstances: 1,
    });
    const demonstration = await outcome;
    expect(brokenScalerPromises(demonstration)).to.deep.equal([]);
    expect(demonstration).to.include({ maximum: 4, minimum: 2, peak: 4, final: 2, missed: undefined });
    expect(lines.join("\n")).to.match(/wanted \d+: \d+ for the load, 1 in reserve; at most 4; launching /);
  });
});
