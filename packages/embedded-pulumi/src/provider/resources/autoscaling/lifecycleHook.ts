import { AwsError } from "embedded-aws";
import * as v from "valibot";
import type { CreateContext } from "../../resourceType";
import { resource } from "../../schemas";

const hookInputs = v.strictObject({
  name: v.string(),
  autoscalingGroupName: v.string(),
  lifecycleTransition: v.string(),
  defaultResult: v.optional(v.string()),
  heartbeatTimeout: v.optional(v.number()),
  notificationMetadata: v.optional(v.string()),
});
type HookInputs = v.InferOutput<typeof hookInputs>;

async function putHook(inputs: HookInputs, context: CreateContext) {
  await context.call("autoscaling", "PutLifecycleHook", {
    LifecycleHookName: inputs.name,
    AutoScalingGroupName: inputs.autoscalingGroupName,
    LifecycleTransition: inputs.lifecycleTransition,
    DefaultResult: inputs.defaultResult,
    HeartbeatTimeout: inputs.heartbeatTimeout,
    NotificationMetadata: inputs.notificationMetadata,
  });
  return { defaultResult: inputs.defaultResult ?? "ABANDON" };
}

async function deleteHook({ name, autoscalingGroupName }: HookInputs, context: CreateContext): Promise<void> {
  await context.call("autoscaling", "DeleteLifecycleHook", {
    LifecycleHookName: name,
    AutoScalingGroupName: autoscalingGroupName,
  });
}

export const lifecycleHook = resource({
  type: "aws:autoscaling/lifecycleHook:LifecycleHook",
  inputs: hookInputs,
  autoName: { property: "name" },
  create: async (inputs, context) => ({ id: inputs.name, outputs: await putHook(inputs, context) }),
  async update({ inputs, old }, context) {
    // What a hook has had stays where another call leaves it out: only a new one is without it.
    const optional = ["defaultResult", "heartbeatTimeout", "notificationMetadata"] as const;
    if (optional.some((name) => old[name] !== undefined && inputs[name] === undefined))
      await deleteHook(inputs, context);
    return await putHook(inputs, context);
  },
  async delete(inputs, _id, context) {
    try {
      await deleteHook(inputs, context);
    } catch (error) {
      // Of a hook or a group that is gone Auto Scaling says no more than that it is not valid.
      if (!(error instanceof AwsError) || !/not found|No Lifecycle Hook found/.test(error.message))
        throw error;
    }
  },
});
