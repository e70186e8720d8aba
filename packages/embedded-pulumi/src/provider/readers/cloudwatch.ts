import type { Output } from "embedded-aws";
import type { CreateContext } from "../resourceType";
import { keyAs, type Reader, type Readers, tagsFrom } from "./reader";

type MetricAlarm = NonNullable<Output<"monitoring", "DescribeAlarms">["MetricAlarms"]>[number];
type Dimensions = MetricAlarm["Dimensions"];

async function alarmsOf(name: string, { call }: CreateContext) {
  const { MetricAlarms, CompositeAlarms } = await call("monitoring", "DescribeAlarms", {
    AlarmNames: [name],
    AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
  });
  return { metric: MetricAlarms?.[0], composite: CompositeAlarms?.[0] };
}

async function tagsOf(ResourceARN: string | undefined, { call }: CreateContext) {
  return tagsFrom((await call("monitoring", "ListTagsForResource", { ResourceARN })).Tags);
}

/** What alarms of both kinds have. */
function alarmInputs(found: {
  readonly AlarmDescription?: string | undefined;
  readonly ActionsEnabled?: boolean | undefined;
  readonly AlarmActions?: readonly string[] | undefined;
  readonly OKActions?: readonly string[] | undefined;
  readonly InsufficientDataActions?: readonly string[] | undefined;
}) {
  return {
    alarmDescription: found.AlarmDescription,
    actionsEnabled: found.ActionsEnabled,
    alarmActions: found.AlarmActions,
    okActions: found.OKActions,
    insufficientDataActions: found.InsufficientDataActions,
  };
}

function dimensionsOf(dimensions: Dimensions) {
  return Object.fromEntries((dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
}

const metricAlarm: Reader = async ({ id }, context) => {
  const { metric: found } = await alarmsOf(id, context);
  return (
    found && {
      inputs: {
        ...alarmInputs(found),
        comparisonOperator: found.ComparisonOperator,
        evaluationPeriods: found.EvaluationPeriods,
        datapointsToAlarm: found.DatapointsToAlarm,
        threshold: found.Threshold,
        treatMissingData: found.TreatMissingData ?? "missing",
        metricName: found.MetricName,
        namespace: found.Namespace,
        period: found.Period,
        statistic: found.Statistic,
        extendedStatistic: found.ExtendedStatistic,
        unit: found.Unit,
        dimensions: dimensionsOf(found.Dimensions),
        metricQueries: found.Metrics?.map(metricQuery),
        tags: await tagsOf(found.AlarmArn, context),
      },
    }
  );
};

function metricQuery(query: NonNullable<MetricAlarm["Metrics"]>[number]) {
  const { MetricStat: stat } = query;
  return {
    id: query.Id,
    expression: query.Expression,
    label: query.Label,
    period: query.Period,
    // The provider's form of a query without data to be returned leaves it out.
    returnData: query.ReturnData === true ? true : undefined,
    metric: stat && {
      metricName: stat.Metric.MetricName,
      namespace: stat.Metric.Namespace,
      period: stat.Period,
      stat: stat.Stat,
      unit: stat.Unit,
      dimensions: dimensionsOf(stat.Metric.Dimensions),
    },
  };
}

const compositeAlarm: Reader = async ({ id }, context) => {
  const { composite: found } = await alarmsOf(id, context);
  if (found === undefined) return undefined;
  const tags = await tagsOf(found.AlarmArn, context);
  return { inputs: { ...alarmInputs(found), alarmRule: found.AlarmRule, tags } };
};

const dashboard: Reader = async ({ id }, { call }) => {
  const { DashboardBody } = await call("monitoring", "GetDashboard", { DashboardName: id });
  return { inputs: { dashboardBody: DashboardBody } };
};

const logGroup: Reader = async ({ id, inputs, text }, context) => {
  const { logGroups = [] } = await context.call("logs", "DescribeLogGroups", { logGroupNamePrefix: id });
  const found = logGroups.find(({ logGroupName }) => logGroupName === id);
  if (found === undefined) return undefined;
  const { tags } = await context.call("logs", "ListTagsForResource", { resourceArn: text("arn") });
  return {
    inputs: {
      retentionInDays: found.retentionInDays ?? 0,
      kmsKeyId: await keyAs(inputs.kmsKeyId, found.kmsKeyId, context),
      tags: tagsFrom(tags),
    },
  };
};

export const cloudwatchReaders: Readers = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": compositeAlarm,
  "aws:cloudwatch/dashboard:Dashboard": dashboard,
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
};
