import { expect } from "chai";
import {
  CreateVpcEndpointCommand,
  DeleteSubnetCommand,
  DeleteVpcEndpointsCommand,
  DescribePrefixListsCommand,
  DescribeVpcEndpointsCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
} from "@aws-sdk/client-ec2";
import { failure, NetworkWorld } from "./support";

describe("EC2's networks", () => {
  let world: NetworkWorld;
  beforeEach(async () => {
    world = await NetworkWorld.start();
  });
  afterEach(() => world.close());

  it("have endpoints: interfaces in subnets, and routes to what has no interface", async () => {
    const { clock, ec2, vpc, subnet, table, routes } = world;
    const VpcId = await vpc();
    const [a, b] = [await subnet(VpcId, "10.0.0.0/24"), await subnet(VpcId, "10.0.1.0/24", "us-east-1b")];
    const sameZone = await subnet(VpcId, "10.0.2.0/24");
    const RouteTableId = await table(VpcId);
    const create = (service: string, request: object) =>
      ec2.send(
        new CreateVpcEndpointCommand({
          VpcId,
          ServiceName: `com.amazonaws.us-east-1.${service}`,
          ...request,
        }),
      );
    const asInterface = { VpcEndpointType: "Interface", SubnetIds: [a, b], PrivateDnsEnabled: true };
    expect(await failure(create("ssm", asInterface))).to.equal("InvalidParameter");
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
    expect(await failure(create("nothing", asInterface))).to.equal("InvalidServiceName");
    expect(await failure(create("ssm", { VpcEndpointType: "Gateway" }))).to.equal("InvalidParameterValue");
    const twice = { ...asInterface, SubnetIds: [a, sameZone] };
    expect(await failure(create("ssm", twice))).to.equal("DuplicateSubnetsInSameZone");

    const { VpcEndpoint: ssm } = await create("ssm", asInterface);
    expect(ssm).to.deep.include({ State: "pending", VpcEndpointType: "Interface", PrivateDnsEnabled: true });
    expect(ssm?.NetworkInterfaceIds).to.have.length(2);
    expect(await failure(create("ssm", asInterface))).to.equal("InvalidParameter");
    await clock.advance(2_000);
    const { VpcEndpoint: s3 } = await create("s3", {
      VpcEndpointType: "Gateway",
      RouteTableIds: [RouteTableId],
    });
    const { PrefixLists } = await ec2.send(
      new DescribePrefixListsCommand({
        Filters: [{ Name: "prefix-list-name", Values: ["com.amazonaws.us-east-1.s3"] }],
      }),
    );
    expect((await routes(RouteTableId))[PrefixLists?.[0]?.PrefixListId ?? ""]).to.equal(
      `${s3?.VpcEndpointId ?? ""} active`,
    );
    const described = async () => {
      const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({}));
      return VpcEndpoints.map(
        ({ ServiceName, State }) => `${ServiceName?.split(".").at(-1) ?? ""} ${State ?? ""}`,
      );
    };
    expect(await described()).to.have.members(["ssm available", "s3 available"]);
    await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: ssm?.VpcEndpointId, RemoveSubnetIds: [a] }));
    await ec2.send(new DeleteSubnetCommand({ SubnetId: a }));
    expect(await failure(ec2.send(new DeleteSubnetCommand({ SubnetId: b })))).to.equal("DependencyViolation");
    const { Unsuccessful } = await ec2.send(
      new DeleteVpcEndpointsCommand({
        VpcEndpointIds: [ssm?.VpcEndpointId ?? "", s3?.VpcEndpointId ?? "", "vpce-0123456789abcdef0"],
      }),
    );
    expect(Unsuccessful?.map(({ ResourceId }) => ResourceId)).to.deep.equal(["vpce-0123456789abcdef0"]);
    await clock.advance(2_000);
    expect(await described()).to.deep.equal([]);
    await ec2.send(new DeleteSubnetCommand({ SubnetId: b }));
  });
});
