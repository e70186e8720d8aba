import { members, situation } from "../situation";
import { flat, itDecides } from "./support";

// A group launches and terminates by itself: it is told its size.
describe("decideCapacity", () => {
  itDecides([
    {
      when: "a group of three runs at 91 %",
      situation: situation(members(3), flat(91), { groupSize: 3 }),
      decides: "3>5",
    },
    {
      when: "the step out is limited",
      situation: situation(members(3), flat(91), { groupSize: 3 }),
      settings: { maxStep: 1 },
      decides: "3>4",
    },
    {
      when: "the group's load has been low for the whole window",
      situation: situation(members(5), flat(24), { groupSize: 5 }),
      decides: "5>2",
    },
    {
      when: "the step in is limited",
      situation: situation(members(5), flat(24), { groupSize: 5 }),
      settings: { maxStep: 1 },
      decides: "5>4",
    },
    {
      when: "the group lacks one that it was told to have: more is asked for all the same",
      situation: situation(members(3), flat(100), { groupSize: 4, unseen: 1 }),
      decides: "4>10",
    },
    {
      when: "the group lacks one that it was told to have, and the load is low: it is given away",
      situation: situation(members(4), flat(24), { groupSize: 5, unseen: 1 }),
      decides: "5>2",
    },
    {
      when: "the group is above a lowered maximum",
      situation: situation(members(5), [], { groupSize: 5 }),
      settings: { maxInstances: 3 },
      decides: "5>3",
    },
  ]);
});
