/*
 * Which lists of answers have no order that AWS promises. A path names a member below the answer: lists on the way are
 * gone through one by one, "*" stands for every value of a map, and ":Statement" for the statements of a policy
 * that is a member's text.
 */

/** Of operations by these names, every list at the top of an answer, unless it stands in `ORDERED`. */
const LISTING = /^(Describe|List)[A-Z]/;

/** By service and operation: lists that come in an order, and why. */
const ORDERED: Readonly<Record<string, string>> = {
  "dynamodb:ListTables": "the next page begins after the last name of this one",
  "lambda:ListVersionsByFunction": "$LATEST first, then by number, as its pages have it",
  "logs:DescribeLogGroups": "sorted by name, says the API reference",
  "logs:DescribeLogStreams": "sorted by orderBy",
  "monitoring:DescribeAlarmHistory": "sorted by ScanBy",
  "sqs:ListMessageMoveTasks": "the most recent first",
};

const batch = ["Successful", "Failed"] as const;

/** By service and operation: further lists without an order. */
const UNORDERED: Readonly<Record<string, readonly string[]>> = {
  "apigateway:GetApis": ["Items"],
  "apigateway:GetAuthorizers": ["Items"],
  "apigateway:GetIntegrations": ["Items"],
  "apigateway:GetRoutes": ["Items"],
  "apigateway:GetStages": ["Items"],
  "dynamodb:BatchGetItem": ["Responses.*", "UnprocessedKeys.*.Keys"],
  "dynamodb:BatchWriteItem": ["UnprocessedItems.*"],
  "ec2:DescribeAddresses": ["Addresses.Tags"],
  "ec2:DescribeInstances": [
    "Reservations.Instances",
    "Reservations.Instances.Tags",
    "Reservations.Instances.SecurityGroups",
  ],
  "ec2:DescribeInternetGateways": ["InternetGateways.Tags"],
  "ec2:DescribeLaunchTemplates": ["LaunchTemplates.Tags"],
  "ec2:DescribeNatGateways": ["NatGateways.Tags"],
  "ec2:DescribeNetworkAcls": ["NetworkAcls.Associations", "NetworkAcls.Entries"],
  "ec2:DescribeNetworkInterfaces": ["NetworkInterfaces.Groups", "NetworkInterfaces.TagSet"],
  "ec2:DescribeRouteTables": ["RouteTables.Associations", "RouteTables.Routes", "RouteTables.Tags"],
  "ec2:DescribeSecurityGroups": [
    "SecurityGroups.Tags",
    "SecurityGroups.IpPermissions",
    "SecurityGroups.IpPermissionsEgress",
  ],
  "ec2:DescribeSubnets": ["Subnets.Tags"],
  "ec2:DescribeVpcEndpoints": [
    "VpcEndpoints.Groups",
    "VpcEndpoints.NetworkInterfaceIds",
    "VpcEndpoints.RouteTableIds",
    "VpcEndpoints.SubnetIds",
    "VpcEndpoints.Tags",
  ],
  "ec2:DescribeVpcs": ["Vpcs.Tags"],
  "ec2:RunInstances": ["Instances", "Instances.Tags", "Instances.SecurityGroups"],
  "ec2:TerminateInstances": ["TerminatingInstances"],
  "events:PutTargets": ["FailedEntries"],
  "events:RemoveTargets": ["FailedEntries"],
  "iam:GetInstanceProfile": ["InstanceProfile.Tags"],
  "iam:GetRole": ["Role.Tags"],
  "kms:GetKeyPolicy": ["Policy:Statement"],
  "lambda:GetPolicy": ["Policy:Statement"],
  // Results have the ids of their queries, and GetMetricStatistics says that it sorts nothing.
  "monitoring:GetMetricData": ["MetricDataResults"],
  "monitoring:GetMetricStatistics": ["Datapoints"],
  "ses:GetEmailIdentity": ["Tags"],
  "sns:GetTopicAttributes": ["Attributes.Policy:Statement"],
  "sns:PublishBatch": batch,
  "sqs:ChangeMessageVisibilityBatch": batch,
  "sqs:DeleteMessageBatch": batch,
  "sqs:GetQueueAttributes": ["Attributes.Policy:Statement"],
  "sqs:ReceiveMessage": ["Messages"],
  "sqs:SendMessageBatch": batch,
  "ssm:GetParameters": ["Parameters", "InvalidParameters"],
  "ssm:GetParametersByPath": ["Parameters"],
  "xray:BatchGetTraces": ["Traces"],
  "xray:GetTraceSummaries": ["TraceSummaries"],
};

/** The paths of an answer's lists that have no order; "[]" stands for every list at its top. */
export function unorderedLists(service: string, operation: string): readonly string[] {
  const name = `${service}:${operation}`;
  const own = Object.hasOwn(UNORDERED, name) ? (UNORDERED[name] ?? []) : [];
  return LISTING.test(operation) && !Object.hasOwn(ORDERED, name) ? ["[]", ...own] : own;
}
