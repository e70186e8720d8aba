import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { currentState, type Instance, instancesOf } from "../ec2/instanceLife";
import { targetControlsOf } from "./controls";
import { deregistrationDelayMs, type Target, type TargetGroup, targetKey } from "./targetGroup";

/** As DescribeTargetHealth words it: Elastic Load Balancing API reference, TargetHealth. */
export interface TargetState {
  readonly state: "initial" | "healthy" | "unhealthy" | "unused" | "draining" | "unavailable";
  readonly reason?:
    | "Elb.InitialHealthChecking"
    | "Target.FailedHealthChecks"
    | "Target.InvalidState"
    | "Target.DeregistrationInProgress"
    | "Target.HealthCheckDisabled"
    | "Target.NotRegistered";
  readonly description?: string;
}

/**
 * The account's target groups. There are no load balancers here: every group counts as used by one, so that its
 * targets have a health.
 */
export class TargetGroups {
  readonly #byArn = new Map<string, TargetGroup>();

  constructor(private readonly context: CloudContext) {}

  list(): readonly TargetGroup[] {
    return [...this.#byArn.values()];
  }

  add(group: TargetGroup): void {
    this.#byArn.set(group.arn, group);
  }

  delete(arn: string): void {
    this.#byArn.delete(arn);
  }

  find(arn: string): TargetGroup | undefined {
    return this.#byArn.get(arn);
  }

  get(arn: string): TargetGroup {
    const group = this.#byArn.get(arn);
    if (group === undefined)
      throw new AwsError("TargetGroupNotFoundException", `Target group '${arn}' not found`);
    return group;
  }

  /** Registers one that drains, too: it takes requests again. */
  register(group: TargetGroup, id: string, port = group.port): void {
    const key = targetKey(id, port);
    const known = group.targets.get(key);
    if (known !== undefined && known.drainsUntil === undefined) return;
    group.targets.set(key, { id, port, registeredAt: this.context.clock.now() });
  }

  deregister(group: TargetGroup, id: string, port = group.port): void {
    const target = group.targets.get(targetKey(id, port));
    if (target === undefined || target.drainsUntil !== undefined) return;
    target.drainsUntil = this.context.clock.now() + deregistrationDelayMs(group);
  }

  /** The targets that are registered or still draining; what has drained, or is terminated, is gone. */
  targets(group: TargetGroup): readonly Target[] {
    const now = this.context.clock.now();
    for (const [key, { id, drainsUntil = Infinity }] of group.targets) {
      const instance = this.#instance(id);
      const gone = instance === undefined || currentState(instance) === "terminated";
      if (gone || drainsUntil <= now) group.targets.delete(key);
    }
    return [...group.targets.values()];
  }

  health({ healthCheck }: TargetGroup, { id, registeredAt, drainsUntil }: Target): TargetState {
    const { clock } = this.context;
    if (drainsUntil !== undefined) {
      return {
        state: "draining",
        reason: "Target.DeregistrationInProgress",
        description: "Target deregistration is in progress",
      };
    }
    const instance = this.#instance(id);
    const state = instance === undefined ? "terminated" : currentState(instance);
    if (state === "shutting-down" || state === "terminated") {
      return {
        state: "unused",
        reason: "Target.InvalidState",
        description: `Target is in the ${state} state`,
      };
    }
    if (!healthCheck.enabled) {
      return {
        state: "unavailable",
        reason: "Target.HealthCheckDisabled",
        description: "Health checks are not enabled for this target",
      };
    }
    const { intervalSeconds, unhealthyThreshold } = healthCheck;
    const failing = targetControlsOf(this.context).failingSince(id);
    if (failing !== undefined && clock.now() - failing >= 1000 * intervalSeconds * unhealthyThreshold) {
      return {
        state: "unhealthy",
        reason: "Target.FailedHealthChecks",
        description: "Health checks failed",
      };
    }
    // A new target needs one check that succeeds: user guide for Application Load Balancers, target groups.
    const runningSince = instance?.states.find((entry) => entry.state === "running")?.at ?? Infinity;
    const asked = Math.max(registeredAt, runningSince) + 1000 * intervalSeconds;
    return asked > clock.now()
      ? {
          state: "initial",
          reason: "Elb.InitialHealthChecking",
          description: "Initial health checks in progress",
        }
      : { state: "healthy" };
  }

  #instance(id: string): Instance | undefined {
    return instancesOf(this.context).byId(id);
  }
}

const groupsOfCloud = new WeakMap<CloudContext, TargetGroups>();

/** The target groups of one cloud: Auto Scaling registers its instances in the same. */
export function targetGroupsOf(context: CloudContext): TargetGroups {
  const known = groupsOfCloud.get(context);
  if (known !== undefined) return known;
  const created = new TargetGroups(context);
  groupsOfCloud.set(context, created);
  return created;
}
