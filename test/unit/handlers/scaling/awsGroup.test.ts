import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import sinon from "sinon";
import { awsGroup } from "../../../../handlers/scaling/awsGroup";
import { answering } from "./awsCalls";

const group = () => awsGroup("web", { key: "Fleet", value: "web" });
const sizes = { MinSize: 1, MaxSize: 4, DesiredCapacity: 2 };

describe("awsGroup", () => {
  afterEach(() => sinon.restore());

  it("reads the group's sizes and members", async () => {
    const { calls } = answering(AutoScalingClient, [
      {
        AutoScalingGroups: [
          {
            ...sizes,
            Instances: [
              { InstanceId: "i-1", LifecycleState: "InService", ImageId: "ami-1" },
              { InstanceId: "i-2", LifecycleState: "Pending" },
              { InstanceId: "i-3" },
              { LifecycleState: "Pending" },
            ],
          },
        ],
      },
    ]);
    expect(await group().group()).to.deep.equal({
      minSize: 1,
      maxSize: 4,
      desired: 2,
      members: [
        { id: "i-1", state: "InService", imageId: "ami-1" },
        { id: "i-2", state: "Pending", imageId: "" },
      ],
    });
    const input = { AutoScalingGroupNames: ["web"] };
    expect(await calls()).to.deep.equal([{ operation: "DescribeAutoScalingGroups", input, attempts: 3 }]);
  });

  it("has no members where none are told of", async () => {
    answering(AutoScalingClient, [{ AutoScalingGroups: [sizes] }]);
    expect(await group().group()).to.have.deep.property("members", []);
  });

  it("takes one that is not there, or is being deleted, for ended", async () => {
    const deleted = { ...sizes, Status: "Delete in progress" };
    for (const answer of [{}, { AutoScalingGroups: [] }, { AutoScalingGroups: [deleted] }]) {
      answering(AutoScalingClient, [answer]);
      expect(await group().group()).to.equal(undefined);
      sinon.restore();
    }
  });

  it("fails on a group without its sizes", async () => {
    for (const missing of Object.keys(sizes)) {
      answering(AutoScalingClient, [{ AutoScalingGroups: [{ ...sizes, [missing]: undefined }] }]);
      const failure: unknown = await group()
        .group()
        .catch((error: unknown) => error);
      expect(failure, missing).to.be.instanceOf(Error);
      expect((failure as Error).message).to.match(/described a group without its sizes: \{/);
      sinon.restore();
    }
  });

  it("reads the instances with the fleet's tag", async () => {
    const { calls } = answering(EC2Client, [{ Reservations: [] }]);
    expect(await group().instances()).to.deep.equal([]);
    const input = { Filters: [{ Name: "tag:Fleet", Values: ["web"] }], MaxResults: 1_000 };
    expect(await calls()).to.deep.equal([{ operation: "DescribeInstances", input, attempts: 3 }]);
  });

  it("tells the group its size at once", async () => {
    const { calls } = answering(AutoScalingClient, [{}]);
    await group().setDesiredCapacity(3);
    const input = { AutoScalingGroupName: "web", DesiredCapacity: 3, HonorCooldown: false };
    expect(await calls()).to.deep.equal([{ operation: "SetDesiredCapacity", input, attempts: 3 }]);
  });
});
