import type { Access, CloudContext } from "../../core/service";
import { invalid } from "./errors";
import type { Activity, Group, Member } from "./group";

/** AWS keeps activities for six weeks; here the newest of a group. */
const ACTIVITIES_KEPT = 1_000;

/** The account's Auto Scaling groups. */
export class Groups {
  readonly #byName = new Map<string, Group>();

  constructor(private readonly context: CloudContext) {}

  list(): readonly Group[] {
    return [...this.#byName.values()];
  }

  add(group: Group): void {
    this.#byName.set(group.name, group);
  }

  delete(group: Group): void {
    // Another of its name may have come since.
    if (this.#byName.get(group.name) === group) this.#byName.delete(group.name);
  }

  find(name: string): Group | undefined {
    return this.#byName.get(name);
  }

  /** By its name or, as most operations take it, its ARN. @throws AwsError */
  get(name: string): Group {
    const group = this.#byName.get(name) ?? this.list().find(({ arn }) => arn === name);
    if (group === undefined || group.deleting)
      throw invalid(`AutoScalingGroup name not found - no such group: ${name}`);
    return group;
  }

  /** @throws AwsError for an instance of no group. */
  memberOf(instanceId: string): { readonly group: Group; readonly member: Member } {
    for (const group of this.list()) {
      const member = group.members.get(instanceId);
      if (member !== undefined) return { group, member };
    }
    throw invalid(`Instance Id not found - No managed instance found for instance ID: ${instanceId}`);
  }

  /** The group's ARN; of one that is not there, as a pattern. */
  arnOf(name: string, id = "*"): string {
    const { region, accountId } = this.context;
    return (
      this.#byName.get(name)?.arn ??
      (name.startsWith("arn:")
        ? name
        : `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:${id}:autoScalingGroupName/${name}`)
    );
  }

  /** The permission to do something with a group, with its tags as condition keys. */
  access(action: string, name: string): Access {
    const tags = [...(this.#byName.get(name)?.tags ?? [])];
    return {
      action: `autoscaling:${action}`,
      resource: this.arnOf(name),
      context: Object.fromEntries(
        tags.flatMap(([key, { value }]) => [
          [`autoscaling:ResourceTag/${key}`, value],
          [`aws:ResourceTag/${key}`, value],
        ]),
      ),
    };
  }

  /** Begins an activity of a group. */
  activity(group: Group, description: string, cause: string, details: Activity["details"]): Activity {
    const { clock, random } = this.context;
    const activity: Activity = {
      id: random.uuid(),
      description,
      cause: `At ${new Date(clock.now()).toISOString().slice(0, 19)}Z ${cause}`,
      details,
      startedAt: clock.now(),
      status: "InProgress",
    };
    group.activities.push(activity);
    group.activities.splice(0, group.activities.length - ACTIVITIES_KEPT);
    return activity;
  }

  end(activity: Activity, status: "Successful" | "Failed" | "Cancelled", message?: string): void {
    activity.status = status;
    activity.endedAt = this.context.clock.now();
    if (message !== undefined) activity.message = message;
  }
}
