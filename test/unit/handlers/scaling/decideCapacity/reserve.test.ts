import { expect } from "chai";
import * as fc from "fast-check";
import { decideCapacity } from "../../../../../handlers/scaling/decideCapacity";
import { wishFor } from "../../../../../handlers/scaling/wish";
import { member, members, minutes, settings, situation, WAKE_METRIC } from "../situation";
import { flat, itDecides } from "./support";

const spare = { reserveInstances: 3 };
const roomy = { ...spare, maxInstances: 20 };
const sleepy = { ...roomy, minInstances: 0, wakeMetric: WAKE_METRIC };
/** Awake by day, and at night only if there is something to do; the limits in force are given beside it. */
const nightly = [
  { cron: "0 8 * * *", min: 2, max: 20 },
  { cron: "0 20 * * *", min: 0, max: 20 },
];
const unhealthy = [...members(5), member("i-a", 60, { impaired: true })];

// Beyond what the load needs at the target: three times the target's 60 % is 1.8 at full CPU.
describe("decideCapacity with a reserve", () => {
  itDecides([
    {
      when: "the reserve is missing",
      situation: situation(members(3), flat(60)),
      settings: roomy,
      decides: "+3",
    },
    {
      when: "load and reserve are there",
      situation: situation(members(6), flat(30)),
      settings: roomy,
      decides: "at target",
    },
    {
      when: "the load has eaten into the reserve",
      situation: situation(members(6), flat(50)),
      settings: roomy,
      decides: "+2",
    },
    {
      when: "the load has used the reserve up, and may be greater than measured",
      situation: situation(members(6), flat(100)),
      settings: { ...roomy, maxInstances: 30 },
      decides: "+10",
    },
    {
      when: "the load's part is within the tolerance",
      situation: situation(members(6), flat(32)),
      settings: roomy,
      decides: "at target",
    },
    {
      when: "it is beyond, though not by a tenth of all that are there",
      situation: situation(members(6), flat(34)),
      settings: roomy,
      decides: "+1",
    },
    {
      when: "it is below the tolerance, though not by a tenth of all that are there",
      situation: situation(members(8), flat(29)),
      settings: roomy,
      decides: "-i-0",
    },
    {
      when: "there is no load: the reserve stays",
      situation: situation(members(6), flat(0)),
      settings: roomy,
      decides: "-i-0 i-1 i-2",
    },
    {
      when: "there are fewer than the reserve",
      situation: situation(members(1), flat(6)),
      settings: roomy,
      decides: "+3",
    },
    {
      when: "the minimum is greater than both",
      situation: situation(members(6), flat(10)),
      settings: { ...roomy, minInstances: 6 },
      decides: "stabilising",
    },
    {
      when: "the maximum leaves no room for the whole reserve",
      situation: situation(members(3), flat(60)),
      settings: { ...spare, maxInstances: 4 },
      decides: "+1",
    },
    {
      when: "a part of the reserve stays missing at the maximum",
      situation: situation(members(4), flat(60)),
      settings: { ...spare, maxInstances: 4 },
      decides: "at maximum",
    },
    {
      when: "the step is limited",
      situation: situation(members(3), flat(60)),
      settings: { ...roomy, maxStep: 2 },
      decides: "+2",
    },
    {
      when: "what is missing is on its way",
      situation: situation(
        [...members(3), ...[1, 2, 3].map((index) => member(`i-new-${index}`, 1))],
        flat(60),
      ),
      settings: roomy,
      decides: "at target",
    },

    // In by the greatest of the window, each minute with its reserve.
    {
      when: "the window needed more once",
      situation: situation(members(8), [30, 37.5, 30, 30, 30]),
      settings: roomy,
      decides: "stabilising",
    },
    {
      when: "the load has been low for the whole window",
      situation: situation(members(8), [24, 24, 24, 15, 15]),
      settings: roomy,
      decides: "-i-0",
    },
    {
      when: "a minute of the window is missing",
      situation: situation(members(8), [15, undefined, 15, 15, 15]),
      settings: roomy,
      decides: "stabilising",
    },
    {
      when: "there are fewer than the reserve, and a minute of the window is missing",
      situation: situation(members(2), [1, undefined, 1, 1, 1]),
      settings: sleepy,
      decides: "stabilising",
    },
    {
      when: "the fleet has just grown: the margin is of the load's part",
      situation: situation([...members(7), member("i-young", 30)], flat(30)),
      settings: roomy,
      // Four for the load, of which 1.2 times the need are five.
      decides: "stabilising",
    },
    {
      when: "the fleet has just grown, and the load leaves the margin",
      situation: situation([...members(7), member("i-young", 30)], flat(24)),
      settings: roomy,
      decides: "-i-0",
    },

    // Asleep, without a reserve.
    {
      when: "a fleet of none is not called",
      situation: situation([], []),
      settings: sleepy,
      decides: "asleep",
    },
    {
      when: "a fleet of none is called: its load is not known yet",
      situation: situation([], [], { wake: [6] }),
      settings: sleepy,
      decides: "+1",
    },
    {
      when: "the woken instance has work",
      situation: situation(members(1), flat(50), { wake: [6] }),
      settings: sleepy,
      decides: "+3",
    },
    {
      when: "a fleet is called, and its instances do next to nothing: the reserve stays",
      situation: situation(members(4), flat(1.5), { wake: [6] }),
      settings: sleepy,
      decides: "-i-0",
    },
    {
      when: "a fleet may sleep, and each of its instances does what an idle one does: the reserve goes first",
      situation: situation(members(4), flat(2)),
      settings: sleepy,
      decides: "-i-0 i-1 i-2",
    },
    {
      when: "a fleet may sleep, and the last of its instances does next to nothing",
      situation: situation(members(1), flat(2)),
      settings: sleepy,
      decides: "-i-0",
    },
    {
      when: "a fleet may sleep, and its load is small: it is served, without a reserve",
      situation: situation(members(1), flat(20)),
      settings: sleepy,
      decides: "at target",
    },
    {
      when: "a fleet may sleep, and its load is more than its idle instances would show",
      situation: situation(members(1), flat(25)),
      settings: sleepy,
      decides: "+3",
    },
    {
      when: "a fleet may sleep at another hour, and has next to nothing to do",
      situation: situation(members(4), flat(1)),
      settings: { ...roomy, schedule: nightly, minInstances: 2 },
      decides: "-i-0",
    },
    {
      when: "the schedule lets it sleep now",
      situation: situation(members(1), flat(1)),
      settings: { ...roomy, schedule: nightly, minInstances: 0 },
      decides: "-i-0",
    },

    // What it changes nothing of.
    {
      when: "there is no metric",
      situation: situation(members(2), []),
      settings: roomy,
      decides: "no metric",
    },
    {
      when: "there is no metric, and fewer than the minimum",
      situation: situation([], []),
      settings: { ...roomy, minInstances: 2 },
      decides: "+2",
    },
    {
      when: "it is paused",
      situation: situation(members(3), flat(60)),
      settings: { ...roomy, paused: true },
      decides: "paused",
    },
    {
      when: "another is at work",
      situation: situation(members(3), flat(60), { hold: "another at work" }),
      settings: roomy,
      decides: "another at work",
    },
    {
      when: "an instance is unhealthy, and the reserve is there without it",
      situation: situation(unhealthy, [], { samples: minutes(members(5), flat(20)) }),
      settings: roomy,
      decides: "-i-a",
    },
    {
      when: "an instance is unhealthy, and the reserve is missing without it",
      situation: situation(unhealthy, [], { samples: minutes(members(5), flat(30)) }),
      settings: roomy,
      decides: "+1",
    },

    // A group is told the same size.
    {
      when: "a group lacks the reserve",
      situation: situation(members(3), flat(60), { groupSize: 3 }),
      settings: roomy,
      decides: "3>6",
    },
    {
      when: "a group has more than load and reserve",
      situation: situation(members(8), flat(15), { groupSize: 8 }),
      settings: roomy,
      decides: "8>5",
    },
    {
      when: "a group has both",
      situation: situation(members(6), flat(30), { groupSize: 6 }),
      settings: roomy,
      decides: "at target",
    },
  ]);

  it("says what of the wanted is in reserve, and what the load alone is", () => {
    const { findings } = decideCapacity(situation(members(6), flat(30)), { ...settings, ...roomy });
    expect(findings).to.include({ wanted: 6, reserve: 3, desired: 6 });
    expect(findings.load?.load).to.be.closeTo(1.8, 1e-9);
    const cut = decideCapacity(situation(members(4), flat(60)), { ...settings, ...spare, maxInstances: 4 });
    expect(cut.findings).to.include({ wanted: 7, reserve: 3, desired: 4 });
  });

  it("says nothing of a reserve where nothing of the wanted is one", () => {
    const has = (given: Parameters<typeof situation>, changes: object) =>
      "reserve" in decideCapacity(situation(...given), { ...settings, ...changes }).findings;
    expect(has([members(3), flat(60)], {})).to.equal(false);
    expect(has([members(1), flat(2)], sleepy)).to.equal(false);
    expect(has([members(3), flat(60)], { ...roomy, paused: true })).to.equal(false);
    expect(has([members(5), flat(60)], { ...spare, maxInstances: 4 })).to.equal(false);
    expect(has([members(5), []], roomy)).to.equal(false);
  });

  it("with a forecast, keeps it beside what is foreseen", () => {
    const rising = [30, 36, 42, 48, 54, 60];
    const at = (reserveInstances: number, cpu: readonly number[], size: number) =>
      decideCapacity(situation(members(size), cpu), {
        ...settings,
        maxInstances: 30,
        forecast: true,
        reserveInstances,
      }).findings;
    const without = at(0, rising, 3);
    expect(without.wanted).to.be.greaterThan(3);
    // The same load on twice as many instances.
    expect(
      at(
        3,
        rising.map((cpu) => cpu / 2),
        6,
      ),
    ).to.include({ wanted: without.wanted + 3, reserve: 3 });
  });
});

