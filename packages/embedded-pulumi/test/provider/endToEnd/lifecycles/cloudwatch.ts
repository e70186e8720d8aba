import type { Cloud } from "embedded-aws";
import { type Lifecycle, statement, tags, TAGS } from "./parts";

const ALARM = {
  comparisonOperator: "GreaterThanThreshold",
  evaluationPeriods: 2,
  threshold: 1,
  metricName: "M",
  namespace: "N",
  period: 60,
  statistic: "Sum",
};
const TOPICS = ["arn:aws:sns:us-east-1:000000000000:t"];
/** What alarms of both kinds may have. */
const ALARM_CHANGES = {
  alarmDescription: { alarmDescription: "d" },
  actionsEnabled: { actionsEnabled: false },
  alarmActions: { alarmActions: TOPICS },
  okActions: { okActions: TOPICS },
  insufficientDataActions: { insufficientDataActions: TOPICS },
  tags: TAGS,
};

export const cloudwatch: readonly Lifecycle[] = [
  {
    type: "aws:cloudwatch/logGroup:LogGroup",
    base: () => ({ name: "g", retentionInDays: 14, tags }),
    changes: {
      retentionInDays: { retentionInDays: 0 },
      kmsKeyId: async (call) => {
        const Policy = statement("kms:*", { Principal: { Service: "logs.us-east-1.amazonaws.com" } });
        const key = { Policy, BypassPolicyLockoutSafetyCheck: true };
        return { kmsKeyId: (await call("kms", "CreateKey", key)).KeyMetadata?.Arn };
      },
      tags: TAGS,
    },
    silent: ["skipDestroy"],
    describe: async (call, logGroupName) => {
      const { logGroups = [] } = await call("logs", "DescribeLogGroups", {
        logGroupNamePrefix: logGroupName,
      });
      if (logGroups[0] === undefined) return undefined;
      const resourceArn = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;
      return { ...logGroups[0], tags: (await call("logs", "ListTagsForResource", { resourceArn })).tags };
    },
  },

  {
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    base: () => ({
      name: "a",
      ...ALARM,
      tags,
    }),
    changes: {
      comparisonOperator: { comparisonOperator: "LessThanThreshold" },
      evaluationPeriods: { evaluationPeriods: 3 },
      datapointsToAlarm: { datapointsToAlarm: 1 },
      threshold: { threshold: 7 },
      treatMissingData: { treatMissingData: "notBreaching" },
      metricName: { metricName: "O" },
      namespace: { namespace: "P" },
      period: { period: 300 },
      statistic: { statistic: "Maximum" },
      extendedStatistic: { extendedStatistic: "p99", statistic: undefined },
      unit: { unit: "Count" },
      dimensions: { dimensions: { Queue: "q" } },
      metricQueries: {
        metricQueries: [
          { id: "m", metric: { metricName: "M", namespace: "N", period: 60, stat: "Sum" }, returnData: true },
        ],
        metricName: undefined,
        namespace: undefined,
        period: undefined,
        statistic: undefined,
      },
      ...ALARM_CHANGES,
    },
    describe: async (call, name) => await describeAlarm(call, name, "MetricAlarms"),
  },

  {
    type: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    base: async (make) => {
      for (const name of ["m", "n"])
        await make("aws:cloudwatch/metricAlarm:MetricAlarm", {
          name,
          ...ALARM,
        });
      return { alarmName: "c", alarmRule: "ALARM(m)", tags };
    },
    changes: {
      alarmRule: { alarmRule: "ALARM(n)" },
      ...ALARM_CHANGES,
    },
    describe: async (call, name) => await describeAlarm(call, name, "CompositeAlarms"),
  },

  {
    type: "aws:cloudwatch/dashboard:Dashboard",
    base: () => ({ dashboardName: "d", dashboardBody: '{"widgets":[]}' }),
    changes: { dashboardBody: { dashboardBody: '{"widgets":[],"start":"-PT1H"}' } },
    describe: (call, DashboardName) => call("monitoring", "GetDashboard", { DashboardName }),
  },
];

async function describeAlarm(
  call: Cloud["call"],
  name: string,
  kind: "MetricAlarms" | "CompositeAlarms",
): Promise<unknown> {
  const found = await call("monitoring", "DescribeAlarms", {
    AlarmNames: [name],
    AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
  });
  const [alarm] = found[kind] ?? [];
  if (alarm === undefined) return undefined;
  const { Tags } = await call("monitoring", "ListTagsForResource", { ResourceARN: alarm.AlarmArn });
  // Why it is in its state tells when it was looked at.
  return { ...alarm, StateReasonData: undefined, Tags };
}
