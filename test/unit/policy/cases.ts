import type { PolicyResource } from "../../../policy/rule";
import {
  ALARM,
  allowing,
  ATTACHMENT,
  denyWithoutTls,
  EVENT_TARGET,
  FUNCTION,
  INVOKE_CONFIG,
  KEY,
  LAUNCH_TEMPLATE,
  LOG_GROUP,
  MAPPING,
  PERMISSION,
  policy,
  QUEUE,
  QUEUE_POLICY,
  resource,
  ROLE,
  ROLE_POLICY,
  SECURITY_GROUP,
  TABLE,
  TOPIC,
  TOPIC_POLICY,
  urnOf,
} from "./resources";

/** Stacks whose first resource is the one that the rule judges. */
export interface RuleCases {
  readonly passes: Readonly<Record<string, readonly PolicyResource[]>>;
  readonly fails: Readonly<Record<string, readonly PolicyResource[]>>;
}

const one = (type: string, props: Readonly<Record<string, unknown>> = {}) => [resource(type, "it", props)];

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const ARN = "arn:aws:sqs:us-east-1:000000000000:orders";
const queueUrl = { queueUrl: [urnOf(QUEUE, "it")] };
const anyone = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: ARN };
const GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const ofGroup = { securityGroupId: [urnOf(SECURITY_GROUP, "group")] };
/** A template with public addresses, and the stack's own group among its groups. */
const reachable = (securityGroups: readonly string[], beside: readonly PolicyResource[]) => [
  resource(
    LAUNCH_TEMPLATE,
    "it",
    { networkInterfaces: [{ associatePublicIpAddress: "true", securityGroups }] },
    { networkInterfaces: [urnOf(SECURITY_GROUP, "group")] },
  ),
  ...beside,
];
const deadLetters = (messageRetentionSeconds: number) => resource(QUEUE, "dead", { messageRetentionSeconds });
const redrive = (maxReceiveCount: number) => ({
  redrivePolicy: JSON.stringify({ deadLetterTargetArn: ARN, maxReceiveCount }),
});
const toDead = { redrivePolicy: [urnOf(QUEUE, "dead")] };
const calls = { functionName: [urnOf(FUNCTION, "it")] };
const mapped = (props: Readonly<Record<string, unknown>>) => [
  resource(FUNCTION, "it"),
  resource(MAPPING, "mapping", props, calls),
];
const stream = {
  startingPosition: "TRIM_HORIZON",
  maximumRetryAttempts: 50,
  maximumRecordAgeInSeconds: 3600,
  destinationConfig: { onFailure: { destinationArn: ARN } },
};
const reading = (
  visibilityTimeoutSeconds: number,
  timeout: number,
  maximumBatchingWindowInSeconds: number,
) => [
  resource(
    MAPPING,
    "it",
    { maximumBatchingWindowInSeconds },
    {
      eventSourceArn: [urnOf(QUEUE, "queue")],
      functionName: [urnOf(FUNCTION, "fn")],
    },
  ),
  resource(QUEUE, "queue", { visibilityTimeoutSeconds }),
  resource(FUNCTION, "fn", { timeout }),
];
const trusts = (Principal: unknown) =>
  one(ROLE, { assumeRolePolicy: policy({ Effect: "Allow", Principal, Action: "sts:AssumeRole" }) });
const rule443 = {
  protocol: "tcp",
  fromPort: 443,
  toPort: 443,
  description: "AWS",
  cidrBlocks: ["0.0.0.0/0"],
};

/** For each rule, stacks that pass and stacks that fail; a test demands both of every rule. */
const ROUTE = "aws:apigatewayv2/route:Route";
const STAGE = "aws:apigatewayv2/stage:Stage";

