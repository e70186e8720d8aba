import { expect } from "chai";
import { ec2ControlsOf } from "../../../src/services/ec2/controls";
import { Ec2World, failure, SUBNETS } from "./support";

describe("EC2's launches", () => {
  let world: Ec2World;
  beforeEach(async () => {
    world = await Ec2World.start();
  });
  afterEach(() => world.close());

  describe("client tokens", () => {
    it("launch once, however often the request comes", async () => {
      const { run, states } = world;
      const first = await run({ ClientToken: "decision-1", MaxCount: 3 });
      const again = await run({ ClientToken: "decision-1", MaxCount: 3 });
      expect(again.map((instance) => instance.InstanceId)).to.have.members(
        first.map((instance) => instance.InstanceId),
      );
      expect(await states()).to.have.length(3);
    });

    it("launch once for requests at the same time", async () => {
      const { run } = world;
      const launches = await Promise.all([1, 2, 3, 4].map(() => run({ ClientToken: "decision-1" })));
      expect(new Set(launches.flat().map((instance) => instance.InstanceId)).size).to.equal(1);
    });

    it("refuse another request under the same token", async () => {
      const { run } = world;
      await run({ ClientToken: "decision-1" });
      expect((await failure(run({ ClientToken: "decision-1", MaxCount: 2 }))).code).to.equal(
        "IdempotentParameterMismatch",
      );
    });

    it("are good per zone where the request names a subnet", async () => {
      const { run } = world;
      const first = await run({ ClientToken: "decision-1", SubnetId: SUBNETS[0] });
      const second = await run({ ClientToken: "decision-1", SubnetId: SUBNETS[1] });
      expect(first[0]!.InstanceId).not.to.equal(second[0]!.InstanceId);
    });

    it("are used up by instances that are gone", async () => {
      const { clock, cloud, run } = world;
      const [instance] = await run({ ClientToken: "decision-1" });
      await cloud.call("ec2", "TerminateInstances", { InstanceIds: [instance!.InstanceId!] });
      expect((await failure(run({ ClientToken: "decision-1" }))).code).to.equal(
        "IdempotentInstanceTerminated",
      );
      await clock.advance(7_200_000);
      expect((await failure(run({ ClientToken: "decision-1" }))).code).to.equal(
        "IdempotentInstanceTerminated",
      );
      await clock.advance(86_400_000);
      expect(await run({ ClientToken: "decision-1" })).to.have.length(1);
    });

    it("are not used up by a launch that failed", async () => {
      const { cloud, run } = world;
      const { capacity } = ec2ControlsOf(cloud.context);
      capacity.limitZone("us-east-1a", 0);
      await failure(run({ ClientToken: "decision-1", SubnetId: SUBNETS[0] }));
      capacity.limitZone("us-east-1a", Infinity);
      expect(await run({ ClientToken: "decision-1", SubnetId: SUBNETS[0] })).to.have.length(1);
    });
  });

  describe("capacity", () => {
    it("gives as many as there is room for, from the minimum on", async () => {
      const { cloud, run } = world;
      const { capacity } = ec2ControlsOf(cloud.context);
      capacity.limitZone("us-east-1a", 3);
      expect(await run({ SubnetId: SUBNETS[0], MinCount: 2, MaxCount: 5 })).to.have.length(3);
      const error = await failure(run({ SubnetId: SUBNETS[0] }));
      expect(error).to.include({ code: "InsufficientInstanceCapacity", status: 500 });
      expect(error.message).to.contain("us-east-1a");
      expect(await run({ SubnetId: SUBNETS[1] })).to.have.length(1);
    });

    it("is looked for in every zone when the request names none", async () => {
      const { cloud, run } = world;
      const { capacity } = ec2ControlsOf(cloud.context);
      capacity.limitZone("us-east-1a", 1);
      const launched = await run({ MinCount: 2, MaxCount: 2 });
      expect(launched.map((instance) => instance.Placement?.AvailabilityZone)).to.deep.equal([
        "us-east-1b",
        "us-east-1b",
      ]);
    });

    it("ends at the account's quota", async () => {
      const { cloud, run } = world;
      ec2ControlsOf(cloud.context).capacity.instanceLimit = 3;
      expect(await run({ MaxCount: 5 })).to.have.length(3);
      expect((await failure(run())).code).to.equal("InstanceLimitExceeded");
    });
  });
});
