import { expect } from "chai";
import * as fc from "fast-check";
import { decideCapacity } from "../../../../handlers/scaling/decideCapacity";
import type { Decision, ScalingSettings, Situation } from "../../../../handlers/scaling/decision";
import { member, members, minutes, NOW, settings, situation, WAKE_METRIC } from "./situation";

/** "+2", "-i-0 i-1" or the reason to hold. */
function brief(decision: Decision): string {
  switch (decision.action) {
    case "launch":
      return `+${decision.count}`;
    case "terminate":
      return `-${decision.instanceIds.join(" ")}`;
    case "hold":
      return decision.reason;
  }
}

/** Sums of real numbers depend on their order in the last digit. */
function roughly(decision: Decision): Decision {
  const { cpuPercent } = decision.findings;
  if (cpuPercent === undefined) return decision;
  return { ...decision, findings: { ...decision.findings, cpuPercent: Math.round(cpuPercent * 1e6) / 1e6 } };
}

interface Case {
  readonly when: string;
  readonly situation: Situation;
  readonly settings?: Partial<ScalingSettings>;
  readonly decides: string;
}

const flat = (cpu: number) => [cpu, cpu, cpu, cpu, cpu];

const booting = [...members(3), member("i-a", 1), member("i-b", 1)];
const rising = minutes(members(3), [24, 24, 24, 24, 91]);

/** `count` instances that were terminated so many minutes ago. */
function ended(count: number, minutesAgo: number) {
  const endedAt = NOW - minutesAgo * 60_000;
  return Array.from({ length: count }, (_, index) => ({
    ...member(`i-ended-${index}`),
    state: "terminated" as const,
    endedAt,
  }));
}

const sleepy = { minInstances: 0, wakeMetric: WAKE_METRIC };

