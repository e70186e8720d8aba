import type { TestCloud } from "embedded-aws/testing";

/** Everything that a program may have left in a cloud, by service and name. */
export async function leftIn({ call }: TestCloud): Promise<readonly string[]> {
  const [
    queues,
    tables,
    functions,
    mappings,
    roles,
    groups,
    alarms,
    dashboards,
    rules,
    topics,
    keys,
    identities,
  ] = await Promise.all([
    call("sqs", "ListQueues", {}),
    call("dynamodb", "ListTables", {}),
    call("lambda", "ListFunctions", {}),
    call("lambda", "ListEventSourceMappings", {}),
    call("iam", "ListRoles", {}),
    call("logs", "DescribeLogGroups", {}),
    call("monitoring", "DescribeAlarms", {}),
    call("monitoring", "ListDashboards", {}),
    call("events", "ListRules", {}),
    call("sns", "ListTopics", {}),
    call("kms", "ListAliases", {}),
    call("ses", "ListEmailIdentities", {}),
  ]);
  const [templates, securityGroups, reservations, apis] = await Promise.all([
    call("ec2", "DescribeLaunchTemplates", {}),
    call("ec2", "DescribeSecurityGroups", {}),
    call("ec2", "DescribeInstances", {}),
    call("apigateway", "GetApis", {}),
  ]);
  const named: readonly (readonly [string, readonly (string | undefined)[]])[] = [
    ["queue", queues.QueueUrls ?? []],
    ["table", tables.TableNames ?? []],
    ["function", functions.Functions?.map(({ FunctionName }) => FunctionName) ?? []],
    ["mapping", mappings.EventSourceMappings?.map(({ UUID }) => UUID) ?? []],
    ["role", roles.Roles.map(({ RoleName }) => RoleName)],
    ["log group", groups.logGroups?.map(({ logGroupName }) => logGroupName) ?? []],
    ["alarm", alarms.MetricAlarms?.map(({ AlarmName }) => AlarmName) ?? []],
    ["dashboard", dashboards.DashboardEntries?.map(({ DashboardName }) => DashboardName) ?? []],
    ["rule", rules.Rules?.map(({ Name }) => Name) ?? []],
    ["topic", topics.Topics?.map(({ TopicArn }) => TopicArn) ?? []],
    // AWS's own keys come by themselves.
    [
      "key",
      keys.Aliases?.flatMap(({ AliasName = "" }) =>
        AliasName.startsWith("alias/aws/") ? [] : [AliasName],
      ) ?? [],
    ],
    ["HTTP API", apis.Items?.map(({ Name }) => Name) ?? []],
    ["identity", identities.EmailIdentities?.map(({ IdentityName }) => IdentityName) ?? []],
    ["template", templates.LaunchTemplates?.map(({ LaunchTemplateName }) => LaunchTemplateName) ?? []],
    [
      "security group",
      securityGroups.SecurityGroups?.flatMap(({ GroupName }) =>
        GroupName === "default" ? [] : [GroupName],
      ) ?? [],
    ],
    [
      "instance",
      reservations.Reservations?.flatMap(({ Instances = [] }) =>
        Instances.flatMap(({ InstanceId, State }) => (State?.Name === "terminated" ? [] : [InstanceId])),
      ) ?? [],
    ],
  ];
  return named.flatMap(([kind, names]) => names.map((name) => `${kind} ${name ?? "without a name"}`));
}
