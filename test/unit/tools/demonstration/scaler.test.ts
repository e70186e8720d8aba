import { expect } from "chai";
import fc from "fast-check";
import type { CloudEvent, InstanceEvent } from "embedded-aws";
import { nothingToShow } from "../../../../tools/demonstration/demonstrateScaler";
import { brokenScalerPromises, describeEvent } from "../../../../tools/demonstration/describeScaler";
import { tallied, tallyOf, type ScalerDemonstration } from "../../../../tools/demonstration/fleetTally";
import type { ScalerSettings } from "../../../../tools/demonstration/scalerSettings";

const settings: ScalerSettings = {
  tag: { key: "Fleet", value: "web" },
  alarmName: "web-cpu",
  functionName: "scale",
  logGroupName: "/aws/lambda/scale",
  minInstances: 1,
  maxInstances: 4,
  targetCpuPercent: 60,
  reserveInstances: 0,
  alarmCpuPercent: 80,
  warmupSeconds: 120,
  scaleInAfterSeconds: 300,
  paused: false,
  schedule: [],
};

const instance = (instanceId: string, state: InstanceEvent["state"], Fleet = "web"): CloudEvent => ({
  at: 0,
  type: "instance-state-changed",
  instanceId,
  state,
  instanceType: "t3.micro",
  imageId: "ami-1",
  availabilityZone: "us-east-1a",
  tags: { Fleet },
});
const alarm = (state: "OK" | "ALARM", alarmName = "web-cpu"): CloudEvent => ({
  at: 0,
  type: "alarm-state-changed",
  alarmName,
  state,
  previousState: state === "OK" ? "ALARM" : "OK",
  reason: "",
});
const log = (message: string, logGroupName = settings.logGroupName): CloudEvent => ({
  at: 0,
  type: "log",
  logGroupName,
  logStreamName: "s",
  message,
});

describe("the tally of a fleet", () => {
  const after = (...events: CloudEvent[]) =>
    events.reduce((tally, event) => tallied(tally, event, settings), tallyOf(["i-0"]));

  it("counts launches, terminations and alarms, and the most instances at once", () => {
    const tally = after(
      alarm("ALARM"),
      instance("i-1", "pending"),
      instance("i-2", "pending"),
      instance("i-1", "running"),
      instance("i-0", "shutting-down"),
      alarm("OK"),
      instance("i-0", "terminated"),
      instance("i-3", "pending"),
    );
    expect(tally).to.include({ alarmState: "OK", alarms: 1, launched: 4, peak: 3, terminated: 1 });
    expect([...tally.live]).to.have.members(["i-1", "i-2", "i-3"]);
  });

  it("leaves out other fleets, other alarms and everything else", () => {
    const tally = after(instance("i-9", "pending", "other"), alarm("ALARM", "other"), log("{}"));
    expect(tally).to.deep.equal(tallyOf(["i-0"]));
  });

  it("keeps launched = live + leaving + terminated, and peak at least what lives", () => {
    const steps = fc.array(fc.record({ id: fc.integer({ min: 1, max: 6 }), launch: fc.boolean() }));
    fc.assert(
      fc.property(steps, (changes) => {
        const live = new Set<number>();
        let tally = tallyOf([]);
        let most = 0;
        for (const { id, launch } of changes) {
          if (launch === live.has(id)) continue;
          if (launch) live.add(id);
          else live.delete(id);
          most = Math.max(most, live.size);
          const states = launch
            ? (["pending", "running"] as const)
            : (["shutting-down", "terminated"] as const);
          for (const state of states) tally = tallied(tally, instance(`i-${id}`, state), settings);
        }
        expect(tally.live.size).to.equal(live.size);
        expect(tally.launched).to.equal(live.size + tally.terminated);
        expect(tally.peak).to.equal(most);
      }),
    );
  });
});

