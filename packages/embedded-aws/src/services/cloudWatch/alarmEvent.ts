import type { CloudContext } from "../../core/service";
import type { Principal } from "../../core/iam/principal";
import type { Alarm, AlarmState, MetricAlarm } from "./alarm";
import type { MetricDataQuery } from "./shapes";
import { alarmTimestamp } from "./stateReason";

/** CloudWatch as it acts for one alarm: what the policies of topics and functions see. */
export function alarmPrincipal(alarm: Alarm): Principal {
  return { kind: "service", service: "cloudwatch.amazonaws.com", sourceArn: alarm.arn };
}

/** The `detail` of EventBridge's "CloudWatch Alarm State Change" event. */
export function alarmStateChange(alarm: Alarm, previous: AlarmState): object {
  return {
    alarmName: alarm.input.AlarmName,
    configuration: {
      ...(alarm.input.AlarmDescription === undefined ? {} : { description: alarm.input.AlarmDescription }),
      ...(alarm.kind === "metric" ? { metrics: metricsOf(alarm) } : { alarmRule: alarm.input.AlarmRule }),
    },
    previousState: stateDetail(previous),
    state: stateDetail(alarm.state),
  };
}

/** Sends the event to the default event bus. */
export async function publishStateChange(
  context: CloudContext,
  alarm: Alarm,
  previous: AlarmState,
): Promise<void> {
  const entry = {
    Source: "aws.cloudwatch",
    DetailType: "CloudWatch Alarm State Change",
    Resources: [alarm.arn],
    Time: new Date(alarm.state.since),
    Detail: JSON.stringify(alarmStateChange(alarm, previous)),
  };
  await context.call("events", "PutEvents", { Entries: [entry] }, alarmPrincipal(alarm));
}

function stateDetail(state: AlarmState): object {
  return {
    reason: state.reason,
    ...(state.reasonData === undefined ? {} : { reasonData: state.reasonData }),
    timestamp: alarmTimestamp(state.since),
    value: state.value,
  };
}

function metricsOf(alarm: MetricAlarm): object[] {
  if (alarm.input.Metrics !== undefined) return alarm.input.Metrics.map(queryDetail);
  const { series } = alarm;
  if (series.kind !== "metric") return [];
  const { namespace, name, dimensions } = series.metric;
  const metric = { Namespace: namespace, MetricName: name, Dimensions: [...dimensions] };
  return [
    queryDetail({
      Id: alarm.metricId,
      MetricStat: {
        Metric: metric,
        Period: series.period,
        Stat: series.stat,
        ...(alarm.input.Unit === undefined ? {} : { Unit: alarm.input.Unit }),
      },
    }),
  ];
}

function queryDetail(query: MetricDataQuery): object {
  const stat = query.MetricStat;
  return {
    id: query.Id,
    ...(query.Label === undefined ? {} : { label: query.Label }),
    ...(query.Expression === undefined ? {} : { expression: query.Expression, period: query.Period }),
    ...(stat === undefined
      ? {}
      : {
          metricStat: {
            metric: {
              dimensions: Object.fromEntries((stat.Metric.Dimensions ?? []).map((d) => [d.Name, d.Value])),
              name: stat.Metric.MetricName,
              namespace: stat.Metric.Namespace,
            },
            period: stat.Period,
            stat: stat.Stat,
            ...(stat.Unit === undefined ? {} : { unit: stat.Unit }),
          },
        }),
    returnData: query.ReturnData ?? true,
  };
}
