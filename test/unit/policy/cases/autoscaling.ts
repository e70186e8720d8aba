import { SCALING_GROUP } from "../resources";
import { one, type RuleCases } from "./ruleCases";

export const autoscalingCases: Readonly<Record<string, RuleCases>> = {
  "autoscaling-load-balancer-health": {
    passes: {
      "without a load balancer": one(SCALING_GROUP),
      "with both": one(SCALING_GROUP, { targetGroupArns: ["arn"], healthCheckType: "ELB" }),
    },
    fails: {
      "by EC2's checks alone": one(SCALING_GROUP, { targetGroupArns: ["arn"], healthCheckType: "EC2" }),
      "by default": one(SCALING_GROUP, { targetGroupArns: ["arn"] }),
    },
  },
  "autoscaling-several-zones": {
    passes: { "two subnets": one(SCALING_GROUP, { vpcZoneIdentifiers: ["a", "b"] }) },
    fails: { one: one(SCALING_GROUP, { vpcZoneIdentifiers: ["a"] }), none: one(SCALING_GROUP) },
  },
  "autoscaling-launch-template": {
    passes: {
      template: one(SCALING_GROUP, { launchTemplate: { id: "lt-1" } }),
      "mixed instances": one(SCALING_GROUP, { mixedInstancesPolicy: { launchTemplate: {} } }),
    },
    fails: { "a launch configuration": one(SCALING_GROUP, { launchConfiguration: "old" }) },
  },
};
