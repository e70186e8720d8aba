import type { Cloud } from "embedded-aws";
import type { ScalerSettings } from "./scalerSettings";

/**
 * From termination to terminated, here: a function waits for it at real speed, and so does a person, whose system
 * gives a process some ten seconds from SIGTERM to SIGKILL. No change is known late, for the same reason.
 */
const SHUTDOWN_MS = 500;

/** How the fleet ended with its stack. */
export interface FleetEnd {
  /** Instances that were there before. */
  readonly ended: number;
  /** Instances that are not terminated afterwards; none, or somebody pays for them for ever. */
  readonly leftAfterDestroy: number;
}

/** Destroys the stack, and tells what became of its fleet. */
export async function destroyFleet(
  deployment: { readonly cloud: Cloud; destroy(): Promise<void> },
  { tag }: Pick<ScalerSettings, "tag">,
): Promise<FleetEnd> {
  const { cloud } = deployment;
  cloud.ec2.shutdownMs = SHUTDOWN_MS;
  cloud.setConditions({ instanceLagMs: 0 });
  const fleet = cloud.createLoad({ fleetTags: { [tag.key]: tag.value } });
  const before = fleet.live();
  const terminated = new Set<string>();
  const unsubscribe = cloud.context.events.subscribe((event) => {
    if (event.type === "instance-state-changed" && event.state === "terminated")
      terminated.add(event.instanceId);
  });
  try {
    await deployment.destroy();
    const left = new Set([...before, ...fleet.live()].filter((id) => !terminated.has(id)));
    return { ended: before.filter((id) => terminated.has(id)).length, leftAfterDestroy: left.size };
  } finally {
    unsubscribe();
    fleet.close();
  }
}

export function describeFleetEnd({ ended, leftAfterDestroy }: FleetEnd): string {
  return `The stack is destroyed, and its fleet with it: ${ended} ended, ${leftAfterDestroy} left.`;
}

/** The promise that the end has broken, for a person; none when all is well. */
export function brokenEndPromises({ leftAfterDestroy }: FleetEnd): string[] {
  return leftAfterDestroy === 0 ? [] : [`${leftAfterDestroy} instances outlived their stack; expected none`];
}
