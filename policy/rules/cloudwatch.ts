import { elements, members } from "../read";
import { findingIf, type Rule } from "../rule";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

export const cloudwatchRules: readonly Rule[] = [
  {
    name: "alarm-has-action",
    ids: ["CloudWatch.15"],
    severity: "high",
    description: "Alarms tell somebody.",
    advice: "Give alarmActions with the ARN of an SNS topic.",
    types: [ALARM],
    judges: "resource",
    check: ({ props }) => findingIf(elements(props.alarmActions).length === 0, "does nothing in state ALARM"),
  },
  {
    name: "alarm-actions-enabled",
    ids: ["CloudWatch.17", "CKV_AWS_319"],
    severity: "high",
    description: "Alarms' actions are enabled.",
    advice: "Leave actionsEnabled out, or set it to true.",
    types: [ALARM],
    judges: "resource",
    check: ({ props }) => findingIf(props.actionsEnabled === false, "has its actions disabled"),
  },
  {
    name: "log-group-retention",
    ids: ["CKV_AWS_66"],
    severity: "medium",
    description: "Logs are deleted after a time that somebody chose.",
    advice: "Set retentionInDays (configuration key logRetentionDays).",
    types: [LOG_GROUP],
    judges: "resource",
    check: ({ props }) =>
      findingIf(!(Number(props.retentionInDays ?? 0) > 0), "has no retentionInDays, and is kept for ever"),
  },
  {
    name: "log-group-kept-a-year",
    ids: ["CloudWatch.16", "CKV_AWS_338"],
    severity: "low",
    description: "Logs are kept for a year.",
    advice: "Set retentionInDays to 365 or more (configuration key logRetentionDays).",
    types: [LOG_GROUP],
    judges: "resource",
    check: ({ props }) => {
      const days = Number(props.retentionInDays ?? 0);
      // 0 is for ever.
      return findingIf(days > 0 && days < 365, `keeps logs for ${days} days; expected 365 or more`);
    },
  },
  {
    name: "log-group-customer-key",
    ids: ["CKV_AWS_158"],
    severity: "low",
    description: "Logs are encrypted with a key of the account's own.",
    advice: "Set kmsKeyId.",
    types: [LOG_GROUP],
    judges: "resource",
    check: ({ props }) => findingIf(!props.kmsKeyId, "is not encrypted with a customer-managed key"),
  },
  {
    name: "event-target-dead-letter-queue",
    ids: ["Serverless-EventBusDLQ"],
    severity: "high",
    description: "Events that cannot be delivered are kept.",
    advice: "Set deadLetterConfig with the ARN of a queue whose policy lets events.amazonaws.com send.",
    types: ["aws:cloudwatch/eventTarget:EventTarget"],
    judges: "resource",
    check: ({ props }) => findingIf(!members(props.deadLetterConfig).arn, "has no deadLetterConfig"),
  },
];
