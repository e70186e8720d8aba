import { ALARM, EVENT_TARGET, LOG_GROUP } from "../resources";
import { ARN, one, type RuleCases } from "./ruleCases";

export const cloudwatchCases: Readonly<Record<string, RuleCases>> = {
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
  "event-target-dead-letter-queue": {
    passes: { "with one": one(EVENT_TARGET, { deadLetterConfig: { arn: ARN } }) },
    fails: { "without one": one(EVENT_TARGET), "left empty": one(EVENT_TARGET, { deadLetterConfig: {} }) },
  },
};
