import { expect } from "chai";
import { deployedProgram, type DeployedProgram } from "../support/deployedProgram";

interface AlarmNotification {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly NewStateValue: string;
}

describe("the deployed program's alarms", function () {
  this.timeout(60_000);
  const deployed = deployedProgram();
  let program: DeployedProgram;
  before(() => {
    program = deployed();
  });

  const alarms = async () => {
    const { MetricAlarms = [] } = await program.cloud.call("monitoring", "DescribeAlarms", {
      AlarmNamePrefix: "event-driven-aws-dev-operations-",
    });
    return MetricAlarms.map(({ AlarmName = "" }) => AlarmName);
  };
  const setState = (AlarmName: string, StateValue: "OK" | "ALARM") =>
    program.cloud.call("monitoring", "SetAlarmState", { AlarmName, StateValue, StateReason: "a test" });

  it("tell the encrypted topic, each with its chapter of the runbook", async () => {
    const names = await alarms();
    expect(names).to.have.length.of.at.least(11);
    for (const name of names) {
      await setState(name, "OK");
      await setState(name, "ALARM");
      const { message } = await program.log.first(
        "notification-published",
        (event) =>
          event.topicArn === program.output("alarmTopicArn") &&
          (JSON.parse(event.message) as AlarmNotification).AlarmName === name &&
          (JSON.parse(event.message) as AlarmNotification).NewStateValue === "ALARM",
      );
      expect(message).to.include("docs/RUNBOOK.md#");
    }
  });

  it("would tell nobody with the key that AWS manages for SNS", async () => {
    const [name = ""] = await alarms();
    const TopicArn = program.output("alarmTopicArn");
    const attribute = { TopicArn, AttributeName: "KmsMasterKeyId" };
    const { Attributes } = await program.cloud.call("sns", "GetTopicAttributes", { TopicArn });
    const AttributeValue = Attributes?.KmsMasterKeyId;
    await program.cloud.call("sns", "SetTopicAttributes", { ...attribute, AttributeValue: "alias/aws/sns" });
    try {
      await setState(name, "OK");
      await setState(name, "ALARM");
      const { errorCode } = await program.log.first(
        "request",
        (event) => event.operation === "Publish" && event.errorCode !== undefined,
      );
      expect(errorCode).to.equal("KMSAccessDeniedException");
    } finally {
      await program.cloud.call("sns", "SetTopicAttributes", { ...attribute, AttributeValue });
    }
  });

  it("stand on the dashboard", async () => {
    const { DashboardBody } = await program.cloud.call("monitoring", "GetDashboard", {
      DashboardName: program.output("dashboardName"),
    });
    for (const name of await alarms()) expect(DashboardBody).to.include(`:alarm:${name}"`);
  });
});
