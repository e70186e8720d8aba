import type { PolicyResource } from "../../../../policy/rule";
import { LAUNCH_TEMPLATE, resource, SECURITY_GROUP, urnOf } from "../resources";
import { one, type RuleCases } from "./ruleCases";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const ofGroup = { securityGroupId: [urnOf(SECURITY_GROUP, "group")] };
/** A template with public addresses, and the stack's own group among its groups. */
const reachable = (securityGroups: readonly string[], beside: readonly PolicyResource[]) => [
  resource(
    LAUNCH_TEMPLATE,
    "it",
    { networkInterfaces: [{ associatePublicIpAddress: "true", securityGroups }] },
    { networkInterfaces: [urnOf(SECURITY_GROUP, "group")] },
  ),
  ...beside,
];
const rule443 = {
  protocol: "tcp",
  fromPort: 443,
  toPort: 443,
  description: "AWS",
  cidrBlocks: ["0.0.0.0/0"],
};

export const ec2Cases: Readonly<Record<string, RuleCases>> = {
  "ec2-metadata-needs-token": {
    passes: { required: one(LAUNCH_TEMPLATE, { metadataOptions: { httpTokens: "required" } }) },
    fails: {
      optional: one(LAUNCH_TEMPLATE, { metadataOptions: { httpTokens: "optional" } }),
      "left out": one(LAUNCH_TEMPLATE),
    },
  },
  "ec2-metadata-hop-limit": {
    passes: { "by default": one(LAUNCH_TEMPLATE) },
    fails: { "two hops": one(LAUNCH_TEMPLATE, { metadataOptions: { httpPutResponseHopLimit: 2 } }) },
  },
  "ec2-no-public-address": {
    passes: {
      none: one(LAUNCH_TEMPLATE),
      refused: one(LAUNCH_TEMPLATE, { networkInterfaces: [{ associatePublicIpAddress: "false" }] }),
      "given, and nothing comes in": reachable(["sg-1"], [resource(SECURITY_GROUP, "group")]),
      "given, and what is added goes out": reachable(
        ["sg-1"],
        [resource(SECURITY_GROUP, "group"), resource(GROUP_RULE, "rule", { type: "egress" }, ofGroup)],
      ),
    },
    fails: {
      given: one(LAUNCH_TEMPLATE, { networkInterfaces: [{ associatePublicIpAddress: "true" }] }),
      "given with a group by its id": one(LAUNCH_TEMPLATE, {
        networkInterfaces: [{ associatePublicIpAddress: "true", securityGroups: ["sg-1"] }],
      }),
      "given with another group by its id": reachable(["sg-1", "sg-2"], [resource(SECURITY_GROUP, "group")]),
      "given with the network's own group": reachable([], [resource(SECURITY_GROUP, "group")]),
      "given, and something comes in": reachable(
        ["sg-1"],
        [
          resource(SECURITY_GROUP, "group", {
            ingress: [{ fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8"] }],
          }),
        ],
      ),
      "given, and a rule of its own lets something in": reachable(
        ["sg-1"],
        [resource(SECURITY_GROUP, "group"), resource(INGRESS_RULE, "rule", {}, ofGroup)],
      ),
      "given, and an older rule of its own lets something in": reachable(
        ["sg-1"],
        [resource(SECURITY_GROUP, "group"), resource(GROUP_RULE, "rule", { type: "ingress" }, ofGroup)],
      ),
    },
  },
  "ec2-encrypted-volumes": {
    passes: {
      all: one(LAUNCH_TEMPLATE, {
        blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }],
      }),
    },
    fails: {
      "as the image says": one(LAUNCH_TEMPLATE),
      "all but one": one(LAUNCH_TEMPLATE, {
        blockDeviceMappings: [
          { deviceName: "/dev/xvda", ebs: { encrypted: true } },
          { deviceName: "/dev/xvdb", ebs: {} },
        ],
      }),
    },
  },
  "ec2-detailed-monitoring": {
    passes: { on: one(LAUNCH_TEMPLATE, { monitoring: { enabled: true } }) },
    fails: { "left out": one(LAUNCH_TEMPLATE) },
  },
  "ec2-termination-protection": {
    passes: { on: one(LAUNCH_TEMPLATE, { disableApiTermination: true }) },
    fails: { off: one(LAUNCH_TEMPLATE) },
  },
  "security-group-no-open-ingress": {
    passes: {
      closed: one(SECURITY_GROUP),
      "to a network": one(SECURITY_GROUP, { ingress: [{ ...rule443, cidrBlocks: ["10.0.0.0/8"] }] }),
    },
    fails: {
      "to the world": one(SECURITY_GROUP, { ingress: [rule443] }),
      "to the world by IPv6": one(SECURITY_GROUP, {
        ingress: [{ ...rule443, cidrBlocks: [], ipv6CidrBlocks: ["::/0"] }],
      }),
    },
  },
  "vpc-default-group-locked": {
    passes: {
      locked: [resource(VPC, "it"), resource(DEFAULT_GROUP, "group", {}, { vpcId: [urnOf(VPC, "it")] })],
    },
    fails: {
      "left as it is": one(VPC),
      "of another network": [resource(VPC, "it"), resource(DEFAULT_GROUP, "group")],
      "with egress": [
        resource(VPC, "it"),
        resource(
          DEFAULT_GROUP,
          "group",
          { egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] },
          { vpcId: [urnOf(VPC, "it")] },
        ),
      ],
    },
  },
  "subnet-no-public-addresses": {
    passes: { none: one(SUBNET), refused: one(SUBNET, { mapPublicIpOnLaunch: false }) },
    fails: { given: one(SUBNET, { mapPublicIpOnLaunch: true }) },
  },
  "security-group-described": {
    passes: { "group and rules": one(SECURITY_GROUP, { description: "Fleet", egress: [rule443] }) },
    fails: {
      "no group": one(SECURITY_GROUP, { egress: [rule443] }),
      "no rule": one(SECURITY_GROUP, {
        description: "Fleet",
        egress: [{ ...rule443, description: undefined }],
      }),
    },
  },
  "security-group-no-open-egress": {
    passes: { "one port": one(SECURITY_GROUP, { egress: [rule443] }) },
    fails: { everything: one(SECURITY_GROUP, { egress: [{ ...rule443, protocol: "-1" }] }) },
  },
};
