import { isIPv4 } from "node:net";
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ArgumentChecks, integer, listOf, oneOf, text, type Rule } from "../parts/arguments";
import { checkTable, defaulted, type ArgumentsOf, type Checked } from "../parts/argumentTable";
import type { Transform } from "../parts/resources";

/** How a private network reaches the outside. */
const EGRESS = ["nat", "natPerZone", "endpoints", "none"] as const;

/** RFC 1918, and without host bits, which EC2 would take away and each later look find changed. */
const privateRange: Rule<string> = {
  expected: 'a private IPv4 range of /16 to /24 without host bits like "10.0.0.0/16"',
  accepts: (value): value is string => {
    if (typeof value !== "string") return false;
    const [address = "", bits = "", ...rest] = value.split("/");
    if (!isIPv4(address) || !/^(1[6-9]|2[0-4])$/.test(bits) || rest.length > 0) return false;
    return PRIVATE.test(`${address}.`) && firstAddress(address) % 2 ** (32 - Number(bits)) === 0;
  },
};
const PRIVATE = /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)/;

/** What of the private network is a matter of configuration. */
export const privateNetworkArguments = {
  /** The private network's IPv4 range, which must not overlap what it is ever to be connected with. */
  // A sixteenth of it must still make a subnet, of which AWS's smallest is a /28.
  networkCidr: defaulted("10.0.0.0/16", privateRange, { plain: true }),
  /** In how many zones the private network has subnets. More survive more, and have more capacity. */
  networkZones: defaulted(2, integer(2, 3), { plain: true }),
  /**
   * How instances of the private network reach the outside. "nat": one NAT gateway, whose zone takes all others' way
   * out with it; "natPerZone": one in each zone; "endpoints": AWS's services alone, as `networkEndpoints` names
   * them, and S3; "none": nothing.
   */
  networkEgress: defaulted("nat", oneOf(EGRESS), { plain: true }),
  /**
   * AWS's services that have an interface endpoint where `networkEgress` is "endpoints". By default those of Systems
   * Manager, and logs. Each costs by the hour and zone.
   */
  networkEndpoints: defaulted(
    ["ssm", "ssmmessages", "ec2messages", "logs"] as readonly string[],
    listOf(text(/^[a-z0-9][a-z0-9.-]{0,62}$/, 'the name of a service like "ssm"'), 1),
    { plain: true },
  ),
};

/** Rules, defaults, units: `privateNetworkArguments`. */
export interface PrivateNetworkArgs extends ArgumentsOf<typeof privateNetworkArguments> {
  /** Put on every resource that takes tags. */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** Changes to single children; see `Transform`. */
  readonly transform?: PrivateNetworkTransforms | undefined;
}

export interface PrivateNetworkTransforms {
  readonly vpc?: Transform<aws.ec2.VpcArgs>;
  readonly defaultSecurityGroup?: Transform<aws.ec2.DefaultSecurityGroupArgs>;
  /** Of each subnet; its name tells which it is. */
  readonly subnet?: Transform<aws.ec2.SubnetArgs>;
  readonly natGateway?: Transform<aws.ec2.NatGatewayArgs>;
  readonly endpoint?: Transform<aws.ec2.VpcEndpointArgs>;
  readonly instanceGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  readonly endpointGroup?: Transform<aws.ec2.SecurityGroupArgs>;
}

/** @throws pulumi.InputPropertiesError naming every bad argument. */
export function checkPrivateNetworkArgs(
  component: string,
  args: PrivateNetworkArgs,
): Checked<typeof privateNetworkArguments> {
  const checks = new ArgumentChecks(component);
  const checked = checkTable(checks, privateNetworkArguments, args);
  checks.throwIfAny();
  return checked;
}

/** The ranges of a network's subnets: a quarter of it for each zone's private one, a sixteenth for each public one. */
export function subnetCidrs(
  networkCidr: string,
  zones: number,
): { readonly private: readonly string[]; readonly public: readonly string[] } {
  const [address = "", bits = ""] = networkCidr.split("/");
  const size = 2 ** (32 - Number(bits));
  const first = firstAddress(address);
  const part = (offset: number, extraBits: number) => {
    const value = first + offset;
    const bytes = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
    return `${bytes.join(".")}/${Number(bits) + extraBits}`;
  };
  const indices = Array.from({ length: zones }, (_, index) => index);
  return {
    private: indices.map((index) => part((index * size) / 4, 2)),
    // Of the last quarter.
    public: indices.map((index) => part((3 * size) / 4 + (index * size) / 16, 4)),
  };
}

function firstAddress(address: string): number {
  return address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
