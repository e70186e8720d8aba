import { member, members, minutes, situation } from "../situation";
import { ended, flat, itDecides } from "./support";

/** Four that have long been there, and one that was launched so many minutes ago. */
const grown = (minutesAgo: number) => [...members(4), member("i-young", minutesAgo)];

// In, gradually.
describe("decideCapacity", () => {
  itDecides([
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
          ...minutes(members(3), [30, 30, 10, 10, 10]),
          ...minutes(ended(3, 3), [30, 30, undefined, undefined, undefined]),
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
      when: "the fleet has not grown for an hour",
      situation: situation(grown(60), flat(46)),
      decides: "-i-0",
    },
    {
      when: "the fleet has just grown: what the load needs again at the slightest rise stays",
      situation: situation(grown(59), flat(46)),
      decides: "stabilising",
    },
    {
      when: "the fleet has just grown, and far too much",
      situation: situation(grown(59), flat(30)),
      decides: "-i-0 i-1",
    },
    {
      when: "a launch is not seen yet: it counts as warming up",
      situation: situation(members(5), flat(10), { unseen: 1 }),
      decides: "warming up",
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
  ]);
});
