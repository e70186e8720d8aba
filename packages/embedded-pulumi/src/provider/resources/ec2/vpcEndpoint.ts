import * as v from "valibot";
import { AwsError } from "embedded-aws";
import type { CreateContext } from "../../resourceType";
import { definedOrNone, jsonDocument, resource, strings, tags } from "../../schemas";
import { arnOf, retagEc2, tagsOf, until } from "./parts";

export const vpcEndpoint = resource({
  type: "aws:ec2/vpcEndpoint:VpcEndpoint",
  inputs: v.strictObject({
    vpcId: v.string(),
    serviceName: v.string(),
    vpcEndpointType: v.optional(v.picklist(["Gateway", "Interface"]), "Gateway"),
    privateDnsEnabled: v.optional(v.boolean(), false),
    policy: v.optional(jsonDocument),
    routeTableIds: strings,
    subnetIds: strings,
    securityGroupIds: strings,
    tags,
  }),
  async create(inputs, context) {
    const { VpcEndpoint: created } = await context.call("ec2", "CreateVpcEndpoint", {
      VpcId: inputs.vpcId,
      ServiceName: inputs.serviceName,
      VpcEndpointType: inputs.vpcEndpointType,
      PrivateDnsEnabled: inputs.privateDnsEnabled,
      PolicyDocument: inputs.policy,
      RouteTableIds: inputs.routeTableIds,
      SubnetIds: inputs.subnetIds,
      SecurityGroupIds: inputs.securityGroupIds,
      TagSpecifications: tagsOf("vpc-endpoint", inputs.tags),
    });
    const id = created?.VpcEndpointId ?? "";
    return {
      id,
      outputs: {
        arn: arnOf(context, "vpc-endpoint", id),
        ownerId: context.accountId,
        vpcEndpointType: inputs.vpcEndpointType,
        ...(await whenAvailable(context, id)),
        ...(inputs.vpcEndpointType === "Gateway" && {
          prefixListId: await prefixListId(context, inputs.serviceName),
        }),
      },
    };
  },
  async update(change, context) {
    const { id, inputs, old, changed } = change;
    const [tables, subnets, groups] = (["routeTableIds", "subnetIds", "securityGroupIds"] as const).map(
      (name) => ({ added: lacking(inputs[name], old[name]), removed: lacking(old[name], inputs[name]) }),
    );
    if ([...changed].some((name) => name !== "tags"))
      await context.call("ec2", "ModifyVpcEndpoint", {
        VpcEndpointId: id,
        PolicyDocument: changed.has("policy") ? inputs.policy : undefined,
        ResetPolicy: changed.has("policy") && inputs.policy === undefined ? true : undefined,
        PrivateDnsEnabled: changed.has("privateDnsEnabled") ? inputs.privateDnsEnabled : undefined,
        AddRouteTableIds: tables?.added,
        RemoveRouteTableIds: tables?.removed,
        AddSubnetIds: subnets?.added,
        RemoveSubnetIds: subnets?.removed,
        AddSecurityGroupIds: groups?.added,
        // A program that no longer names any leaves them as they are.
        RemoveSecurityGroupIds: inputs.securityGroupIds && groups?.removed,
      });
    await retagEc2(change, context);
    return { vpcEndpointType: inputs.vpcEndpointType, ...(await whenAvailable(context, id)) };
  },
  async delete(_inputs, id, context) {
    const { Unsuccessful = [] } = await context.call("ec2", "DeleteVpcEndpoints", { VpcEndpointIds: [id] });
    const { Code = "Error", Message = "" } = Unsuccessful[0]?.Error ?? {};
    if (Unsuccessful.length > 0) throw new AwsError(Code, Message);
    await until(
      context,
      `${id} is not gone`,
      async () => (await describeEndpoint(context, id)) === undefined,
    );
  },
});

/** Those that only the first list has; undefined for none. */
function lacking(ids: readonly string[] = [], others: readonly string[] = []): string[] | undefined {
  const rest = ids.filter((id) => !others.includes(id));
  return rest.length === 0 ? undefined : rest;
}

/** What is read of an endpoint, once it can be used. */
async function whenAvailable(context: CreateContext, id: string) {
  let found: Awaited<ReturnType<typeof describeEndpoint>>;
  await until(context, `${id} is not available`, async () => {
    found = await describeEndpoint(context, id);
    return found?.State?.toLowerCase() === "available";
  });
  return {
    state: "available",
    privateDnsEnabled: found?.PrivateDnsEnabled,
    policy: found?.PolicyDocument,
    networkInterfaceIds: found?.NetworkInterfaceIds,
    securityGroupIds: found?.Groups?.map(({ GroupId }) => GroupId),
    dnsEntries: found?.DnsEntries?.map(({ DnsName }) => definedOrNone({ dnsName: DnsName })),
  };
}

async function describeEndpoint(context: CreateContext, id: string) {
  const { VpcEndpoints = [] } = await context.call("ec2", "DescribeVpcEndpoints", {
    Filters: [{ Name: "vpc-endpoint-id", Values: [id] }],
  });
  return VpcEndpoints[0];
}

async function prefixListId(context: CreateContext, serviceName: string): Promise<string | undefined> {
  const { PrefixLists = [] } = await context.call("ec2", "DescribePrefixLists", {
    Filters: [{ Name: "prefix-list-name", Values: [serviceName] }],
  });
  return PrefixLists[0]?.PrefixListId;
}
