import type { LaunchSpecification } from "./launchSpecification";
import type { Subnet } from "./network";

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated";

/** As EC2 numbers them. */
export const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
};

export interface Instance {
  readonly id: string;
  readonly reservationId: string;
  readonly arn: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly architecture: "x86_64" | "arm64";
  readonly metadataOptions: Required<Omit<NonNullable<LaunchSpecification["MetadataOptions"]>, never>>;
  readonly subnet: Subnet;
  readonly securityGroupIds: readonly string[];
  readonly specification: LaunchSpecification;
  readonly clientToken: string | undefined;
  readonly launchIndex: number;
  readonly launchedAt: number;
  readonly privateIp: string;
  readonly publicIp: string | undefined;
  readonly volumes: readonly {
    readonly deviceName: string;
    readonly volumeId: string;
    readonly kept: boolean;
  }[];
  readonly networkInterfaceId: string;
  readonly profile: { readonly id: string; readonly arn: string } | undefined;
  readonly tags: Map<string, string>;
  /** `DisableApiTermination`: whether `TerminateInstances` refuses it. Auto Scaling ends it all the same. */
  isProtected: boolean;
  /** Of an instance that an Auto Scaling group has launched as a Spot one. */
  lifecycle?: "spot";
  /** Every state so far, oldest first. */
  readonly states: EnteredState[];
}

export interface EnteredState {
  readonly state: InstanceState;
  /** The time at which it began. */
  readonly at: number;
  /** How far Describe operations lagged behind at that time, at most; milliseconds. */
  readonly lagMs: number;
  /** The share of that by which they lag behind this change: 0 to 1. */
  readonly share: number;
}

/** The state at a time; undefined before the launch. */
export function stateAt(instance: Instance, at: number): InstanceState | undefined {
  return instance.states.findLast((entry) => entry.at <= at)?.state;
}

/**
 * The state that Describe operations know of at a time; undefined while they know of no instance. `lagMs`: how far they
 * lag behind now, at most; where that is less than when a change happened, they know of that one earlier too.
 */
export function knownState(instance: Instance, at: number, lagMs: number): InstanceState | undefined {
  return instance.states.findLast((entry) => entry.at + entry.share * Math.min(entry.lagMs, lagMs) <= at)
    ?.state;
}

export function currentState(instance: Instance): InstanceState {
  return instance.states.at(-1)?.state ?? "pending";
}

export function stateElement(state: InstanceState) {
  return { Code: STATE_CODES[state], Name: state };
}

export function tagSet(tags: ReadonlyMap<string, string>) {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
