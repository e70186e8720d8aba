import { elements, members } from "../read";
import { findingIf, type Rule } from "../rule";

const GROUP = "aws:autoscaling/group:Group";

export const autoscalingRules: readonly Rule[] = [
  {
    name: "autoscaling-load-balancer-health",
    ids: ["AutoScaling.1"],
    severity: "low",
    description: "A group behind a load balancer replaces what the load balancer finds unwell.",
    advice: 'Set healthCheckType: "ELB".',
    types: [GROUP],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        elements(props.targetGroupArns).length > 0 && props.healthCheckType !== "ELB",
        "keeps instances that fail the checks of its target groups",
      ),
  },
  {
    name: "autoscaling-several-zones",
    ids: ["AutoScaling.2"],
    severity: "medium",
    description: "A group launches in several zones.",
    advice: "Give vpcZoneIdentifiers a subnet in each of two or more zones.",
    types: [GROUP],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        [...elements(props.vpcZoneIdentifiers), ...elements(props.availabilityZones)].length < 2,
        "launches in one place only",
      ),
  },
  {
    name: "autoscaling-launch-template",
    ids: ["AutoScaling.9", "CKV_AWS_315"],
    severity: "medium",
    description: "A group launches by a template, which has versions, and whose security is judged here.",
    advice: "Set launchTemplate, or a mixedInstancesPolicy with one.",
    types: [GROUP],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        props.launchTemplate === undefined &&
          members(props.mixedInstancesPolicy).launchTemplate === undefined,
        "launches by no template",
      ),
  },
];
