import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { clientConfig } from "../shared/retry";
import { ACTION_DETAIL_TYPE, ACTION_SOURCE } from "./scalerAction";
import type { Channel } from "./tell";

/** PutEvents takes as many at once: EventBridge API reference. */
const MOST_ENTRIES = 10;

/** Twice, since both take whatever comes: what they fail on is of the moment. */
const config = { ...clientConfig, maxAttempts: 2 };

export function eventBus(EventBusName: string): Channel {
  const events = new EventBridgeClient(config);
  return {
    name: "the event bus",
    async send(actions) {
      for (let start = 0; start < actions.length; start += MOST_ENTRIES) {
        const { Entries = [], FailedEntryCount = 0 } = await events.send(
          new PutEventsCommand({
            Entries: actions.slice(start, start + MOST_ENTRIES).map((action) => ({
              EventBusName,
              Source: ACTION_SOURCE,
              DetailType: ACTION_DETAIL_TYPE,
              Detail: JSON.stringify(action),
            })),
          }),
        );
        const failed = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
        if (FailedEntryCount > 0)
          throw new Error(`${failed?.ErrorCode ?? "refused"}: ${failed?.ErrorMessage ?? ""}`);
      }
    },
  };
}

/** One message for all that was done at once, in sentences for a person. */
export function topic(TopicArn: string): Channel {
  const sns = new SNSClient(config);
  return {
    name: "the topic",
    async send(actions) {
      const fleet = actions[0]?.fleet ?? "";
      const verbs = actions.map(({ action, count }) => `${action} ${count}`).join(", ");
      await sns.send(
        new PublishCommand({
          TopicArn,
          // ASCII, at most 100 characters: SNS API reference.
          Subject: `${fleet}: ${verbs}`.replace(/[^\x20-\x7e]/g, "?").slice(0, 100),
          Message: actions.map(({ reason }) => reason).join("\n"),
        }),
      );
    },
  };
}
