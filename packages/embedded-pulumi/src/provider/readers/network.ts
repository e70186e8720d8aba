import { type Reader, type Readers, tagsFrom, whereGiven } from "./reader";

const vpc: Reader = async ({ id: VpcId }, { call }) => {
  const { Vpcs = [] } = await call("ec2", "DescribeVpcs", { VpcIds: [VpcId] });
  const [found] = Vpcs;
  if (found === undefined) return undefined;
  const support = await call("ec2", "DescribeVpcAttribute", { VpcId, Attribute: "enableDnsSupport" });
  const names = await call("ec2", "DescribeVpcAttribute", { VpcId, Attribute: "enableDnsHostnames" });
  const metrics = await call("ec2", "DescribeVpcAttribute", {
    VpcId,
    Attribute: "enableNetworkAddressUsageMetrics",
  });
  return {
    inputs: {
      enableDnsSupport: support.EnableDnsSupport?.Value,
      enableDnsHostnames: names.EnableDnsHostnames?.Value,
      enableNetworkAddressUsageMetrics: metrics.EnableNetworkAddressUsageMetrics?.Value,
      tags: tagsFrom(found.Tags),
    },
    defaults: { enableNetworkAddressUsageMetrics: false },
  };
};

const subnet: Reader = async ({ id }, { call }) => {
  const { Subnets = [] } = await call("ec2", "DescribeSubnets", { SubnetIds: [id] });
  const [found] = Subnets;
  return found && { inputs: { mapPublicIpOnLaunch: found.MapPublicIpOnLaunch, tags: tagsFrom(found.Tags) } };
};

const internetGateway: Reader = async ({ id }, { call }) => {
  const { InternetGateways = [] } = await call("ec2", "DescribeInternetGateways", {
    InternetGatewayIds: [id],
  });
  const [found] = InternetGateways;
  return found && { inputs: { vpcId: found.Attachments?.[0]?.VpcId, tags: tagsFrom(found.Tags) } };
};

const eip: Reader = async ({ id }, { call }) => {
  const { Addresses = [] } = await call("ec2", "DescribeAddresses", { AllocationIds: [id] });
  const [found] = Addresses;
  return found && { inputs: { tags: tagsFrom(found.Tags) } };
};

const natGateway: Reader = async ({ id }, { call }) => {
  const { NatGateways = [] } = await call("ec2", "DescribeNatGateways", {
    Filter: [{ Name: "nat-gateway-id", Values: [id] }],
  });
  const [found] = NatGateways;
  // A deleted one is seen for an hour more.
  if (found === undefined || (found.State ?? "").startsWith("delet")) return undefined;
  return { inputs: { tags: tagsFrom(found.Tags) } };
};

const routeTable: Reader = async (asked, { call }) => {
  const { RouteTables = [] } = await call("ec2", "DescribeRouteTables", {
    Filters: [{ Name: "route-table-id", Values: [asked.id] }],
  });
  const [found] = RouteTables;
  if (found === undefined) return undefined;
  const made = (found.Routes ?? []).filter(
    ({ Origin, DestinationCidrBlock }) => Origin === "CreateRoute" && DestinationCidrBlock !== undefined,
  );
  const { routes: given = [] } = asked.inputs as { readonly routes?: readonly unknown[] };
  return {
    inputs: {
      // Resources of their own add routes as well.
      ...(given.length > 0 && {
        routes: made.map((route) => ({
          cidrBlock: route.DestinationCidrBlock,
          gatewayId: route.GatewayId,
          natGatewayId: route.NatGatewayId,
        })),
      }),
      tags: tagsFrom(found.Tags),
    },
  };
};

const route: Reader = async ({ text }, { call }) => {
  const { RouteTables = [] } = await call("ec2", "DescribeRouteTables", {
    Filters: [{ Name: "route-table-id", Values: [text("routeTableId")] }],
  });
  const found = RouteTables[0]?.Routes?.find(
    ({ DestinationCidrBlock }) => DestinationCidrBlock === text("destinationCidrBlock"),
  );
  return found && { inputs: { gatewayId: found.GatewayId, natGatewayId: found.NatGatewayId } };
};

const routeTableAssociation: Reader = async ({ id }, { call }) => {
  const { RouteTables = [] } = await call("ec2", "DescribeRouteTables", {
    Filters: [{ Name: "association.route-table-association-id", Values: [id] }],
  });
  return RouteTables[0] && { inputs: { routeTableId: RouteTables[0].RouteTableId } };
};

const vpcEndpoint: Reader = async (asked, { call }) => {
  const { VpcEndpoints = [] } = await call("ec2", "DescribeVpcEndpoints", {
    Filters: [{ Name: "vpc-endpoint-id", Values: [asked.id] }],
  });
  const [found] = VpcEndpoints;
  if (found === undefined || /^delet/i.test(found.State ?? "")) return undefined;
  return {
    inputs: {
      privateDnsEnabled: found.PrivateDnsEnabled ?? false,
      // AWS fills these in where the program names none.
      ...whereGiven(asked, {
        policy: found.PolicyDocument,
        routeTableIds: found.RouteTableIds,
        subnetIds: found.SubnetIds,
        securityGroupIds: found.Groups?.map(({ GroupId }) => GroupId),
      }),
      tags: tagsFrom(found.Tags),
    },
  };
};

export const networkReaders: Readers = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
};
