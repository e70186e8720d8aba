import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  GetMetricStatisticsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { AwsJson1_0Protocol, AwsQueryProtocol } from "@aws-sdk/core/protocols";
import { SmithyRpcV2CborProtocol } from "@smithy/core/cbor";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createMonitoring } from "../../../src/services/cloudWatch/cloudWatch";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const protocols = {
  "AWS JSON": AwsJson1_0Protocol,
  "RPC v2 CBOR": SmithyRpcV2CborProtocol,
  "the query protocol": AwsQueryProtocol,
};

describe("CloudWatch's wire", () => {
  let cloud: TestCloud;
  const clock = new SteppedClock();
  before(async () => {
    cloud = await startTestCloud({ clock, services: [createMonitoring] });
  });
  after(() => cloud.close());

  for (const [name, protocol] of Object.entries(protocols)) {
    it(`carries metrics, alarms and errors in ${name}`, async () => {
      const config = {
        ...cloud.client,
        protocol: protocol as NonNullable<CloudWatchClientConfig["protocol"]>,
      };
      const client = new CloudWatchClient(config);
      const now = new Date(clock.now());
      const identity = { Namespace: name, MetricName: "Age", Dimensions: [{ Name: "a", Value: "<&>" }] };
      await client.send(
        new PutMetricDataCommand({
          Namespace: name,
          MetricData: [
            {
              MetricName: "Age",
              Dimensions: identity.Dimensions,
              Timestamp: now,
              Values: [1, 2.5],
              Counts: [3, 1],
            },
          ],
        }),
      );
      const { Datapoints } = await client.send(
        new GetMetricStatisticsCommand({
          ...identity,
          StartTime: now,
          EndTime: new Date(now.getTime() + 60_000),
          Period: 60,
          Statistics: ["Sum", "SampleCount"],
          ExtendedStatistics: ["p50"],
        }),
      );
      expect(Datapoints).to.deep.equal([
        { Timestamp: now, Sum: 5.5, SampleCount: 4, ExtendedStatistics: { p50: 1 }, Unit: "None" },
      ]);

      await client.send(
        new PutMetricAlarmCommand({
          ...identity,
          AlarmName: "old",
          Statistic: "Sum",
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 0.5,
          ComparisonOperator: "GreaterThanThreshold",
          AlarmActions: [],
          Tags: [],
        }),
      );
      const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: ["old"] }));
      expect(MetricAlarms?.[0]).to.deep.include({
        AlarmName: "old",
        Threshold: 0.5,
        ActionsEnabled: true,
        StateUpdatedTimestamp: now,
      });
      await client.send(new DeleteAlarmsCommand({ AlarmNames: ["old"] }));

      const errorOf = async (sent: Promise<unknown>) => {
        const error = await sent.catch((cause: unknown) => cause as Error);
        const { name: code, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
        return `${code} ${$metadata.httpStatusCode}`;
      };
      expect([
        await errorOf(client.send(new DeleteAlarmsCommand({ AlarmNames: ["old"] }))),
        await errorOf(client.send(new GetDashboardCommand({ DashboardName: "none" }))),
        await errorOf(client.send(new DeleteAlarmsCommand({ AlarmNames: undefined }))),
      ]).to.deep.equal([
        "ResourceNotFound 404",
        // Two errors have the query protocol's code, which JSON's answers repeat in a header for their clients.
        protocol === SmithyRpcV2CborProtocol ? "DashboardNotFoundError 404" : "ResourceNotFound 404",
        "MissingRequiredParameterException 400",
      ]);
    });
  }

  it("tells what is missing of an alarm that its model does not require, and what it does not do", async () => {
    const alarm = {
      AlarmName: "a",
      Namespace: "n",
      MetricName: "m",
      Statistic: "Sum" as const,
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold" as const,
    };
    const refusal = (change: object) =>
      cloud.call("monitoring", "PutMetricAlarm", { ...alarm, ...change }).then(
        () => "none",
        (error: unknown) => String(error),
      );
    const required = ["EvaluationPeriods", "Threshold", "ComparisonOperator"] as const;
    for (const member of required)
      expect(await refusal({ [member]: undefined })).to.equal(
        `MissingRequiredParameterException: The parameter ${member} is required, and was not given.`,
      );
    expect(await refusal({ Threshold: Infinity })).to.match(/^InvalidParameterValueException: Threshold/);
    expect(await refusal({ Statistic: "Median" })).to.match(/^InvalidParameterValueException: .*Statistic/);
    expect(await refusal({ Period: 5 })).to.match(/^InvalidParameterValueException: Period/);
    expect(await refusal({ AlarmActions: ["arn:a", "b"] })).to.match(/AlarmActions\[1\]/);
    expect(await refusal({ Statistic: undefined, ExtendedStatistic: "tm90" })).to.match(
      /^NotSupportedByEmbeddedCloud: ExtendedStatistic: the statistic tm90/,
    );
  });
});
