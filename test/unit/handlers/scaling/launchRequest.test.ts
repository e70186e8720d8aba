import { expect } from "chai";
import * as fc from "fast-check";
import { clientToken, spread, type LaunchRequest } from "../../../../handlers/scaling/launchRequest";

const NOON = Date.UTC(2026, 5, 1, 12);
const request: LaunchRequest = {
  launchTemplateId: "lt-1",
  launchTemplateVersion: "3",
  subnetId: "a",
  securityGroupIds: ["sg-1"],
  publicIp: false,
  tags: { Fleet: "web", Stack: "dev" },
  count: 2,
};

describe("clientToken", () => {
  it("fits EC2: at most 64 ASCII characters", () => {
    expect(clientToken(request, Number.MAX_SAFE_INTEGER, NOON)).to.match(/^[\x21-\x7e]{1,64}$/);
  });

  it("is the same for the same request, in whatever order its members and tags come", () => {
    const { count, tags, ...rest } = request;
    const turned = { count, tags: Object.fromEntries(Object.entries(tags).toReversed()), ...rest };
    expect(clientToken(turned, 1, NOON)).to.equal(clientToken(request, 1, NOON + 11 * 3_600_000));
  });

  for (const [what, changes] of [
    ["the template", { launchTemplateId: "lt-2" }],
    ["the template's version", { launchTemplateVersion: "4" }],
    ["the subnet", { subnetId: "b" }],
    ["the security groups", { securityGroupIds: ["sg-1", "sg-2"] }],
    ["the public address", { publicIp: true }],
    ["a tag", { tags: { Fleet: "web", Stack: "prod" } }],
    ["the number of instances", { count: 3 }],
  ] as const) {
    it(`is another one for a change of ${what}`, () => {
      expect(clientToken({ ...request, ...changes }, 1, NOON)).not.to.equal(clientToken(request, 1, NOON));
    });
  }

  it("is another one on another day, and for the next launch", () => {
    expect(clientToken(request, 1, NOON + 13 * 3_600_000)).not.to.equal(clientToken(request, 1, NOON));
    expect(clientToken(request, 2, NOON)).not.to.equal(clientToken(request, 1, NOON));
  });
});

describe("spread", () => {
  it("fills the emptiest zones first, whatever the order of the subnets", () => {
    for (const subnets of [
      ["a", "b", "c"],
      ["c", "a", "b"],
    ]) {
      expect(spread(4, subnets, ["a", "a", "b"])).to.deep.equal([
        { subnetId: "c", count: 2, elsewhere: ["a", "b"] },
        { subnetId: "b", count: 1, elsewhere: ["c", "a"] },
        { subnetId: "a", count: 1, elsewhere: ["b", "c"] },
      ]);
    }
  });

  it("places all, in no more calls than subnets, and leaves no two zones further apart than needed", () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 }),
        (count, subnets) => {
          const calls = spread(count, subnets, []);
          expect(calls.length).to.be.at.most(subnets.length);
          const sizes = calls.map((call) => call.count);
          expect(sizes.reduce((sum, size) => sum + size, 0)).to.equal(count);
          if (count >= subnets.length) expect(Math.max(...sizes) - Math.min(...sizes)).to.be.at.most(1);
          for (const { subnetId, elsewhere } of calls)
            expect([subnetId, ...elsewhere]).to.have.members(subnets);
        },
      ),
    );
  });
});
