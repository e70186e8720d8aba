import { expect } from "chai";
import {
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  ModifySubnetAttributeCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { AMI, failure, NetworkWorld } from "./support";

describe("EC2's networks", () => {
  let world: NetworkWorld;
  beforeEach(async () => {
    world = await NetworkWorld.start();
  });
  afterEach(() => world.close());

  it("give instances addresses of their subnet, as many as it has", async () => {
    const { clock, ec2, vpc, subnet } = world;
    const VpcId = await vpc();
    const SubnetId = await subnet(VpcId, "10.0.7.16/28", "us-east-1b");
    const run = (MaxCount: number) =>
      ec2.send(
        new RunInstancesCommand({ ImageId: AMI, InstanceType: "t3.micro", SubnetId, MinCount: 1, MaxCount }),
      );
    const { Instances = [] } = await run(8);
    const { Instances: more = [] } = await run(8);
    const all = [...Instances, ...more];
    // Sixteen, of which AWS keeps five.
    expect(all).to.have.length(11);
    expect(new Set(all.map(({ PrivateIpAddress }) => PrivateIpAddress))).to.have.keys(
      Array.from({ length: 11 }, (_, index) => `10.0.7.${20 + index}`),
    );
    const [first] = all;
    expect(first).to.deep.include({ VpcId, SubnetId, PublicDnsName: "" });
    expect(first?.Placement?.AvailabilityZone).to.equal("us-east-1b");
    expect(first?.PublicIpAddress).to.equal(undefined);
    expect(first?.SecurityGroups?.map(({ GroupName }) => GroupName)).to.deep.equal(["default"]);
    expect(await failure(run(1))).to.equal("InsufficientFreeAddressesInSubnet");
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }));
    expect(Subnets?.[0]?.AvailableIpAddressCount).to.equal(0);

    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first?.InstanceId ?? ""] }));
    expect(await failure(run(1))).to.equal("InsufficientFreeAddressesInSubnet");
    await clock.advance(60_000);
    const { Instances: again = [] } = await run(1);
    expect(again[0]?.PrivateIpAddress).to.equal(first?.PrivateIpAddress);
  });

  it("give public addresses where the subnet or the launch asks for one", async () => {
    const { ec2, vpc, subnet } = world;
    const SubnetId = await subnet(await vpc(), "10.0.1.0/24");
    const publicIp = async (AssociatePublicIpAddress?: boolean) => {
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: AMI,
          InstanceType: "t3.micro",
          NetworkInterfaces: [
            {
              DeviceIndex: 0,
              SubnetId,
              ...(AssociatePublicIpAddress === undefined ? {} : { AssociatePublicIpAddress }),
            },
          ],
          MinCount: 1,
          MaxCount: 1,
        }),
      );
      return Instances[0]?.PublicIpAddress !== undefined;
    };
    expect([await publicIp(), await publicIp(true)]).to.deep.equal([false, true]);
    await ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
    expect([await publicIp(), await publicIp(false)]).to.deep.equal([true, false]);
  });

  it("keep security groups apart: a name once in each, instances with those of their own", async () => {
    const { ec2, vpc, subnet } = world;
    const [one, other] = [await vpc("10.0.0.0/16"), await vpc("10.1.0.0/16")];
    const group = async (VpcId: string) => {
      const command = new CreateSecurityGroupCommand({ GroupName: "web", Description: "web", VpcId });
      return (await ec2.send(command)).GroupId ?? "";
    };
    const [ours, theirs] = [await group(one), await group(other)];
    expect(await failure(group(one))).to.equal("InvalidGroup.Duplicate");
    const SubnetId = await subnet(one, "10.0.1.0/24");
    const run = (groupId: string) =>
      ec2.send(
        new RunInstancesCommand({
          ImageId: AMI,
          InstanceType: "t3.micro",
          SubnetId,
          SecurityGroupIds: [groupId],
          MinCount: 1,
          MaxCount: 1,
        }),
      );
    expect(await failure(run(theirs))).to.equal("InvalidParameter");
    await run(ours);
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    expect(Reservations?.[0]?.Instances?.[0]?.SecurityGroups).to.deep.equal([
      { GroupId: ours, GroupName: "web" },
    ]);
  });
});
