import { expect } from "chai";
import { untyped } from "../../support/untyped";
import { SteppedClock } from "../../../src/core/clock";
import { createMonitoring } from "../../../src/services/cloudWatch/cloudWatch";
import { createEvents } from "../../../src/services/eventBridge/eventBridge";
import { createSns } from "../../../src/services/sns/sns";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const ARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm";

describe("composite alarms", () => {
  let cloud: TestCloud;

  beforeEach(async () => {
    cloud = await startTestCloud({
      clock: new SteppedClock(),
      services: [createSqs, createSns, createEvents, createMonitoring],
      // Events of alarms come at once, and once.
      conditions: { looseAlarmEvents: false },
    });
    for (const AlarmName of ["cpu", "disk"]) await putMetric(AlarmName);
  });
  afterEach(() => cloud.close());

  const putMetric = (AlarmName: string) =>
    cloud.call("monitoring", "PutMetricAlarm", {
      AlarmName,
      Namespace: "Shop",
      MetricName: AlarmName,
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
    });
  const putComposite = (AlarmName: string, AlarmRule: string, more: object = {}) =>
    cloud.call("monitoring", "PutCompositeAlarm", { AlarmName, AlarmRule, ...more });
  const set = (AlarmName: string, StateValue: "OK" | "ALARM") =>
    cloud.call("monitoring", "SetAlarmState", { AlarmName, StateValue, StateReason: "by hand" });
  const describeComposite = async (name: string) => {
    const { CompositeAlarms } = await cloud.call("monitoring", "DescribeAlarms", {
      AlarmNames: [name],
      AlarmTypes: ["CompositeAlarm"],
    });
    return CompositeAlarms![0]!;
  };
  const stateOf = async (name: string) => (await describeComposite(name)).StateValue;
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );

  it("follow the alarms that their rule names, and the composite ones on top of them", async () => {
    await putComposite("both", "ALARM(cpu) AND ALARM(disk)");
    await putComposite("top", 'ALARM("both")');
    expect(await stateOf("both")).to.equal("OK");
    await set("cpu", "ALARM");
    expect(await stateOf("both")).to.equal("OK");
    await set("disk", "ALARM");
    expect([await stateOf("both"), await stateOf("top")]).to.deep.equal(["ALARM", "ALARM"]);
    await set("cpu", "OK");
    expect([await stateOf("both"), await stateOf("top")]).to.deep.equal(["OK", "OK"]);
    const { AlarmHistoryItems } = await cloud.call("monitoring", "DescribeAlarmHistory", {
      AlarmName: "top",
      HistoryItemType: "StateUpdate",
    });
    expect(
      AlarmHistoryItems!.map(({ AlarmType, HistorySummary }) => [AlarmType, HistorySummary]),
    ).to.deep.equal([
      ["CompositeAlarm", "Alarm updated from ALARM to OK"],
      ["CompositeAlarm", "Alarm updated from OK to ALARM"],
      ["CompositeAlarm", "Alarm updated from INSUFFICIENT_DATA to OK"],
    ]);
  });

  it("are described only where they are asked for", async () => {
    await putComposite("both", "ALARM(cpu)");
    const names = async (AlarmTypes?: ("MetricAlarm" | "CompositeAlarm")[]) => {
      const { MetricAlarms, CompositeAlarms } = await cloud.call("monitoring", "DescribeAlarms", {
        AlarmTypes,
      });
      return [...MetricAlarms!, ...CompositeAlarms!].map(({ AlarmName }) => AlarmName);
    };
    expect(await names()).to.deep.equal(["cpu", "disk"]);
    expect(await names(["CompositeAlarm"])).to.deep.equal(["both"]);
    expect(await names(["MetricAlarm", "CompositeAlarm"])).to.deep.equal(["cpu", "disk", "both"]);
  });

  it("tell EventBridge and their topics, in the documented form", async () => {
    const Policy = JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: "*" }],
    });
    const { QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", {
      QueueName: "q",
      Attributes: { Policy },
    });
    const Endpoint = "arn:aws:sqs:us-east-1:000000000000:q";
    const { TopicArn = "" } = await cloud.call("sns", "CreateTopic", { Name: "t" });
    await cloud.call("sns", "Subscribe", {
      TopicArn,
      Protocol: "sqs",
      Endpoint,
      Attributes: { RawMessageDelivery: "true" },
    });
    const EventPattern = JSON.stringify({ resources: [`${ARN}:both`] });
    await cloud.call("events", "PutRule", { Name: "r", EventPattern });
    await cloud.call("events", "PutTargets", { Rule: "r", Targets: [{ Id: "q", Arn: Endpoint }] });
    await putComposite("both", "ALARM(cpu)", { AlarmActions: [TopicArn] });
    await cloud.call("sqs", "PurgeQueue", { QueueUrl });
    await set("cpu", "ALARM");

    const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
    });
    const bodies = Messages.map(({ Body = "" }) => JSON.parse(Body) as Record<string, unknown>);
    const event = bodies.find((body) => "detail" in body) as {
      detail: Record<string, Record<string, unknown>>;
    };
    expect(event.detail).to.deep.include({ alarmName: "both", configuration: { alarmRule: "ALARM(cpu)" } });
    expect(event.detail.state).to.include({ value: "ALARM" });
    expect(event.detail.state!.reason).to.match(
      /^arn:aws:cloudwatch:\S+:alarm:cpu transitioned to ALARM at \w+day \d\d \w+, \d{4} \d\d:\d\d:\d\d UTC$/,
    );
    expect(JSON.parse(String(event.detail.state!.reasonData))).to.have.nested.property(
      "triggeringAlarms[0].arn",
      `${ARN}:cpu`,
    );
    const notice = bodies.find((body) => "AlarmRule" in body);
    expect(notice).to.include({
      AlarmName: "both",
      NewStateValue: "ALARM",
      OldStateValue: "OK",
      AlarmRule: "ALARM(cpu)",
    });
  });

  it("need the alarms that they name, which cannot be deleted before them", async () => {
    expect(await refusal(putComposite("both", "ALARM(cpu) AND ALARM(gone)"))).to.equal(
      "ValidationException: Could not save the composite alarm as alarms [gone] in the alarm rule do not exist",
    );
    await putComposite("both", "ALARM(cpu)");
    const remove = (...AlarmNames: string[]) =>
      refusal(cloud.call("monitoring", "DeleteAlarms", { AlarmNames }));
    expect(await remove("cpu")).to.equal(
      "ValidationException: Cannot delete cpu as there are composite alarm(s) depending on it.",
    );
    expect(await remove("both", "cpu")).to.equal("none");
  });

  it("in a circle are kept, and not evaluated", async () => {
    await putComposite("a", "ALARM(cpu)");
    await putComposite("b", "ALARM(a)");
    await putComposite("a", "ALARM(b) OR ALARM(cpu)");
    await set("cpu", "ALARM");
    expect([await stateOf("a"), await stateOf("b")]).to.deep.equal(["OK", "OK"]);
    await putComposite("a", "ALARM(cpu)");
    expect([await stateOf("a"), await stateOf("b")]).to.deep.equal(["ALARM", "ALARM"]);
  });

  it("do not share a name with a metric alarm", async () => {
    expect(await refusal(putComposite("cpu", "TRUE"))).to.match(
      /^ValidationException: .*the name of a metric alarm/,
    );
    await putComposite("both", "TRUE");
    expect(await refusal(putMetric("both"))).to.match(
      /^ValidationException: .*the name of a composite alarm/,
    );
  });

  it("without a suppressor: that is not supported", async () => {
    expect(await refusal(putComposite("both", "TRUE", { ActionsSuppressor: "cpu" }))).to.include(
      "ActionsSuppressor of monitoring:PutCompositeAlarm is not supported",
    );
  });

  it("and metric alarms are deleted all together or not at all", async () => {
    const AlarmNames = ["cpu", "gone"];
    expect(await refusal(cloud.call("monitoring", "DeleteAlarms", { AlarmNames }))).to.match(
      /^ResourceNotFound/,
    );
    const { MetricAlarms } = await cloud.call("monitoring", "DescribeAlarms", {});
    expect(MetricAlarms).to.have.length(2);
  });

  it("and whatever else carries tags must be there to carry them", async () => {
    const Tags = [{ Key: "team", Value: "shop" }];
    await cloud.call("monitoring", "TagResource", { ResourceARN: `${ARN}:cpu`, Tags });
    for (const [operation, more] of [
      ["TagResource", { Tags }],
      ["UntagResource", { TagKeys: ["team"] }],
      ["ListTagsForResource", {}],
    ] as const) {
      const ResourceARN = `${ARN}:gone`;
      expect(await refusal(untyped(cloud.call)("monitoring", operation, { ResourceARN, ...more }))).to.match(
        /^ResourceNotFoundException/,
      );
    }
  });
});