describe("what the scaler's demonstration tells", () => {
  const tell = (event: CloudEvent) => describeEvent(event, settings, tallyOf(["i-0", "i-1"]));
  const line = (members: object) => log(JSON.stringify({ level: "INFO", message: "CPU 91 %", ...members }));
  const delivered = { at: 0, ruleName: "r", eventId: "e", attempts: 1 } as const;
  const targetArn = "arn:aws:lambda:us-east-1:000000000000:function:scale";

  const cases: readonly (readonly [what: string, event: CloudEvent, line: string | undefined])[] = [
    ["the alarm", alarm("ALARM"), "alarm web-cpu: OK → ALARM"],
    ["another alarm", alarm("ALARM", "other"), undefined],
    [
      "the alarm's event",
      { ...delivered, type: "event-delivered", targetArn, detailType: "CloudWatch Alarm State Change" },
      'event "CloudWatch Alarm State Change" delivered to scale',
    ],
    [
      "an event that is lost",
      {
        ...delivered,
        type: "event-delivery-failed",
        targetArn,
        detailType: "X",
        errorMessage: "no permission",
      },
      'event "X" could not be delivered: no permission',
    ],
    [
      "a tick",
      { ...delivered, type: "event-delivered", targetArn, detailType: "Scheduled Event" },
      undefined,
    ],
    [
      "an event for somebody else",
      { ...delivered, type: "event-delivered", targetArn: `${targetArn}-other`, detailType: "X" },
      undefined,
    ],
    ["a launch", instance("i-1", "pending"), "i-1 launched: t3.micro of ami-1 in us-east-1a; 2 in the fleet"],
    ["another fleet's launch", instance("i-1", "pending", "other"), undefined],
    ["a termination", instance("i-2", "shutting-down"), "i-2 is shutting down; 2 in the fleet"],
    ["a decision to launch", line({ trigger: "tick", action: "launch" }), "woken by tick: CPU 91 %"],
    ["holding at a tick", line({ trigger: "tick", action: "hold" }), undefined],
    ["holding at an alarm", line({ trigger: "alarm", action: "hold" }), "woken by alarm: CPU 91 %"],
    ["an error", line({ level: "ERROR" }), "the scaler reports: CPU 91 %"],
    ["a line that is no decision", line({}), undefined],
    ["a line of the platform", log("START RequestId: 1"), undefined],
    ["another function's line", log('{"level":"ERROR","message":"x"}', "/aws/lambda/other"), undefined],
  ];
  for (const [what, event, expected] of cases) {
    it(`${what}: ${expected ?? "nothing"}`, () => expect(tell(event)).to.equal(expected));
  }
});

describe("the scaler's promises", () => {
  const kept: ScalerDemonstration = {
    alarms: 1,
    launched: 4,
    peak: 4,
    maximum: 4,
    minimum: 1,
    terminated: 3,
    final: 1,
    missed: undefined,
  };
  const broken: readonly (readonly [change: Partial<ScalerDemonstration>, promise: string])[] = [
    [{ peak: 5 }, "5 instances ran at once; the maximum is 4"],
    [{ alarms: 0 }, "the CPU alarm never went off"],
    [{ launched: 1 }, "1 instances were launched; expected more than 1"],
    [{ missed: "the CPU did not recover" }, "in the scaler's demonstration, the CPU did not recover"],
  ];

  it("are kept when the fleet followed the load within its limits", () => {
    expect(brokenScalerPromises(kept)).to.deep.equal([]);
  });
  for (const [change, promise] of broken) {
    it(`are broken: ${promise}`, () => {
      expect(brokenScalerPromises({ ...kept, ...change })).to.deep.equal([promise]);
    });
  }

  it("cannot be shown on a fleet that no load moves", () => {
    expect(nothingToShow(settings)).to.equal(undefined);
    expect(nothingToShow({ ...settings, paused: true })).to.include("paused");
    const schedule = [{ cron: "0 8 * * *", min: 1, max: 2 }];
    expect(nothingToShow({ ...settings, schedule, minInstances: 0 })).to.equal(undefined);
    expect(nothingToShow({ ...settings, minInstances: 0 })).to.include("0 instances");
    expect(nothingToShow({ ...settings, minInstances: 4 })).to.include("minimum");
    expect(nothingToShow({ ...settings, reserveInstances: 2 })).to.equal(undefined);
    expect(nothingToShow({ ...settings, reserveInstances: 3 })).to.include("reserve");
  });
});
