import { members } from "../read";
import type { Rule } from "../rule";

/** The tags by which costs and owners are found. */
const REQUIRED_TAGS = ["Project", "Stack"];

export const tagRules: readonly Rule[] = [
  {
    name: "tagged",
    ids: ["SQS.2", "DynamoDB.5", "Lambda.6", "SNS.3", "IAM.24", "EventBridge.2"],
    severity: "medium",
    description: "Resources say which project and stack they belong to.",
    advice: `Pass the stack's tags on: ${REQUIRED_TAGS.join(" and ")}.`,
    types: [
      "aws:sqs/queue:Queue",
      "aws:dynamodb/table:Table",
      "aws:lambda/function:Function",
      "aws:lambda/eventSourceMapping:EventSourceMapping",
      "aws:iam/role:Role",
      "aws:iam/policy:Policy",
      "aws:iam/instanceProfile:InstanceProfile",
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      "aws:cloudwatch/eventRule:EventRule",
      "aws:ec2/launchTemplate:LaunchTemplate",
      "aws:ec2/securityGroup:SecurityGroup",
      "aws:kms/key:Key",
      "aws:sns/topic:Topic",
      "aws:sesv2/emailIdentity:EmailIdentity",
      "aws:ssm/parameter:Parameter",
    ],
    judges: "resource",
    check: ({ props }) => {
      // With tags by the provider's default, those of the resource alone are not all.
      const tags = members(props.tagsAll ?? props.tags);
      const missing = REQUIRED_TAGS.filter((key) => !tags[key]);
      return missing.length === 0 ? [] : [{ reason: `has no tag ${missing.join(", none ")}` }];
    },
  },
];
