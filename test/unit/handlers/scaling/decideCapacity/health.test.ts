import { expect } from "chai";
import { decideCapacity } from "../../../../../handlers/scaling/decideCapacity";
import { member, members, minutes, NOW, settings, situation } from "../situation";
import { ended, flat, itDecides } from "./support";

const full = { minInstances: 4, maxInstances: 4 };
const beside = [...members(3), member("i-a")];
/** Three report all the time, and the fourth at this one, so many milliseconds from now. */
const reportedAt = (offsetMs: number) => [
  ...minutes(members(3), flat(50)),
  { instanceId: "i-a", time: NOW + offsetMs, cpuPercent: 50 },
];
const useless = [
  ...members(3),
  member("i-a", 8),
  member("i-b", 60, { impaired: true }),
  { ...member("i-d"), state: "stopped" },
  { ...member("i-c"), state: "stopping" },
];

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
      when: "its report is still on the way a minute before it must be there",
      situation: situation([...members(3), member("i-a", 7)], [], { samples: minutes(members(3), flat(40)) }),
      decides: "stabilising",
    },
    {
      when: "one reported as long ago as the history reaches",
      situation: situation(beside, [], { samples: reportedAt(-600_000) }),
      settings: full,
      decides: "at target",
    },
    {
      when: "one reported longer ago than the history reaches",
      situation: situation(beside, [], { samples: reportedAt(-600_001) }),
      settings: full,
      decides: "-i-a",
    },
    {
      when: "one reported as far ahead as a clock may be",
      situation: situation(beside, [], { samples: reportedAt(60_000) }),
      settings: full,
      decides: "at target",
    },
    {
      when: "one reported further ahead than a clock may be",
      situation: situation(beside, [], { samples: reportedAt(60_001) }),
      settings: full,
      decides: "-i-a",
    },
    {
      when: "one is silent, and another has reported three times",
      situation: situation(beside, [], { samples: minutes(members(3), [50, 50, 50]) }),
      settings: full,
      decides: "-i-a",
    },
    {
      when: "one is silent, and nobody has reported more than twice: it may be CloudWatch's fault",
      situation: situation(beside, [], { samples: minutes(members(3), [50, 50]) }),
      settings: full,
      decides: "at target",
    },
    {
      when: "one has ended and is silent",
      situation: situation([...members(3), ...ended(1, 9)], [], { samples: minutes(members(3), flat(60)) }),
      decides: "at target",
    },
    {
      when: "one is impaired, and more than the load needs are there: both go",
      situation: situation([...members(5), member("i-a", 60, { impaired: true })], flat(20)),
      decides: "-i-a i-0 i-1 i-2",
    },
    {
      when: "several are of no use: the stopped go first, then the impaired, then the silent",
      situation: situation(useless, [], { samples: minutes(members(3), flat(60)) }),
      settings: { maxInstances: 7, minInstances: 3 },
      decides: "-i-c i-d i-b i-a",
    },
    {
      when: "they are told in another order, and the step is limited",
      situation: situation(useless.toReversed(), [], { samples: minutes(members(3), flat(60)) }),
      settings: { maxInstances: 7, minInstances: 3, maxStep: 2 },
      decides: "-i-c i-d",
    },
    {
      when: "one is stopped, and nothing may be done",
      situation: situation([...members(3), { ...member("i-a"), state: "stopped" }], flat(60), {
        hold: "another at work",
      }),
      decides: "another at work",
    },
    {
      when: "one of a group's fails its status checks: the group sees to it by itself",
      situation: situation([...members(3), member("i-a", 60, { impaired: true })], flat(60), {
        groupSize: 4,
      }),
      decides: "at target",
    },
    {
      when: "the only one has never reported, since the history begins",
      situation: situation([member("i-a", 12)], []),
      decides: "-i-a",
      settings: { maxInstances: 1 },
    },
    {
      when: "the only one has never reported, and longer than the history is: CloudWatch may be silent",
      situation: situation([member("i-a", 12.1)], []),
      decides: "no metric",
      settings: { maxInstances: 1 },
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

  it("says how many are of no use", () => {
    const { findings } = decideCapacity(situation(useless, flat(60)), settings);
    expect(findings).to.have.property("unhealthy", 3);
    expect(decideCapacity(situation(members(3), flat(60)), settings).findings).not.to.have.property(
      "unhealthy",
    );
  });
});
