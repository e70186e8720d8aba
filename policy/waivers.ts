import type { Waiver } from "./evaluate";

/** Every exception to the rules, with its reason. A test fails for one that no longer excuses anything. */
export const waivers: readonly Waiver[] = [
  {
    rule: "lambda-failure-destination",
    name: /^orders-(process|confirm)$/,
    reason:
      "Called by an event source mapping only, never asynchronously: what fails stays in the queue and moves to its dead-letter queue, or goes to the stream mapping's own on-failure queue.",
  },
  {
    rule: "lambda-failure-destination",
    name: /^fleet-end$/,
    reason: "Invoked by the deployment itself, which waits for the answer and fails with its error.",
  },
  {
    rule: "lambda-failure-destination",
    name: /^orders-api-get$/,
    reason: "Called by the order API only, which waits for the answer and gives its caller the error.",
  },
  {
    rule: "lambda-concurrency-bounded",
    name: /^orders-api-get$/,
    reason:
      "The order API's throttling bounds it, by ordersApiRateLimit and ordersApiBurstLimit; a new account cannot reserve any.",
  },
  {
    rule: "lambda-concurrency-bounded",
    name: /^(fleet-(scale|end)|orders-confirm-feedback)$/,
    reason:
      "A new account's quota allows no reservation, and these are invoked by a rule each minute, a deployment, or a bounce. scalerReservedConcurrency sets some aside.",
  },
  {
    rule: "lambda-in-vpc",
    reason:
      "The functions call AWS's public endpoints with TLS and signatures, and reach nothing inside a network. A VPC would add NAT or endpoint cost and no protection.",
  },
  {
    rule: "lambda-code-signing",
    reason:
      "The packages are built by the program itself at deployment, from the reviewed revision; no package waits anywhere to be swapped.",
  },
  {
    rule: "lambda-environment-customer-key",
    reason: "The environments hold names of resources, no secrets; Lambda encrypts them with AWS's key.",
  },
  {
    rule: "dynamodb-customer-key",
    reason:
      "AWS's KMS key encrypts the tables, at no monthly cost. Give serverSideEncryption.kmsKeyArn through the table's transform where a key of your own is required.",
  },
  {
    rule: "log-group-customer-key",
    reason: "Logs hold no personal data, and CloudWatch Logs encrypts them with AWS's key.",
  },
  {
    rule: "log-group-kept-a-year",
    reason:
      "These logs serve whoever is on call, not an audit; the record of orders is the table. Each stack chooses by logRetentionDays.",
  },
  {
    rule: "dynamodb-deletion-protection",
    stack: /^(?!prod)/,
    reason: "A stack that is not for production is taken down whole, tables included.",
  },
  {
    rule: "dynamodb-deletion-protection",
    name: /^fleet-journal$/,
    reason: "The launch journal is worth nothing without its fleet, with which the stack takes it down.",
  },
  {
    rule: "iam-no-wildcard-resources",
    subject: /^logs:(CreateLogStream|PutLogEvents) on arn:[^*]+:log-group:[^*]+:\*$/,
    reason: "The streams of one log group: Lambda names them when it starts an instance.",
  },
  {
    rule: "iam-no-wildcard-resources",
    subject: /^xray:(PutTraceSegments|PutTelemetryRecords) on \*$/,
    reason: "X-Ray's write actions accept no resource: service authorization reference.",
  },
  {
    rule: "iam-no-wildcard-resources",
    subject: /^dynamodb:ListStreams on arn:[^*]+:table\/[^*]+\/stream\/\*$/,
    reason: "The streams of one table: a stream's ARN ends in the time at which it was made.",
  },
  {
    rule: "iam-no-wildcard-resources",
    subject:
      /^ec2:RunInstances on arn:[^*]+:(instance|volume|network-interface|image)\/\* if (aws:RequestTag\/[^,]+, )?(ec2:InstanceType, )?ec2:LaunchTemplate$/,
    reason:
      "What is launched has no id before; the conditions allow only what the fleet's own launch template describes, with the fleet's tag. The image changes with the parameter that names it.",
  },
  {
    rule: "iam-no-wildcard-resources",
    subject:
      /^ec2:CreateTags on arn:[^*]+:(instance|volume|network-interface)\/\* if aws:RequestTag\/[^,]+, ec2:CreateAction$/,
    reason: "Only while launching, and only with the fleet's tag: the conditions say so.",
  },
  {
    rule: "iam-no-wildcard-resources",
    subject: /^ec2:TerminateInstances on arn:[^*]+:instance\/\* if aws:ResourceTag\/[^,]+$/,
    reason: "Instances come and go; the condition allows only those that carry the fleet's tag.",
  },
  {
    rule: "iam-no-wildcard-resources",
    subject:
      /^(ec2:DescribeInstances|ec2:DescribeInstanceStatus|cloudwatch:GetMetricData) on \*$|^ssm:GetParameters? on arn:[^*]+:\*:parameter\/[^*]+$/,
    reason:
      "Reading the fleet and the metric: neither action accepts a resource. The image's parameter is one, of this account or AWS's public one.",
  },
  {
    rule: "ec2-termination-protection",
    name: /^fleet-template$/,
    reason: "The scaler terminates idle instances, which termination protection would prevent.",
  },
  {
    rule: "alarm-has-action",
    name: /^fleet-cpu-high$/,
    reason:
      "High CPU is what the scaler is for: EventBridge takes the alarm's change of state to it. Nobody is to be woken; the alarms on the scaler itself notify.",
  },
];
