import type { CloudContext } from "../../core/service";
import { notFound } from "./errors";

/** The account's networks: the default VPC, as every account starts with one, and those that are made. */

export interface Tagged {
  readonly id: string;
  readonly arn: string;
  readonly tags: Map<string, string>;
}

export interface Zone {
  readonly name: string;
  readonly id: string;
}

export interface Vpc extends Tagged {
  readonly cidr: string;
  readonly isDefault: boolean;
  dnsSupport: boolean;
  dnsHostnames: boolean;
  usageMetrics: boolean;
  /** Of the access list that every VPC begins with, which is the only one here. */
  readonly networkAclId: string;
}

export interface Subnet extends Tagged {
  readonly vpcId: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly cidr: string;
  readonly isDefault: boolean;
  /** Whether instances get public addresses that do not ask for one. */
  mapPublicIp: boolean;
  readonly aclAssociationId: string;
}

export interface InternetGateway extends Tagged {
  vpcId: string | undefined;
}

/** An Elastic IP address; its id is that of the allocation. */
export interface ElasticAddress extends Tagged {
  readonly publicIp: string;
  /** What it belongs to. */
  association: { readonly id: string; readonly networkInterfaceId: string } | undefined;
}

export interface NatGateway extends Tagged {
  readonly vpcId: string;
  readonly subnetId: string;
  /** Undefined for one that lets out into private networks only. */
  readonly address: ElasticAddress | undefined;
  readonly networkInterfaceId: string;
  readonly privateIp: string;
  readonly createdAt: number;
  /** "failed": there was no internet gateway to lead to. */
  state: "pending" | "available" | "failed" | "deleting" | "deleted";
}

export interface Route {
  readonly destination: string;
  /** "local", an internet gateway or a NAT gateway. */
  readonly target: string;
}

export interface RouteTable extends Tagged {
  readonly vpcId: string;
  routes: Route[];
  /** By the association's id. No subnet: it is the VPC's main table. */
  readonly associations: Map<string, { readonly subnetId: string | undefined }>;
}

export interface EndpointInterface {
  readonly id: string;
  readonly subnetId: string;
  readonly privateIp: string;
}

export interface VpcEndpoint extends Tagged {
  readonly vpcId: string;
  readonly serviceName: string;
  readonly kind: "Interface" | "Gateway";
  readonly createdAt: number;
  privateDns: boolean;
  policy: string;
  groupIds: readonly string[];
  routeTableIds: readonly string[];
  interfaces: readonly EndpointInterface[];
  state: "pending" | "available" | "deleting";
}

const DEFAULT_VPC_ID = "vpc-0a5b8f3c7d2e91046";
const DEFAULT_SUBNET_IDS = [
  "subnet-04c1f7a9b3e8d2560",
  "subnet-09e2b6d8a1c7f3541",
  "subnet-0f3a5c8e7b2d94162",
];

/** How EC2 names each kind: in ids, in ARNs and tags, and in the errors for one that is not there. */
const KINDS = {
  vpcs: { type: "vpc", code: "InvalidVpcID.NotFound", what: "vpc ID" },
  subnets: { type: "subnet", code: "InvalidSubnetID.NotFound", what: "subnet ID" },
  internetGateways: {
    type: "internet-gateway",
    code: "InvalidInternetGatewayID.NotFound",
    what: "internetGateway ID",
  },
  addresses: { type: "elastic-ip", code: "InvalidAllocationID.NotFound", what: "allocation ID" },
  natGateways: { type: "natgateway", code: "NatGatewayNotFound", what: "NAT gateway" },
  routeTables: { type: "route-table", code: "InvalidRouteTableID.NotFound", what: "routeTable ID" },
  endpoints: { type: "vpc-endpoint", code: "InvalidVpcEndpointId.NotFound", what: "Vpc Endpoint Id" },
} as const;

export type NetworkKind = keyof typeof KINDS;
export type NetworkResourceType = (typeof KINDS)[NetworkKind]["type"];

/** Ids of each kind, as EC2 begins them. */
const PREFIXES = {
  vpcs: "vpc",
  subnets: "subnet",
  internetGateways: "igw",
  addresses: "eipalloc",
  natGateways: "nat",
  routeTables: "rtb",
  endpoints: "vpce",
} as const satisfies Record<NetworkKind, string>;

export class Network {
  readonly region: string;
  readonly zones: readonly Zone[];
  readonly vpcs = new Map<string, Vpc>();
  readonly subnets = new Map<string, Subnet>();
  readonly internetGateways = new Map<string, InternetGateway>();
  readonly addresses = new Map<string, ElasticAddress>();
  readonly natGateways = new Map<string, NatGateway>();
  readonly routeTables = new Map<string, RouteTable>();
  readonly endpoints = new Map<string, VpcEndpoint>();

  constructor(private readonly context: Pick<CloudContext, "region" | "accountId" | "random">) {
    const { region } = context;
    this.region = region;
    this.zones = ["a", "b", "c"].map((letter, index) => ({
      name: `${region}${letter}`,
      id: `${shortName(region)}-az${index + 1}`,
    }));
    this.#addDefault();
  }

  /** The account's default VPC; undefined once it has been deleted. */
  get defaultVpc(): Vpc | undefined {
    return [...this.vpcs.values()].find((vpc) => vpc.isDefault);
  }

  arnOf(kind: NetworkKind, id: string): string {
    return this.arn(KINDS[kind].type, id);
  }

  arn(type: string, id: string): string {
    return `arn:aws:ec2:${this.region}:${this.context.accountId}:${type}/${id}`;
  }

