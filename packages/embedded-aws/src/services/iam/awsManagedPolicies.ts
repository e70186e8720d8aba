import type { ManagedPolicy } from "../../core/iam/identities";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import { PolicyVersions } from "../../core/iam/policyVersions";

/** What AWS-managed policies allow on every resource, by the end of their ARN. */
type AllowedActions = Readonly<Record<string, readonly string[]>>;

const writeLogs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
const writeTraces = [
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "xray:GetSamplingStatisticSummaries",
];

/**
 * AWS's own policies that Lambda functions are usually given: those that Pulumi attaches to callback functions by
 * default, and those of Lambda's execution roles. From the AWS managed policy reference; statements about services
 * that the embedded cloud does not have, and conditions on service-linked roles, are left out.
 */
const allowed: AllowedActions = {
  "service-role/AWSLambdaBasicExecutionRole": writeLogs,
  "service-role/AWSLambdaSQSQueueExecutionRole": [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    ...writeLogs,
  ],
  "service-role/AWSLambdaDynamoDBExecutionRole": [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    ...writeLogs,
  ],
  "service-role/AWSLambdaVPCAccessExecutionRole": [
    ...writeLogs,
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ],
  "service-role/AWSLambdaRole": ["lambda:InvokeFunction"],
  AWSLambda_FullAccess: [
    "cloudwatch:ListMetrics",
    "cloudwatch:GetMetricData",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "kms:ListAliases",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "iam:ListRoles",
    "lambda:*",
    "logs:DescribeLogGroups",
    "xray:GetTraceSummaries",
    "xray:BatchGetTraces",
  ],
  AWSLambda_ReadOnlyAccess: [
    "cloudwatch:ListMetrics",
    "cloudwatch:GetMetricData",
    "lambda:Get*",
    "lambda:List*",
    "logs:DescribeLogGroups",
    "iam:ListRoles",
  ],
  AWSLambdaExecute: ["logs:*"],
  CloudWatchFullAccessV2: [
    "cloudwatch:*",
    "logs:*",
    "sns:CreateTopic",
    "sns:ListSubscriptions",
    "sns:ListSubscriptionsByTopic",
    "sns:ListTopics",
    "sns:Subscribe",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "xray:*",
  ],
  CloudWatchEventsFullAccess: ["events:*"],
  CloudWatchLogsFullAccess: ["logs:*", "cloudwatch:GenerateQuery"],
  AmazonEventBridgeFullAccess: ["events:*"],
  AmazonS3FullAccess: ["s3:*", "s3-object-lambda:*"],
  AmazonDynamoDBFullAccess: [
    "dynamodb:*",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DescribeAlarmHistory",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DescribeAlarmsForMetric",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:GetMetricData",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "iam:GetRole",
    "iam:ListRoles",
    "kms:DescribeKey",
    "kms:ListAliases",
    "sns:CreateTopic",
    "sns:DeleteTopic",
    "sns:ListSubscriptions",
    "sns:ListSubscriptionsByTopic",
    "sns:ListTopics",
    "sns:Subscribe",
    "sns:Unsubscribe",
    "sns:SetTopicAttributes",
    "lambda:CreateFunction",
    "lambda:ListFunctions",
    "lambda:ListEventSourceMappings",
    "lambda:CreateEventSourceMapping",
    "lambda:DeleteEventSourceMapping",
    "lambda:GetFunctionConfiguration",
    "lambda:DeleteFunction",
  ],
  AmazonSQSFullAccess: ["sqs:*"],
  AmazonSNSFullAccess: ["sns:*"],
  AmazonSESFullAccess: ["ses:*"],
  AmazonKinesisFullAccess: ["kinesis:*"],
  AmazonCognitoPowerUser: [
    "cognito-identity:*",
    "cognito-idp:*",
    "cognito-sync:*",
    "iam:ListRoles",
    "iam:ListOpenIdConnectProviders",
    "iam:GetRole",
    "iam:ListSAMLProviders",
    "iam:GetSAMLProvider",
    "sns:ListPlatformApplications",
  ],
  AWSXrayWriteOnlyAccess: writeTraces,
  AWSXRayDaemonWriteAccess: writeTraces,
};

const createDate = Date.UTC(2015, 3, 9);

/** An AWS-managed policy by its ARN; undefined for one that is not stated here. */
export function awsManagedPolicy(arn: string): ManagedPolicy | undefined {
  const prefix = "arn:aws:iam::aws:policy/";
  const key = arn.slice(prefix.length);
  if (!arn.startsWith(prefix) || !Object.hasOwn(allowed, key)) return undefined;
  const text = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: allowed[key], Resource: "*" }],
  });
  const slash = key.lastIndexOf("/");
  const policyName = key.slice(slash + 1);
  return {
    policyName,
    policyId: `ANPAI${policyName
      .toUpperCase()
      .replace(/[^A-Z2-7]/g, "")
      .padEnd(16, "A")
      .slice(0, 16)}`,
    arn,
    path: `/${key.slice(0, slash + 1)}`,
    createDate,
    description: undefined,
    tags: new Map(),
    versions: new PolicyVersions({ text, document: parsePolicyDocument(text, "identity") }, createDate, {
      now: () => 0,
      settlesAt: () => 0,
    }),
  };
}

/** The AWS-managed policies that can be attached, for an error that names them. */
export const awsManagedPolicyNames: readonly string[] = Object.keys(allowed);

export function awsManagedPolicies(): readonly ManagedPolicy[] {
  return awsManagedPolicyNames.flatMap((name) => awsManagedPolicy(`arn:aws:iam::aws:policy/${name}`) ?? []);
}