const cases: readonly Case[] = [
  // Out, in proportion.
  { when: "three instances run at 91 %", situation: situation(members(3), flat(91)), decides: "+2" },
  { when: "the load is at the target", situation: situation(members(3), flat(60)), decides: "at target" },
  {
    when: "the load is within the tolerance",
    situation: situation(members(3), flat(65)),
    decides: "at target",
  },
  {
    when: "the load is just beyond the tolerance",
    situation: situation(members(3), flat(67)),
    decides: "+1",
  },
  {
    when: "the tolerance is nought",
    situation: situation(members(3), flat(61)),
    settings: { tolerance: 0 },
    decides: "+1",
  },
  {
    when: "the CPU is used up, and the load may be greater than measured",
    situation: situation(members(2), flat(100)),
    decides: "+5",
  },
  {
    when: "a single minute is high: no need to wait for three",
    situation: situation(members(3), [50, 50, 50, 50, 91]),
    decides: "+2",
  },
  {
    when: "the step is limited",
    situation: situation(members(2), flat(100)),
    settings: { maxStep: 2 },
    decides: "+2",
  },

  // Warming up: capacity, but not in the metric.
  {
    when: "two instances warm up, their help is on the way",
    situation: situation([...members(3), member("i-a", 1), member("i-b", 1)], flat(91)),
    decides: "at target",
  },
  {
    when: "one of two needed instances is pending",
    situation: situation([...members(3), member("i-a", 30, { state: "pending" })], flat(91)),
    decides: "+1",
  },
  {
    when: "late datapoints still show the fleet before the last launch",
    situation: situation([...members(3), member("i-a", 3), member("i-b", 3)], [50, 50, 91, 91, 91]),
    decides: "at target",
  },
  {
    when: "warming instances report the CPU of their boot: that is no load",
    situation: situation(booting, [], {
      samples: [...minutes(members(3), flat(55)), ...minutes(booting.slice(3), flat(100))],
    }),
    decides: "warming up",
  },
  {
    when: "warming instances report idle, and would thin the average out",
    situation: situation(booting, [], {
      samples: [...minutes(members(3), flat(91)), ...minutes(booting.slice(3), flat(0))],
    }),
    decides: "at target",
  },
  {
    when: "an instance that is not the fleet's has the fleet's image and type",
    situation: situation(members(3), [], {
      samples: [...minutes(members(3), flat(55)), ...minutes([member("i-foreign")], flat(100))],
    }),
    decides: "at target",
  },

  // The newest minute counts once everybody is in it.
  {
    when: "only one of three has reported in the newest minute",
    situation: situation(members(3), [], {
      samples: [
        ...minutes(members(3), [50, 50, 50, 50, undefined]),
        ...minutes(members(1), flat(100)).slice(-1),
      ],
    }),
    decides: "at target",
  },
  {
    when: "the last of three has reported too",
    situation: situation(members(3), [], {
      samples: [
        ...minutes(members(3), [50, 50, 50, 50, undefined]),
        ...minutes(members(3), flat(91)).slice(-3),
      ],
    }),
    decides: "+2",
  },
  {
    when: "one of three never reports, the others stand for it",
    situation: situation(members(3), [], { samples: minutes(members(2), flat(91)) }),
    // It is replaced beside.
    decides: "+3",
  },
  {
    when: "the first minute in service is not complete",
    situation: situation(members(3), [], { samples: minutes(members(1), [100]) }),
    decides: "no metric",
  },
  {
    when: "the load has gone while one warms up",
    situation: situation([...members(4), member("i-a", 1)], flat(10)),
    decides: "warming up",
  },

  // In, gradually.
  {
    when: "the load has been low for the whole window",
    situation: situation(members(5), flat(24)),
    decides: "-i-0 i-1 i-2",
  },
  {
    when: "it was high once in the window",
    situation: situation(members(5), [24, 60, 24, 24, 24]),
    decides: "stabilising",
  },
  {
    when: "the window needed four at most",
    situation: situation(members(5), [24, 40, 24, 24, 24]),
    decides: "-i-0",
  },
  {
    when: "it was high before the window",
    situation: situation(members(5), [60, 60, 24, 24, 24, 24, 24]),
    decides: "-i-0 i-1 i-2",
  },
  {
    when: "instances that served in the window are gone, what they carried is remembered",
    situation: situation([...members(3), ...ended(3, 3)], [], {
      samples: [
        ...minutes(members(3), [50, 50, 10, 10, 10]),
        ...minutes(ended(3, 3), [50, 50, undefined, undefined, undefined]),
      ],
    }),
    decides: "stabilising",
  },
  {
    when: "what the ended did in the minute of their end is no measure",
    situation: situation([...members(3), ...ended(3, 2.7)], [], {
      samples: [
        ...minutes(members(3), [10, 10, 10, 10, 10]),
        ...minutes(ended(3, 2.7), [undefined, undefined, 100, undefined, undefined]),
      ],
    }),
    decides: "-i-0 i-1",
  },
  {
    when: "a minute of the window is missing",
    situation: situation(members(5), [24, undefined, 24, 24, 24]),
    decides: "stabilising",
  },
  {
    when: "the history is shorter than the window",
    situation: situation(members(5), [24, 24]),
    decides: "stabilising",
  },
  {
    when: "the window is nought",
    situation: situation(members(5), [60, 24]),
    settings: { scaleInAfterSeconds: 0 },
    decides: "-i-0 i-1 i-2",
  },
  {
    when: "the alarm has insufficient data",
    situation: situation(members(5), flat(24), { alarm: "INSUFFICIENT_DATA" }),
    decides: "alarm has no data",
  },
  {
    when: "the alarm has insufficient data, but what is there is high",
    situation: situation(members(3), flat(91), { alarm: "INSUFFICIENT_DATA" }),
    decides: "+2",
  },
  {
    when: "the alarm went off, but the load is gone by now",
    situation: situation(members(3), flat(55), { alarm: "ALARM" }),
    decides: "at target",
  },
  {
    when: "the step in is limited",
    situation: situation(members(5), flat(24)),
    settings: { maxStep: 1 },
    decides: "-i-0",
  },
  { when: "there is no load at all", situation: situation(members(3), flat(0)), decides: "-i-0 i-1" },
  {
    when: "there is no load at all and none need stay",
    situation: situation(members(2), flat(0)),
    settings: { minInstances: 0 },
    decides: "-i-0 i-1",
  },

  // Missing and useless metrics: nothing is guessed.
  { when: "there is no metric", situation: situation(members(3), []), decides: "no metric" },
  {
    when: "the metric ended ten minutes ago",
    situation: situation(members(3), [...flat(91), ...Array<undefined>(10)]),
    decides: "no metric",
  },
  {
    when: "a datapoint comes from the future",
    situation: situation(members(3), [], {
      samples: [{ instanceId: "i-0", time: NOW + 3_600_000, cpuPercent: 100 }],
    }),
    decides: "no metric",
  },
  {
    when: "a datapoint is no number",
    situation: situation(members(3), [], { samples: minutes(members(3), flat(NaN)) }),
    decides: "no metric",
  },
  {
    when: "datapoints come in any order, and twice",
    situation: situation(members(3), [], {
      samples: [...rising.toReversed(), ...rising],
    }),
    decides: "+2",
  },

  // Clock skew: EC2's clock ahead of ours.
  {
    when: "an instance was launched in the future, it is warming up",
    situation: situation([...members(4), member("i-a", -5)], flat(10)),
    decides: "warming up",
  },

  // The limits.
  {
    when: "the fleet is below the minimum",
    situation: situation(members(1), flat(10)),
    settings: { minInstances: 3 },
    decides: "+2",
  },
  {
    when: "it is below the minimum without any metric",
    situation: situation([], []),
    settings: { minInstances: 2 },
    decides: "+2",
  },
  {
    when: "it is empty and may be",
    situation: situation([], []),
    settings: { minInstances: 0 },
    decides: "no metric",
  },
  {
    when: "the maximum is reached",
    situation: situation(members(3), flat(91)),
    settings: { maxInstances: 3 },
    decides: "at maximum",
  },
  {
    when: "the maximum limits the step",
    situation: situation(members(3), flat(91)),
    settings: { maxInstances: 4 },
    decides: "+1",
  },
  {
    when: "the fleet is above a lowered maximum, those not yet in service go first",
    situation: situation([...members(3), member("i-a", 1)], flat(91)),
    settings: { maxInstances: 2 },
    decides: "-i-a i-0",
  },
  {
    when: "it is above the maximum without any metric",
    situation: situation(members(3), []),
    settings: { maxInstances: 2 },
    decides: "-i-0",
  },

  // Health.
  {
    when: "one fails its status checks, and there is room for another",
    situation: situation([...members(3), member("i-a", 60, { impaired: true })], flat(60)),
    decides: "+1",
  },
  {
    when: "one fails its status checks, and nothing is missing without it",
    situation: situation([...members(3), member("i-a", 60, { impaired: true })], flat(40)),
    decides: "-i-a",
  },
  {
    when: "one fails its status checks at the maximum: it makes room first",
    situation: situation([...members(3), member("i-a", 60, { impaired: true })], flat(60)),
    settings: { maxInstances: 4, minInstances: 4 },
    decides: "-i-a",
  },
  {
    when: "one fails its status checks while it warms up: it may yet start",
    situation: situation([...members(3), member("i-a", 1, { impaired: true })], flat(60)),
    decides: "warming up",
  },
  {
    when: "one has not reported since the end of its warm-up",
    situation: situation([...members(3), member("i-a", 8)], [], { samples: minutes(members(3), flat(40)) }),
    decides: "-i-a",
  },
  {
    when: "one has just come into service, and its report may be on the way",
    situation: situation([...members(3), member("i-a", 5)], [], { samples: minutes(members(3), flat(40)) }),
    decides: "stabilising",
  },
  {
    when: "the only one has never reported",
    situation: situation([member("i-a", 8)], []),
    decides: "-i-a",
    settings: { maxInstances: 1 },
  },
  {
    when: "nobody reports any more: that is CloudWatch's fault",
    situation: situation(members(3), []),
    decides: "no metric",
  },
  {
    when: "one was stopped: it holds no place",
    situation: situation([...members(2), { ...member("i-a"), state: "stopped" }], flat(60)),
    settings: { minInstances: 3, maxInstances: 4 },
    decides: "+1",
  },
  {
    when: "one was stopped at the maximum: it goes, or somebody could start it beside another",
    situation: situation([...members(2), { ...member("i-a"), state: "stopped" }], flat(60)),
    settings: { minInstances: 3, maxInstances: 3 },
    decides: "-i-a",
  },

  {
    when: "it is paused with one that was stopped",
    situation: situation([...members(2), { ...member("i-a"), state: "stopped" }], flat(60)),
    settings: { paused: true },
    decides: "paused",
  },
  {
    when: "it is paused",
    situation: situation(members(3), flat(100)),
    settings: { paused: true },
    decides: "paused",
  },
  {
    when: "it is paused below the minimum",
    situation: situation([], []),
    settings: { paused: true },
    decides: "paused",
  },

  // To none, and back.
  {
    when: "a fleet of none is not called",
    situation: situation([], []),
    settings: sleepy,
    decides: "asleep",
  },
  {
    when: "the waking metric is not above its threshold",
    situation: situation([], [], { wake: [5, 0] }),
    settings: sleepy,
    decides: "asleep",
  },
  {
    when: "the waking metric calls",
    situation: situation([], [], { wake: [0, 6, 0] }),
    settings: sleepy,
    decides: "+1",
  },
  {
    when: "the waking metric calls and the first instance is on its way",
    situation: situation([member("i-a", 0, { state: "pending" })], [], { wake: [6] }),
    settings: sleepy,
    decides: "no metric",
  },
  {
    when: "the waking metric calls and the launch is not seen yet",
    situation: situation([], [], { wake: [6], unseen: 1 }),
    settings: sleepy,
    decides: "no metric",
  },
  {
    when: "the waking metric calls a fleet that is paused",
    situation: situation([], [], { wake: [6] }),
    settings: { ...sleepy, paused: true },
    decides: "paused",
  },
  {
    when: "the waking metric calls a fleet that has more",
    situation: situation(members(3), flat(60), { wake: [6] }),
    settings: sleepy,
    decides: "at target",
  },
  {
    when: "nothing calls, and the CPU has been within the tolerance of nothing for the window",
    situation: situation(members(2), flat(2), { wake: [5] }),
    settings: sleepy,
    decides: "-i-0 i-1",
  },
  {
    when: "the CPU does nothing, and the metric has called in the window",
    situation: situation(members(2), flat(2), { wake: [0, 6, 0] }),
    settings: sleepy,
    decides: "-i-0",
  },
  {
    when: "nothing calls, and the CPU does something",
    situation: situation(members(1), flat(7)),
    settings: sleepy,
    decides: "at target",
  },
  {
    when: "nothing calls, and the CPU did something in the window",
    situation: situation(members(1), [2, 20, 2, 2, 2]),
    settings: sleepy,
    decides: "stabilising",
  },
  {
    when: "nothing calls, and a minute of the window is missing",
    situation: situation(members(1), [2, undefined, 2, 2, 2]),
    settings: sleepy,
    decides: "stabilising",
  },
  {
    when: "nothing calls an instance that has no metric",
    situation: situation(members(1), []),
    settings: sleepy,
    decides: "no metric",
  },
  {
    when: "nothing calls, and the instance of a call still warms up",
    situation: situation([...members(1), member("i-a", 1)], flat(2)),
    settings: sleepy,
    decides: "warming up",
  },
  {
    when: "a fleet with a minimum is not called",
    situation: situation(members(2), flat(0)),
    settings: { ...sleepy, minInstances: 2 },
    decides: "stabilising",
  },
  {
    when: "a fleet fell asleep a moment ago",
    situation: {
      ...situation(ended(1, 1), []),
      samples: minutes(ended(1, 1), flat(2)),
      wake: [0],
    },
    settings: sleepy,
    decides: "asleep",
  },
];

