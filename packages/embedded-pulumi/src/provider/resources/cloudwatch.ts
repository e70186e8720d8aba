import * as v from "valibot";
import type { Input } from "embedded-aws";
import { jsonDocument, resource, strings, tagList, tags, textOf } from "../schemas";

type PutMetricAlarmInput = Input<"monitoring", "PutMetricAlarm">;
const unit = v.optional(textOf<PutMetricAlarmInput["Unit"]>());

const dimensions = v.optional(v.record(v.string(), v.string()));

function dimensionList(map: Readonly<Record<string, string>> | undefined) {
  return map && Object.entries(map).map(([Name, Value]) => ({ Name, Value }));
}

const metricQuery = v.strictObject({
  id: v.string(),
  expression: v.optional(v.string()),
  label: v.optional(v.string()),
  period: v.optional(v.number()),
  returnData: v.optional(v.boolean()),
  metric: v.optional(
    v.strictObject({
      metricName: v.string(),
      namespace: v.optional(v.string()),
      period: v.number(),
      stat: v.string(),
      unit,
      dimensions,
    }),
  ),
});

function metricDataQuery(query: v.InferOutput<typeof metricQuery>) {
  const { metric } = query;
  return {
    Id: query.id,
    Expression: query.expression,
    Label: query.label,
    Period: query.period,
    ReturnData: query.returnData ?? false,
    MetricStat: metric && {
      Metric: {
        MetricName: metric.metricName,
        Namespace: metric.namespace,
        Dimensions: dimensionList(metric.dimensions),
      },
      Period: metric.period,
      Stat: metric.stat,
      Unit: metric.unit,
    },
  };
}

const metricAlarm = resource({
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  inputs: v.strictObject({
    name: v.string(),
    comparisonOperator: textOf<PutMetricAlarmInput["ComparisonOperator"]>(),
    evaluationPeriods: v.number(),
    datapointsToAlarm: v.optional(v.number()),
    threshold: v.number(),
    treatMissingData: v.optional(v.string(), "missing"),
    metricName: v.optional(v.string()),
    namespace: v.optional(v.string()),
    period: v.optional(v.number()),
    statistic: v.optional(textOf<PutMetricAlarmInput["Statistic"]>()),
    extendedStatistic: v.optional(v.string()),
    unit,
    dimensions,
    metricQueries: v.optional(v.array(metricQuery)),
    alarmDescription: v.optional(v.string()),
    actionsEnabled: v.optional(v.boolean(), true),
    alarmActions: strings,
    okActions: strings,
    insufficientDataActions: strings,
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    await context.call("monitoring", "PutMetricAlarm", {
      AlarmName: inputs.name,
      ComparisonOperator: inputs.comparisonOperator,
      EvaluationPeriods: inputs.evaluationPeriods,
      DatapointsToAlarm: inputs.datapointsToAlarm,
      Threshold: inputs.threshold,
      TreatMissingData: inputs.treatMissingData,
      MetricName: inputs.metricName,
      Namespace: inputs.namespace,
      Period: inputs.period,
      Statistic: inputs.statistic,
      ExtendedStatistic: inputs.extendedStatistic,
      Unit: inputs.unit,
      Dimensions: dimensionList(inputs.dimensions),
      Metrics: inputs.metricQueries?.map(metricDataQuery),
      AlarmDescription: inputs.alarmDescription,
      ActionsEnabled: inputs.actionsEnabled,
      AlarmActions: inputs.alarmActions,
      OKActions: inputs.okActions,
      InsufficientDataActions: inputs.insufficientDataActions,
      Tags: Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags),
    });
    const arn = `arn:aws:cloudwatch:${context.region}:${context.accountId}:alarm:${inputs.name}`;
    return {
      id: inputs.name,
      outputs: { arn, actionsEnabled: inputs.actionsEnabled, treatMissingData: inputs.treatMissingData },
    };
  },
});

const compositeAlarm = resource({
  type: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  inputs: v.strictObject({
    alarmName: v.string(),
    alarmRule: v.string(),
    alarmDescription: v.optional(v.string()),
    actionsEnabled: v.optional(v.boolean(), true),
    alarmActions: strings,
    okActions: strings,
    insufficientDataActions: strings,
    tags,
  }),
  async create(inputs, context) {
    await context.call("monitoring", "PutCompositeAlarm", {
      AlarmName: inputs.alarmName,
      // The AWS provider trims it too: rules are often written over several lines.
      AlarmRule: inputs.alarmRule.trim(),
      AlarmDescription: inputs.alarmDescription,
      ActionsEnabled: inputs.actionsEnabled,
      AlarmActions: inputs.alarmActions,
      OKActions: inputs.okActions,
      InsufficientDataActions: inputs.insufficientDataActions,
      Tags: Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags),
    });
    const arn = `arn:aws:cloudwatch:${context.region}:${context.accountId}:alarm:${inputs.alarmName}`;
    return { id: inputs.alarmName, outputs: { arn, actionsEnabled: inputs.actionsEnabled } };
  },
});

const dashboard = resource({
  type: "aws:cloudwatch/dashboard:Dashboard",
  inputs: v.strictObject({ dashboardName: v.string(), dashboardBody: jsonDocument }),
  async create(inputs, context) {
    await context.call("monitoring", "PutDashboard", {
      DashboardName: inputs.dashboardName,
      DashboardBody: inputs.dashboardBody,
    });
    // Dashboards are global: their ARN has no region.
    const dashboardArn = `arn:aws:cloudwatch::${context.accountId}:dashboard/${inputs.dashboardName}`;
    return { id: inputs.dashboardName, outputs: { dashboardArn } };
  },
});

export const cloudwatch = [metricAlarm, compositeAlarm, dashboard];
