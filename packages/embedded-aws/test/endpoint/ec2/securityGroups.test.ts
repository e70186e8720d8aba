import { expect } from "chai";
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeTagsCommand,
  EC2Client,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { SteppedClock } from "../../../src/core/clock";
import { createEc2 } from "../../../src/services/ec2/ec2";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const EVERYTHING = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
const HTTPS = [
  {
    IpProtocol: "tcp",
    FromPort: 443,
    ToPort: 443,
    IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "in the office" }],
  },
];

describe("EC2's security groups", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let ec2: EC2Client;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createEc2],
      conditions: { instanceLagMs: 0, iamPropagationMs: 0 },
    });
    ec2 = new EC2Client({ ...cloud.client, maxAttempts: 1 });
  });
  afterEach(async () => {
    ec2.destroy();
    await cloud.close();
  });

  const create = async (GroupName: string) => {
    const created = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName,
        Description: "for a test",
        TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "Team", Value: "shop" }] }],
      }),
    );
    return created.GroupId ?? "";
  };
  const describeGroup = async (id: string) => {
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    return SecurityGroups?.[0];
  };
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => "none",
      (error: unknown) => (error as Error).name,
    );

  it("begin with everything out and nothing in, and are found by name, network and tag", async () => {
    const GroupId = await create("web");
    const group = await describeGroup(GroupId);
    expect(group).to.deep.include({
      GroupId,
      GroupName: "web",
      Description: "for a test",
      Tags: [{ Key: "Team", Value: "shop" }],
    });
    expect(group?.IpPermissions).to.deep.equal([]);
    expect(group?.IpPermissionsEgress).to.have.length(1);
    expect(group?.IpPermissionsEgress?.[0]).to.deep.include(EVERYTHING[0]!);

    const named = async (Name: string, ...Values: string[]) => {
      const command = new DescribeSecurityGroupsCommand({ Filters: [{ Name, Values }] });
      const { SecurityGroups = [] } = await ec2.send(command);
      return SecurityGroups.map(({ GroupName }) => GroupName);
    };
    expect(await named("group-name", "web")).to.deep.equal(["web"]);
    expect(await named("tag:Team", "shop")).to.deep.equal(["web"]);
    expect(await named("vpc-id", group?.VpcId ?? "")).to.have.members(["default", "web"]);
    const { Tags } = await ec2.send(
      new DescribeTagsCommand({ Filters: [{ Name: "resource-type", Values: ["security-group"] }] }),
    );
    expect(Tags).to.have.deep.members([
      { Key: "Team", Value: "shop", ResourceId: GroupId, ResourceType: "security-group" },
    ]);
  });

  it("take and give up rules, each of them once", async () => {
    const GroupId = await create("web");
    const other = await create("database");
    const fromOther = [
      { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: other }] },
    ];
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: EVERYTHING }));
    await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: HTTPS }));
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: fromOther }));
    const group = await describeGroup(GroupId);
    expect(group?.IpPermissionsEgress).to.have.length(1);
    expect(group?.IpPermissionsEgress?.[0]).to.deep.include(HTTPS[0]!);
    expect(group?.IpPermissions?.[0]?.UserIdGroupPairs).to.deep.equal([
      { GroupId: other, UserId: "000000000000" },
    ]);

    const refused = [
      ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: HTTPS })),
      ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: EVERYTHING })),
      ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [{ IpProtocol: "tcp", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
        }),
      ),
      ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-0123abcd" }] }],
        }),
      ),
      create("web"),
      ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [{ IpProtocol: "256", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
        }),
      ),
    ];
    expect(await Promise.all(refused.map(failure))).to.deep.equal([
      "InvalidPermission.Duplicate",
      "InvalidPermission.NotFound",
      "InvalidParameterValue",
      "InvalidGroup.NotFound",
      "InvalidGroup.Duplicate",
      "InvalidParameterValue",
    ]);
  });

  it("belong to instances, and stay while one has them", async () => {
    const GroupId = await create("web");
    const run = (...SecurityGroupIds: string[]) =>
      ec2.send(
        new RunInstancesCommand({
          ImageId: "ami-0a12023000000864a",
          InstanceType: "t3.micro",
          MinCount: 1,
          MaxCount: 1,
          SecurityGroupIds,
        }),
      );
    const { Instances } = await run(GroupId);
    const InstanceIds = (Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []);
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
    expect(Reservations?.[0]?.Instances?.[0]?.SecurityGroups).to.deep.equal([{ GroupId, GroupName: "web" }]);

    const remove = () => ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    expect(await failure(remove())).to.equal("DependencyViolation");
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await clock.advance(60_000);
    await remove();
    expect(await failure(describeGroup(GroupId))).to.equal("InvalidGroup.NotFound");
    expect(await failure(run(GroupId))).to.equal("InvalidGroup.NotFound");
  });

  it("stay while another names them, and the default one stays always", async () => {
    const GroupId = await create("web");
    const other = await create("database");
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: other,
        IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }],
      }),
    );
    expect(await failure(ec2.send(new DeleteSecurityGroupCommand({ GroupId })))).to.equal(
      "DependencyViolation",
    );
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupNames: ["default"] }));
    const standard = SecurityGroups?.[0]?.GroupId ?? "";
    expect(await failure(ec2.send(new DeleteSecurityGroupCommand({ GroupId: standard })))).to.equal(
      "CannotDelete",
    );
  });

  it("may be changed by those alone whose policy says so", async () => {
    const GroupId = await create("web");
    const document = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
    await cloud.call("iam", "CreateRole", {
      RoleName: "network",
      AssumeRolePolicyDocument: document({
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    });
    await cloud.call("iam", "PutRolePolicy", {
      RoleName: "network",
      PolicyName: "p",
      PolicyDocument: document({
        Effect: "Allow",
        Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"],
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceTag/Team": "shop" } },
      }),
    });
    const client = cloud.clientAs(cloud.context.issueCredentials("network", "test"));
    const asRole = new EC2Client({ ...client, maxAttempts: 1 });
    await asRole.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: HTTPS }));
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupNames: ["default"] }));
    const untagged = SecurityGroups?.[0]?.GroupId ?? "";
    const refused = [
      asRole.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: untagged, IpPermissions: HTTPS })),
      asRole.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: EVERYTHING })),
      asRole.send(new CreateSecurityGroupCommand({ GroupName: "x", Description: "x" })),
      asRole.send(new DescribeSecurityGroupsCommand({})),
    ];
    expect(new Set(await Promise.all(refused.map(failure)))).to.deep.equal(
      new Set(["UnauthorizedOperation"]),
    );
    asRole.destroy();
  });
});
