import type { CloudContext } from "../../core/service";
import { currentState, type InstanceState, instancesOf } from "../ec2/instanceLife";
import { targetGroupsOf } from "../elasticLoadBalancing/targetGroups";
import { announceAction, announceEnd } from "./announce";
import { type Group, isSuspended, type Member } from "./group";
import type { Groups } from "./groups";
import { begun, outcome } from "./hooks";
import { detailsOf } from "./launcher";

/**
 * The life of one member after the other: pending until EC2 runs it and its hooks let it, in service, and then out of the
 * load balancer, past its hooks, to EC2's end. Amazon EC2 Auto Scaling user guide, "instance lifecycle".
 */
export class Lives {
  constructor(
    private readonly context: CloudContext,
    private readonly groups: Groups,
  ) {}

  /** Brings a member as far as it can come now; returns whether EC2 is to end it. */
  advance(group: Group, member: Member): boolean {
    const ec2 = this.#ec2State(member);
    if (member.state.startsWith("Terminat")) return this.#leave(group, member, ec2);
    if (ec2 === "pending") return false;
    if (ec2 !== "running") {
      // Somebody else has ended it. One in service is found by its health.
      if (member.state !== "InService" || group.deleting)
        this.leave(
          group,
          member,
          "in response to an EC2 instance that was terminated before it was in service",
        );
      return false;
    }
    if (member.state !== "InService") this.#arrive(group, member);
    return false;
  }

  /** Takes a member out of service, for a reason. */
  leave(group: Group, member: Member, reason: string): void {
    if (member.state.startsWith("Terminat")) return;
    if (member.state !== "InService") this.groups.end(member.activity, "Cancelled");
    member.state = "Terminating";
    delete member.actions;
    member.extra = false;
    member.activity = this.groups.activity(
      group,
      `Terminating EC2 instance: ${member.id}`,
      `an instance was taken out of service ${reason}.`,
      detailsOf({ id: member.subnetId, zone: member.zone }),
    );
    this.deregister(member, group.targetGroupArns);
  }

  #arrive(group: Group, member: Member): void {
    const { clock, random } = this.context;
    if (member.actions === undefined) {
      member.actions = begun(group, "autoscaling:EC2_INSTANCE_LAUNCHING", clock.now(), random);
      if (member.actions.length > 0) {
        member.state = "Pending:Wait";
        member.activity.status = "MidLifecycleAction";
        for (const action of member.actions) announceAction(this.context, group, member, action);
      }
    }
    switch (outcome(member.actions, clock.now())) {
      case undefined:
        return;
      case "ABANDON":
        this.groups.end(
          member.activity,
          "Cancelled",
          "Instance failed to complete user's Lifecycle Action: Lifecycle Action was completed with ABANDON Result",
        );
        announceEnd(this.context, group, member, "Launch", member.activity);
        this.leave(group, member, "in response to a lifecycle hook that abandoned its launch");
        return;
      case "CONTINUE":
        member.state = "InService";
        member.inServiceAt = clock.now();
        member.extra = false;
        if (!isSuspended(group, "AddToLoadBalancer")) this.register(group, member);
        this.groups.end(member.activity, "Successful");
        announceEnd(this.context, group, member, "Launch", member.activity);
    }
  }

  #leave(group: Group, member: Member, ec2: InstanceState): boolean {
    if (ec2 === "terminated") {
      member.state = "Terminated";
      group.members.delete(member.id);
      this.groups.end(member.activity, "Successful");
      announceEnd(this.context, group, member, "Terminate", member.activity);
      return false;
    }
    if (ec2 === "shutting-down" || member.ended) return false;
    if (!group.deleting) {
      if (this.#drains(group, member)) {
        member.activity.status = "WaitingForELBConnectionDraining";
        return false;
      }
      const { clock, random } = this.context;
      if (member.actions === undefined) {
        member.actions = begun(group, "autoscaling:EC2_INSTANCE_TERMINATING", clock.now(), random);
        for (const action of member.actions) announceAction(this.context, group, member, action);
      }
      if (outcome(member.actions, clock.now()) === undefined) {
        member.state = "Terminating:Wait";
        member.activity.status = "MidLifecycleAction";
        return false;
      }
    }
    // Terminating goes on whatever a hook says.
    member.state = "Terminating:Proceed";
    member.activity.status = "InProgress";
    member.ended = true;
    return true;
  }

  /** Makes a member a target of each of its group's target groups. */
  register(group: Group, member: Member, arns: Iterable<string> = group.targetGroupArns): void {
    const targets = targetGroupsOf(this.context);
    for (const arn of arns) {
      const targetGroup = targets.find(arn);
      if (targetGroup !== undefined) targets.register(targetGroup, member.id);
    }
  }

  /** Lets these target groups drain it. */
  deregister(member: Member, arns: Iterable<string>): void {
    const targets = targetGroupsOf(this.context);
    for (const arn of arns) {
      const targetGroup = targets.find(arn);
      if (targetGroup !== undefined) targets.deregister(targetGroup, member.id);
    }
  }

  /** Whether a load balancer still lets a member's last requests end. */
  #drains(group: Group, member: Member): boolean {
    const targets = targetGroupsOf(this.context);
    return [...group.targetGroupArns].some((arn) => {
      const targetGroup = targets.find(arn);
      return targetGroup !== undefined && targets.targets(targetGroup).some(({ id }) => id === member.id);
    });
  }

  /** Marks members that EC2 or the load balancer finds unwell. */
  checkHealth(group: Group, impaired: ReadonlySet<string>): void {
    if (isSuspended(group, "HealthCheck")) return;
    const { clock } = this.context;
    for (const member of group.members.values()) {
      if (member.state !== "InService" || member.inServiceAt === undefined) continue;
      const running = this.#ec2State(member) === "running";
      const graceful = clock.now() < member.inServiceAt + 1000 * group.graceSeconds;
      const unwell =
        impaired.has(member.id) || (group.healthCheckType === "ELB" && this.#failsTargets(group, member));
      if (!running || (!graceful && unwell)) member.health = "Unhealthy";
    }
  }

  #failsTargets(group: Group, member: Member): boolean {
    const targets = targetGroupsOf(this.context);
    return [...group.targetGroupArns].some((arn) => {
      const targetGroup = targets.find(arn);
      return (
        targetGroup !== undefined &&
        targets
          .targets(targetGroup)
          .some(
            (target) => target.id === member.id && targets.health(targetGroup, target).state === "unhealthy",
          )
      );
    });
  }

  #ec2State({ id }: Member): InstanceState {
    const instance = instancesOf(this.context).byId(id);
    return instance === undefined ? "terminated" : currentState(instance);
  }
}
