import { member, members, situation } from "../situation";
import { flat, itDecides } from "./support";

describe("decideCapacity", () => {
  itDecides([
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
      when: "the maximum was lowered, and only what is not seen yet is beyond it: nothing that is there ends for it",
      situation: situation(members(2), flat(91), { unseen: 8 }),
      settings: { maxInstances: 2 },
      decides: "launches unseen",
    },
    {
      when: "the maximum was lowered, and what is there is beyond it as well",
      situation: situation(members(4), flat(91), { unseen: 8 }),
      settings: { maxInstances: 3 },
      decides: "-i-0",
    },
    {
      when: "it is above the maximum without any metric",
      situation: situation(members(3), []),
      settings: { maxInstances: 2 },
      decides: "-i-0",
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
  ]);
});
