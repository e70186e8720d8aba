import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { createEventBus } from "../shared/eventBus";
import { clientConfig, realTiming } from "../shared/retry";
import { traced } from "../shared/tracing";
import { ACTION_DETAIL_TYPE, ACTION_SOURCE, type ScalerAction } from "./scalerAction";
import type { Channel } from "./tell";

/** Within what `tell` leaves a channel; milliseconds. */
const LONGEST_MS = 8_000;

export function eventBus(busName: string): Channel {
  const bus = createEventBus({
    client: traced(new EventBridgeClient(clientConfig)),
    busName,
    timing: realTiming,
    entryOf: (action: ScalerAction) => ({
      Source: ACTION_SOURCE,
      DetailType: ACTION_DETAIL_TYPE,
      Detail: JSON.stringify(action),
    }),
  });
  return {
    name: "the event bus",
    async send(actions) {
      const problems = await bus.sendAll(actions, realTiming.now() + LONGEST_MS);
      const problem = problems.find((one) => one !== undefined);
      if (problem !== undefined) throw problem;
    },
  };
}

/** One message for all that was done at once, in sentences for a person. */
export function topic(TopicArn: string): Channel {
  // Twice, since a topic takes whatever comes: what it fails on is of the moment.
  const sns = traced(new SNSClient({ ...clientConfig, maxAttempts: 2 }));
  return {
    name: "the topic",
    async send(actions) {
      const fleet = actions[0]?.fleet ?? "";
      const verbs = actions
        .map((done) =>
          done.action === "resize"
            ? `resize from ${done.from} to ${done.to}`
            : `${done.action} ${done.count}`,
        )
        .join(", ");
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
