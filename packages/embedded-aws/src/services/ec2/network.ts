import type { CloudContext } from "../../core/service";

/** The default VPC of the account, as every AWS account starts with one: a subnet in each of three zones. */
export interface Network {
  readonly region: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly subnets: readonly Subnet[];
  readonly securityGroup: { readonly id: string; readonly name: "default" };
}

export interface Subnet {
  readonly id: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly cidr: string;
  /** The first two bytes of every address are 172.31. */
  readonly thirdByte: number;
}

const VPC_ID = "vpc-0a5b8f3c7d2e91046";
const SECURITY_GROUP_ID = "sg-0c4d7a9e1b6f38205";
const SUBNET_IDS = ["subnet-04c1f7a9b3e8d2560", "subnet-09e2b6d8a1c7f3541", "subnet-0f3a5c8e7b2d94162"];

export function defaultNetwork({ region }: Pick<CloudContext, "region">): Network {
  return {
    region,
    vpcId: VPC_ID,
    cidr: "172.31.0.0/16",
    securityGroup: { id: SECURITY_GROUP_ID, name: "default" },
    subnets: SUBNET_IDS.map((id, index) => ({
      id,
      zone: `${region}${"abc".charAt(index)}`,
      zoneId: `${shortName(region)}-az${index + 1}`,
      cidr: `172.31.${index * 16}.0/20`,
      thirdByte: index * 16,
    })),
  };
}

/** "us-east-1" as zone ids write it: "use1". */
function shortName(region: string): string {
  const [area = "", direction = "", number = ""] = region.split("-");
  return `${area}${direction.charAt(0)}${number}`;
}
