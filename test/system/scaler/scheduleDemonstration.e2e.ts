import { expect } from "chai";
import {
  brokenSchedulePromises,
  demonstrateSchedule,
  describeSchedule,
} from "../../../tools/demonstration/demonstrateSchedule";
import type { ScheduleEntry } from "../../../handlers/scaling/schedule";
import { DeployedFleet, MINUTE } from "./deployedFleet";

describe("the demonstration of a scaler whose limits follow the time of day", function () {
  this.timeout(120_000);
  let fleet: DeployedFleet;

  before(async () => {
    fleet = await DeployedFleet.deploy();
  });
  after(() => fleet.close());

  /** Steps the clock until the demonstration ends, or the function is told something else. */
  async function demonstrate(schedule: readonly ScheduleEntry[]) {
    const lines: string[] = [];
    const ending = new AbortController();
    const outcome = demonstrateSchedule(
      fleet.cloud,
      { ...fleet.settings, schedule },
      (line) => lines.push(line),
      new AbortController().signal,
    ).finally(() => ending.abort());
    outcome.catch(() => undefined);
    while (!ending.signal.aborted) await fleet.clock.advance(MINUTE);
    return { lines, demonstration: await outcome };
  }

  it("says so when the function keeps to other limits", async () => {
    const { demonstration } = await demonstrate([{ cron: "0 20 * * *", min: 2, max: 3 }]);
    expect(demonstration.limits).to.deep.equal([]);
    expect(brokenSchedulePromises(demonstration)).to.deep.equal([
      "in the scaler's demonstration, the fleet did not come to its minimum of 2",
    ]);
  });

  it("says so when the function passes the maximum of the hour", async () => {
    const { demonstration } = await demonstrate([{ cron: "0 20 * * *", min: 1, max: 2 }]);
    expect(demonstration.beyondMaximum).to.be.greaterThan(0);
    expect(brokenSchedulePromises(demonstration).join()).to.match(
      /launched beyond the maximum of their hour/,
    );
  });

  it("shows the fleet within the limits in force, and within those of the next change", async () => {
    const now = fleet.clock.now();
    const entry = (inHours: number, min: number, max: number) => {
      const at = new Date(now + inHours * 60 * MINUTE);
      return { cron: `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, min, max };
    };
    const schedule = [entry(-1, 1, 3), entry(4, 2, 2), entry(6, 0, 0)];
    await fleet.configure({ schedule });
    const { lines, demonstration } = await demonstrate(schedule);
    expect(brokenSchedulePromises(demonstration)).to.deep.equal([]);
    expect(demonstration.limits).to.deep.equal([
      { minimum: 1, maximum: 3, idle: 1, busy: 3 },
      { minimum: 2, maximum: 2, idle: 2, busy: undefined },
    ]);
    expect(demonstration).to.include({ beyondMaximum: 0, final: 2, missed: undefined });
    expect(fleet.clock.now() - now).to.be.within(240 * MINUTE, 270 * MINUTE);
    expect(lines.join("\n")).to.match(/these limits hold until 2026-01-01T\d\d:\d\d UTC; the clock goes on/);
    expect(describeSchedule(demonstration)).to.include("limits of 1 to 3: 1 with little to do, 3 with much");
  });
});
