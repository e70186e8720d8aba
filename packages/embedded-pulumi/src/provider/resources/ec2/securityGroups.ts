import * as v from "valibot";
import { afterwards } from "../../afterwards";
import type { CreateContext } from "../../resourceType";
import { resource, tagList, tags } from "../../schemas";
import { retagEc2, tagsOf } from "./parts";
import { changeRules, permission, replaceRules, rule } from "./securityGroupRules";

/** What EC2 puts into a new group, and the provider takes out: a group allows what its program says, no more. */
const DEFAULT_EGRESS = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];

export const securityGroup = resource({
  type: "aws:ec2/securityGroup:SecurityGroup",
  inputs: v.strictObject({
    name: v.string(),
    description: v.optional(v.string(), "Managed by Pulumi"),
    vpcId: v.optional(v.string()),
    ingress: v.optional(v.array(rule), []),
    egress: v.optional(v.array(rule), []),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { GroupId = "", SecurityGroupArn } = await context.call("ec2", "CreateSecurityGroup", {
      GroupName: inputs.name,
      Description: inputs.description,
      VpcId: inputs.vpcId,
      TagSpecifications: tagsOf("security-group", inputs.tags),
    });
    await afterwards(GroupId, async () => {
      await context.call("ec2", "RevokeSecurityGroupEgress", { GroupId, IpPermissions: DEFAULT_EGRESS });
      for (const [operation, rules] of [
        ["AuthorizeSecurityGroupIngress", inputs.ingress],
        ["AuthorizeSecurityGroupEgress", inputs.egress],
      ] as const)
        await changeRules(operation, rules, GroupId, context);
    });
    return {
      id: GroupId,
      outputs: {
        arn: SecurityGroupArn,
        ownerId: context.accountId,
        description: inputs.description,
        vpcId: inputs.vpcId ?? (await vpcIdOf(GroupId, context)),
      },
    };
  },
  async update(change, context) {
    const { id, inputs, old } = change;
    await replaceRules(id, old, inputs, context);
    await retagEc2(change, context);
    return undefined;
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DeleteSecurityGroup", { GroupId: id });
  },
});

/** Takes over the group that a VPC begins with, whose rules become those of the program: by default none. */
export const defaultSecurityGroup = resource({
  type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  inputs: v.strictObject({
    vpcId: v.optional(v.string()),
    ingress: v.optional(v.array(rule), []),
    egress: v.optional(v.array(rule), []),
    tags,
  }),
  async create(inputs, context) {
    const VpcId = inputs.vpcId ?? (await defaultVpcId(context));
    const { SecurityGroups = [] } = await context.call("ec2", "DescribeSecurityGroups", {
      Filters: [
        { Name: "group-name", Values: ["default"] },
        { Name: "vpc-id", Values: [VpcId] },
      ],
    });
    const [group = {}] = SecurityGroups;
    const { GroupId = "" } = group;
    for (const [operation, there = []] of [
      ["RevokeSecurityGroupIngress", group.IpPermissions],
      ["RevokeSecurityGroupEgress", group.IpPermissionsEgress],
    ] as const) {
      const IpPermissions = there.map((each) => ({
        IpProtocol: each.IpProtocol,
        FromPort: each.FromPort,
        ToPort: each.ToPort,
        IpRanges: [...(each.IpRanges ?? [])],
        Ipv6Ranges: [...(each.Ipv6Ranges ?? [])],
        UserIdGroupPairs: [...(each.UserIdGroupPairs ?? [])],
      }));
      if (IpPermissions.length > 0) await context.call("ec2", operation, { GroupId, IpPermissions });
    }
    for (const [operation, rules] of [
      ["AuthorizeSecurityGroupIngress", inputs.ingress],
      ["AuthorizeSecurityGroupEgress", inputs.egress],
    ] as const) {
      if (rules.length > 0)
        await context.call("ec2", operation, {
          GroupId,
          IpPermissions: rules.map((each) => permission(each, GroupId)),
        });
    }
    if (Object.keys(inputs.tags).length > 0)
      await context.call("ec2", "CreateTags", { Resources: [GroupId], Tags: tagList(inputs.tags) });
    return {
      id: GroupId,
      outputs: {
        arn: group.SecurityGroupArn,
        name: group.GroupName,
        description: group.Description,
        ownerId: context.accountId,
        vpcId: VpcId,
      },
    };
  },
  async update(change, context) {
    await replaceRules(change.id, change.old, change.inputs, context);
    await retagEc2(change, context);
    return undefined;
  },
  // It goes with its VPC, and stays as it is until then: so does the provider's.
  delete: () => Promise.resolve(),
});

async function vpcIdOf(id: string, context: CreateContext): Promise<string | undefined> {
  const { SecurityGroups = [] } = await context.call("ec2", "DescribeSecurityGroups", { GroupIds: [id] });
  return SecurityGroups[0]?.VpcId;
}

async function defaultVpcId(context: CreateContext): Promise<string> {
  const { Vpcs = [] } = await context.call("ec2", "DescribeVpcs", {
    Filters: [{ Name: "is-default", Values: ["true"] }],
  });
  const id = Vpcs[0]?.VpcId;
  if (id === undefined) throw new Error("vpcId: not given, and the account has no default VPC");
  return id;
}
