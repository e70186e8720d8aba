import { currentState, ec2ControlsOf, instancesOf, type CloudContext } from "embedded-aws";
import type { ScalerSettings } from "./scalerSettings";

/** From termination to terminated, here: a function waits for it, at real speed. */
const SHUTDOWN_MS = 1_000;

/** How the fleet ended with its stack. */
export interface FleetEnd {
  /** Instances that were there before. */
  readonly ended: number;
  /** Instances that are not terminated afterwards; none, or somebody pays for them for ever. */
  readonly leftAfterDestroy: number;
}

/** Destroys the stack, and tells what became of its fleet. */
export async function destroyFleet(
  deployment: { readonly context: CloudContext; destroy(): Promise<void> },
  { tag }: Pick<ScalerSettings, "tag">,
): Promise<FleetEnd> {
  const { context } = deployment;
  const left = () =>
    instancesOf(context)
      .all()
      .filter(
        (instance) => instance.tags.get(tag.key) === tag.value && currentState(instance) !== "terminated",
      ).length;
  ec2ControlsOf(context).shutdownMs = SHUTDOWN_MS;
  const before = left();
  await deployment.destroy();
  const after = left();
  return { ended: before - after, leftAfterDestroy: after };
}

export function describeFleetEnd({ ended, leftAfterDestroy }: FleetEnd): string {
  return `The stack is destroyed, and its fleet with it: ${ended} ended, ${leftAfterDestroy} left.`;
}

/** The promise that the end has broken, for a person; none when all is well. */
export function brokenEndPromises({ leftAfterDestroy }: FleetEnd): string[] {
  return leftAfterDestroy === 0 ? [] : [`${leftAfterDestroy} instances outlived their stack; expected none`];
}
