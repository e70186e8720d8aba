import type { Cloud } from "embedded-aws";

type Names = readonly (string | undefined)[];

/** Lists what stands of one kind; what AWS puts into every account by itself may be among it. */
type Lister = (cloud: Pick<Cloud, "call">) => Promise<Names>;

/** Every kind of thing that a program can make, and leave, in the embedded cloud. */
const LISTERS: Readonly<Record<string, Lister>> = {
  queue: async ({ call }) => (await call("sqs", "ListQueues", {})).QueueUrls ?? [],
  table: async ({ call }) => (await call("dynamodb", "ListTables", {})).TableNames ?? [],
  function: async ({ call }) =>
    ((await call("lambda", "ListFunctions", {})).Functions ?? []).map(({ FunctionArn }) => FunctionArn),
  mapping: async ({ call }) =>
    ((await call("lambda", "ListEventSourceMappings", {})).EventSourceMappings ?? []).map(({ UUID }) => UUID),
  role: async ({ call }) => (await call("iam", "ListRoles", {})).Roles.map(({ RoleName }) => RoleName),
  "instance profile": async ({ call }) =>
    (await call("iam", "ListInstanceProfiles", {})).InstanceProfiles.map((each) => each.InstanceProfileName),
  "managed policy": async ({ call }) =>
    ((await call("iam", "ListPolicies", { Scope: "Local" })).Policies ?? []).map(({ Arn }) => Arn),
  "log group": async ({ call }) =>
    ((await call("logs", "DescribeLogGroups", {})).logGroups ?? []).map(({ logGroupName }) => logGroupName),
  alarm: async ({ call }) => {
    const AlarmTypes: ("MetricAlarm" | "CompositeAlarm")[] = ["MetricAlarm", "CompositeAlarm"];
    const { MetricAlarms = [], CompositeAlarms = [] } = await call("monitoring", "DescribeAlarms", {
      AlarmTypes,
    });
    return [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName }) => AlarmName);
  },
  dashboard: async ({ call }) =>
    ((await call("monitoring", "ListDashboards", {})).DashboardEntries ?? []).map(
      (each) => each.DashboardName,
    ),
  "event bus": async ({ call }) =>
    ((await call("events", "ListEventBuses", {})).EventBuses ?? []).map(({ Name }) => Name),
  rule: async ({ call }) => {
    const { EventBuses = [] } = await call("events", "ListEventBuses", {});
    const rules = await Promise.all(
      EventBuses.map(({ Name }) => call("events", "ListRules", { EventBusName: Name })),
    );
    return rules.flatMap(({ Rules = [] }) => Rules.map(({ Arn }) => Arn));
  },
  topic: async ({ call }) =>
    ((await call("sns", "ListTopics", {})).Topics ?? []).map((each) => each.TopicArn),
  subscription: async ({ call }) =>
    ((await call("sns", "ListSubscriptions", {})).Subscriptions ?? []).map((each) => each.SubscriptionArn),
  "key alias": async ({ call }) =>
    ((await call("kms", "ListAliases", {})).Aliases ?? []).flatMap(({ AliasName = "" }) =>
      // The account's own for a service come with the first use of it, and stay.
      AliasName.startsWith("alias/aws/") ? [] : [AliasName],
    ),
  // A key that waits for its deletion is as good as deleted.
  key: async ({ call }) => {
    const { Keys = [] } = await call("kms", "ListKeys", {});
    const described = await Promise.all(Keys.map(({ KeyId }) => call("kms", "DescribeKey", { KeyId })));
    return described.flatMap(({ KeyMetadata: key }) =>
      key?.KeyState === "PendingDeletion" || key?.KeyManager === "AWS" ? [] : [key?.Arn],
    );
  },
  identity: async ({ call }) =>
    ((await call("ses", "ListEmailIdentities", {})).EmailIdentities ?? []).map((each) => each.IdentityName),
  "configuration set": async ({ call }) =>
    (await call("ses", "ListConfigurationSets", {})).ConfigurationSets ?? [],
  parameter: async ({ call }) =>
    ((await call("ssm", "DescribeParameters", {})).Parameters ?? []).map(({ Name }) => Name),
  "HTTP API": async ({ call }) =>
    ((await call("apigateway", "GetApis", {})).Items ?? []).map(({ Name }) => Name),
  "launch template": async ({ call }) =>
    ((await call("ec2", "DescribeLaunchTemplates", {})).LaunchTemplates ?? []).map(
      (each) => each.LaunchTemplateName,
    ),
  instance: async ({ call }) =>
    ((await call("ec2", "DescribeInstances", {})).Reservations ?? []).flatMap(({ Instances = [] }) =>
      Instances.flatMap(({ InstanceId, State }) => (State?.Name === "terminated" ? [] : [InstanceId])),
    ),
  "key pair": async ({ call }) =>
    ((await call("ec2", "DescribeKeyPairs", {})).KeyPairs ?? []).map(({ KeyName }) => KeyName),
  "security group": async ({ call }) =>
    ((await call("ec2", "DescribeSecurityGroups", {})).SecurityGroups ?? []).map(({ GroupId }) => GroupId),
  network: async ({ call }) => ((await call("ec2", "DescribeVpcs", {})).Vpcs ?? []).map(({ VpcId }) => VpcId),
  subnet: async ({ call }) =>
    ((await call("ec2", "DescribeSubnets", {})).Subnets ?? []).map(({ SubnetId }) => SubnetId),
  "route table": async ({ call }) =>
    ((await call("ec2", "DescribeRouteTables", {})).RouteTables ?? []).map((each) => each.RouteTableId),
  "internet gateway": async ({ call }) =>
    ((await call("ec2", "DescribeInternetGateways", {})).InternetGateways ?? []).map(
      (each) => each.InternetGatewayId,
    ),
  "NAT gateway": async ({ call }) =>
    ((await call("ec2", "DescribeNatGateways", {})).NatGateways ?? []).flatMap(({ NatGatewayId, State }) =>
      State === "deleted" ? [] : [NatGatewayId],
    ),
  "VPC endpoint": async ({ call }) =>
    ((await call("ec2", "DescribeVpcEndpoints", {})).VpcEndpoints ?? []).flatMap(
      ({ VpcEndpointId, State }) => (String(State).toLowerCase() === "deleted" ? [] : [VpcEndpointId]),
    ),
  address: async ({ call }) =>
    ((await call("ec2", "DescribeAddresses", {})).Addresses ?? []).map(({ AllocationId }) => AllocationId),
  "auto scaling group": async ({ call }) =>
    (await call("autoscaling", "DescribeAutoScalingGroups", {})).AutoScalingGroups.map(
      (each) => each.AutoScalingGroupName,
    ),
  "target group": async ({ call }) =>
    ((await call("elasticloadbalancing", "DescribeTargetGroups", {})).TargetGroups ?? []).map(
      (each) => each.TargetGroupName,
    ),
};

/** All that stands in a cloud, each by kind and name, in order: compared before and after, it shows what was left. */
export async function standingIn(cloud: Pick<Cloud, "call">): Promise<readonly string[]> {
  const listed = await Promise.all(
    Object.entries(LISTERS).map(async ([kind, list]) =>
      (await list(cloud)).map((name) => `${kind} ${name ?? "without a name"}`),
    ),
  );
  return listed.flat().sort();
}
