import * as v from "valibot";
import type { Input } from "embedded-aws";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
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

const metricAlarmInputs = v.strictObject({
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
});

function metricAlarmInput(inputs: v.InferOutput<typeof metricAlarmInputs>) {
  return {
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
  };
}

const metricAlarm = resource({
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  inputs: metricAlarmInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const Tags = Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags);
    await context.call("monitoring", "PutMetricAlarm", { ...metricAlarmInput(inputs), Tags });
    return {
      id: inputs.name,
      outputs: {
        arn: alarmArn(inputs.name, context),
        actionsEnabled: inputs.actionsEnabled,
        treatMissingData: inputs.treatMissingData,
      },
    };
  },
  async update(change, context) {
    const { inputs, changed } = change;
    // It takes the place of the alarm of that name, and leaves its tags and state.
    if ([...changed].some((name) => name !== "tags"))
      await context.call("monitoring", "PutMetricAlarm", metricAlarmInput(inputs));
    await retagAlarm(inputs.name, change, context);
    return { actionsEnabled: inputs.actionsEnabled, treatMissingData: inputs.treatMissingData };
  },
  async delete(_inputs, id, context) {
    await context.call("monitoring", "DeleteAlarms", { AlarmNames: [id] });
  },
});

function alarmArn(name: string, context: CreateContext): string {
  return `arn:aws:cloudwatch:${context.region}:${context.accountId}:alarm:${name}`;
}

function retagAlarm(
  name: string,
  change: Parameters<typeof retag>[0],
  context: CreateContext,
): Promise<void> {
  const ResourceARN = alarmArn(name, context);
  return retag(
    change,
    (tags) => context.call("monitoring", "TagResource", { ResourceARN, Tags: tagList(tags) }),
    (TagKeys) => context.call("monitoring", "UntagResource", { ResourceARN, TagKeys }),
  );
}

const compositeAlarmInputs = v.strictObject({
  alarmName: v.string(),
  alarmRule: v.string(),
  alarmDescription: v.optional(v.string()),
  actionsEnabled: v.optional(v.boolean(), true),
  alarmActions: strings,
  okActions: strings,
  insufficientDataActions: strings,
  tags,
});

function compositeAlarmInput(inputs: v.InferOutput<typeof compositeAlarmInputs>) {
  return {
    AlarmName: inputs.alarmName,
    // The AWS provider trims it too: rules are often written over several lines.
    AlarmRule: inputs.alarmRule.trim(),
    AlarmDescription: inputs.alarmDescription,
    ActionsEnabled: inputs.actionsEnabled,
    AlarmActions: inputs.alarmActions,
    OKActions: inputs.okActions,
    InsufficientDataActions: inputs.insufficientDataActions,
  };
}

const compositeAlarm = resource({
  type: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  inputs: compositeAlarmInputs,
  async create(inputs, context) {
    const Tags = Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags);
    await context.call("monitoring", "PutCompositeAlarm", { ...compositeAlarmInput(inputs), Tags });
    const arn = alarmArn(inputs.alarmName, context);
    return { id: inputs.alarmName, outputs: { arn, actionsEnabled: inputs.actionsEnabled } };
  },
  async update(change, context) {
    const { inputs, changed } = change;
    if ([...changed].some((name) => name !== "tags"))
      await context.call("monitoring", "PutCompositeAlarm", compositeAlarmInput(inputs));
    await retagAlarm(inputs.alarmName, change, context);
    return { actionsEnabled: inputs.actionsEnabled };
  },
  async delete(_inputs, id, context) {
    await context.call("monitoring", "DeleteAlarms", { AlarmNames: [id] });
  },
});

const dashboard = resource({
  type: "aws:cloudwatch/dashboard:Dashboard",
  inputs: v.strictObject({ dashboardName: v.string(), dashboardBody: jsonDocument }),
  async create(inputs, context) {
    await putDashboard(inputs, context);
    // Dashboards are global: their ARN has no region.
    const dashboardArn = `arn:aws:cloudwatch::${context.accountId}:dashboard/${inputs.dashboardName}`;
    return { id: inputs.dashboardName, outputs: { dashboardArn } };
  },
  async update({ inputs }, context) {
    await putDashboard(inputs, context);
    return undefined;
  },
  async delete(_inputs, id, context) {
    await context.call("monitoring", "DeleteDashboards", { DashboardNames: [id] });
  },
});

function putDashboard(
  inputs: { readonly dashboardName: string; readonly dashboardBody: string },
  context: CreateContext,
): Promise<unknown> {
  return context.call("monitoring", "PutDashboard", {
    DashboardName: inputs.dashboardName,
    DashboardBody: inputs.dashboardBody,
  });
}

export const cloudwatch = [metricAlarm, compositeAlarm, dashboard];
