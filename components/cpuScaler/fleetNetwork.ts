import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { PrivateNetwork } from "./privateNetwork";
import type { PrivateNetworkArgs } from "./privateNetworkArguments";
import { HTTPS_ONLY } from "./securityRules";

/** Where instances live. */
export interface FleetNetwork {
  readonly subnetIds: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly securityGroupIds: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Undefined where the network leaves it open. */
  readonly publicIp?: true;
}

/** What a stack says of its network. */
export interface NetworkChoice {
  readonly subnetIds: readonly string[] | undefined;
  readonly securityGroupIds: readonly string[] | undefined;
  /** A network of the fleet's own; undefined for the account's default one. */
  readonly privateNetwork?: PrivateNetworkArgs | undefined;
}

/**
 * The network that is given; or one of the fleet's own; or else the default subnets of the account's default VPC, one
 * a zone, behind a security group that lets nothing in. There instances get public addresses: a default VPC has no
 * other way to the internet, nor to AWS's own endpoints.
 */
export function fleetNetwork(
  name: string,
  choice: NetworkChoice,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
): FleetNetwork {
  const { subnetIds, securityGroupIds, privateNetwork } = choice;
  if (subnetIds !== undefined && securityGroupIds !== undefined) return { subnetIds, securityGroupIds };
  if (privateNetwork !== undefined) {
    const own = new PrivateNetwork(`${name}-network`, { ...privateNetwork, tags });
    return { subnetIds: own.subnetIds, securityGroupIds: own.securityGroupIds };
  }
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
        "Set scalerNetwork to private, or scalerSubnetIds and scalerSecurityGroupIds.",
    );
  }
}
