import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Activity, Group, HookAction, Member } from "./group";

/** Tells the default event bus; without EventBridge in this cloud there is nobody to tell. */
async function put(context: CloudContext, group: Group, member: Member, type: string, detail: object) {
  const { region, accountId, clock } = context;
  const entry = {
    Source: "aws.autoscaling",
    DetailType: type,
    Resources: [group.arn, `arn:aws:ec2:${region}:${accountId}:instance/${member.id}`],
    Time: new Date(clock.now()),
    Detail: JSON.stringify(detail),
  };
  try {
    await context.call(
      "events",
      "PutEvents",
      { Entries: [entry] },
      { kind: "service", service: "autoscaling.amazonaws.com", sourceArn: group.arn },
    );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

/** "Amazon EC2 Auto Scaling events reference": a hook waits for its action. */
export function announceAction(
  context: CloudContext,
  group: Group,
  member: Member,
  { hook, token }: HookAction,
): void {
  const launching = hook.transition === "autoscaling:EC2_INSTANCE_LAUNCHING";
  void context.clock.busy(
    put(context, group, member, `EC2 Instance-${launching ? "launch" : "terminate"} Lifecycle Action`, {
      LifecycleActionToken: token,
      AutoScalingGroupName: group.name,
      LifecycleHookName: hook.name,
      EC2InstanceId: member.id,
      LifecycleTransition: hook.transition,
      ...(hook.metadata === undefined ? {} : { NotificationMetadata: hook.metadata }),
      Origin: launching ? "EC2" : "AutoScalingGroup",
      Destination: launching ? "AutoScalingGroup" : "EC2",
    }),
  );
}

/** The same: an instance has come, or gone. */
export function announceEnd(
  context: CloudContext,
  group: Group,
  member: Member,
  what: "Launch" | "Terminate",
  activity: Activity,
): void {
  const word = activity.status === "Successful" ? "Successful" : "Unsuccessful";
  void context.clock.busy(
    put(context, group, member, `EC2 Instance ${what} ${word}`, {
      StatusCode: "InProgress",
      AutoScalingGroupName: group.name,
      ActivityId: activity.id,
      Details: activity.details,
      RequestId: activity.id,
      StatusMessage: activity.message ?? "",
      EndTime: new Date(activity.endedAt ?? context.clock.now()).toISOString(),
      EC2InstanceId: member.id,
      StartTime: new Date(activity.startedAt).toISOString(),
      Cause: activity.cause,
      Description: activity.description,
    }),
  );
}
