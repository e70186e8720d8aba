import { expect } from "chai";
import * as fc from "fast-check";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import { clientToken, planLaunches } from "../../../../handlers/scaling/launchPlan";

const identity = {
  fleet: "shop-prod-web",
  launchTemplateId: "lt-1",
  maxInstances: 5,
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
};

function inPlace(place: number, filling = 0, state = "running"): InstanceRecord {
  const id = `i-${place}-${filling}`;
  return {
    id,
    state,
    launchTime: 0,
    imageId: "ami-1",
    clientToken: clientToken({ place, filling }, identity),
  };
}

const places = (records: readonly InstanceRecord[], count: number) =>
  planLaunches(records, count, identity).map(({ place, filling }) => `${place}.${filling}`);

describe("planLaunches", () => {
  it("fills the lowest empty places, each at home in a zone of its own turn", () => {
    expect(planLaunches([inPlace(1), inPlace(3)], 2, identity)).to.deep.equal([
      { place: 2, filling: 0, subnetIds: ["subnet-b", "subnet-c", "subnet-a"] },
      { place: 4, filling: 0, subnetIds: ["subnet-a", "subnet-b", "subnet-c"] },
    ]);
  });

  it("fills again what was emptied, as the next filling", () => {
    const records = [
      inPlace(1, 3, "terminated"),
      inPlace(1, 2, "terminated"),
      inPlace(2, 0, "shutting-down"),
    ];
    expect(places(records, 3)).to.deep.equal(["1.4", "2.1", "3.0"]);
  });

  it("leaves a stopped instance its place", () => {
    expect(places([inPlace(1, 0, "stopped"), inPlace(2, 0, "stopping")], 2)).to.deep.equal(["3.0", "4.0"]);
  });

  it("launches no more than there are places", () => {
    expect(places([inPlace(1), inPlace(2), inPlace(3)], 10)).to.deep.equal(["4.0", "5.0"]);
  });

  it("gives instances without a token no place, and places beyond a lowered maximum no launch", () => {
    const tagged: InstanceRecord = { id: "i-0", state: "running", launchTime: 0, imageId: "ami-1" };
    const foreign: InstanceRecord = { ...tagged, id: "i-9", clientToken: "made-by-hand" };
    expect(places([tagged, foreign, inPlace(9)], 1)).to.deep.equal(["1.0"]);
  });

  it("begins anew when the network changes, and still sees which places are taken", () => {
    const moved = { ...identity, subnetIds: ["subnet-d"] };
    const launches = planLaunches([inPlace(1), inPlace(2, 7, "terminated")], 1, moved);
    expect(launches).to.deep.equal([{ place: 2, filling: 0, subnetIds: ["subnet-d"] }]);
    expect(clientToken(launches[0]!, moved)).not.to.equal(clientToken({ place: 2, filling: 0 }, identity));
  });

  it("makes tokens that EC2 accepts, one for each filling of each place", () => {
    const filling = fc.record({ place: fc.integer({ min: 1, max: 10_000 }), filling: fc.nat(1_000_000) });
    fc.assert(
      fc.property(filling, filling, fc.string({ maxLength: 300 }), (one, other, fleet) => {
        const token = clientToken(one, { ...identity, fleet });
        expect(token).to.match(/^[\x21-\x7e]{1,64}$/);
        const same = one.place === other.place && one.filling === other.filling;
        expect(token === clientToken(other, { ...identity, fleet })).to.equal(same);
      }),
    );
  });
});
