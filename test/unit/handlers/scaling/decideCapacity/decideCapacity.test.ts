import { expect } from "chai";
import * as fc from "fast-check";
import { decideCapacity } from "../../../../../handlers/scaling/decideCapacity";
import type { Decision } from "../../../../../handlers/scaling/decision";
import { member, members, NOW, settings, situation, WAKE_METRIC } from "../situation";
import { flat } from "./support";

/** Sums of real numbers depend on their order in the last digit. */
function roughly(decision: Decision): Decision {
  const { cpuPercent } = decision.findings;
  if (cpuPercent === undefined) return decision;
  return { ...decision, findings: { ...decision.findings, cpuPercent: Math.round(cpuPercent * 1e6) / 1e6 } };
}

describe("decideCapacity", () => {
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
      reserveInstances: fc.constantFrom(0, 1, 4, 30),
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
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.nat(5),
        fc.nat(100),
        fc.nat(100),
        (size, reserveInstances, one, other) => {
          const wanted = (cpu: number) =>
            decideCapacity(situation(members(size), flat(cpu)), { ...settings, reserveInstances }).findings
              .wanted;
          const [low, high] = [Math.min(one, other), Math.max(one, other)];
          // Within the tolerance the present size stands for the need, a whole instance up or down.
          expect(wanted(high)).to.be.at.least(wanted(low) - 1);
        },
      ),
    );
  });
});
