import type { Cloud } from "embedded-aws";

/** The names of what stands in a cloud, of every kind that the program deploys. */
export async function inventory({ call }: Pick<Cloud, "call">): Promise<readonly string[]> {
  const names = await Promise.all([
    call("sqs", "ListQueues", {}).then(({ QueueUrls = [] }) => QueueUrls),
    call("dynamodb", "ListTables", {}).then(({ TableNames = [] }) => TableNames),
    call("lambda", "ListFunctions", {}).then(({ Functions = [] }) =>
      Functions.map((each) => each.FunctionArn),
    ),
    call("lambda", "ListEventSourceMappings", {}).then(({ EventSourceMappings = [] }) =>
      EventSourceMappings.map(({ UUID }) => UUID),
    ),
    call("iam", "ListRoles", {}).then(({ Roles }) => Roles.map(({ RoleName }) => RoleName)),
    call("iam", "ListInstanceProfiles", {}).then(({ InstanceProfiles }) =>
      InstanceProfiles.map(({ InstanceProfileName }) => InstanceProfileName),
    ),
    call("logs", "DescribeLogGroups", {}).then(({ logGroups = [] }) =>
      logGroups.map(({ logGroupName }) => logGroupName),
    ),
    call("monitoring", "DescribeAlarms", { AlarmTypes: ["MetricAlarm", "CompositeAlarm"] }).then(
      ({ MetricAlarms = [], CompositeAlarms = [] }) =>
        [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName }) => AlarmName),
    ),
    call("monitoring", "ListDashboards", {}).then(({ DashboardEntries = [] }) =>
      DashboardEntries.map(({ DashboardName }) => DashboardName),
    ),
    call("events", "ListRules", {}).then(({ Rules = [] }) => Rules.map(({ Name }) => Name)),
    call("sns", "ListTopics", {}).then(({ Topics = [] }) => Topics.map(({ TopicArn }) => TopicArn)),
    call("ses", "ListEmailIdentities", {}).then(({ EmailIdentities = [] }) =>
      EmailIdentities.map(({ IdentityName }) => IdentityName),
    ),
    call("ec2", "DescribeLaunchTemplates", {}).then(({ LaunchTemplates = [] }) =>
      LaunchTemplates.map(({ LaunchTemplateName }) => LaunchTemplateName),
    ),
    call("ec2", "DescribeSecurityGroups", {}).then(({ SecurityGroups = [] }) =>
      SecurityGroups.map(({ GroupId }) => GroupId),
    ),
    call("ec2", "DescribeVpcs", {}).then(({ Vpcs = [] }) => Vpcs.map(({ VpcId }) => VpcId)),
    call("apigateway", "GetApis", {}).then(({ Items = [] }) => Items.map(({ Name }) => Name)),
  ]);
  return names.flatMap((kind) => kind.map((name) => name ?? "")).sort();
}