describe("decideCapacity", () => {
  for (const { when, situation: given, settings: changes = {}, decides } of cases) {
    it(`decides "${decides}" when ${when}`, () => {
      expect(brief(decideCapacity(given, { ...settings, ...changes }))).to.equal(decides);
    });
  }

  it("gives the numbers that a person needs", () => {
    const decision = decideCapacity(situation([...members(3), member("i-a", 1)], flat(100)), {
      ...settings,
      maxInstances: 8,
    });
    expect(decision).to.deep.equal({
      action: "launch",
      count: 4,
      findings: {
        cpuPercent: 100,
        // What was seen, not what there may be beyond it.
        load: { time: NOW - 90_000, load: 3 },
        measured: 3,
        running: 4,
        pending: 0,
        warmingUp: 1,
        wanted: 10,
        desired: 8,
      },
    });
  });

  const anySituation = fc.record({
    fleet: fc
      .array(fc.tuple(fc.integer({ min: -10, max: 200 }), fc.constantFrom("pending", "running")), {
        maxLength: 15,
      })
      .map((list) => list.map(([ago, state], index) => member(`i-${index}`, ago, { state }))),
    samples: fc.array(
      fc.record({
        instanceId: fc.nat(15).map((index) => `i-${index}`),
        time: fc.integer({ min: -20, max: 3 }).map((minute) => NOW - 30_000 + minute * 60_000),
        cpuPercent: fc.oneof(fc.double({ min: 0, max: 110, noNaN: true }), fc.constant(NaN)),
      }),
      { maxLength: 60 },
    ),
    alarm: fc.constantFrom("OK" as const, "ALARM" as const, "INSUFFICIENT_DATA" as const, undefined),
    wake: fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 5 }),
    now: fc.constant(NOW),
  });
  const anySettings = fc
    .record({
      minInstances: fc.nat(5),
      above: fc.nat(10),
      maxStep: fc.integer({ min: 1, max: 10 }),
      scaleInAfterSeconds: fc.constantFrom(0, 60, 300, 600),
      tolerance: fc.constantFrom(0, 0.1, 0.5),
      wakeMetric: fc.constantFrom(undefined, WAKE_METRIC),
    })
    .map(({ above, ...rest }) => ({ ...settings, ...rest, maxInstances: rest.minInstances + above + 1 }));

  it("never leaves the limits, takes steps of at most maxStep, and takes away only what is there", () => {
    fc.assert(
      fc.property(anySituation, anySettings, (given, limits) => {
        const decision = decideCapacity(given, limits);
        const size = given.fleet.length;
        if (decision.action === "launch") {
          expect(decision.count).to.be.within(1, limits.maxStep);
          expect(size + decision.count).to.be.at.most(limits.maxInstances);
        }
        if (decision.action === "terminate") {
          const ids = new Set(decision.instanceIds);
          expect(ids.size).to.equal(decision.instanceIds.length).and.to.be.within(1, limits.maxStep);
          expect(given.fleet.filter(({ id }) => ids.has(id))).to.have.length(ids.size);
          // Only those that are of no use may go below the minimum, to make room for others.
          const { unhealthy = 0 } = decision.findings;
          expect(size - Math.max(0, ids.size - unhealthy)).to.be.at.least(limits.minInstances);
        }
      }),
    );
  });

  it("decides the same whatever the order of instances and datapoints", () => {
    fc.assert(
      fc.property(anySituation, anySettings, (given, limits) => {
        const unique = new Map(
          given.samples.map((sample) => [`${sample.instanceId} ${sample.time}`, sample]),
        );
        const samples = [...unique.values()];
        const turned = { ...given, fleet: given.fleet.toReversed(), samples: samples.toReversed() };
        expect(roughly(decideCapacity(turned, limits))).to.deep.equal(
          roughly(decideCapacity({ ...given, samples }, limits)),
        );
      }),
    );
  });

  it("wants no fewer instances for more load", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(100), fc.nat(100), (size, one, other) => {
        const wanted = (cpu: number) =>
          decideCapacity(situation(members(size), flat(cpu)), settings).findings.wanted;
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        // Within the tolerance the present size stands for the need, a whole instance up or down.
        expect(wanted(high)).to.be.at.least(wanted(low) - 1);
      }),
    );
  });
});
