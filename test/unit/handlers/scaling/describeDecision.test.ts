import { expect } from "chai";
import { decideCapacity } from "../../../../handlers/scaling/decideCapacity";
import type { HoldReason } from "../../../../handlers/scaling/decision";
import { describeDecision } from "../../../../handlers/scaling/describeDecision";
import { member, members, settings, situation, WAKE_METRIC } from "./situation";

describe("describeDecision", () => {
  const wording = { ...settings, instanceType: "t3.micro", image: "ami-new" };
  const line = (given: Parameters<typeof decideCapacity>[0], changes: Partial<typeof settings> = {}) =>
    describeDecision(decideCapacity(given, { ...settings, ...changes }), { ...wording, ...changes });
  const flat = (cpu: number) => [cpu, cpu, cpu, cpu, cpu];

  it("tells of a launch", () => {
    expect(line(situation(members(3), flat(91)))).to.equal(
      "CPU 91 % on 3 of 3 running; wanted 5, at most 10; launching 2 × t3.micro of ami-new",
    );
  });

  it("tells of instances on their way, and of the maximum", () => {
    const fleet = [...members(3), member("i-a", 1), member("i-b", 0, { state: "pending" })];
    expect(line(situation(fleet, flat(100)), { maxInstances: 5 })).to.equal(
      "CPU 100 % on 3 of 4 running and 1 pending (2 warming up); wanted 10, at most 5; holding: the maximum of 5 is reached",
    );
  });

  it("tells of a termination, by id", () => {
    expect(line(situation(members(2), flat(12.345)))).to.equal(
      "CPU 12.3 % on 2 of 2 running; wanted 1, at most 10; terminating 1: i-0",
    );
  });

  it("tells of a fleet that sleeps, and that is called", () => {
    const sleepy = { minInstances: 0, wakeMetric: WAKE_METRIC };
    expect(line(situation([], []), sleepy)).to.equal(
      "no CPU metric of 0 running; wanted 0, at most 10; holding: the fleet sleeps, and nothing calls for an instance",
    );
    expect(line(situation([], [], { wake: [6] }), sleepy)).to.equal(
      "no CPU metric of 0 running, called for by the waking metric; wanted 1, at most 10; launching 1 × t3.micro of ami-new",
    );
    expect(line(situation(members(1), flat(2), { wake: [6] }), sleepy)).to.match(
      /^CPU 2 % on 1 of 1 running, called for by the waking metric; wanted 0, at least 1; holding: /,
    );
  });

  it("tells what is for the load and what is in reserve, on the way out, in and at the maximum", () => {
    const spare = { reserveInstances: 7, maxInstances: 20 };
    expect(line(situation(members(2), flat(60)), spare)).to.equal(
      "CPU 60 % on 2 of 2 running; wanted 9: 2 for the load, 7 in reserve; at most 20; launching 7 × t3.micro of ami-new",
    );
    expect(line(situation(members(11), flat(10)), { ...spare, maxStep: 1 })).to.equal(
      "CPU 10 % on 11 of 11 running; wanted 9: 2 for the load, 7 in reserve; at most 20; terminating 1: i-0",
    );
    expect(line(situation(members(5), flat(60)), { ...spare, maxInstances: 5 })).to.equal(
      "CPU 60 % on 5 of 5 running; wanted 12: 5 for the load, 7 in reserve; at most 5; holding: the maximum of 5 is reached",
    );
    expect(line(situation(members(9), flat(2)), { ...spare, minInstances: 9 })).to.match(
      /; wanted 8: 1 for the load, 7 in reserve; at least 9; holding: /,
    );
  });

  const reasons: Readonly<Record<HoldReason, string>> = {
    paused: "paused by configuration",
    "no metric": "the metric has no recent minute, and without it only the limits are kept",
    asleep: "the fleet sleeps, and nothing calls for an instance",
    "at target": "what is there and on its way fits the target of 60 %",
    "warming up": "nothing is taken away while an instance warms up",
    stabilising: "the last minutes needed what is there, or left a gap",
    "alarm has no data": "nothing is taken away while the alarm has too little data",
    "launches unseen": "EC2 does not show yet what was launched before",
    "another at work": "another invocation is at work, or was ended at work less than a minute ago",
    "fleet ended": "the fleet was ended with its stack",
    "at maximum": "the maximum of 10 is reached",
  };
  for (const [reason, words] of Object.entries(reasons))
    it(`says why it holds: ${reason}`, () => {
      const { findings } = decideCapacity(situation(members(1), flat(60)), settings);
      const decision = { action: "hold", reason: reason as HoldReason, findings } as const;
      expect(describeDecision(decision, wording)).to.equal(
        `CPU 60 % on 1 of 1 running; wanted 1, at most 10; holding: ${words}`,
      );
    });

  it("tells of unhealthy instances", () => {
    const { findings } = decideCapacity(situation(members(1), flat(60)), settings);
    const decision = {
      action: "hold",
      reason: "at target",
      findings: { ...findings, unhealthy: 2 },
    } as const;
    expect(describeDecision(decision, wording)).to.match(/^CPU 60 % on 1 of 1 running, 2 unhealthy; /);
  });

  it("tells of a missing metric, and of the minimum", () => {
    expect(line(situation(members(1), []))).to.match(
      /^no CPU metric of 1 running; wanted 1, at most 10; holding: /,
    );
    expect(line(situation(members(1), flat(6)), { minInstances: 2 })).to.equal(
      "CPU 6 % on 1 of 1 running; wanted 1, at least 2; launching 1 × t3.micro of ami-new",
    );
  });
});
