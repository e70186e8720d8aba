import {
  AllocateAddressCommand,
  CreateNatGatewayCommand,
  DeleteNatGatewayCommand,
  DescribeAddressesCommand,
  DescribeSubnetsCommand,
  DisassociateAddressCommand,
  EC2Client,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createEc2 } from "../../../src/services/ec2/ec2";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

describe("EC2's Elastic IP addresses", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let ec2: EC2Client;

  before(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, services: [createEc2] });
    ec2 = new EC2Client({ ...cloud.client, maxAttempts: 1 });
  });
  after(async () => {
    ec2.destroy();
    await cloud.close();
  });

  const disassociate = (AssociationId: string | undefined) =>
    ec2.send(new DisassociateAddressCommand({ AssociationId })).then(
      () => "none",
      (error: unknown) => (error as Error).name,
    );
  const associationOf = async (AllocationId: string | undefined) => {
    const { Addresses } = await ec2.send(
      new DescribeAddressesCommand({ AllocationIds: [AllocationId ?? ""] }),
    );
    return Addresses?.[0]?.AssociationId;
  };

  // As HashiCorp's provider does before each release, by what it read while the gateway was there.
  it("stay with their NAT gateway, and are free once it is gone", async () => {
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    const { NatGateway } = await ec2.send(
      new CreateNatGatewayCommand({ SubnetId: Subnets?.[0]?.SubnetId, AllocationId }),
    );
    await clock.advance(2_000);
    const association = await associationOf(AllocationId);
    expect(association).to.match(/^eipassoc-/);
    expect(await disassociate(association)).to.equal("OperationNotPermitted");
    await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: NatGateway?.NatGatewayId }));
    await clock.advance(2_000);
    expect(await disassociate(association)).to.equal("InvalidAssociationID.NotFound");
    expect(await disassociate(undefined)).to.equal("MissingParameter");
    expect(await associationOf(AllocationId)).to.equal(undefined);
    await ec2.send(new ReleaseAddressCommand({ AllocationId }));
  });
});