describe("a wish with a reserve", () => {
  const need = fc.double({ min: 0, max: 40, noNaN: true });
  const size = fc.nat(40);
  const reserve = fc.nat(20);
  const tolerance = fc.constantFrom(0, 0.1, 0.5);

  it("is that of a fleet without one, and the reserve beside it", () => {
    fc.assert(
      fc.property(need, size, reserve, tolerance, (needed, present, reserveInstances, share) => {
        const plain = wishFor(needed, present, { ...settings, tolerance: share });
        const kept = wishFor(needed, present + reserveInstances, {
          ...settings,
          tolerance: share,
          reserveInstances,
        });
        expect(plain).to.deep.equal({ wanted: plain.wanted });
        expect(kept.wanted).to.equal(plain.wanted + reserveInstances);
        expect(kept.reserve ?? 0).to.equal(reserveInstances);
      }),
    );
  });

  it("holds the load at the target, or within the tolerance of it, with the reserve idle", () => {
    fc.assert(
      fc.property(need, size, reserve, tolerance, (needed, present, reserveInstances, share) => {
        const { wanted } = wishFor(needed, present, { ...settings, tolerance: share, reserveInstances });
        const forTheLoad = wanted - reserveInstances;
        expect(forTheLoad * (1 + share)).to.be.at.least(needed - 1e-6);
        expect(forTheLoad * (1 - share)).to.be.below(needed + 1);
      }),
    );
  });

  it("grows with the need, and by the reserve at most for another", () => {
    fc.assert(
      fc.property(need, need, size, reserve, (one, other, present, reserveInstances) => {
        const wanted = (needed: number) =>
          wishFor(needed, present, { ...settings, tolerance: 0, reserveInstances }).wanted;
        expect(wanted(Math.max(one, other))).to.be.at.least(wanted(Math.min(one, other)));
        const more = wishFor(one, present, {
          ...settings,
          tolerance: 0,
          reserveInstances: reserveInstances + 1,
        });
        expect(more.wanted).to.equal(wanted(one) + 1);
      }),
    );
  });

  it("of a fleet that falls asleep never strands a load, and ends its reserve before its last instance", () => {
    const asleep = { ...settings, minInstances: 0, wakeMetric: WAKE_METRIC };
    fc.assert(
      fc.property(need, size, reserve, (needed, present, reserveInstances) => {
        const { wanted, reserve: kept = 0 } = wishFor(needed, present, { ...asleep, reserveInstances });
        if (needed > settings.tolerance)
          expect((wanted - kept) * (1 + settings.tolerance)).to.be.at.least(needed - 1e-6);
        else expect(wanted).to.equal(0);
        expect([0, reserveInstances]).to.include(kept);
      }),
    );
  });
});
