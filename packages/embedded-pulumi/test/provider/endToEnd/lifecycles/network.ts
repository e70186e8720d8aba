import type { Cloud } from "embedded-aws";
import type { PropertyMap } from "../../../../src/engine/values";
import { type Lifecycle, type Make, tags, TAGS } from "./parts";

const vpcOf = async (make: Make, cidrBlock = "10.0.0.0/16") =>
  (await make("aws:ec2/vpc:Vpc", { cidrBlock, enableDnsHostnames: true })).id;
const subnetOf = async (make: Make, vpcId: string, number = 0) =>
  (
    await make("aws:ec2/subnet:Subnet", {
      vpcId,
      cidrBlock: `10.0.${number}.0/24`,
      availabilityZone: `us-east-1${"abc"[number] ?? "a"}`,
    })
  ).id;
const tableOf = async (make: Make, vpcId: string, Name = "t") =>
  (await make("aws:ec2/routeTable:RouteTable", { vpcId, tags: { Name } })).id;
const gatewayOf = async (make: Make, vpcId: string) =>
  (await make("aws:ec2/internetGateway:InternetGateway", { vpcId })).id;

/** A network with a way out by a NAT gateway as well. */
async function wayOut(make: Make) {
  const vpcId = await vpcOf(make);
  const gatewayId = await gatewayOf(make, vpcId);
  const subnetId = await subnetOf(make, vpcId);
  const { id: allocationId } = await make("aws:ec2/eip:Eip", {});
  await make("aws:ec2/natGateway:NatGateway", { subnetId, allocationId });
  return { vpcId, gatewayId };
}
const natGatewayId = async (call: Cloud["call"]): Promise<string> =>
  (await call("ec2", "DescribeNatGateways", {})).NatGateways?.[0]?.NatGatewayId ?? "";

const describeTable = async (call: Cloud["call"], id: string) =>
  (await call("ec2", "DescribeRouteTables", { RouteTableIds: [id] })).RouteTables?.[0];
const describeEndpoint = async (call: Cloud["call"], id: string) => {
  const { VpcEndpoints } = await call("ec2", "DescribeVpcEndpoints", { VpcEndpointIds: [id] });
  return { ...VpcEndpoints?.[0], DnsEntries: undefined };
};
const endpointPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }],
});

