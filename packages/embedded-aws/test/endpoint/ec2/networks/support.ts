import {
  AllocateAddressCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { SteppedClock } from "../../../../src/core/clock";
import { createEc2 } from "../../../../src/services/ec2/ec2";
import { startTestCloud, type TestCloud } from "../../../../src/testing/testCloud";

export const AMI = "ami-0123456789abcdef0";

/** EC2 with its default network, in a cloud whose clock only the test steps. */
export class NetworkWorld {
  private constructor(
    readonly clock: SteppedClock,
    readonly cloud: TestCloud,
    readonly ec2: EC2Client,
  ) {}

  static async start(): Promise<NetworkWorld> {
    const clock = new SteppedClock();
    const cloud = await startTestCloud({
      clock,
      services: [createEc2],
      images: [AMI],
      conditions: { instanceLagMs: 0, iamPropagationMs: 0, runInstancesRate: false },
    });
    return new NetworkWorld(clock, cloud, new EC2Client({ ...cloud.client, maxAttempts: 1 }));
  }

  async close(): Promise<void> {
    this.ec2.destroy();
    await this.cloud.close();
  }

  // Functions, so that a test can take those that it needs. What makes something answers its id.
  readonly vpc = async (CidrBlock = "10.0.0.0/16") =>
    (await this.ec2.send(new CreateVpcCommand({ CidrBlock }))).Vpc?.VpcId ?? "";
  readonly subnet = async (VpcId: string, CidrBlock: string, AvailabilityZone = "us-east-1a") => {
    const created = await this.ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }));
    return created.Subnet?.SubnetId ?? "";
  };
  readonly table = async (VpcId: string) =>
    (await this.ec2.send(new CreateRouteTableCommand({ VpcId }))).RouteTable?.RouteTableId ?? "";
  readonly gateway = async (VpcId: string) => {
    const created = await this.ec2.send(new CreateInternetGatewayCommand({}));
    const InternetGatewayId = created.InternetGateway?.InternetGatewayId ?? "";
    await this.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    return InternetGatewayId;
  };
  readonly address = async () =>
    (await this.ec2.send(new AllocateAddressCommand({ Domain: "vpc" }))).AllocationId ?? "";
  readonly nat = async (SubnetId: string, AllocationId: string) =>
    (await this.ec2.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }))).NatGateway?.NatGatewayId ??
    "";
  readonly natState = async (id: string) =>
    (await this.ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [id] }))).NatGateways?.[0]?.State;
  readonly routes = async (RouteTableId: string) => {
    const { RouteTables } = await this.ec2.send(
      new DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] }),
    );
    return Object.fromEntries(
      (RouteTables?.[0]?.Routes ?? []).map((route) => [
        route.DestinationCidrBlock ?? route.DestinationPrefixListId ?? "",
        `${route.GatewayId ?? route.NatGatewayId ?? ""} ${route.State ?? ""}`,
      ]),
    );
  };
}

/** The code of the error that a call ends in; "none" when it succeeds. */
export function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "none",
    (error: unknown) => (error as Error).name,
  );
}
