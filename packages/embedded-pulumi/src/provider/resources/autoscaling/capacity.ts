import { ResourceFailure } from "../../../engine/provider";
import type { CreateContext } from "../../resourceType";
import { durationMs, type GroupInputs } from "./groupInputs";

/** How often the provider looks whether a group has what it should, and how long it waits for that by default. */
const LOOK_MS = 5_000;
const CAPACITY_TIMEOUT_MS = 10 * 60_000;
/** How long the provider lets a group empty itself. */
const DRAIN_TIMEOUT_MS = 30 * 60_000;

/** The group as it is; undefined once it is gone. */
export async function describe(name: string, context: CreateContext) {
  const { AutoScalingGroups } = await context.call("autoscaling", "DescribeAutoScalingGroups", {
    AutoScalingGroupNames: [name],
  });
  return AutoScalingGroups[0];
}

/**
 * Waits until the group has as many instances in service as it wants, as the provider does before it calls a group
 * created; what became of the last launch says why it has not.
 */
export async function waitForCapacity(inputs: GroupInputs, context: CreateContext): Promise<void> {
  const timeout = durationMs(inputs.waitForCapacityTimeout ?? "") ?? CAPACITY_TIMEOUT_MS;
  if (timeout === 0) return;
  for (let waited = 0; ; waited += LOOK_MS) {
    const group = await describe(inputs.name, context);
    const wanted = inputs.desiredCapacity ?? inputs.minSize;
    const inService = (group?.Instances ?? []).filter(
      ({ LifecycleState, HealthStatus }) => LifecycleState === "InService" && HealthStatus === "Healthy",
    ).length;
    if (inService >= wanted && (await targetsAreHealthy(inputs, context))) return;
    if (waited >= timeout) {
      const { Activities } = await context.call("autoscaling", "DescribeScalingActivities", {
        AutoScalingGroupName: inputs.name,
      });
      const reason = Activities.find(({ StatusMessage }) => StatusMessage !== undefined)?.StatusMessage;
      throw new ResourceFailure(
        `waiting for capacity: ${inService} of ${wanted} instances in service after ${timeout / 1000} s${reason === undefined ? "" : `; ${reason}`}`,
      );
    }
    await context.wait(LOOK_MS);
  }
}

/** Where the program asks for it: so many healthy targets in every target group. */
async function targetsAreHealthy(inputs: GroupInputs, context: CreateContext): Promise<boolean> {
  const wanted = inputs.waitForElbCapacity ?? inputs.minElbCapacity ?? 0;
  if (wanted === 0) return true;
  for (const TargetGroupArn of inputs.targetGroupArns ?? []) {
    const { TargetHealthDescriptions = [] } = await context.call(
      "elasticloadbalancing",
      "DescribeTargetHealth",
      { TargetGroupArn },
    );
    const healthy = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "healthy");
    if (healthy.length < wanted) return false;
  }
  return true;
}

/** Waits until the group is as it is asked to be. */
export async function until(
  context: CreateContext,
  what: string,
  reached: () => Promise<boolean>,
): Promise<void> {
  for (let waited = 0; !(await reached()); waited += LOOK_MS) {
    if (waited >= DRAIN_TIMEOUT_MS)
      throw new ResourceFailure(`${what}: not within ${DRAIN_TIMEOUT_MS / 60_000} minutes`);
    await context.wait(LOOK_MS);
  }
}