export const network: readonly Lifecycle[] = [
  {
    type: "aws:ec2/vpc:Vpc",
    base: () => ({ cidrBlock: "10.0.0.0/16", tags }),
    changes: {
      enableDnsHostnames: { enableDnsHostnames: true },
      enableDnsSupport: { enableDnsSupport: false },
      enableNetworkAddressUsageMetrics: { enableNetworkAddressUsageMetrics: true },
      tags: TAGS,
    },
    refused: { instanceTenancy: "dedicated" },
    describe: async (call, VpcId) => {
      const attribute = (Attribute: "enableDnsSupport" | "enableDnsHostnames") =>
        call("ec2", "DescribeVpcAttribute", { VpcId, Attribute });
      return [
        (await call("ec2", "DescribeVpcs", { VpcIds: [VpcId] })).Vpcs?.[0],
        await attribute("enableDnsSupport"),
        await attribute("enableDnsHostnames"),
        await call("ec2", "DescribeVpcAttribute", { VpcId, Attribute: "enableNetworkAddressUsageMetrics" }),
      ];
    },
  },
  {
    type: "aws:ec2/subnet:Subnet",
    base: async (make) => ({ vpcId: await vpcOf(make), cidrBlock: "10.0.0.0/24", tags }),
    changes: { mapPublicIpOnLaunch: { mapPublicIpOnLaunch: true }, tags: TAGS },
    describe: async (call, id) => (await call("ec2", "DescribeSubnets", { SubnetIds: [id] })).Subnets?.[0],
  },
  {
    type: "aws:ec2/internetGateway:InternetGateway",
    base: async (make) => ({ vpcId: await vpcOf(make), tags }),
    changes: { vpcId: { vpcId: undefined }, tags: TAGS },
    describe: async (call, id) =>
      (await call("ec2", "DescribeInternetGateways", { InternetGatewayIds: [id] })).InternetGateways?.[0],
  },
  {
    type: "aws:ec2/eip:Eip",
    base: () => ({ tags }),
    changes: { tags: TAGS },
    describe: async (call, id) =>
      (await call("ec2", "DescribeAddresses", { AllocationIds: [id] })).Addresses?.[0],
  },
  {
    type: "aws:ec2/natGateway:NatGateway",
    base: async (make) => {
      const vpcId = await vpcOf(make);
      return { subnetId: await subnetOf(make, vpcId), connectivityType: "private", tags };
    },
    changes: { tags: TAGS },
    describe: async (call, id) => {
      const { NatGateways = [] } = await call("ec2", "DescribeNatGateways", { NatGatewayIds: [id] });
      const gateway = NatGateways.find(({ State }) => State !== "deleted");
      // Its address is any that is free.
      return gateway && { ...gateway, NatGatewayAddresses: undefined };
    },
  },
  {
    type: "aws:ec2/routeTable:RouteTable",
    base: async (make) => {
      const { vpcId, gatewayId } = await wayOut(make);
      return { vpcId, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId }], tags };
    },
    changes: {
      routes: async (call) => ({
        routes: [
          { cidrBlock: "0.0.0.0/0", natGatewayId: await natGatewayId(call) },
          { cidrBlock: "192.168.0.0/16", natGatewayId: await natGatewayId(call) },
        ],
      }),
      tags: TAGS,
    },
    describe: describeTable,
  },
  {
    type: "aws:ec2/route:Route",
    base: async (make) => {
      const { vpcId, gatewayId } = await wayOut(make);
      return { routeTableId: await tableOf(make, vpcId), destinationCidrBlock: "0.0.0.0/0", gatewayId };
    },
    changes: {
      gatewayId: async (call) => ({ gatewayId: undefined, natGatewayId: await natGatewayId(call) }),
      natGatewayId: async (call) => ({ gatewayId: undefined, natGatewayId: await natGatewayId(call) }),
    },
    describe: async (call, _id, { routeTableId }) =>
      (await describeTable(call, routeTableId as string))?.Routes?.find(
        ({ DestinationCidrBlock }) => DestinationCidrBlock === "0.0.0.0/0",
      ),
  },
  {
    type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    base: async (make) => {
      const vpcId = await vpcOf(make);
      await tableOf(make, vpcId, "other");
      return { routeTableId: await tableOf(make, vpcId, "one"), subnetId: await subnetOf(make, vpcId) };
    },
    changes: {
      routeTableId: async (call) => {
        const { RouteTables } = await call("ec2", "DescribeRouteTables", {
          Filters: [{ Name: "tag:Name", Values: ["other"] }],
        });
        return { routeTableId: RouteTables?.[0]?.RouteTableId ?? "" };
      },
    },
    describe: async (call, id) =>
      (
        await call("ec2", "DescribeRouteTables", {
          Filters: [{ Name: "association.route-table-association-id", Values: [id] }],
        })
      ).RouteTables?.[0],
  },
  {
    type: "aws:ec2/vpcEndpoint:VpcEndpoint",
    base: async (make) => {
      const vpcId = await vpcOf(make);
      return {
        vpcId,
        serviceName: "com.amazonaws.us-east-1.s3",
        routeTableIds: [await tableOf(make, vpcId)],
        tags,
      };
    },
    changes: {
      policy: { policy: endpointPolicy },
      routeTableIds: { routeTableIds: undefined },
      tags: TAGS,
    },
    // Interface endpoints' own: tried below.
    silent: ["privateDnsEnabled", "subnetIds", "securityGroupIds"],
    describe: describeEndpoint,
  },
  {
    type: "aws:ec2/vpcEndpoint:VpcEndpoint",
    base: async (make) => {
      const vpcId = await vpcOf(make);
      await subnetOf(make, vpcId, 1);
      const group = (name: string) =>
        make("aws:ec2/securityGroup:SecurityGroup", { name, description: "d", vpcId });
      await group("other");
      return {
        vpcId,
        serviceName: "com.amazonaws.us-east-1.logs",
        vpcEndpointType: "Interface",
        subnetIds: [await subnetOf(make, vpcId)],
        securityGroupIds: [(await group("one")).id],
      };
    },
    changes: {
      privateDnsEnabled: { privateDnsEnabled: true },
      subnetIds: async (call) => {
        const { Subnets = [] } = await call("ec2", "DescribeSubnets", {
          Filters: [{ Name: "cidr-block", Values: ["10.0.1.0/24"] }],
        });
        return { subnetIds: Subnets.flatMap(({ SubnetId }) => SubnetId ?? []) };
      },
      securityGroupIds: async (call) => {
        const { SecurityGroups = [] } = await call("ec2", "DescribeSecurityGroups", {
          Filters: [{ Name: "group-name", Values: ["one", "other"] }],
        });
        return { securityGroupIds: SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []) };
      },
    },
    silent: ["policy", "routeTableIds", "tags"],
    describe: async (call, id) => {
      const endpoint = await describeEndpoint(call, id);
      const { Subnets = [] } = await call("ec2", "DescribeSubnets", {
        SubnetIds: [...(endpoint.SubnetIds ?? [])],
      });
      return [endpoint, Subnets.map(({ CidrBlock }) => CidrBlock)];
    },
  },
  {
    type: "aws:lb/targetGroup:TargetGroup",
    base: async (make) => ({
      name: "t",
      protocol: "HTTP",
      port: 80,
      vpcId: await vpcOf(make),
      healthCheck: { path: "/up", matcher: "200", timeout: 5 },
      loadBalancingAlgorithmType: "round_robin",
      tags,
    }),
    changes: {
      healthCheck: {
        healthCheck: {
          path: "/health",
          matcher: "200-299",
          timeout: 4,
          interval: 10,
          healthyThreshold: 2,
          unhealthyThreshold: 4,
          port: "8080",
        },
      },
      deregistrationDelay: { deregistrationDelay: 60 },
      slowStart: { slowStart: 30 },
      loadBalancingAlgorithmType: { loadBalancingAlgorithmType: "least_outstanding_requests" },
      tags: TAGS,
    },
    describe: async (call, TargetGroupArn) => {
      const described = await call("elasticloadbalancing", "DescribeTargetGroups", {
        TargetGroupArns: [TargetGroupArn],
      });
      const attributes = await call("elasticloadbalancing", "DescribeTargetGroupAttributes", {
        TargetGroupArn,
      });
      const { TagDescriptions } = await call("elasticloadbalancing", "DescribeTags", {
        ResourceArns: [TargetGroupArn],
      });
      return [
        { ...described.TargetGroups?.[0], TargetGroupArn: undefined },
        attributes.Attributes,
        TagDescriptions?.[0]?.Tags,
      ];
    },
  },
  {
    type: "aws:autoscaling/group:Group",
    base: async (make, call) => ({ ...(await groupOf(make, call)), tags: [groupTag("Team", "orders")] }),
    changes: {
      minSize: { minSize: 1, desiredCapacity: 1 },
      maxSize: { maxSize: 5 },
      desiredCapacity: { desiredCapacity: 1 },
      launchTemplate: { launchTemplate: { name: "web", version: "2" } },
      mixedInstancesPolicy: {
        launchTemplate: undefined,
        mixedInstancesPolicy: {
          launchTemplate: {
            launchTemplateSpecification: { launchTemplateName: "web", version: "1" },
            overrides: [{ instanceType: "t3.small" }],
          },
        },
      },
      vpcZoneIdentifiers: async (call) => ({ vpcZoneIdentifiers: (await subnetsOf(call)).slice(0, 2) }),
      availabilityZones: { vpcZoneIdentifiers: undefined, availabilityZones: ["us-east-1c"] },
      healthCheckType: { healthCheckType: "ELB" },
      healthCheckGracePeriod: { healthCheckGracePeriod: 60 },
      defaultCooldown: { defaultCooldown: 60 },
      defaultInstanceWarmup: { defaultInstanceWarmup: 30 },
      targetGroupArns: { targetGroupArns: undefined },
      suspendedProcesses: { suspendedProcesses: ["AZRebalance", "Launch"] },
      terminationPolicies: { terminationPolicies: ["OldestInstance"] },
      protectFromScaleIn: { protectFromScaleIn: true },
      tags: { tags: [groupTag("Team", "billing"), groupTag("Cost", "7")] },
    },
    silent: [
      "forceDelete",
      "waitForCapacityTimeout",
      "minElbCapacity",
      "waitForElbCapacity",
      "instanceRefresh",
    ],
    describe: async (call, name) => {
      const found = await call("autoscaling", "DescribeAutoScalingGroups", { AutoScalingGroupNames: [name] });
      const [group] = found.AutoScalingGroups;
      // Instances come and go by themselves.
      return group && { ...group, Instances: undefined };
    },
  },
  {
    type: "aws:autoscaling/lifecycleHook:LifecycleHook",
    base: async (make, call) => {
      await make("aws:autoscaling/group:Group", await groupOf(make, call));
      return {
        name: "h",
        autoscalingGroupName: "g",
        lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      };
    },
    changes: {
      lifecycleTransition: { lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" },
      defaultResult: { defaultResult: "CONTINUE" },
      heartbeatTimeout: { heartbeatTimeout: 60 },
      notificationMetadata: { notificationMetadata: "m" },
    },
    describe: async (call, name) => {
      const { LifecycleHooks = [] } = await call("autoscaling", "DescribeLifecycleHooks", {
        AutoScalingGroupName: "g",
      });
      return LifecycleHooks.find(({ LifecycleHookName }) => LifecycleHookName === name);
    },
  },
];

