import { AwsError } from "embedded-aws";
import type { PropertyMap } from "../engine/values";
import type { CreateContext } from "../provider/resourceType";
import { isGone } from "../provider/unlessGone";

type Call = CreateContext["call"];

/** Resolves to false, or rejects as AWS says that something is not there, when it is gone. */
type Look = (call: Call, id: string, state: (name: string) => string) => Promise<unknown>;

const someOf = (list: readonly unknown[] | undefined): boolean => (list ?? []).length > 0;

const alarm: Look = async (call, id) => {
  const { MetricAlarms, CompositeAlarms } = await call("monitoring", "DescribeAlarms", {
    AlarmNames: [id],
    AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
  });
  return someOf(MetricAlarms) || someOf(CompositeAlarms);
};
const queueOf: Look = (call, _id, state) =>
  call("sqs", "GetQueueAttributes", { QueueUrl: state("queueUrl"), AttributeNames: ["QueueArn"] });
const busOf: Look = (call, _id, state) =>
  call("events", "DescribeEventBus", { Name: state("eventBusName") || "default" });
const functionOf: Look = (call, _id, state) =>
  call("lambda", "GetFunctionConfiguration", { FunctionName: state("functionName") || state("function") });

/** How each type is looked for. One that belongs to another, such as a queue's policy, is gone when that is. */
const LOOKS: Readonly<Record<string, Look>> = {
  "aws:apigatewayv2/api:Api": (call, id) => call("apigateway", "GetApi", { ApiId: id }),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": alarm,
  "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
  "aws:cloudwatch/dashboard:Dashboard": (call, id) =>
    call("monitoring", "GetDashboard", { DashboardName: id }),
  "aws:cloudwatch/eventBus:EventBus": (call, id) => call("events", "DescribeEventBus", { Name: id }),
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": busOf,
  "aws:cloudwatch/eventPermission:EventPermission": busOf,
  "aws:cloudwatch/eventRule:EventRule": (call, _id, state) =>
    call("events", "DescribeRule", { Name: state("name"), EventBusName: state("eventBusName") || undefined }),
  "aws:cloudwatch/eventTarget:EventTarget": async (call, _id, state) => {
    const { Targets } = await call("events", "ListTargetsByRule", {
      Rule: state("rule"),
      EventBusName: state("eventBusName") || undefined,
    });
    return (Targets ?? []).some(({ Id }) => Id === state("targetId"));
  },
  "aws:cloudwatch/logGroup:LogGroup": async (call, id) => {
    const { logGroups } = await call("logs", "DescribeLogGroups", { logGroupNamePrefix: id });
    return (logGroups ?? []).some(({ logGroupName }) => logGroupName === id);
  },
  "aws:dynamodb/table:Table": (call, id) => call("dynamodb", "DescribeTable", { TableName: id }),
  "aws:dynamodb/tableItem:TableItem": (call, _id, state) =>
    call("dynamodb", "DescribeTable", { TableName: state("tableName") }),
  "aws:ec2/launchTemplate:LaunchTemplate": async (call, id) =>
    someOf((await call("ec2", "DescribeLaunchTemplates", { LaunchTemplateIds: [id] })).LaunchTemplates),
  "aws:ec2/securityGroup:SecurityGroup": async (call, id) =>
    someOf((await call("ec2", "DescribeSecurityGroups", { GroupIds: [id] })).SecurityGroups),
  "aws:ec2/subnet:Subnet": async (call, id) =>
    someOf((await call("ec2", "DescribeSubnets", { SubnetIds: [id] })).Subnets),
  "aws:ec2/vpc:Vpc": async (call, id) => someOf((await call("ec2", "DescribeVpcs", { VpcIds: [id] })).Vpcs),
  "aws:iam/instanceProfile:InstanceProfile": (call, id) =>
    call("iam", "GetInstanceProfile", { InstanceProfileName: id }),
  "aws:iam/policy:Policy": (call, id) => call("iam", "GetPolicy", { PolicyArn: id }),
  "aws:iam/role:Role": (call, id) => call("iam", "GetRole", { RoleName: id }),
  "aws:iam/rolePolicy:RolePolicy": (call, _id, state) =>
    call("iam", "GetRolePolicy", { RoleName: state("role"), PolicyName: state("name") }),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": async (call, _id, state) => {
    const { AttachedPolicies } = await call("iam", "ListAttachedRolePolicies", { RoleName: state("role") });
    return (AttachedPolicies ?? []).some(({ PolicyArn }) => PolicyArn === state("policyArn"));
  },
  "aws:kms/key:Key": async (call, id) =>
    (await call("kms", "DescribeKey", { KeyId: id })).KeyMetadata?.KeyState !== "PendingDeletion",
  "aws:kms/alias:Alias": (call, id) => call("kms", "DescribeKey", { KeyId: id }),
  "aws:lambda/alias:Alias": (call, _id, state) =>
    call("lambda", "GetAlias", { FunctionName: state("functionName"), Name: state("name") }),
  "aws:lambda/eventSourceMapping:EventSourceMapping": (call, id) =>
    call("lambda", "GetEventSourceMapping", { UUID: id }),
  "aws:lambda/function:Function": (call, id) =>
    call("lambda", "GetFunctionConfiguration", { FunctionName: id }),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (call, _id, state) =>
    call("lambda", "GetFunctionEventInvokeConfig", {
      FunctionName: state("functionName"),
      Qualifier: state("qualifier") || undefined,
    }),
  "aws:lambda/invocation:Invocation": functionOf,
  "aws:lambda/permission:Permission": functionOf,
  "aws:ses/emailIdentity:EmailIdentity": (call, id) => call("ses", "GetEmailIdentity", { EmailIdentity: id }),
  "aws:sesv2/configurationSet:ConfigurationSet": (call, id) =>
    call("ses", "GetConfigurationSet", { ConfigurationSetName: id }),
  "aws:sesv2/emailIdentity:EmailIdentity": (call, id) =>
    call("ses", "GetEmailIdentity", { EmailIdentity: id }),
  "aws:sns/topic:Topic": (call, id) => call("sns", "GetTopicAttributes", { TopicArn: id }),
  "aws:sns/topicPolicy:TopicPolicy": (call, id) => call("sns", "GetTopicAttributes", { TopicArn: id }),
  "aws:sns/topicSubscription:TopicSubscription": (call, id) =>
    call("sns", "GetSubscriptionAttributes", { SubscriptionArn: id }),
  "aws:sqs/queue:Queue": (call, id) =>
    call("sqs", "GetQueueAttributes", { QueueUrl: id, AttributeNames: ["QueueArn"] }),
  "aws:sqs/queuePolicy:QueuePolicy": queueOf,
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": queueOf,
  "aws:sqs/redrivePolicy:RedrivePolicy": queueOf,
  "aws:ssm/parameter:Parameter": (call, id) => call("ssm", "GetParameter", { Name: id }),
};

/**
 * Whether a resource still stands, by an operation that reads it. Of the types that are not in the table it is taken
 * that they do: a refresh then finds nothing, rather than something wrong.
 */
export async function exists(call: Call, type: string, id: string, state: PropertyMap): Promise<boolean> {
  const look = LOOKS[type];
  if (look === undefined) return true;
  const text = (name: string) => {
    const value = state[name];
    return typeof value === "string" ? value : "";
  };
  try {
    return (await look(call, id, text)) !== false;
  } catch (error) {
    if (error instanceof AwsError && isGone(error)) return false;
    throw error;
  }
}
