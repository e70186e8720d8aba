import type { Cloud, Input } from "embedded-aws";

/** What somebody changes behind Pulumi's back, and as what it is to be seen. */
interface Meddling {
  /** As the CLI shows the type. */
  readonly type: string;
  /** The inputs that then differ. */
  readonly differs: readonly string[];
  readonly meddle: (
    cloud: Pick<Cloud, "call">,
    outputs: Readonly<Record<string, string>>,
  ) => Promise<unknown>;
}

/** One change of each kind that people make by hand: at the console, in a hurry. */
export const MEDDLING: readonly Meddling[] = [
  {
    type: "aws:sqs:Queue",
    differs: ["visibilityTimeoutSeconds", "tags"],
    meddle: async ({ call }, { orderQueueUrl: QueueUrl }) => {
      await call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { VisibilityTimeout: "999" } });
      await call("sqs", "UntagQueue", { QueueUrl, TagKeys: ["Stack"] });
      await call("sqs", "TagQueue", { QueueUrl, Tags: { Owner: "somebody" } });
    },
  },
  {
    type: "aws:lambda:Function",
    differs: ["memorySize", "environment"],
    meddle: async ({ call }, { processOrdersFunctionName: FunctionName }) => {
      const { Environment } = await call("lambda", "GetFunctionConfiguration", { FunctionName });
      await call("lambda", "UpdateFunctionConfiguration", {
        FunctionName,
        MemorySize: 1024,
        Environment: { Variables: { ...Environment?.Variables, MORE: "of it" } },
      });
    },
  },
  {
    type: "aws:lambda:EventSourceMapping",
    differs: ["batchSize", "maximumBatchingWindowInSeconds"],
    meddle: async ({ call }, { processOrdersFunctionName: FunctionName }) => {
      const { EventSourceMappings = [] } = await call("lambda", "ListEventSourceMappings", { FunctionName });
      const [{ UUID } = {}] = EventSourceMappings;
      await call("lambda", "UpdateEventSourceMapping", {
        UUID,
        BatchSize: 1,
        MaximumBatchingWindowInSeconds: 7,
      });
    },
  },
  {
    type: "aws:iam:RolePolicy",
    differs: ["policy"],
    meddle: async ({ call }, { confirmOrdersFunctionName: FunctionName }) => {
      const { Role = "" } = await call("lambda", "GetFunctionConfiguration", { FunctionName });
      const RoleName = Role.slice(Role.lastIndexOf("/") + 1);
      const { PolicyNames } = await call("iam", "ListRolePolicies", { RoleName });
      await call("iam", "PutRolePolicy", {
        RoleName,
        PolicyName: PolicyNames[0] ?? "",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*" }],
        }),
      });
    },
  },
  {
    type: "aws:cloudwatch:MetricAlarm",
    differs: ["threshold", "alarmDescription"],
    meddle: async ({ call }, { scalerAlarmName = "" }) => {
      const { MetricAlarms = [] } = await call("monitoring", "DescribeAlarms", {
        AlarmNames: [scalerAlarmName],
      });
      const [found] = structuredClone(MetricAlarms) as Input<"monitoring", "PutMetricAlarm">[];
      // An alarm is put whole.
      await call("monitoring", "PutMetricAlarm", {
        AlarmName: scalerAlarmName,
        AlarmDescription: "Somebody's",
        ComparisonOperator: found?.ComparisonOperator,
        EvaluationPeriods: found?.EvaluationPeriods,
        DatapointsToAlarm: found?.DatapointsToAlarm,
        TreatMissingData: found?.TreatMissingData,
        MetricName: found?.MetricName,
        Namespace: found?.Namespace,
        Period: found?.Period,
        Statistic: found?.Statistic,
        Dimensions: found?.Dimensions,
        Metrics: found?.Metrics,
        Threshold: 99,
      });
    },
  },
  {
    type: "aws:cloudwatch:LogGroup",
    differs: ["retentionInDays"],
    meddle: async ({ call }, { processOrdersFunctionName: FunctionName }) => {
      const { LoggingConfig } = await call("lambda", "GetFunctionConfiguration", { FunctionName });
      await call("logs", "DeleteRetentionPolicy", { logGroupName: LoggingConfig?.LogGroup });
    },
  },
  {
    type: "aws:dynamodb:Table",
    differs: ["pointInTimeRecovery"],
    meddle: async ({ call }, { inventoryTableName: TableName }) => {
      const { ContinuousBackupsDescription } = await call("dynamodb", "DescribeContinuousBackups", {
        TableName,
      });
      const status = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      await call("dynamodb", "UpdateContinuousBackups", {
        TableName,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: status !== "ENABLED" },
      });
    },
  },
  {
    type: "aws:sns:Topic",
    differs: ["displayName"],
    meddle: async ({ call }, { alarmTopicArn: TopicArn }) => {
      await call("sns", "SetTopicAttributes", {
        TopicArn,
        AttributeName: "DisplayName",
        AttributeValue: "Somebody's",
      });
    },
  },
];
