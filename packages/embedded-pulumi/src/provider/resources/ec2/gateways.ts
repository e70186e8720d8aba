import * as v from "valibot";
import type { CreateContext } from "../../resourceType";
import { resource, tags } from "../../schemas";
import { arnOf, retagEc2, tagsOf, until } from "./parts";

export const internetGateway = resource({
  type: "aws:ec2/internetGateway:InternetGateway",
  inputs: v.strictObject({ vpcId: v.optional(v.string()), tags }),
  async create(inputs, context) {
    const { InternetGateway: created } = await context.call("ec2", "CreateInternetGateway", {
      TagSpecifications: tagsOf("internet-gateway", inputs.tags),
    });
    const InternetGatewayId = created?.InternetGatewayId ?? "";
    if (inputs.vpcId !== undefined)
      await context.call("ec2", "AttachInternetGateway", { InternetGatewayId, VpcId: inputs.vpcId });
    return {
      id: InternetGatewayId,
      outputs: {
        arn: arnOf(context, "internet-gateway", InternetGatewayId),
        ownerId: context.accountId,
        vpcId: inputs.vpcId,
      },
    };
  },
  async update(change, context) {
    const { id: InternetGatewayId, inputs, old, changed } = change;
    if (changed.has("vpcId")) {
      if (old.vpcId !== undefined)
        await context.call("ec2", "DetachInternetGateway", { InternetGatewayId, VpcId: old.vpcId });
      if (inputs.vpcId !== undefined)
        await context.call("ec2", "AttachInternetGateway", { InternetGatewayId, VpcId: inputs.vpcId });
    }
    await retagEc2(change, context);
    return { vpcId: inputs.vpcId };
  },
  async delete({ vpcId }, id, context) {
    if (vpcId !== undefined)
      await context.call("ec2", "DetachInternetGateway", { InternetGatewayId: id, VpcId: vpcId });
    await context.call("ec2", "DeleteInternetGateway", { InternetGatewayId: id });
  },
});

export const eip = resource({
  type: "aws:ec2/eip:Eip",
  inputs: v.strictObject({ domain: v.optional(v.picklist(["vpc"]), "vpc"), tags }),
  async create(inputs, context) {
    const created = await context.call("ec2", "AllocateAddress", {
      Domain: inputs.domain,
      TagSpecifications: tagsOf("elastic-ip", inputs.tags),
    });
    const { AllocationId = "" } = created;
    return {
      id: AllocationId,
      outputs: {
        allocationId: AllocationId,
        arn: arnOf(context, "elastic-ip", AllocationId),
        domain: inputs.domain,
        publicIp: created.PublicIp,
        publicIpv4Pool: created.PublicIpv4Pool,
        networkBorderGroup: created.NetworkBorderGroup,
      },
    };
  },
  async update(change, context) {
    await retagEc2(change, context);
    return { domain: change.inputs.domain };
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "ReleaseAddress", { AllocationId: id });
  },
});

export const natGateway = resource({
  type: "aws:ec2/natGateway:NatGateway",
  inputs: v.strictObject({
    subnetId: v.string(),
    allocationId: v.optional(v.string()),
    connectivityType: v.optional(v.picklist(["public", "private"]), "public"),
    tags,
  }),
  async create(inputs, context) {
    const { NatGateway: created } = await context.call("ec2", "CreateNatGateway", {
      SubnetId: inputs.subnetId,
      AllocationId: inputs.allocationId,
      ConnectivityType: inputs.connectivityType,
      TagSpecifications: tagsOf("natgateway", inputs.tags),
    });
    const id = created?.NatGatewayId ?? "";
    const [address] = created?.NatGatewayAddresses ?? [];
    await until(context, `${id} is not available`, async () => {
      const gateway = await describeNatGateway(context, id);
      if (gateway?.State === "failed")
        throw new Error(`${gateway.FailureCode ?? "failed"}: ${gateway.FailureMessage ?? ""}`);
      return gateway?.State === "available";
    });
    return {
      id,
      outputs: {
        connectivityType: inputs.connectivityType,
        networkInterfaceId: address?.NetworkInterfaceId,
        privateIp: address?.PrivateIp,
        publicIp: address?.PublicIp,
      },
    };
  },
  async update(change, context) {
    await retagEc2(change, context);
    return { connectivityType: change.inputs.connectivityType };
  },
  async delete(_inputs, id, context) {
    await context.call("ec2", "DeleteNatGateway", { NatGatewayId: id });
    await until(context, `${id} is not gone`, async () => {
      const gateway = await describeNatGateway(context, id);
      return gateway === undefined || gateway.State === "deleted";
    });
  },
});

async function describeNatGateway(context: CreateContext, id: string) {
  const { NatGateways = [] } = await context.call("ec2", "DescribeNatGateways", {
    Filter: [{ Name: "nat-gateway-id", Values: [id] }],
  });
  return NatGateways[0];
}
