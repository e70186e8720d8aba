import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Where instances live. */
export interface FleetNetwork {
  readonly subnetIds: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly securityGroupIds: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Undefined where the network leaves it open. */
  readonly publicIp?: true;
}

/** HTTPS, for packages and AWS's own APIs; nothing else leaves, and nothing comes in. */
const HTTPS_ONLY = {
  protocol: "tcp",
  fromPort: 443,
  toPort: 443,
  cidrBlocks: ["0.0.0.0/0"],
  description: "HTTPS to anywhere",
};

/**
 * The network that is given, or else the default subnets of the account's default VPC, one a zone, behind a
 * security group that lets nothing in. There instances get public addresses: a default VPC has no other way to the
 * internet, nor to AWS's own endpoints.
 */
export function fleetNetwork(
  name: string,
  given: {
    readonly subnetIds: readonly string[] | undefined;
    readonly securityGroupIds: readonly string[] | undefined;
  },
  tags: Readonly<Record<string, pulumi.Input<string>>>,
): FleetNetwork {
  const { subnetIds, securityGroupIds } = given;
  if (subnetIds !== undefined && securityGroupIds !== undefined) return { subnetIds, securityGroupIds };
  const vpcId = pulumi.output(defaultVpcId());
  const subnets = aws.ec2.getSubnetsOutput({
    filters: [
      { name: "vpc-id", values: [vpcId] },
      { name: "default-for-az", values: ["true"] },
    ],
  });
  const group = new aws.ec2.SecurityGroup(`${name}-group`, {
    description: "Instances of the fleet: HTTPS out, nothing in",
    vpcId,
    egress: [HTTPS_ONLY],
    tags,
  });
  // EC2 promises no order: unsorted, the function would be updated, and drift be found, at random.
  return {
    subnetIds: subnets.ids.apply((ids) => ids.toSorted()),
    securityGroupIds: [group.id],
    publicIp: true,
  };
}

/** @throws pulumi.RunError that names the keys to set, where the account has no default network. */
async function defaultVpcId(): Promise<string> {
  try {
    return (await aws.ec2.getVpc({ default: true })).id;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new pulumi.RunError(
      `The fleet's network: the account has no default VPC in this region, or it cannot be read (${reason}). ` +
        "Set scalerSubnetIds and scalerSecurityGroupIds.",
    );
  }
}
