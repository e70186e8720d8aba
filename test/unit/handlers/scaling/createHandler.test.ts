import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SNSClient } from "@aws-sdk/client-sns";
import { expect } from "chai";
import sinon from "sinon";
import { createHandler } from "../../../../handlers/scaling/createHandler";
import type { FleetPort } from "../../../../handlers/scaling/fleetPort";
import { answering } from "./awsCalls";
import { tickEvent } from "./events";
import { configuration } from "./situation";

/** An empty fleet, which launches what is asked for; notes what an invocation has left. */
function emptyFleet(left: number[]): FleetPort {
  return {
    open(time) {
      left.push(time.remainingMs());
      return Promise.resolve({
        records: [],
        unseen: 0,
        found: [],
        launch: (count) =>
          Promise.resolve({
            kind: "asked",
            launched: Array.from({ length: count }, (_, index) => `i-${index}`),
            refused: [],
          }),
        terminate: (ids) => Promise.resolve({ kind: "asked", terminated: ids, kept: [] }),
      });
    },
  };
}

describe("createHandler", () => {
  let variables: NodeJS.ProcessEnv;
  beforeEach(() => {
    variables = process.env;
    // Has Powertools write to the console that tests see.
    process.env = {
      ...variables,
      POWERTOOLS_DEV: "true",
      POWERTOOLS_LOG_LEVEL: "SILENT",
      POWERTOOLS_METRICS_DISABLED: "false",
      POWERTOOLS_METRICS_NAMESPACE: "shop/dev",
      POWERTOOLS_SERVICE_NAME: "fleet-scale",
    };
  });
  afterEach(() => {
    sinon.restore();
    process.env = variables;
  });

  for (const [what, notificationTopicArn] of [
    ["the event bus", undefined],
    ["the event bus and the topic", "arn:aws:sns:us-east-1:123456789012:fleet"],
  ] as const)
    it(`reads metrics, acts in the invocation's time, and tells ${what}`, async () => {
      for (const level of ["log", "info", "warn", "error", "debug"] as const) sinon.stub(console, level);
      const metrics = answering(CloudWatchClient, [{}, {}]);
      const bus = answering(EventBridgeClient, [{ FailedEntryCount: 0 }]);
      const topic = answering(SNSClient, [{}]);
      const left: number[] = [];
      const handler = createHandler(
        {
          ...configuration,
          minInstances: 2,
          forecast: true,
          eventBusName: "shop",
          ...(notificationTopicArn !== undefined && { notificationTopicArn }),
        },
        emptyFleet(left),
      );
      const before = Date.now();
      const result = await handler(tickEvent(), { getRemainingTimeInMillis: () => 45_000 });
      expect(result).to.deep.include({ outcome: "reconciled", untold: 0, launched: ["i-0", "i-1"] });
      expect(left).to.deep.equal([45_000]);
      const [history] = await metrics.calls();
      const { EndTime, MetricDataQueries } = history?.input as {
        readonly EndTime: Date;
        readonly MetricDataQueries: readonly object[];
      };
      expect(EndTime.getTime()).to.be.within(before, Date.now());
      expect(MetricDataQueries[0]).to.have.nested.property("MetricStat.Metric.Namespace", "shop/dev");
      expect(MetricDataQueries[0]).to.have.nested.property(
        "MetricStat.Metric.Dimensions[0].Value",
        "fleet-scale",
      );
      expect((await bus.calls())[0]?.input).to.have.nested.property("Entries[0].EventBusName", "shop");
      expect(
        (await topic.calls()).map(({ input }) => (input as { readonly TopicArn: string }).TopicArn),
      ).to.deep.equal(notificationTopicArn === undefined ? [] : [notificationTopicArn]);
    });
});
