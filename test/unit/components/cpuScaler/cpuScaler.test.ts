import { expect } from "chai";
import { CpuScaler } from "../../../../components/cpuScaler/cpuScaler";
import { promiseOf, recordResources } from "../../support/recordResources";
import {
  ACCOUNT,
  arn,
  build,
  configurationOf,
  FLEET,
  FUNCTION,
  plainScaler,
  REQUIRED,
  richScaler,
  scalerByParameter,
  statement,
  TEMPLATE,
  type Built,
  type Statement,
} from "./support";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const PERMISSION = "aws:lambda/permission:Permission";

describe("CpuScaler", () => {
  let plain: Built;
  let rich: Built;
  let byParameter: Built;
  before(async () => {
    plain = await plainScaler();
    rich = await richScaler();
    byParameter = await scalerByParameter();
  });

  describe("is woken", () => {
    it("by the alarm on the image's CPU", () => {
      const { recorder } = plain;
      const { inputs } = recorder.find(ALARM, "web-cpu-high");
      expect(inputs).to.deep.include({
        namespace: "AWS/EC2",
        metricName: "CPUUtilization",
        dimensions: { ImageId: "ami-0123456789abcdef0" },
        statistic: "Average",
        period: 60,
        comparisonOperator: "GreaterThanThreshold",
        threshold: 80,
        evaluationPeriods: 1,
        treatMissingData: "notBreaching",
      });
      expect(inputs).not.to.have.any.keys("alarmActions", "metricQueries", "tags");
      const { eventPattern } = recorder.find(RULE, "web-alarm").inputs;
      expect(JSON.parse(eventPattern as string)).to.deep.equal({
        source: ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        resources: [arn("web-cpu-high")],
      });
    });

    it("by the alarm on other dimensions, or on the fleet's tag", () => {
      const { inputs } = rich.recorder.find(ALARM, "web-cpu-high");
      expect(inputs.dimensions).to.deep.equal({ InstanceType: "t3.micro" });
      expect(inputs.alarmActions).to.deep.equal(["arn:aws:sns:us-east-1:123456789012:ops"]);

      const query = byParameter.recorder.find(ALARM, "web-cpu-high").inputs;
      expect(query).not.to.have.any.keys("metricName", "namespace", "dimensions", "statistic", "period");
      expect(query.metricQueries).to.deep.equal([
        {
          id: "cpu",
          expression: `SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE tag.Fleet = '${FLEET}'`,
          period: 60,
          returnData: true,
        },
      ]);
    });

    it("by a tick each minute", () => {
      const { recorder } = plain;
      const { inputs } = recorder.find(RULE, "web-tick");
      expect(inputs.scheduleExpression).to.equal("rate(1 minute)");
      expect(inputs).not.to.have.property("eventPattern");
    });

    for (const source of ["alarm", "tick"]) {
      it(`by the ${source}'s rule alone, with retries and a queue for what cannot be delivered`, () => {
        const { recorder } = plain;
        const fn = recorder.find(FUNCTION, "web-scale");
        expect(recorder.find(TARGET, `web-${source}-target`).inputs).to.deep.equal({
          rule: `web-${source}-0a1b2c3`,
          arn: arn(fn.name),
          retryPolicy: { maximumEventAgeInSeconds: 180, maximumRetryAttempts: 5 },
          deadLetterConfig: { arn: arn("web-failures") },
        });
        expect(recorder.find(PERMISSION, `web-${source}-permission`).inputs).to.deep.equal({
          function: "web-scale-0a1b2c3",
          action: "lambda:InvokeFunction",
          principal: "events.amazonaws.com",
          sourceArn: arn(`web-${source}`),
        });
      });
    }

    it("and hands over what fails: events by EventBridge, from these rules only, and invocations by Lambda", () => {
      const { recorder } = plain;
      const policy = recorder.find("aws:sqs/queuePolicy:QueuePolicy", "web-failures-policy").inputs
        .policy as string;
      const [deny, allow] = (JSON.parse(policy) as { Statement: Statement[] }).Statement;
      expect(deny).to.deep.include({ Effect: "Deny", Action: "sqs:*" });
      expect(allow).to.deep.include({
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Condition: { ArnEquals: { "aws:SourceArn": [arn("web-alarm"), arn("web-tick")] } },
      });
      const invocations = recorder.find(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "web-scale-invocations",
      );
      expect(invocations.inputs).to.deep.include({
        destinationConfig: { onFailure: { destination: arn("web-failures") } },
        maximumEventAgeInSeconds: 180,
      });
    });
  });

  it("takes ids that are known only later", () => {
    const { recorder } = rich;
    expect(configurationOf(recorder)).to.deep.include({
      subnetIds: ["subnet-0ccccccc"],
      securityGroupIds: ["sg-0ccccccc"],
    });
    expect(statement(recorder, "LaunchFromTemplate")?.Resource).to.include(
      `${ACCOUNT}:subnet/subnet-0ccccccc`,
    );
  });

  it("plans everything in a preview, where nothing is known yet", async () => {
    const recorder = recordResources("preview");
    new CpuScaler("web", REQUIRED);
    await recorder.settled();
    const names = recorder.resources.filter(({ custom }) => custom).map(({ name }) => name);
    expect(names).to.have.members([
      "web-template",
      "web-cpu-high",
      "web-alarm",
      "web-tick",
      "web-failures",
      "web-failures-policy",
      "web-journal",
      "web-end",
      "web-end-logs",
      "web-end-role",
      "web-end-policy",
      "web-fleet-end",
      "web-scale",
      "web-scale-logs",
      "web-scale-role",
      "web-scale-policy",
      "web-scale-invocations",
      "web-alarm-target",
      "web-alarm-permission",
      "web-tick-target",
      "web-tick-permission",
    ]);
  });

  it("lets every child be changed", async () => {
    const { recorder } = await build({
      transform: {
        launchTemplate: (args) => ({ args: { ...args, ebsOptimized: "true" } }),
        alarm: (args) => ({ args: { ...args, evaluationPeriods: 3 } }),
        alarmRule: (args) => ({ args: { ...args, description: "alarm" } }),
        tickRule: (args) => ({ args: { ...args, description: "tick" } }),
        alarmTarget: (args) => ({ args: { ...args, input: "alarm" } }),
        tickTarget: (args) => ({ args: { ...args, input: "tick" } }),
        alarmPermission: (args) => ({ args: { ...args, statementId: "alarm" } }),
        tickPermission: (args) => ({ args: { ...args, statementId: "tick" } }),
        failureQueue: { queue: (args) => ({ args: { ...args, delaySeconds: 1 } }) },
        scaleFleet: { function: (args) => ({ args: { ...args, memorySize: 1024 } }) },
        invokeConfig: (args) => ({ args: { ...args, maximumRetryAttempts: 0 } }),
      },
    });
    const input = (type: string, name: string, property: string) =>
      recorder.find(type, name).inputs[property];
    expect(input(TEMPLATE, "web-template", "ebsOptimized")).to.equal("true");
    expect(input(ALARM, "web-cpu-high", "evaluationPeriods")).to.equal(3);
    expect(input(RULE, "web-alarm", "description")).to.equal("alarm");
    expect(input(RULE, "web-tick", "description")).to.equal("tick");
    expect(input(TARGET, "web-alarm-target", "input")).to.equal("alarm");
    expect(input(TARGET, "web-tick-target", "input")).to.equal("tick");
    expect(input(PERMISSION, "web-alarm-permission", "statementId")).to.equal("alarm");
    expect(input(PERMISSION, "web-tick-permission", "statementId")).to.equal("tick");
    expect(input("aws:sqs/queue:Queue", "web-failures", "delaySeconds")).to.equal(1);
    expect(input(FUNCTION, "web-scale", "memorySize")).to.equal(1024);
    expect(
      input(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "web-scale-invocations",
        "maximumRetryAttempts",
      ),
    ).to.equal(0);
  });

  it("tells its fleet, and where to look", async () => {
    const { scaler } = plain;
    expect(scaler.fleet).to.equal(FLEET);
    expect(await promiseOf(scaler.alarmName)).to.equal("web-cpu-high-0a1b2c3");
    expect(await promiseOf(scaler.launchTemplateId)).to.equal("web-template-id");
    expect(await promiseOf(scaler.failureQueueUrl)).to.match(/\/web-failures$/);
  });
});
