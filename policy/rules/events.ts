import { members } from "../read";
import { findingIf, type Rule } from "../rule";

export const eventsRules: readonly Rule[] = [
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
