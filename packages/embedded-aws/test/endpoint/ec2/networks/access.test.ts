import { expect } from "chai";
import {
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { failure, NetworkWorld } from "./support";

describe("EC2's networks", () => {
  let world: NetworkWorld;
  beforeEach(async () => {
    world = await NetworkWorld.start();
  });
  afterEach(() => world.close());

  it("may be changed by those alone whose policy says so", async () => {
    const { cloud, ec2, vpc } = world;
    const [VpcId, other] = [await vpc(), await vpc("10.1.0.0/16")];
    await ec2.send(new CreateTagsCommand({ Resources: [VpcId], Tags: [{ Key: "Team", Value: "shop" }] }));
    const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    await cloud.call("iam", "CreateRole", {
      RoleName: "network",
      AssumeRolePolicyDocument: document({
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    });
    const arn = "arn:aws:ec2:us-east-1:000000000000";
    await cloud.call("iam", "PutRolePolicy", {
      RoleName: "network",
      PolicyName: "p",
      PolicyDocument: document(
        {
          Effect: "Allow",
          Action: "ec2:CreateSubnet",
          Resource: `${arn}:vpc/*`,
          Condition: { StringEquals: { "aws:ResourceTag/Team": "shop" } },
        },
        {
          Effect: "Allow",
          Action: "ec2:CreateSubnet",
          Resource: `${arn}:subnet/*`,
          Condition: { StringEquals: { "aws:RequestTag/Tier": "private" } },
        },
        {
          Effect: "Allow",
          Action: "ec2:CreateTags",
          Resource: `${arn}:subnet/*`,
          Condition: { StringEquals: { "ec2:CreateAction": "CreateSubnet" } },
        },
      ),
    });
    const client = cloud.clientAs(cloud.context.issueCredentials("network", "test"));
    const asRole = new EC2Client({ ...client, maxAttempts: 1 });
    const create = (inVpc: string, CidrBlock: string, tier: string) =>
      asRole.send(
        new CreateSubnetCommand({
          VpcId: inVpc,
          CidrBlock,
          TagSpecifications: [{ ResourceType: "subnet", Tags: [{ Key: "Tier", Value: tier }] }],
        }),
      );
    const { Subnet } = await create(VpcId, "10.0.0.0/24", "private");
    const refused = [
      create(other, "10.1.0.0/24", "private"),
      create(VpcId, "10.0.1.0/24", "public"),
      asRole.send(new DeleteSubnetCommand({ SubnetId: Subnet?.SubnetId })),
      asRole.send(new CreateVpcCommand({ CidrBlock: "10.2.0.0/16" })),
      asRole.send(new DescribeSubnetsCommand({})),
    ];
    expect(new Set(await Promise.all(refused.map(failure)))).to.deep.equal(
      new Set(["UnauthorizedOperation"]),
    );
    asRole.destroy();
  });
});