export const cases: Readonly<Record<string, RuleCases>> = {
  "api-route-authorized": {
    passes: {
      IAM: one(ROUTE, { authorizationType: "AWS_IAM" }),
      "a token": one(ROUTE, { authorizationType: "JWT", authorizerId: "abc123" }),
    },
    fails: {
      "nothing said": one(ROUTE),
      anybody: one(ROUTE, { authorizationType: "NONE" }),
      "a token that nobody checks": one(ROUTE, { authorizationType: "JWT" }),
    },
  },
  "api-access-logged": {
    passes: {
      both: one(STAGE, { accessLogSettings: { destinationArn: ARN, format: "$context.requestId" } }),
    },
    fails: { none: one(STAGE), half: one(STAGE, { accessLogSettings: { destinationArn: ARN } }) },
  },
  "api-throttled": {
    passes: {
      both: one(STAGE, { defaultRouteSettings: { throttlingRateLimit: 10, throttlingBurstLimit: 20 } }),
    },
    fails: { none: one(STAGE), half: one(STAGE, { defaultRouteSettings: { throttlingRateLimit: 10 } }) },
  },
  "sqs-encrypted": {
    passes: {
      "with SQS's keys": one(QUEUE, { sqsManagedSseEnabled: true }),
      "with a KMS key": one(QUEUE, { kmsMasterKeyId: "alias/orders" }),
    },
    fails: { "with neither": one(QUEUE), "switched off": one(QUEUE, { sqsManagedSseEnabled: false }) },
  },
  "sqs-tls-only": {
    passes: {
      "by a policy resource": [
        resource(QUEUE, "it"),
        resource(QUEUE_POLICY, "p", { policy: policy(denyWithoutTls("sqs:*")) }, queueUrl),
      ],
      "by its own policy": one(QUEUE, { policy: policy(denyWithoutTls("*")) }),
    },
    fails: {
      "without a policy": one(QUEUE),
      "by the policy of another queue": [
        resource(QUEUE, "it"),
        resource(
          QUEUE_POLICY,
          "p",
          { policy: policy(denyWithoutTls("sqs:*")) },
          { queueUrl: [urnOf(QUEUE, "other")] },
        ),
      ],
      "for one action only": one(QUEUE, { policy: policy(denyWithoutTls("sqs:SendMessage")) }),
      "under a second condition": one(QUEUE, {
        policy: policy({
          ...denyWithoutTls("sqs:*"),
          Condition: {
            Bool: { "aws:SecureTransport": "false" },
            StringEquals: { "aws:PrincipalAccount": "1" },
          },
        }),
      }),
    },
  },
  "sqs-not-public": {
    passes: {
      "to a service": one(QUEUE_POLICY, {
        policy: policy({ ...anyone, Principal: { Service: "events.amazonaws.com" } }),
      }),
      "to anybody from one source": one(QUEUE_POLICY, {
        policy: policy({ ...anyone, Condition: { ArnEquals: { "aws:SourceArn": ARN } } }),
      }),
      "by a denial": one(QUEUE_POLICY, { policy: policy(denyWithoutTls("sqs:*")) }),
    },
    fails: {
      "to anybody": one(QUEUE_POLICY, { policy: policy(anyone) }),
      "to any account": one(QUEUE, { policy: policy({ ...anyone, Principal: { AWS: "*" } }) }),
      "from any source": one(QUEUE_POLICY, {
        policy: policy({ ...anyone, Condition: { ArnLike: { "aws:SourceArn": "*" } } }),
      }),
      "to everybody else": one(QUEUE_POLICY, {
        policy: policy({
          Effect: "Allow",
          NotPrincipal: { AWS: "1" },
          Action: "sqs:SendMessage",
          Resource: ARN,
        }),
      }),
    },
  },
  "sqs-policy-names-actions": {
    passes: { "one action": one(QUEUE_POLICY, { policy: policy(anyone) }) },
    fails: {
      "all actions": one(QUEUE_POLICY, { policy: policy({ ...anyone, Action: "sqs:*" }) }),
      "all but one": one(QUEUE_POLICY, {
        policy: policy({ Effect: "Allow", Principal: "*", NotAction: "sqs:DeleteQueue", Resource: ARN }),
      }),
    },
  },
  "sqs-dead-letter-queue": {
    passes: {
      "with one": one(QUEUE, redrive(5)),
      "being one": [
        resource(QUEUE, "it"),
        resource(QUEUE, "source", redrive(5), { redrivePolicy: [urnOf(QUEUE, "it")] }),
      ],
      "taking a stream's failures": [
        resource(QUEUE, "it"),
        resource(MAPPING, "mapping", stream, { destinationConfig: [urnOf(QUEUE, "it")] }),
      ],
    },
    fails: { "without one": one(QUEUE), "giving up early": one(QUEUE, redrive(3)) },
  },
  "sqs-dead-letters-outlive-messages": {
    passes: { "14 days against 4": [resource(QUEUE, "it", redrive(5), toDead), deadLetters(1_209_600)] },
    fails: { "the same": [resource(QUEUE, "it", redrive(5), toDead), deadLetters(345_600)] },
  },
  "dynamodb-scales-with-demand": {
    passes: { "on demand": one(TABLE, { billingMode: "PAY_PER_REQUEST" }) },
    fails: { provisioned: one(TABLE, { billingMode: "PROVISIONED" }), "by default": one(TABLE) },
  },
  "dynamodb-point-in-time-recovery": {
    passes: { on: one(TABLE, { pointInTimeRecovery: { enabled: true } }) },
    fails: { "left out": one(TABLE), off: one(TABLE, { pointInTimeRecovery: { enabled: false } }) },
  },
  "dynamodb-deletion-protection": {
    passes: { on: one(TABLE, { deletionProtectionEnabled: true }) },
    fails: { "left out": one(TABLE), off: one(TABLE, { deletionProtectionEnabled: false }) },
  },
  "dynamodb-encrypted": {
    passes: { on: one(TABLE, { serverSideEncryption: { enabled: true } }) },
    fails: { "left out": one(TABLE), off: one(TABLE, { serverSideEncryption: { enabled: false } }) },
  },
  "dynamodb-customer-key": {
    passes: {
      given: one(TABLE, { serverSideEncryption: { enabled: true, kmsKeyArn: "arn:aws:kms:::key/1" } }),
    },
    fails: { "AWS's": one(TABLE, { serverSideEncryption: { enabled: true } }) },
  },
  "lambda-supported-runtime": {
    passes: { current: one(FUNCTION, { runtime: "nodejs24.x" }) },
    fails: { deprecated: one(FUNCTION, { runtime: "nodejs16.x" }) },
  },
  "lambda-tracing": {
    passes: { active: one(FUNCTION, { tracingConfig: { mode: "Active" } }) },
    fails: {
      "passed through": one(FUNCTION, { tracingConfig: { mode: "PassThrough" } }),
      "left out": one(FUNCTION),
    },
  },
  "lambda-no-plain-secrets": {
    passes: { names: one(FUNCTION, { environment: { variables: { ORDERS_TABLE_NAME: "orders" } } }) },
    fails: {
      "a telling name": one(FUNCTION, { environment: { variables: { DATABASE_PASSWORD: "x" } } }),
      "a telling value": one(FUNCTION, { environment: { variables: { ID: `AKIA${"A".repeat(16)}` } } }),
    },
  },
  "lambda-concurrency-bounded": {
    passes: {
      reserved: one(FUNCTION, { reservedConcurrentExecutions: 0 }),
      "by its queue": mapped({ scalingConfig: { maximumConcurrency: 10 } }),
      "by its stream": mapped(stream),
    },
    fails: {
      "not at all": one(FUNCTION, { reservedConcurrentExecutions: -1 }),
      "by one of two sources": [...mapped(stream), resource(MAPPING, "second", {}, calls)],
    },
  },
  "lambda-failure-destination": {
    passes: {
      "by an invoke configuration": [
        resource(FUNCTION, "it"),
        resource(INVOKE_CONFIG, "config", { destinationConfig: { onFailure: { destination: ARN } } }, calls),
      ],
      "by a dead-letter queue": one(FUNCTION, { deadLetterConfig: { targetArn: ARN } }),
    },
    fails: {
      "without either": one(FUNCTION),
      "with successes only": [
        resource(FUNCTION, "it"),
        resource(INVOKE_CONFIG, "config", { destinationConfig: { onSuccess: { destination: ARN } } }, calls),
      ],
    },
  },
  "lambda-log-group": {
    passes: {
      "of the stack": [
        resource(FUNCTION, "it", {}, { loggingConfig: [urnOf(LOG_GROUP, "logs")] }),
        resource(LOG_GROUP, "logs", { retentionInDays: 7 }),
      ],
    },
    fails: {
      "Lambda's own": one(FUNCTION),
      "kept for ever": [
        resource(FUNCTION, "it", {}, { loggingConfig: [urnOf(LOG_GROUP, "logs")] }),
        resource(LOG_GROUP, "logs"),
      ],
    },
  },
  "lambda-permission-names-its-source": {
    passes: { "a rule": one(PERMISSION, { principal: "events.amazonaws.com", sourceArn: ARN }) },
    fails: {
      "any rule": one(PERMISSION, { principal: "events.amazonaws.com" }),
      anybody: one(PERMISSION, { principal: "*", sourceArn: ARN }),
    },
  },
  "lambda-in-vpc": {
    passes: { inside: one(FUNCTION, { vpcConfig: { subnetIds: ["subnet-1"] } }) },
    fails: { outside: one(FUNCTION) },
  },
  "lambda-code-signing": {
    passes: { signed: one(FUNCTION, { codeSigningConfigArn: "arn:aws:lambda:::csc-1" }) },
    fails: { unsigned: one(FUNCTION) },
  },
  "lambda-environment-customer-key": {
    passes: { given: one(FUNCTION, { kmsKeyArn: "arn:aws:kms:::key/1" }) },
    fails: { "AWS's": one(FUNCTION) },
  },
  "event-source-visibility-timeout": {
    passes: { "six times and the window": reading(185, 30, 5), "of a stream": one(MAPPING, stream) },
    fails: { "a second short": reading(184, 30, 5) },
  },
  "event-source-failure-destination": {
    passes: { "of a stream": one(MAPPING, stream), "of a queue": one(MAPPING) },
    fails: {
      "without destination": one(MAPPING, { ...stream, destinationConfig: undefined }),
      "retrying for ever": one(MAPPING, { ...stream, maximumRetryAttempts: -1 }),
      "at any age": one(MAPPING, { ...stream, maximumRecordAgeInSeconds: undefined }),
    },
  },
  "event-source-partial-responses": {
    passes: { on: one(MAPPING, { functionResponseTypes: ["ReportBatchItemFailures"] }) },
    fails: { off: one(MAPPING) },
  },
  "iam-no-managed-policies": {
    passes: {
      none: one(ROLE),
      "the account's own": one(ATTACHMENT, { policyArn: "arn:aws:iam::000000000000:policy/orders" }),
    },
    fails: {
      "on a role": one(ROLE, { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
      attached: one(ATTACHMENT, { policyArn: "arn:aws-cn:iam::aws:policy/ReadOnlyAccess" }),
    },
  },
  "iam-no-wildcard-actions": {
    passes: { "by name": [allowing(["sqs:SendMessage"], ARN)] },
    fails: {
      all: [allowing("*", ARN)],
      "of a service": [allowing("sqs:*", ARN)],
      "by a prefix": [allowing(["sqs:SendMessage", "dynamodb:Get*"], ARN)],
      "all but some": [
        resource(ROLE_POLICY, "it", {
          policy: policy({ Effect: "Allow", NotAction: "iam:*", Resource: ARN }),
        }),
      ],
      "in a role's own policy": one(ROLE, {
        inlinePolicies: [{ policy: policy({ Effect: "Allow", Action: "*", Resource: ARN }) }],
      }),
    },
  },
  "iam-no-wildcard-resources": {
    passes: {
      "by ARN": [allowing("sqs:SendMessage", ARN)],
      "in a denial": [
        resource(ROLE_POLICY, "it", { policy: policy({ Effect: "Deny", Action: "s3:*", Resource: "*" }) }),
      ],
    },
    fails: {
      all: [allowing("sqs:SendMessage", "*")],
      "a part": [allowing("dynamodb:GetItem", ["arn:aws:dynamodb:::table/*"])],
      "all but one": [
        resource(ROLE_POLICY, "it", {
          policy: policy({ Effect: "Allow", Action: "sqs:SendMessage", NotResource: ARN }),
        }),
      ],
    },
  },
  "iam-no-privilege-escalation": {
    passes: {
      "passing one role": [allowing("iam:PassRole", "arn:aws:iam::000000000000:role/instance")],
      "reading policies": [allowing("iam:GetPolicy", ARN)],
    },
    fails: {
      "passing any role": [allowing("iam:PassRole", "*")],
      "changing code": [allowing("lambda:UpdateFunctionCode", ARN)],
      "by a pattern": [allowing("iam:Put*", ARN)],
    },
  },
  "iam-no-credentials": {
    passes: { none: [allowing("sqs:SendMessage", ARN)] },
    fails: {
      "an access key": [allowing("iam:createaccesskey", ARN)],
      "another role's": [allowing("sts:AssumeRole", ARN)],
    },
  },
  "iam-role-trust": {
    passes: { "a service": trusts({ Service: "lambda.amazonaws.com" }) },
    fails: { anybody: trusts("*"), "an account": trusts({ AWS: "arn:aws:iam::111122223333:root" }) },
  },
  "ec2-metadata-needs-token": {
    passes: { required: one(LAUNCH_TEMPLATE, { metadataOptions: { httpTokens: "required" } }) },
    fails: {
      optional: one(LAUNCH_TEMPLATE, { metadataOptions: { httpTokens: "optional" } }),
      "left out": one(LAUNCH_TEMPLATE),
    },
  },
  "ec2-metadata-hop-limit": {
    passes: { "by default": one(LAUNCH_TEMPLATE) },
    fails: { "two hops": one(LAUNCH_TEMPLATE, { metadataOptions: { httpPutResponseHopLimit: 2 } }) },
  },
  "ec2-no-public-address": {
    passes: {
      none: one(LAUNCH_TEMPLATE),
      refused: one(LAUNCH_TEMPLATE, { networkInterfaces: [{ associatePublicIpAddress: "false" }] }),
      "given, and nothing comes in": reachable(["sg-1"], [resource(SECURITY_GROUP, "group")]),
      "given, and what is added goes out": reachable(
        ["sg-1"],
        [resource(SECURITY_GROUP, "group"), resource(GROUP_RULE, "rule", { type: "egress" }, ofGroup)],
      ),
    },
    fails: {
      given: one(LAUNCH_TEMPLATE, { networkInterfaces: [{ associatePublicIpAddress: "true" }] }),
      "given with a group by its id": one(LAUNCH_TEMPLATE, {
        networkInterfaces: [{ associatePublicIpAddress: "true", securityGroups: ["sg-1"] }],
      }),
      "given with another group by its id": reachable(["sg-1", "sg-2"], [resource(SECURITY_GROUP, "group")]),
      "given with the network's own group": reachable([], [resource(SECURITY_GROUP, "group")]),
      "given, and something comes in": reachable(
        ["sg-1"],
        [
          resource(SECURITY_GROUP, "group", {
            ingress: [{ fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8"] }],
          }),
        ],
      ),
      "given, and a rule of its own lets something in": reachable(
        ["sg-1"],
        [resource(SECURITY_GROUP, "group"), resource(INGRESS_RULE, "rule", {}, ofGroup)],
      ),
      "given, and an older rule of its own lets something in": reachable(
        ["sg-1"],
        [resource(SECURITY_GROUP, "group"), resource(GROUP_RULE, "rule", { type: "ingress" }, ofGroup)],
      ),
    },
  },
  "ec2-encrypted-volumes": {
    passes: {
      all: one(LAUNCH_TEMPLATE, {
        blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }],
      }),
    },
    fails: {
      "as the image says": one(LAUNCH_TEMPLATE),
      "all but one": one(LAUNCH_TEMPLATE, {
        blockDeviceMappings: [
          { deviceName: "/dev/xvda", ebs: { encrypted: true } },
          { deviceName: "/dev/xvdb", ebs: {} },
        ],
      }),
    },
  },
  "ec2-detailed-monitoring": {
    passes: { on: one(LAUNCH_TEMPLATE, { monitoring: { enabled: true } }) },
    fails: { "left out": one(LAUNCH_TEMPLATE) },
  },
  "ec2-termination-protection": {
    passes: { on: one(LAUNCH_TEMPLATE, { disableApiTermination: true }) },
    fails: { off: one(LAUNCH_TEMPLATE) },
  },
  "security-group-no-open-ingress": {
    passes: {
      closed: one(SECURITY_GROUP),
      "to a network": one(SECURITY_GROUP, { ingress: [{ ...rule443, cidrBlocks: ["10.0.0.0/8"] }] }),
    },
    fails: {
      "to the world": one(SECURITY_GROUP, { ingress: [rule443] }),
      "to the world by IPv6": one(SECURITY_GROUP, {
        ingress: [{ ...rule443, cidrBlocks: [], ipv6CidrBlocks: ["::/0"] }],
      }),
    },
  },
  "vpc-default-group-locked": {
    passes: {
      locked: [resource(VPC, "it"), resource(DEFAULT_GROUP, "group", {}, { vpcId: [urnOf(VPC, "it")] })],
    },
    fails: {
      "left as it is": one(VPC),
      "of another network": [resource(VPC, "it"), resource(DEFAULT_GROUP, "group")],
      "with egress": [
        resource(VPC, "it"),
        resource(
          DEFAULT_GROUP,
          "group",
          { egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] },
          { vpcId: [urnOf(VPC, "it")] },
        ),
      ],
    },
  },
  "subnet-no-public-addresses": {
    passes: { none: one(SUBNET), refused: one(SUBNET, { mapPublicIpOnLaunch: false }) },
    fails: { given: one(SUBNET, { mapPublicIpOnLaunch: true }) },
  },
  "security-group-described": {
    passes: { "group and rules": one(SECURITY_GROUP, { description: "Fleet", egress: [rule443] }) },
    fails: {
      "no group": one(SECURITY_GROUP, { egress: [rule443] }),
      "no rule": one(SECURITY_GROUP, {
        description: "Fleet",
        egress: [{ ...rule443, description: undefined }],
      }),
    },
  },
  "security-group-no-open-egress": {
    passes: { "one port": one(SECURITY_GROUP, { egress: [rule443] }) },
    fails: { everything: one(SECURITY_GROUP, { egress: [{ ...rule443, protocol: "-1" }] }) },
  },
  "alarm-has-action": {
    passes: { "a topic": one(ALARM, { alarmActions: [ARN] }) },
    fails: { none: one(ALARM), "an empty list": one(ALARM, { alarmActions: [] }) },
  },
  "alarm-actions-enabled": {
    passes: { "by default": one(ALARM), on: one(ALARM, { actionsEnabled: true }) },
    fails: { off: one(ALARM, { actionsEnabled: false }) },
  },
  "log-group-retention": {
    passes: { days: one(LOG_GROUP, { retentionInDays: 7 }) },
    fails: { "left out": one(LOG_GROUP), "for ever": one(LOG_GROUP, { retentionInDays: 0 }) },
  },
  "log-group-kept-a-year": {
    passes: { "a year": one(LOG_GROUP, { retentionInDays: 365 }), "for ever": one(LOG_GROUP) },
    fails: { "a month": one(LOG_GROUP, { retentionInDays: 30 }) },
  },
  "log-group-customer-key": {
    passes: { given: one(LOG_GROUP, { kmsKeyId: "arn:aws:kms:::key/1" }) },
    fails: { "AWS's": one(LOG_GROUP) },
  },
  "kms-key-rotation": {
    passes: { on: one(KEY, { enableKeyRotation: true }) },
    fails: { "left out": one(KEY), off: one(KEY, { enableKeyRotation: false }) },
  },
  "sns-encrypted": {
    passes: { "with a key": one(TOPIC, { kmsMasterKeyId: "alias/alarms" }) },
    fails: { without: one(TOPIC) },
  },
  "sns-tls-only": {
    passes: {
      "by a policy resource": [
        resource(TOPIC, "it"),
        resource(
          TOPIC_POLICY,
          "p",
          { policy: policy(denyWithoutTls("sns:Publish")) },
          { arn: [urnOf(TOPIC, "it")] },
        ),
      ],
    },
    fails: {
      "without a policy": one(TOPIC),
      "for another action": one(TOPIC, { policy: policy(denyWithoutTls("sns:Subscribe")) }),
    },
  },
  "sns-not-public": {
    passes: {
      "to a service": one(TOPIC_POLICY, {
        policy: policy({
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
        }),
      }),
    },
    fails: {
      "to anybody": one(TOPIC_POLICY, {
        policy: policy({ Effect: "Allow", Principal: "*", Action: "sns:Publish" }),
      }),
    },
  },
  "event-target-dead-letter-queue": {
    passes: { "with one": one(EVENT_TARGET, { deadLetterConfig: { arn: ARN } }) },
    fails: { "without one": one(EVENT_TARGET), "left empty": one(EVENT_TARGET, { deadLetterConfig: {} }) },
  },
  tagged: {
    passes: {
      "by the resource": one(QUEUE, { tags: { Project: "p", Stack: "dev" } }),
      "by the provider too": one(TABLE, { tags: { Project: "p" }, tagsAll: { Project: "p", Stack: "dev" } }),
    },
    fails: { "not at all": one(ROLE), "in part": one(LOG_GROUP, { tags: { Project: "p" } }) },
  },
};
