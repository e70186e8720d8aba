import { member, members, minutes, situation } from "../situation";
import { flat, itDecides } from "./support";

describe("decideCapacity", () => {
  itDecides([
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
  ]);
});