  /** A new id, with its ARN and tags. */
  named(kind: NetworkKind, tags: ReadonlyMap<string, string>): Tagged {
    const id = `${PREFIXES[kind]}-0${this.context.random.hex(16)}`;
    return { id, arn: this.arnOf(kind, id), tags: new Map(tags) };
  }

  newId(prefix: string): string {
    return `${prefix}-0${this.context.random.hex(16)}`;
  }

  /** @throws AwsError naming every id that is not there. */
  get<Kind extends NetworkKind>(kind: Kind, ids: readonly string[]): ValueOf<Kind>[] {
    const known: ReadonlyMap<string, unknown> = this[kind];
    const unknown = ids.filter((id) => !known.has(id));
    if (unknown.length > 0) throw notFound(KINDS[kind].code, KINDS[kind].what, unknown);
    return ids.map((id) => known.get(id) as ValueOf<Kind>);
  }

  /** @throws AwsError for one that is not there. */
  one<Kind extends NetworkKind>(kind: Kind, id: string): ValueOf<Kind> {
    const found = (this[kind] as ReadonlyMap<string, unknown>).get(id);
    if (found === undefined) throw notFound(KINDS[kind].code, KINDS[kind].what, [id]);
    return found as ValueOf<Kind>;
  }

  /** All of a kind, or those with these ids. @throws AwsError naming every id that is not there. */
  asked<Kind extends NetworkKind>(kind: Kind, ids: readonly string[] = []): ValueOf<Kind>[] {
    return ids.length === 0 ? ([...this[kind].values()] as ValueOf<Kind>[]) : this.get(kind, ids);
  }

  /** Everything here that can have tags, with its type as EC2 names it. */
  tagged(): { readonly resourceType: NetworkResourceType; readonly resource: Tagged }[] {
    return (Object.keys(KINDS) as NetworkKind[]).flatMap((kind) =>
      [...this[kind].values()].map((resource) => ({ resourceType: KINDS[kind].type, resource })),
    );
  }

  /** What EC2 says of an id of these kinds that is not there. */
  static readonly unknownIds = (Object.keys(KINDS) as NetworkKind[]).map(
    (kind) => [new RegExp(`^${PREFIXES[kind]}-[0-9a-f]{8,17}$`), KINDS[kind].code, KINDS[kind].what] as const,
  );

  subnetsOf(vpcId: string): Subnet[] {
    return [...this.subnets.values()].filter((subnet) => subnet.vpcId === vpcId);
  }

  mainTableOf(vpcId: string): RouteTable | undefined {
    return [...this.routeTables.values()].find(
      (table) =>
        table.vpcId === vpcId &&
        [...table.associations.values()].some(({ subnetId }) => subnetId === undefined),
    );
  }

  addVpc(
    vpc: Omit<Vpc, "networkAclId" | "dnsSupport" | "usageMetrics" | "dnsHostnames">,
    mainTable = this.named("routeTables", new Map()),
  ): Vpc {
    const added = {
      ...vpc,
      dnsSupport: true,
      dnsHostnames: vpc.isDefault,
      usageMetrics: false,
      networkAclId: vpc.id.replace(/^vpc-/, "acl-"),
    };
    this.vpcs.set(vpc.id, added);
    this.addRouteTable(mainTable, added, true);
    return added;
  }

  /** @param isMain whether it is the one of all subnets of the VPC that have none of their own. */
  addRouteTable(named: Tagged, vpc: Vpc, isMain: boolean): RouteTable {
    const table: RouteTable = {
      ...named,
      vpcId: vpc.id,
      routes: [{ destination: vpc.cidr, target: "local" }],
      associations: new Map(
        isMain ? [[named.id.replace(/^rtb-/, "rtbassoc-"), { subnetId: undefined }]] : [],
      ),
    };
    this.routeTables.set(table.id, table);
    return table;
  }

  /** Three zones, each with a subnet, and a way to the internet: Amazon VPC user guide, "Default VPC components". */
  #addDefault(): void {
    const named = (kind: NetworkKind, id: string): Tagged => ({
      id,
      arn: this.arnOf(kind, id),
      tags: new Map(),
    });
    const own = DEFAULT_VPC_ID.replace(/^vpc-/, "");
    const gateway = { ...named("internetGateways", `igw-${own}`), vpcId: DEFAULT_VPC_ID };
    this.internetGateways.set(gateway.id, gateway);
    this.addVpc(
      { ...named("vpcs", DEFAULT_VPC_ID), cidr: "172.31.0.0/16", isDefault: true },
      named("routeTables", `rtb-${own}`),
    );
    this.mainTableOf(DEFAULT_VPC_ID)?.routes.push({ destination: "0.0.0.0/0", target: gateway.id });
    for (const [index, id] of DEFAULT_SUBNET_IDS.entries()) {
      const zone = this.zones[index];
      this.subnets.set(id, {
        ...named("subnets", id),
        vpcId: DEFAULT_VPC_ID,
        zone: zone?.name ?? "",
        zoneId: zone?.id ?? "",
        cidr: `172.31.${index * 16}.0/20`,
        isDefault: true,
        mapPublicIp: true,
        aclAssociationId: id.replace(/^subnet-/, "aclassoc-"),
      });
    }
  }
}

type ValueOf<Kind extends NetworkKind> = Network[Kind] extends Map<string, infer Value> ? Value : never;

/** "us-east-1" as zone ids write it: "use1". */
function shortName(region: string): string {
  const [area = "", direction = "", number = ""] = region.split("-");
  return `${area}${direction.charAt(0)}${number}`;
}