function groupTag(key: string, value: string): PropertyMap {
  return { key, value, propagateAtLaunch: true };
}

const subnetsOf = async (call: Cloud["call"]): Promise<string[]> =>
  ((await call("ec2", "DescribeSubnets", {})).Subnets ?? []).flatMap(({ SubnetId }) => SubnetId ?? []);

/** What a group "g" needs, and its inputs; it begins without instances. */
async function groupOf(make: Make, call: Cloud["call"]): Promise<PropertyMap> {
  const LaunchTemplateData = { ImageId: "ami-0a12023000000864a", InstanceType: "t3.micro" } as const;
  await call("ec2", "CreateLaunchTemplate", { LaunchTemplateName: "web", LaunchTemplateData });
  await call("ec2", "CreateLaunchTemplateVersion", { LaunchTemplateName: "web", LaunchTemplateData });
  const [subnet = ""] = await subnetsOf(call);
  const { Vpcs } = await call("ec2", "DescribeVpcs", {});
  const vpcId = Vpcs?.[0]?.VpcId ?? "";
  const target = await make("aws:lb/targetGroup:TargetGroup", {
    name: "t",
    protocol: "HTTP",
    port: 80,
    vpcId,
  });
  return {
    name: "g",
    minSize: 0,
    maxSize: 2,
    desiredCapacity: 0,
    defaultCooldown: 300,
    healthCheckType: "EC2",
    forceDelete: true,
    launchTemplate: { name: "web", version: "1" },
    vpcZoneIdentifiers: [subnet],
    targetGroupArns: [target.id],
  };
}
