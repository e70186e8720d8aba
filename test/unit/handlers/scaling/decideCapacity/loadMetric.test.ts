import { member, members, minutes, NOW, situation } from "../situation";
import { flat, itDecides } from "./support";

const rising = minutes(members(3), [24, 24, 24, 24, 91]);

describe("decideCapacity", () => {
  itDecides([
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

    // Missing and useless metrics: nothing is guessed.
    { when: "there is no metric", situation: situation(members(3), []), decides: "no metric" },
    {
      when: "the metric ended ten minutes ago",
      situation: situation(members(3), [...flat(91), ...Array<undefined>(10)]),
      decides: "no metric",
    },
    {
      when: "the last minute of the metric began four and a half minutes ago",
      situation: situation(members(3), [...flat(91), undefined, undefined, undefined]),
      decides: "+2",
    },
    {
      when: "the last minute of the metric began five and a half minutes ago",
      situation: situation(members(3), [...flat(91), ...Array<undefined>(4)]),
      decides: "no metric",
    },
    {
      when: "a datapoint is below nothing",
      situation: situation(members(3), flat(-5)),
      decides: "no metric",
    },
    {
      when: "the newest minute is not complete, though high: the window ends before it",
      situation: situation(members(5), [], {
        samples: [
          ...minutes(members(5), [...flat(24), undefined]),
          ...minutes(members(1), [...flat(24), 90]).slice(-1),
        ],
      }),
      decides: "-i-0 i-1 i-2",
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
  ]);
});
