import { notSupported } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Alarm, AlarmState, MetricAlarm } from "./alarm";
import { alarmPrincipal, alarmStateChange } from "./alarmEvent";
import type { AlarmStateValue } from "./evaluateAlarm";
import { alarmTimestamp } from "./stateReason";

/** The ARNs that an alarm acts on when it enters `state`; none while its actions are disabled. */
export function actionsFor(alarm: Alarm, state: AlarmStateValue): readonly string[] {
  if (!alarm.actionsEnabled) return [];
  switch (state) {
    case "OK":
      return alarm.input.OKActions ?? [];
    case "ALARM":
      return alarm.input.AlarmActions ?? [];
    case "INSUFFICIENT_DATA":
      return alarm.input.InsufficientDataActions ?? [];
  }
}

/** Runs one action as CloudWatch. Rejects with AWS's error where the action's target refuses or fails. */
export async function runAction(
  context: CloudContext,
  alarm: Alarm,
  previous: AlarmState,
  arn: string,
): Promise<void> {
  const caller = alarmPrincipal(alarm);
  const service = arn.split(":")[2] ?? "";
  switch (service) {
    case "sns": {
      const subject = `${alarm.state.value}: "${alarm.input.AlarmName}" in ${context.region}`.slice(0, 99);
      const message = JSON.stringify(notification(context, alarm, previous));
      await context.call("sns", "Publish", { TopicArn: arn, Subject: subject, Message: message }, caller);
      return;
    }
    case "lambda": {
      const payload = {
        source: "aws.cloudwatch",
        alarmArn: alarm.arn,
        accountId: context.accountId,
        time: alarmTimestamp(alarm.state.since),
        region: context.region,
        alarmData: alarmStateChange(alarm, previous),
      };
      await context.call(
        "lambda",
        "Invoke",
        { FunctionName: arn, InvocationType: "Event", Payload: Buffer.from(JSON.stringify(payload)) },
        // Lambda's permissions name this principal for alarms: "Invoke a Lambda function from an alarm".
        { kind: "service", service: "lambda.alarms.cloudwatch.amazonaws.com", sourceArn: alarm.arn },
      );
      return;
    }
    default:
      throw notSupported(`The alarm action ${arn}`);
  }
}

/** The message that CloudWatch publishes to a topic. */
function notification(context: CloudContext, alarm: Alarm, previous: AlarmState): object {
  const { input, state } = alarm;
  return {
    AlarmName: input.AlarmName,
    AlarmDescription: input.AlarmDescription ?? null,
    AWSAccountId: context.accountId,
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: alarmTimestamp(state.since),
    Region: context.region,
    AlarmArn: alarm.arn,
    OldStateValue: previous.value,
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
    ...(alarm.kind === "metric" ? { Trigger: triggerOf(alarm) } : { AlarmRule: alarm.input.AlarmRule }),
  };
}

function triggerOf({ input, rule, series }: MetricAlarm): object {
  const metric =
    series.kind === "metric"
      ? {
          MetricName: series.metric.name,
          Namespace: series.metric.namespace,
          StatisticType: input.Statistic === undefined ? "ExtendedStatistic" : "Statistic",
          Statistic: series.stat,
          Unit: input.Unit ?? null,
          Dimensions: series.metric.dimensions.map((d) => ({ name: d.Name, value: d.Value })),
        }
      : { Metrics: input.Metrics };
  return {
    ...metric,
    Period: series.period,
    EvaluationPeriods: rule.evaluationPeriods,
    DatapointsToAlarm: rule.datapointsToAlarm,
    ComparisonOperator: rule.comparisonOperator,
    Threshold: rule.threshold,
    TreatMissingData: rule.treatMissingData,
  };
}
