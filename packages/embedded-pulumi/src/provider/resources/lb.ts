import type { Input } from "embedded-aws";
import * as v from "valibot";
import { resource, tagList, tags, textOf } from "../schemas";

type TargetGroupInput = Input<"elasticloadbalancing", "CreateTargetGroup">;

const healthCheck = v.strictObject({
  enabled: v.optional(v.boolean()),
  protocol: v.optional(textOf<TargetGroupInput["HealthCheckProtocol"]>()),
  port: v.optional(v.string()),
  path: v.optional(v.string()),
  matcher: v.optional(v.string()),
  interval: v.optional(v.number()),
  timeout: v.optional(v.number()),
  healthyThreshold: v.optional(v.number()),
  unhealthyThreshold: v.optional(v.number()),
});

/** Names here have at most 32 characters. */
const targetGroup = resource({
  type: "aws:lb/targetGroup:TargetGroup",
  inputs: v.strictObject({
    name: v.string(),
    protocol: v.optional(textOf<TargetGroupInput["Protocol"]>()),
    protocolVersion: v.optional(v.string()),
    port: v.optional(v.number()),
    vpcId: v.optional(v.string()),
    targetType: v.optional(textOf<TargetGroupInput["TargetType"]>()),
    healthCheck: v.optional(healthCheck),
    /** Seconds. */
    deregistrationDelay: v.optional(v.number(), 300),
    /** Seconds. */
    slowStart: v.optional(v.number(), 0),
    loadBalancingAlgorithmType: v.optional(v.string()),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { healthCheck: check } = inputs;
    const { TargetGroups = [] } = await context.call("elasticloadbalancing", "CreateTargetGroup", {
      Name: inputs.name,
      Protocol: inputs.protocol,
      ProtocolVersion: inputs.protocolVersion,
      Port: inputs.port,
      VpcId: inputs.vpcId,
      TargetType: inputs.targetType,
      HealthCheckEnabled: check?.enabled,
      HealthCheckProtocol: check?.protocol,
      HealthCheckPort: check?.port,
      HealthCheckPath: check?.path,
      Matcher: check?.matcher === undefined ? undefined : { HttpCode: check.matcher },
      HealthCheckIntervalSeconds: check?.interval,
      HealthCheckTimeoutSeconds: check?.timeout,
      HealthyThresholdCount: check?.healthyThreshold,
      UnhealthyThresholdCount: check?.unhealthyThreshold,
      ...(Object.keys(inputs.tags).length > 0 && { Tags: tagList(inputs.tags) }),
    });
    const arn = TargetGroups[0]?.TargetGroupArn ?? "";
    const attributes = {
      "deregistration_delay.timeout_seconds": String(inputs.deregistrationDelay),
      "slow_start.duration_seconds": String(inputs.slowStart),
      ...(inputs.loadBalancingAlgorithmType !== undefined && {
        "load_balancing.algorithm.type": inputs.loadBalancingAlgorithmType,
      }),
    };
    await context.call("elasticloadbalancing", "ModifyTargetGroupAttributes", {
      TargetGroupArn: arn,
      Attributes: tagList(attributes),
    });
    return {
      id: arn,
      outputs: {
        arn,
        // Behind "targetgroup/": what CloudWatch calls it.
        arnSuffix: arn.split(":").at(-1),
        targetType: inputs.targetType ?? "instance",
      },
    };
  },
  async delete(_inputs, id, context) {
    await context.call("elasticloadbalancing", "DeleteTargetGroup", { TargetGroupArn: id });
  },
});

export const lb = [targetGroup];
