import type { Input } from "embedded-aws";
import * as v from "valibot";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
import { resource, tagList, tags, textOf } from "../schemas";

type TargetGroupInput = Input<"elasticloadbalancing", "CreateTargetGroup">;

/** Its defaults are the provider's own, which are not all AWS's. */
const healthCheck = v.strictObject({
  enabled: v.optional(v.boolean(), true),
  protocol: v.optional(textOf<TargetGroupInput["HealthCheckProtocol"]>(), "HTTP"),
  port: v.optional(v.string(), "traffic-port"),
  path: v.optional(v.string()),
  matcher: v.optional(v.string()),
  interval: v.optional(v.number(), 30),
  timeout: v.optional(v.number()),
  healthyThreshold: v.optional(v.number(), 3),
  unhealthyThreshold: v.optional(v.number(), 3),
});

const targetGroupInputs = v.strictObject({
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
});
type TargetGroupInputs = v.InferOutput<typeof targetGroupInputs>;

/** What a program says of the health check; the rest is AWS's, or stays as it is. */
function checkOf({ healthCheck: check }: TargetGroupInputs) {
  return {
    HealthCheckEnabled: check?.enabled,
    HealthCheckProtocol: check?.protocol,
    HealthCheckPort: check?.port,
    HealthCheckPath: check?.path,
    Matcher: check?.matcher === undefined ? undefined : { HttpCode: check.matcher },
    HealthCheckIntervalSeconds: check?.interval,
    HealthCheckTimeoutSeconds: check?.timeout,
    HealthyThresholdCount: check?.healthyThreshold,
    UnhealthyThresholdCount: check?.unhealthyThreshold,
  };
}

async function setAttributes(arn: string, inputs: TargetGroupInputs, context: CreateContext): Promise<void> {
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
}

/** Names here have at most 32 characters. */
const targetGroup = resource({
  type: "aws:lb/targetGroup:TargetGroup",
  inputs: targetGroupInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { TargetGroups = [] } = await context.call("elasticloadbalancing", "CreateTargetGroup", {
      Name: inputs.name,
      Protocol: inputs.protocol,
      ProtocolVersion: inputs.protocolVersion,
      Port: inputs.port,
      VpcId: inputs.vpcId,
      TargetType: inputs.targetType,
      ...checkOf(inputs),
      ...(Object.keys(inputs.tags).length > 0 && { Tags: tagList(inputs.tags) }),
    });
    const arn = TargetGroups[0]?.TargetGroupArn ?? "";
    await setAttributes(arn, inputs, context);
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
  async update(change, context) {
    const { id: TargetGroupArn, inputs, changed } = change;
    if (changed.has("healthCheck") && inputs.healthCheck !== undefined)
      await context.call("elasticloadbalancing", "ModifyTargetGroup", { TargetGroupArn, ...checkOf(inputs) });
    await setAttributes(TargetGroupArn, inputs, context);
    const ResourceArns = [TargetGroupArn];
    await retag(
      change,
      (own) => context.call("elasticloadbalancing", "AddTags", { ResourceArns, Tags: tagList(own) }),
      (TagKeys) => context.call("elasticloadbalancing", "RemoveTags", { ResourceArns, TagKeys }),
    );
    return { targetType: inputs.targetType ?? "instance" };
  },
  async delete(_inputs, id, context) {
    await context.call("elasticloadbalancing", "DeleteTargetGroup", { TargetGroupArn: id });
  },
});

export const lb = [targetGroup];
