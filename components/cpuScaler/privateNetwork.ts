import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  checkPrivateNetworkArgs,
  subnetCidrs,
  type PrivateNetworkArgs,
  type PrivateNetworkTransforms,
} from "./privateNetworkArguments";
import { HTTPS_ONLY } from "./securityRules";
import { transformed } from "../parts/resources";

/** What most children are made with. */
interface Making {
  readonly name: string;
  readonly transform: PrivateNetworkTransforms;
  readonly child: pulumi.CustomResourceOptions;
  readonly vpcId: pulumi.Output<string>;
  /** Each with a name of its own, by which consoles list networks. */
  readonly tagsOf: (name: string) => { tags: Record<string, pulumi.Input<string>> };
}

/**
 * A network of its own for the fleet: private subnets in two or three zones, to which nothing leads, and from which
 * instances reach the outside as `networkEgress` says. Its default security group lets nothing in or out.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export class PrivateNetwork extends pulumi.ComponentResource {
  /** One a zone, known once their way to the outside is there. */
  readonly subnetIds: pulumi.Output<string[]>;
  /** The group for instances: HTTPS out, or nothing where there is no egress; nothing in. */
  readonly securityGroupIds: pulumi.Output<string[]>;
  readonly vpcId: pulumi.Output<string>;
  /** The resources themselves, for whatever this component does not offer. */
  readonly nodes: {
    readonly vpc: aws.ec2.Vpc;
    readonly privateSubnets: readonly aws.ec2.Subnet[];
    readonly routeTables: readonly aws.ec2.RouteTable[];
    readonly natGateways: readonly aws.ec2.NatGateway[];
    readonly endpoints: readonly aws.ec2.VpcEndpoint[];
    readonly instanceGroup: aws.ec2.SecurityGroup;
  };

  constructor(name: string, args: PrivateNetworkArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    // Before anything is registered, this component included.
    const checked = checkPrivateNetworkArgs(`PrivateNetwork "${name}"`, args);
    super("event-driven-aws:components:PrivateNetwork", name, {}, opts);
    const { transform = {} } = args;
    const child: pulumi.CustomResourceOptions = { parent: this };
    const tagsOf = (own: string) => ({ tags: { ...args.tags, Name: own } });
    const { networkCidr, networkZones, networkEgress } = checked;
    const hasNat = networkEgress === "nat" || networkEgress === "natPerZone";
    const cidrs = subnetCidrs(networkCidr, networkZones);
    const zones = zoneNames(networkZones, this);

    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      ...transformed(
        transform.vpc,
        // Endpoints answer under their services' own names, for which a VPC needs both.
        { cidrBlock: networkCidr, enableDnsSupport: true, enableDnsHostnames: true, ...tagsOf(name) },
        child,
      ),
    );
    const making: Making = { name, transform, child, vpcId: vpc.id, tagsOf };
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default-group`,
      ...transformed(
        transform.defaultSecurityGroup,
        { vpcId: vpc.id, ingress: [], egress: [], ...tagsOf(`${name}-default`) },
        child,
      ),
    );
    const subnets = cidrs.private.map((cidr, index) =>
      createSubnet(making, `${name}-private-${index + 1}`, cidr, zoneAt(zones, index)),
    );
    const tables = subnets.map(
      (_, index) =>
        new aws.ec2.RouteTable(
          `${name}-private-${index + 1}-routes`,
          { vpcId: vpc.id, ...tagsOf(`${name}-private-${index + 1}`) },
          child,
        ),
    );
    const associations = subnets.map((subnet, index) => associate(making, subnet, tables[index], index));
    const instanceGroup = new aws.ec2.SecurityGroup(
      `${name}-group`,
      ...transformed(
        transform.instanceGroup,
        {
          description: `Instances of the fleet: ${networkEgress === "none" ? "nothing out" : "HTTPS out"}, nothing in`,
          vpcId: vpc.id,
          ...(networkEgress === "none" ? {} : { egress: [HTTPS_ONLY] }),
          ...tagsOf(name),
        },
        child,
      ),
    );
    const natGateways = hasNat
      ? createNatGateways(making, cidrs.public.slice(0, networkEgress === "nat" ? 1 : undefined), zones)
      : [];
    const routes = tables.flatMap((table, index) => {
      const gateway = natGateways[index] ?? natGateways[0];
      return gateway === undefined
        ? []
        : [
            new aws.ec2.Route(
              `${name}-private-${index + 1}-out`,
              { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: gateway.id },
              child,
            ),
          ];
    });
    const endpoints =
      networkEgress === "none"
        ? []
        : [
            createS3Endpoint(making, tables, this),
            ...(networkEgress === "endpoints"
              ? createEndpoints(making, checked.networkEndpoints, subnets, instanceGroup, this)
              : []),
          ];

    const waysOut = [...associations, ...routes, ...endpoints].map(({ id }) => id);
    // Whatever is launched into them depends on their ways out, which so are there before it, and go after it.
    this.subnetIds = pulumi
      .all([pulumi.all(subnets.map(({ id }) => id)), pulumi.all(waysOut)])
      .apply(([ids]) => ids);
    this.securityGroupIds = pulumi.all([instanceGroup.id]);
    this.vpcId = vpc.id;
    this.nodes = {
      vpc,
      privateSubnets: subnets,
      routeTables: tables,
      natGateways,
      endpoints,
      instanceGroup,
    };
    this.registerOutputs({ vpcId: this.vpcId, subnetIds: this.subnetIds });
  }
}

/**
 * The region's first zones by name, without Local Zones.
 *
 * @throws pulumi.RunError where there are not so many.
 */
function zoneNames(count: number, parent: pulumi.Resource): pulumi.Output<string[]> {
  const zones = aws.getAvailabilityZonesOutput(
    { state: "available", filters: [{ name: "zone-type", values: ["availability-zone"] }] },
    { parent },
  );
  return zones.names.apply((names) => {
    if (names.length < count)
      throw new pulumi.RunError(
        `The fleet's network: the region has ${names.length} zones (${names.join(", ")}), and scalerNetworkZones is ${count}.`,
      );
    return names.toSorted().slice(0, count);
  });
}

