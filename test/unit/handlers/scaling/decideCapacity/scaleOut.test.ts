import { member, members, minutes, situation } from "../situation";
import { flat, itDecides } from "./support";

const booting = [...members(3), member("i-a", 1), member("i-b", 1)];

describe("decideCapacity", () => {
  itDecides([
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
      when: "the load is at the very end of the tolerance",
      situation: situation(members(2), flat(90)),
      settings: { tolerance: 0.5 },
      decides: "at target",
    },
    {
      when: "an earlier launch is not seen yet",
      situation: situation(members(2), flat(100), { unseen: 1 }),
      decides: "launches unseen",
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
  ]);
});
