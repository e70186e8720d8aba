import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import type { Input } from "../../../src/wire/operation";
import { ALARM_ARN, CloudWatchWorld, MINUTE } from "./support";

describe("CloudWatch's alarms", () => {
  let world: CloudWatchWorld;
  beforeEach(async () => {
    world = await CloudWatchWorld.start();
  });
  afterEach(() => world.cloud.close());

  it("raises an alarm after enough breaching periods, and lowers it again, once each", async () => {
    const { clock, put, putAlarm, transitions, history } = world;
    await putAlarm();
    for (const value of [90, 90, 90, 10, 10, 10]) {
      await put(value);
      await clock.advance(MINUTE);
    }
    expect(transitions()).to.deep.equal(["INSUFFICIENT_DATA to ALARM", "ALARM to OK"]);
    expect(await history("StateUpdate")).to.deep.equal([
      "Alarm updated from ALARM to OK",
      "Alarm updated from INSUFFICIENT_DATA to ALARM",
    ]);
  });

  it("tells EventBridge of each transition, in the documented form", async () => {
    const { clock, cloud, put, putAlarm, queue } = world;
    const received = await queue("alarms", "events.amazonaws.com");
    const EventPattern = JSON.stringify({ source: ["aws.cloudwatch"], resources: [ALARM_ARN] });
    await cloud.call("events", "PutRule", { Name: "on-alarm", EventPattern });
    await cloud.call("events", "PutTargets", {
      Rule: "on-alarm",
      Targets: [{ Id: "queue", Arn: "arn:aws:sqs:us-east-1:000000000000:alarms" }],
    });
    await putAlarm({ EvaluationPeriods: 1 });
    await put(99.5);
    await clock.advance(MINUTE);

    const [event, ...others] = await received();
    expect(others).to.deep.equal([]);
    const detail = event!.detail as {
      state: { reasonData: string; reason: string };
      configuration: { metrics: { id: string }[] };
    };
    expect(event).to.include({
      source: "aws.cloudwatch",
      "detail-type": "CloudWatch Alarm State Change",
      time: "2026-01-01T00:01:00Z",
    });
    expect(event!.resources).to.deep.equal([ALARM_ARN]);
    expect(detail).to.deep.equal({
      alarmName: "busy",
      configuration: {
        description: "Too busy",
        metrics: [
          {
            id: detail.configuration.metrics[0]!.id,
            metricStat: {
              metric: { dimensions: {}, name: "Busy", namespace: "Shop" },
              period: 60,
              stat: "Average",
            },
            returnData: true,
          },
        ],
      },
      previousState: {
        reason: "Unchecked: Initial alarm creation",
        timestamp: "2026-01-01T00:00:00.000+0000",
        value: "INSUFFICIENT_DATA",
      },
      state: {
        reason:
          "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (01/01/26 00:00:00)] was greater than the threshold (50.0) (minimum 1 datapoint for OK -> ALARM transition).",
        reasonData: detail.state.reasonData,
        timestamp: "2026-01-01T00:01:00.000+0000",
        value: "ALARM",
      },
    });
    expect(JSON.parse(detail.state.reasonData)).to.deep.equal({
      version: "1.0",
      queryDate: "2026-01-01T00:01:00.000+0000",
      startDate: "2026-01-01T00:00:00.000+0000",
      statistic: "Average",
      period: 60,
      recentDatapoints: [99.5],
      threshold: 50,
      evaluatedDatapoints: [{ timestamp: "2026-01-01T00:00:00.000+0000", sampleCount: 1, value: 99.5 }],
    });
  });

  it("publishes to the topic of an alarm's action, and not while actions are disabled", async () => {
    const { cloud, happened, putAlarm, history } = world;
    const { TopicArn } = await cloud.call("sns", "CreateTopic", { Name: "on-call" });
    await putAlarm({ AlarmActions: [TopicArn], OKActions: [TopicArn] });
    await cloud.call("monitoring", "SetAlarmState", {
      AlarmName: "busy",
      StateValue: "ALARM",
      StateReason: "drill",
    });
    await cloud.call("monitoring", "DisableAlarmActions", { AlarmNames: ["busy"] });
    await cloud.call("monitoring", "SetAlarmState", {
      AlarmName: "busy",
      StateValue: "OK",
      StateReason: "drill over",
    });

    const published = happened.filter((event) => event.type === "notification-published");
    expect(published.map((event) => event.subject)).to.deep.equal(['ALARM: "busy" in us-east-1']);
    expect(JSON.parse(published[0]!.message)).to.include({
      AlarmName: "busy",
      NewStateValue: "ALARM",
      NewStateReason: "drill",
      OldStateValue: "INSUFFICIENT_DATA",
    });
    expect(await history("Action")).to.deep.equal([`Successfully executed action ${TopicArn}`]);
  });

  it("says in the history why an action failed", async () => {
    const { cloud, putAlarm, history } = world;
    const policy = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sns:Publish",
          Resource: "*",
        },
      ],
    };
    const Attributes = { Policy: JSON.stringify(policy) };
    const { TopicArn } = await cloud.call("sns", "CreateTopic", {
      Name: "closed",
      Attributes,
    });
    const unsupported = "arn:aws:automate:us-east-1:ec2:stop";
    await putAlarm({ AlarmActions: [TopicArn, unsupported] });
    await cloud.call("monitoring", "SetAlarmState", {
      AlarmName: "busy",
      StateValue: "ALARM",
      StateReason: "drill",
    });
    const [second, first] = await history("Action");
    expect(first).to.match(
      /^Failed to execute action .*cloudwatch\.amazonaws\.com is not authorized to perform: sns:Publish/,
    );
    expect(second).to.equal(
      `Failed to execute action ${unsupported}: The alarm action ${unsupported} is not supported by the embedded cloud`,
    );
  });

  it("treats missing data as the alarm says", async () => {
    const { clock, put, putAlarm, alarm } = world;
    await putAlarm({ TreatMissingData: "notBreaching", EvaluationPeriods: 1 });
    await put(90);
    await clock.advance(MINUTE);
    expect((await alarm()).StateValue).to.equal("ALARM");
    // The late datapoint counts as long as it is in the evaluation range of three periods.
    await clock.advance(2 * MINUTE);
    expect((await alarm()).StateValue).to.equal("ALARM");
    await clock.advance(MINUTE);
    expect(await alarm()).to.include({
      StateValue: "OK",
      StateReason:
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching] (minimum 1 datapoint for ALARM -> OK transition).",
    });
  });

  it("alarms on a query over the instances that carry a tag", async () => {
    const { clock, cloud, alarm } = world;
    const launch = async (fleet: string) => {
      const { Instances } = await cloud.call("ec2", "RunInstances", {
        ImageId: "ami-0a12023000000864a",
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: fleet }] }],
      });
      return Instances![0]!.InstanceId!;
    };
    const report = (InstanceId: string, Value: number) =>
      cloud.context.call(
        "monitoring",
        "PutMetricData",
        {
          Namespace: "AWS/EC2",
          MetricData: [
            { MetricName: "CPUUtilization", Value, Dimensions: [{ Name: "InstanceId", Value: InstanceId }] },
          ],
        },
        {
          kind: "service",
          service: "ec2.amazonaws.com",
          sourceArn: `arn:aws:ec2:us-east-1:000000000000:instance/${InstanceId}`,
        },
      );
    await report(await launch("web"), 80);
    await report(await launch("web"), 100);
    await report(await launch("other"), 0);
    await new CloudWatchClient(cloud.client).send(
      new PutMetricAlarmCommand({
        AlarmName: "busy",
        Metrics: [
          {
            Id: "cpu",
            Expression: `SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE tag.Fleet = 'web'`,
            Period: 60,
          },
        ],
        EvaluationPeriods: 1,
        Threshold: 89,
        ComparisonOperator: "GreaterThanThreshold",
      }),
    );
    await clock.advance(MINUTE);
    const { StateValue, StateReasonData } = await alarm();
    expect(StateValue).to.equal("ALARM");
    expect(JSON.parse(StateReasonData!)).to.deep.include({ recentDatapoints: [90] });
  });

  it("finds the alarms of a metric by what they name", async () => {
    const { cloud, putAlarm } = world;
    const Dimensions = [{ Name: "A", Value: "1" }];
    await putAlarm();
    await putAlarm({ AlarmName: "other", Dimensions, Period: 300 });
    const found = async (more: Partial<Input<"monitoring", "DescribeAlarmsForMetric">> = {}) => {
      const metric = { Namespace: "Shop", MetricName: "Busy", ...more };
      const { MetricAlarms = [] } = await cloud.call("monitoring", "DescribeAlarmsForMetric", metric);
      return MetricAlarms.map(({ AlarmName }) => AlarmName);
    };
    expect(await found()).to.deep.equal(["busy"]);
    expect(await found({ Dimensions })).to.deep.equal(["other"]);
    expect(await found({ Dimensions, Period: 60 })).to.deep.equal([]);
    expect(await found({ Statistic: "Sum" })).to.deep.equal([]);
    expect(await found({ MetricName: "Idle" })).to.deep.equal([]);
  });

  it("pages through alarms", async () => {
    const { cloud, putAlarm } = world;
    for (let index = 0; index < 3; index++) await putAlarm({ AlarmName: `a${index}` });
    const client = new CloudWatchClient(cloud.client);
    const first = await client.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
    const second = await client.send(
      new DescribeAlarmsCommand({ MaxRecords: 2, NextToken: first.NextToken }),
    );
    const names = [first, second].map((page) => page.MetricAlarms?.map((item) => item.AlarmName).sort());
    expect(names).to.deep.equal([["a0", "a1"], ["a2"]]);
    expect(second.NextToken).to.equal(undefined);
  });

  const refused: readonly (readonly [object, string])[] = [
    [{ Period: 90 }, "Period: got 90; expected 10, 20, 30 or a multiple of 60 seconds"],
    [{ DatapointsToAlarm: 3 }, "DatapointsToAlarm: got 3; expected at most EvaluationPeriods, 2"],
    [{ Statistic: undefined }, "expected exactly one of Statistic and ExtendedStatistic"],
    [{ EvaluationPeriods: 2000 }, "EvaluationPeriods × Period: got 120000 s; expected at most 86400 s"],
    [{ ComparisonOperator: "GreaterThanUpperThreshold" }, "ComparisonOperator"],
    [
      { EvaluateLowSampleCountPercentile: "ignore" },
      "The member EvaluateLowSampleCountPercentile of monitoring:PutMetricAlarm is not supported by the embedded cloud",
    ],
    [{ Metrics: [{ Id: "a", Expression: "m1/m2", Period: 60 }] }, "cannot be given together with Metrics"],
  ];
  for (const [change, reason] of refused) {
    it(`refuses an alarm with ${JSON.stringify(change)}`, async () => {
      const { putAlarm } = world;
      const error = await putAlarm(change).then(
        () => undefined,
        (cause: unknown) => (cause as Error).message,
      );
      expect(error?.toLowerCase()).to.contain(reason.toLowerCase());
    });
  }
});