function zoneAt(zones: pulumi.Output<string[]>, index: number): pulumi.Output<string> {
  return zones.apply((names) => names[index] ?? "");
}

function createSubnet(
  { transform, child, vpcId, tagsOf }: Making,
  name: string,
  cidrBlock: string,
  availabilityZone: pulumi.Input<string>,
): aws.ec2.Subnet {
  return new aws.ec2.Subnet(
    name,
    ...transformed(
      transform.subnet,
      { vpcId, cidrBlock, availabilityZone, mapPublicIpOnLaunch: false, ...tagsOf(name) },
      // A zone that AWS adds must not move a fleet to other subnets.
      { ...child, ignoreChanges: ["availabilityZone"] },
    ),
  );
}

function associate(
  { name, child }: Making,
  subnet: aws.ec2.Subnet,
  table: aws.ec2.RouteTable | undefined,
  index: number,
) {
  return new aws.ec2.RouteTableAssociation(
    `${name}-private-${index + 1}-association`,
    { subnetId: subnet.id, routeTableId: table?.id ?? "" },
    child,
  );
}

/** A NAT gateway for each range, in a public subnet of its own: nothing else ever lives there. */
function createNatGateways(
  making: Making,
  cidrs: readonly string[],
  zones: pulumi.Output<string[]>,
): aws.ec2.NatGateway[] {
  const { name, transform, child, vpcId, tagsOf } = making;
  const internet = new aws.ec2.InternetGateway(`${name}-internet`, { vpcId, ...tagsOf(name) }, child);
  const table = new aws.ec2.RouteTable(
    `${name}-public-routes`,
    { vpcId, ...tagsOf(`${name}-public`) },
    child,
  );
  const route = new aws.ec2.Route(
    `${name}-public-out`,
    { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id },
    child,
  );
  return cidrs.map((cidr, index) => {
    const own = `${name}-public-${index + 1}`;
    const subnet = createSubnet(making, own, cidr, zoneAt(zones, index));
    const association = new aws.ec2.RouteTableAssociation(
      `${own}-association`,
      { subnetId: subnet.id, routeTableId: table.id },
      child,
    );
    const address = new aws.ec2.Eip(`${own}-address`, { domain: "vpc", ...tagsOf(own) }, child);
    return new aws.ec2.NatGateway(
      `${name}-nat-${index + 1}`,
      ...transformed(
        transform.natGateway,
        { subnetId: subnet.id, allocationId: address.id, ...tagsOf(`${name}-nat-${index + 1}`) },
        // Without its own way out a NAT gateway fails, and while it has an address the way cannot be taken away.
        { ...child, dependsOn: [route, association] },
      ),
    );
  });
}

/** Costs nothing, and keeps what images and packages load from S3 off NAT gateways, which charge by the gigabyte. */
function createS3Endpoint(
  { name, transform, child, vpcId, tagsOf }: Making,
  tables: readonly aws.ec2.RouteTable[],
  parent: pulumi.Resource,
): aws.ec2.VpcEndpoint {
  return new aws.ec2.VpcEndpoint(
    `${name}-endpoint-s3`,
    ...transformed(
      transform.endpoint,
      {
        vpcId,
        serviceName: serviceName("s3", parent),
        vpcEndpointType: "Gateway",
        routeTableIds: tables.map(({ id }) => id),
        ...tagsOf(`${name}-s3`),
      },
      child,
    ),
  );
}

function createEndpoints(
  { name, transform, child, vpcId, tagsOf }: Making,
  services: readonly string[],
  subnets: readonly aws.ec2.Subnet[],
  instanceGroup: aws.ec2.SecurityGroup,
  parent: pulumi.Resource,
): aws.ec2.VpcEndpoint[] {
  const group = new aws.ec2.SecurityGroup(
    `${name}-endpoint-group`,
    ...transformed(
      transform.endpointGroup,
      {
        description: "Endpoints of the fleet: HTTPS in from its instances, nothing out",
        vpcId,
        ingress: [
          {
            protocol: "tcp",
            fromPort: 443,
            toPort: 443,
            securityGroups: [instanceGroup.id],
            description: "HTTPS from instances of the fleet",
          },
        ],
        ...tagsOf(`${name}-endpoints`),
      },
      child,
    ),
  );
  return services.map(
    (service) =>
      new aws.ec2.VpcEndpoint(
        `${name}-endpoint-${service}`,
        ...transformed(
          transform.endpoint,
          {
            vpcId,
            serviceName: serviceName(service, parent),
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
            subnetIds: subnets.map(({ id }) => id),
            securityGroupIds: [group.id],
            ...tagsOf(`${name}-${service}`),
          },
          child,
        ),
      ),
  );
}

function serviceName(service: string, parent: pulumi.Resource): pulumi.Output<string> {
  return pulumi.interpolate`com.amazonaws.${aws.getRegionOutput({}, { parent }).region}.${service}`;
}
