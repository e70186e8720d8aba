import { member, members, minutes, situation, WAKE_METRIC } from "../situation";
import { ended, flat, itDecides } from "./support";

const sleepy = { minInstances: 0, wakeMetric: WAKE_METRIC };

// To none, and back.
describe("decideCapacity", () => {
  itDecides([
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
      when: "nothing calls, and the CPU is at the very end of the tolerance",
      situation: situation(members(1), flat(6)),
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
  ]);
});
