import { elements, isTrue, members, referredBy, referringTo, strings } from "../read";
import { findingIf, type PolicyResource, type Rule } from "../rule";

const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";

/** Rules of a group that are resources of their own: their types, and the input that names the group. */
const GROUP_RULES = [
  ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", () => true],
  ["aws:ec2/securityGroupRule:SecurityGroupRule", ({ props }: PolicyResource) => props.type === "ingress"],
] as const;

const ANYWHERE = ["0.0.0.0/0", "::/0"];

export const ec2Rules: readonly Rule[] = [
  {
    name: "ec2-metadata-needs-token",
    ids: ["EC2.8", "EC2.170", "CKV_AWS_79"],
    severity: "high",
    description: "Instances give their metadata, credentials included, only for a token (IMDSv2).",
    advice: 'Set metadataOptions: { httpTokens: "required" }.',
    types: [LAUNCH_TEMPLATE],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        members(props.metadataOptions).httpTokens !== "required",
        "serves instance metadata without a token",
      ),
  },
  {
    name: "ec2-metadata-hop-limit",
    ids: ["CKV_AWS_341"],
    severity: "medium",
    description: "Instance metadata does not leave the instance.",
    advice: "Set metadataOptions.httpPutResponseHopLimit to 1.",
    types: [LAUNCH_TEMPLATE],
    judges: "resource",
    check: ({ props }) => {
      const hops = Number(members(props.metadataOptions).httpPutResponseHopLimit ?? 1);
      return findingIf(hops > 1, `lets instance metadata travel ${hops} hops; expected 1`);
    },
  },
  {
    name: "ec2-no-public-address",
    ids: ["EC2.9", "EC2.25", "CKV_AWS_88"],
    severity: "high",
    description: "Instances have no public address, unless nothing can come in by it.",
    advice:
      "Set networkInterfaces[].associatePublicIpAddress to false and use private subnets; or give security groups of this stack alone, without ingress.",
    types: [LAUNCH_TEMPLATE],
    judges: "stack",
    check: (template, stack) =>
      findingIf(
        elements(template.props.networkInterfaces).some((network) =>
          isTrue(members(network).associatePublicIpAddress),
        ) && !letsNothingIn(template, stack),
        "gives instances a public address, and it is not certain that nothing comes in by it",
      ),
  },
  {
    name: "ec2-encrypted-volumes",
    ids: ["EC2.3", "EC2.181", "AwsSolutions-EC26"],
    severity: "high",
    description: "Instances' volumes are encrypted.",
    advice: "Name each device in blockDeviceMappings, with ebs: { encrypted: true }.",
    types: [LAUNCH_TEMPLATE],
    judges: "resource",
    check: ({ props }) => {
      const devices = elements(props.blockDeviceMappings).map(members);
      if (devices.length === 0) return [{ reason: "leaves it to the image whether volumes are encrypted" }];
      return devices
        .filter(({ ebs }) => !isTrue(members(ebs).encrypted))
        .map(({ deviceName }) => ({
          reason: `does not encrypt ${String(deviceName)}`,
          subject: String(deviceName),
        }));
    },
  },
  {
    name: "ec2-detailed-monitoring",
    ids: ["AwsSolutions-EC28"],
    severity: "medium",
    description: "Instances report their metrics each minute.",
    advice: "Set monitoring: { enabled: true }.",
    types: [LAUNCH_TEMPLATE],
    judges: "resource",
    check: ({ props }) => findingIf(!isTrue(members(props.monitoring).enabled), "has no detailed monitoring"),
  },
  {
    name: "ec2-termination-protection",
    ids: ["AwsSolutions-EC29"],
    severity: "low",
    description: "Instances refuse to be terminated.",
    advice: "Set disableApiTermination: true.",
    types: [LAUNCH_TEMPLATE],
    judges: "resource",
    check: ({ props }) =>
      findingIf(!isTrue(props.disableApiTermination), "launches instances without termination protection"),
  },
  {
    name: "security-group-no-open-ingress",
    ids: ["AwsSolutions-EC23"],
    severity: "critical",
    description: "No port is open to the whole internet.",
    advice: "Name the addresses or the security group that may connect.",
    types: [SECURITY_GROUP],
    judges: "resource",
    check: ({ props }) => {
      const open = elements(props.ingress).map(members).filter(opensToAnywhere);
      return open.map(({ fromPort, toPort }) => ({
        reason: `lets anybody connect to ports ${String(fromPort)} to ${String(toPort)}`,
      }));
    },
  },
  {
    name: "vpc-default-group-locked",
    ids: ["EC2.2", "CKV2_AWS_12"],
    severity: "high",
    description: "A network's default security group lets nothing in or out.",
    advice: "Add a DefaultSecurityGroup for the network, without ingress and egress.",
    types: [VPC],
    judges: "stack",
    check: (vpc, stack) => {
      const groups = referringTo(vpc, stack, DEFAULT_GROUP, "vpcId");
      const isLocked = groups.some(
        ({ props }) => elements(props.ingress).length === 0 && elements(props.egress).length === 0,
      );
      return findingIf(!isLocked, "has a default security group that lets traffic through");
    },
  },
  {
    name: "subnet-no-public-addresses",
    ids: ["EC2.15", "CKV_AWS_130"],
    severity: "medium",
    description: "Subnets give no public addresses by themselves.",
    advice: "Set mapPublicIpOnLaunch to false, and ask for an address where one is needed.",
    types: [SUBNET],
    judges: "resource",
    check: ({ props }) =>
      findingIf(isTrue(props.mapPublicIpOnLaunch), "gives a public address to whatever is launched in it"),
  },
  {
    name: "security-group-described",
    ids: ["AwsSolutions-EC27", "CKV_AWS_23"],
    severity: "low",
    description: "Security groups and their rules say what they are for.",
    advice: "Give a description to the group and to each rule.",
    types: [SECURITY_GROUP],
    judges: "resource",
    check: ({ props }) => {
      const rules = [...elements(props.ingress), ...elements(props.egress)].map(members);
      return [
        ...findingIf(!props.description || props.description === "Managed by Pulumi", "has no description"),
        ...findingIf(
          rules.some(({ description }) => !description),
          "has a rule without a description",
        ),
      ];
    },
  },
  {
    name: "security-group-no-open-egress",
    ids: ["CKV_AWS_382"],
    severity: "medium",
    description: "Instances cannot connect to everything everywhere.",
    advice: "Allow single ports: 443 for AWS's endpoints and updates.",
    types: [SECURITY_GROUP],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        elements(props.egress)
          .map(members)
          .some((rule) => String(rule.protocol) === "-1" && opensToAnywhere(rule)),
        "lets instances connect anywhere with any protocol",
      ),
  },
];

/** Whether all security groups of a template's instances are resources of the stack, and none has ingress. */
function letsNothingIn(template: PolicyResource, stack: readonly PolicyResource[]): boolean {
  const groups = referredBy(template, stack, "networkInterfaces", SECURITY_GROUP);
  const named = elements(template.props.networkInterfaces).map((network) =>
    strings(members(network).securityGroups),
  );
  // A group by its id alone may let anything in; an interface without one has the network's own.
  if (groups.length === 0 || !named.every(({ length }) => length > 0 && length <= groups.length))
    return false;
  return groups.every(
    (group) =>
      elements(group.props.ingress).length === 0 &&
      GROUP_RULES.every(
        ([type, isIngress]) => !referringTo(group, stack, type, "securityGroupId").some(isIngress),
      ),
  );
}

function opensToAnywhere(rule: Readonly<Record<string, unknown>>): boolean {
  return [...strings(rule.cidrBlocks), ...strings(rule.ipv6CidrBlocks)].some((range) =>
    ANYWHERE.includes(range),
  );
}
