import { SteppedClock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import { createEc2 } from "../../../src/services/ec2/ec2";
import { createEvents } from "../../../src/services/eventBridge/eventBridge";
import { createMonitoring } from "../../../src/services/cloudWatch/cloudWatch";
import { createSns } from "../../../src/services/sns/sns";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

export const MINUTE = 60_000;
export const ALARM_ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:busy";

/** A cloud with one metric and an alarm on it, and what its tests ask of it over and over. */
export class CloudWatchWorld {
  readonly happened: CloudEvent[] = [];

  private constructor(
    readonly clock: SteppedClock,
    readonly cloud: TestCloud,
  ) {
    cloud.context.events.subscribe((event) => this.happened.push(event));
  }

  static async start(): Promise<CloudWatchWorld> {
    const clock = new SteppedClock();
    const cloud = await startTestCloud({
      clock,
      services: [createSqs, createSns, createEvents, createEc2, createMonitoring],
      // What is said, and for which minute; how late it comes is tested in conditions/consistency.test.ts.
      conditions: { looseAlarmEvents: false, lateQueueMetrics: false },
    });
    return new CloudWatchWorld(clock, cloud);
  }

  readonly put = (value: number, more: object = {}) =>
    this.cloud.call("monitoring", "PutMetricData", {
      Namespace: "Shop",
      MetricData: [{ MetricName: "Busy", Value: value, ...more }],
    });
  readonly putAlarm = (more: object = {}) =>
    this.cloud.call("monitoring", "PutMetricAlarm", {
      AlarmName: "busy",
      AlarmDescription: "Too busy",
      Namespace: "Shop",
      MetricName: "Busy",
      Statistic: "Average",
      Period: 60,
      EvaluationPeriods: 2,
      Threshold: 50,
      ComparisonOperator: "GreaterThanThreshold",
      ...more,
    });
  readonly alarm = async () => {
    const { MetricAlarms } = await this.cloud.call("monitoring", "DescribeAlarms", { AlarmNames: ["busy"] });
    return MetricAlarms![0]!;
  };
  readonly transitions = () =>
    this.happened
      .filter((event) => event.type === "alarm-state-changed")
      .map((event) => `${event.previousState} to ${event.state}`);
  readonly history = async (HistoryItemType: "StateUpdate" | "Action" | "ConfigurationUpdate") => {
    const { AlarmHistoryItems } = await this.cloud.call("monitoring", "DescribeAlarmHistory", {
      AlarmName: "busy",
      HistoryItemType,
    });
    return AlarmHistoryItems!.map((item) => item.HistorySummary);
  };
  /** A queue that `service` may send to, and what is in it. */
  readonly queue = async (QueueName: string, service: string) => {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: service }, Action: "sqs:SendMessage", Resource: "*" },
      ],
    });
    const { QueueUrl = "" } = await this.cloud.call("sqs", "CreateQueue", {
      QueueName,
      Attributes: { Policy },
    });
    return async () => {
      const { Messages = [] } = await this.cloud.call("sqs", "ReceiveMessage", {
        QueueUrl,
        MaxNumberOfMessages: 10,
      });
      return Messages.map((message) => JSON.parse(message.Body ?? "") as Record<string, unknown>);
    };
  };
}
