import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as fc from "fast-check";
import { CpuScaler } from "../../../components/cpuScaler/cpuScaler";
import {
  checkCpuScalerArgs,
  cpuScalerArguments,
  type CpuScalerArgs,
} from "../../../components/cpuScaler/arguments";
import { defaultsOf, sentOf } from "../../../components/parts/argumentTable";
import { ACTION_SOURCE } from "../../../handlers/scaling/scalerAction";
import { parseConfiguration } from "../../../handlers/scaling/configuration";
import { WAKE_METRIC } from "../handlers/scaling/situation";
import { promiseOf, recordResources, type Recorder } from "../support/recordResources";

const REQUIRED = {
  amiId: "ami-0123456789abcdef0",
  instanceType: "t3.micro",
  subnetIds: ["subnet-0aaaaaaa", "subnet-0bbbbbbb"],
  securityGroupIds: ["sg-0aaaaaaa"],
} satisfies CpuScalerArgs;
const FLEET = "event-driven-aws-test-web";
const ACCOUNT = "arn:aws:ec2:us-east-1:123456789012";
const ROLE = "arn:aws:iam::123456789012:role/web";
const PROFILE = "arn:aws:iam::123456789012:instance-profile/web";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:ops";
const arn = (name: string) => `arn:aws:test:us-east-1:123456789012:${name}`;

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const PERMISSION = "aws:lambda/permission:Permission";
const FUNCTION = "aws:lambda/function:Function";

interface Built {
  readonly scaler: CpuScaler;
  readonly recorder: Recorder;
}

async function build(args: Partial<CpuScalerArgs> = {}): Promise<Built> {
  const recorder = recordResources();
  const scaler = new CpuScaler("web", { ...REQUIRED, ...args });
  await promiseOf(scaler.functionName);
  await recorder.settled();
  return { scaler, recorder };
}

interface Statement {
  readonly Sid?: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: Record<string, Record<string, unknown>>;
}

function statements(recorder: Recorder): Statement[] {
  const { inputs } = recorder.find("aws:iam/rolePolicy:RolePolicy", "web-scale-policy");
  return (JSON.parse(inputs.policy as string) as { Statement: Statement[] }).Statement;
}

const statement = (recorder: Recorder, sid: string) => statements(recorder).find(({ Sid }) => Sid === sid);

function configurationOf(recorder: Recorder) {
  const { environment } = recorder.find(FUNCTION, "web-scale").inputs as {
    environment: { variables: Record<string, string> };
  };
  return parseConfiguration(environment.variables.SCALER);
}

function problems(args: Partial<Record<keyof CpuScalerArgs, unknown>>): string[] {
  try {
    checkCpuScalerArgs('CpuScaler "web"', { ...REQUIRED, ...args } as CpuScalerArgs);
  } catch (error) {
    if (!(error instanceof pulumi.InputPropertiesError)) throw error;
    return error.errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
  }
  return [];
}

describe("CpuScaler", () => {
  // Building bundles the handler, which takes most of a second: three scalers serve all tests.
  let plain: Built;
  let rich: Built;
  let byParameter: Built;
  before(async () => {
    plain = await build();
    rich = await build({
      tags: { Team: "shop" },
      publicIp: true,
      userData: "#!/bin/sh\necho hello\n",
      rootVolumeGigabytes: 20,
      volumeKmsKeyArn: KEY,
      instanceProfile: { arn: PROFILE, roleArn: ROLE },
      metric: { kind: "dimensions", dimensions: { InstanceType: "t3.micro" } },
      alarmActions: [TOPIC],
      maxInstances: 7,
      paused: true,
      eventBusName: "fleet-events",
      notifications: "ops@example.com",
      minInstances: 0,
      wakeMetric: pulumi.output(WAKE_METRIC),
      reservedConcurrency: 2,
      subnetIds: pulumi.output(Promise.resolve(["subnet-0ccccccc"])),
      securityGroupIds: [pulumi.output("sg-0ccccccc")],
    });
    byParameter = await build({
      amiId: undefined,
      amiSsmParameter: "/aws/service/al2023",
      metric: { kind: "fleetTag" },
    });
  });

  describe("tells what it does", () => {
    it("by default on the default bus, of its own source alone, and to nobody by mail", () => {
      const { recorder, scaler } = plain;
      expect(statement(recorder, "TellTheBus")).to.deep.equal({
        Sid: "TellTheBus",
        Effect: "Allow",
        Action: "events:PutEvents",
        Resource: "arn:aws:events:us-east-1:123456789012:event-bus/default",
        Condition: { StringEquals: { "events:source": ACTION_SOURCE } },
      });
      expect(statement(recorder, "TellTheTopic")).to.equal(undefined);
      expect(recorder.ofType("aws:sns/topic:Topic")).to.deep.equal([]);
      expect(scaler.nodes.notifications).to.equal(undefined);
      expect(configurationOf(recorder)).to.include({ eventBusName: "default" });
      expect(configurationOf(recorder)).not.to.have.property("notificationTopicArn");
    });

    it("on the bus that is named, and by mail through an encrypted topic that wants TLS", () => {
      const { recorder } = rich;
      const topicArn = arn("web-actions");
      expect(statement(recorder, "TellTheBus")?.Resource).to.match(/:event-bus\/fleet-events$/);
      expect(statement(recorder, "TellTheTopic")).to.deep.equal({
        Sid: "TellTheTopic",
        Effect: "Allow",
        Action: "sns:Publish",
        Resource: topicArn,
      });
      const topic = recorder.find("aws:sns/topic:Topic", "web-actions").inputs;
      expect(topic).to.deep.include({ kmsMasterKeyId: "alias/aws/sns", tags: { Team: "shop" } });
      expect(topic).not.to.have.any.keys("name", "policy");
      const policy = recorder.find("aws:sns/topicPolicy:TopicPolicy", "web-actions-policy").inputs.policy;
      expect(JSON.parse(policy as string)).to.deep.include({
        Statement: [
          {
            Sid: "RefuseRequestsWithoutTls",
            Effect: "Deny",
            Principal: "*",
            Action: "sns:Publish",
            Resource: topicArn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      });
      expect(
        recorder.find("aws:sns/topicSubscription:TopicSubscription", "web-actions-email").inputs,
      ).to.deep.equal({ topic: topicArn, protocol: "email", endpoint: "ops@example.com" });
      expect(configurationOf(recorder)).to.include({
        eventBusName: "fleet-events",
        notificationTopicArn: topicArn,
      });
    });
  });

  describe("launches instances from a template", () => {
    it("that is safe by default", () => {
      const { recorder } = plain;
      const { inputs } = recorder.find(TEMPLATE, "web-template");
      expect(inputs).to.deep.include({
        imageId: "ami-0123456789abcdef0",
        instanceType: "t3.micro",
        updateDefaultVersion: true,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        monitoring: { enabled: true },
        networkInterfaces: [
          {
            deviceIndex: 0,
            associatePublicIpAddress: "false",
            securityGroups: ["sg-0aaaaaaa"],
            deleteOnTermination: "true",
          },
        ],
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: { volumeType: "gp3", volumeSize: 8, encrypted: "true", deleteOnTermination: "true" },
          },
        ],
      });
      const tags = { Name: FLEET, Fleet: FLEET };
      expect(inputs.tagSpecifications).to.deep.equal(
        ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
      );
      expect(inputs).not.to.have.any.keys(
        "userData",
        "iamInstanceProfile",
        "keyName",
        "vpcSecurityGroupIds",
        "tags",
      );
    });

    it("with what is asked for", () => {
      const { recorder } = rich;
      const { inputs } = recorder.find(TEMPLATE, "web-template");
      expect(inputs.networkInterfaces).to.have.nested.property("[0].associatePublicIpAddress", "true");
      expect(Buffer.from(inputs.userData as string, "base64").toString()).to.equal("#!/bin/sh\necho hello\n");
      expect(inputs.iamInstanceProfile).to.deep.equal({
        arn: "arn:aws:iam::123456789012:instance-profile/web",
      });
      expect(inputs.blockDeviceMappings).to.have.nested.property("[0].ebs.volumeSize", 20);
      expect(inputs.blockDeviceMappings).to.have.nested.property("[0].ebs.kmsKeyId", KEY);
      expect(inputs.tags).to.deep.equal({ Team: "shop" });
      expect(inputs.tagSpecifications).to.have.nested.property("[1].tags.Team", "shop");
    });

    it("of the image in a parameter", () => {
      const { recorder } = byParameter;
      expect(recorder.find(TEMPLATE, "web-template").inputs.imageId).to.equal(
        "resolve:ssm:/aws/service/al2023",
      );
      expect(statement(recorder, "ReadImageParameter")?.Resource).to.equal(
        "arn:aws:ssm:us-east-1:*:parameter/aws/service/al2023",
      );
      expect(configurationOf(recorder)).to.include({ imageParameter: "/aws/service/al2023" });
      expect(configurationOf(recorder)).not.to.have.property("imageId");
    });
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

  describe("runs a function", () => {
    it("that is told all it needs", () => {
      const { recorder } = plain;
      const { inputs } = recorder.find(FUNCTION, "web-scale");
      expect(inputs).to.deep.include({ timeout: 60, memorySize: 512 });
      expect(configurationOf(recorder)).to.deep.equal({
        ...sentOf(cpuScalerArguments, defaultsOf(cpuScalerArguments)),
        fleetTagKey: "Fleet",
        fleet: FLEET,
        launchTemplateId: "web-template-id",
        launchTemplateVersion: "1",
        tags: { Name: FLEET, Fleet: FLEET },
        journalTableName: "web-journal-0a1b2c3",
        subnetIds: REQUIRED.subnetIds,
        securityGroupIds: REQUIRED.securityGroupIds,
        publicIp: false,
        alarmArn: arn("web-cpu-high"),
        tickRuleArn: arn("web-tick"),
        instanceType: "t3.micro",
        imageId: REQUIRED.amiId,
        minInstances: 1,
        maxInstances: 4,
        targetCpuPercent: 60,
        tolerance: 0.1,
        warmupSeconds: 120,
        scaleInAfterSeconds: 300,
        maxStep: 10,
        paused: false,
      });
      expect(configurationOf(rich.recorder)).to.include({ maxInstances: 7, paused: true, publicIp: true });
      expect(configurationOf(rich.recorder)).to.deep.include({ minInstances: 0, wakeMetric: WAKE_METRIC });
    });

    it("without a reservation by default, as a new account allows none", () => {
      for (const name of ["web-scale", "web-end"]) {
        expect(plain.recorder.find(FUNCTION, name).inputs, name).not.to.have.property(
          "reservedConcurrentExecutions",
        );
      }
      expect(rich.recorder.find(FUNCTION, "web-scale").inputs).to.include({
        reservedConcurrentExecutions: 2,
      });
    });

    it("that may launch from this template and with this tag only", () => {
      const { recorder } = plain;
      const fromTemplate = { ArnEquals: { "ec2:LaunchTemplate": arn("web-template") } };
      const requestTag = { "aws:RequestTag/Fleet": FLEET };
      expect(statement(recorder, "LaunchWithTag")).to.deep.include({
        Action: "ec2:RunInstances",
        Resource: "arn:aws:ec2:us-east-1:123456789012:instance/*",
        Condition: { ...fromTemplate, StringEquals: { ...requestTag, "ec2:InstanceType": "t3.micro" } },
      });
      expect(statement(recorder, "LaunchPartsWithTag")).to.deep.include({
        Resource: [`${ACCOUNT}:volume/*`, `${ACCOUNT}:network-interface/*`],
        Condition: { ...fromTemplate, StringEquals: requestTag },
      });
      expect(statement(recorder, "LaunchFromTemplate")).to.deep.include({
        Resource: [
          arn("web-template"),
          "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0",
          `${ACCOUNT}:subnet/subnet-0aaaaaaa`,
          `${ACCOUNT}:subnet/subnet-0bbbbbbb`,
          `${ACCOUNT}:security-group/sg-0aaaaaaa`,
        ],
        Condition: fromTemplate,
      });
      expect(statement(recorder, "TagWhileLaunching")?.Condition).to.deep.equal({
        StringEquals: { "ec2:CreateAction": "RunInstances", ...requestTag },
      });
    });

    it("that may have volumes encrypted with their key, by way of EC2 alone, where there is one", () => {
      const viaEc2 = { "kms:ViaService": "ec2.us-east-1.amazonaws.com" };
      expect(statement(rich.recorder, "EncryptVolumes")).to.deep.include({
        Action: [
          "kms:DescribeKey",
          "kms:Decrypt",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ],
        Resource: KEY,
        Condition: { StringEquals: viaEc2 },
      });
      expect(statement(rich.recorder, "LendKeyToVolumes")).to.deep.include({
        Action: "kms:CreateGrant",
        Resource: KEY,
        Condition: { StringEquals: viaEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
      });
      const actions = statements(plain.recorder).flatMap(({ Action }) => Action);
      expect(actions.filter((action) => action.startsWith("kms:"))).to.deep.equal([]);
    });

    it("that may terminate what carries the tag, and read", () => {
      const { recorder } = plain;
      expect(statement(recorder, "TerminateWithTag")).to.deep.include({
        Action: "ec2:TerminateInstances",
        Resource: `${ACCOUNT}:instance/*`,
        Condition: { StringEquals: { "aws:ResourceTag/Fleet": FLEET } },
      });
      const everything = statements(recorder).filter(({ Resource }) => Resource === "*");
      expect(everything.map(({ Action }) => Action)).to.deep.equal([
        ["ec2:DescribeInstances", "ec2:DescribeInstanceStatus", "cloudwatch:GetMetricData"],
        ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      ]);
    });

    it("that may pass a role only where instances have one, and read a parameter only where one holds the image", () => {
      const without = plain;
      expect(statements(without.recorder).map(({ Sid }) => Sid)).not.to.include.members([
        "PassInstanceRole",
        "ReadImageParameter",
      ]);
      const { recorder } = rich;
      expect(statement(recorder, "PassInstanceRole")).to.deep.include({
        Action: "iam:PassRole",
        Resource: ROLE,
        Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
      });
    });
  });

  it("ends with its stack: by an invocation that names what must outlive its instances", () => {
    const { recorder } = plain;
    const { inputs } = recorder.find("aws:lambda/invocation:Invocation", "web-fleet-end");
    expect(inputs).to.deep.include({ functionName: "web-end-0a1b2c3", lifecycleScope: "CRUD" });
    expect(JSON.parse(inputs.input as string)).to.deep.equal({
      launchTemplateId: "web-template-id",
      securityGroupIds: REQUIRED.securityGroupIds,
    });
    expect(recorder.find(FUNCTION, "web-end").inputs).to.deep.include({ timeout: 600 });
    const role = recorder.find("aws:iam/rolePolicy:RolePolicy", "web-end-policy").inputs.policy as string;
    const granted = (JSON.parse(role) as { Statement: { Action: string | string[] }[] }).Statement;
    expect(granted.flatMap(({ Action }) => Action)).to.have.members([
      "ec2:TerminateInstances",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceStatus",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "xray:PutTraceSegments",
      "xray:PutTelemetryRecords",
    ]);
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

describe("CpuScaler's arguments", () => {
  it("are good as the defaults say", () => {
    expect(problems(defaultsOf(cpuScalerArguments))).to.deep.equal([]);
  });

  it("are all checked together", () => {
    expect(
      problems({
        amiId: "latest",
        instanceType: "micro",
        subnetIds: [],
        minInstances: 5,
        maxInstances: 4,
        targetCpuPercent: 95,
        alarmCpuPercent: 50,
        maxStep: 0,
        paused: "yes",
        metric: { kind: "dimensions", dimensions: {} },
        reservedConcurrency: -1,
      }).map((problem) => problem.split(":")[0]),
    ).to.have.members([
      "amiId",
      "instanceType",
      "subnetIds",
      "maxInstances",
      "targetCpuPercent",
      "alarmCpuPercent",
      "maxStep",
      "paused",
      "metric.dimensions",
      "reservedConcurrency",
    ]);
  });

  for (const [what, args, problem] of [
    [
      "no image",
      { amiId: undefined },
      "amiId: got neither of amiId and amiSsmParameter; expected exactly one",
    ],
    [
      "two images",
      { amiSsmParameter: "/x", metric: { kind: "fleetTag" } },
      "amiId: got both of amiId and amiSsmParameter; expected exactly one",
    ],
    [
      "a parameter without a metric",
      { amiId: undefined, amiSsmParameter: "/x" },
      "metric: not given; expected one with amiSsmParameter, because an alarm by ImageId must know the image beforehand",
    ],
    [
      "a minimum that nothing wakes the fleet from",
      { minInstances: 0 },
      "minInstances: got 0 without a wakeMetric or a schedule; expected at least 1, because no instance has no CPU, and nothing would ever wake an empty fleet",
    ],
    [
      "a maximum below the minimum",
      { minInstances: 3, maxInstances: 2 },
      "maxInstances: got 2; expected at least minInstances, 3",
    ],
    [
      "a target that nothing can exceed",
      { targetCpuPercent: 90, alarmCpuPercent: 95 },
      "targetCpuPercent: got 90 with a tolerance of 0.1; expected less than 88.2, or a smaller tolerance",
    ],
    [
      "an alarm below the target",
      { alarmCpuPercent: 55 },
      "alarmCpuPercent: got 55; expected at least targetCpuPercent, 60",
    ],
    [
      "an image of another architecture than its type's",
      {
        amiId: undefined,
        amiSsmParameter: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        instanceType: "t4g.micro",
        metric: { kind: "fleetTag" },
      },
      "instanceType: got t4g.micro, which needs an image for arm64; expected one for x86_64, which amiSsmParameter names",
    ],
    [
      "user data of more bytes than EC2 takes, though of fewer characters",
      { userData: "ä".repeat(8_193) },
      `userData: got '${"ä".repeat(8_193)}'; expected a text of 1 to 16,384 bytes in UTF-8`,
    ],
    [
      "an alias for a key",
      { volumeKmsKeyArn: "alias/aws/ebs" },
      `volumeKmsKeyArn: got 'alias/aws/ebs'; expected the ARN of a KMS key like "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-…"`,
    ],
    [
      "a role in place of an instance profile",
      { instanceProfile: { arn: ROLE, roleArn: ROLE } },
      `instanceProfile.arn: got '${ROLE}'; expected the ARN of an instance profile like "arn:aws:iam::123456789012:instance-profile/web"`,
    ],
    [
      "an instance profile in place of its role",
      { instanceProfile: { arn: PROFILE, roleArn: PROFILE } },
      `instanceProfile.roleArn: got '${PROFILE}'; expected the ARN of a role like "arn:aws:iam::123456789012:role/web"`,
    ],
    [
      "a bad subnet",
      { subnetIds: ["subnet-0aaaaaaa", "vpc-1"] },
      `subnetIds: got [ 'subnet-0aaaaaaa', 'vpc-1' ]; expected a list of at least 1: a subnet id like "subnet-0123abcd", each`,
    ],
  ] as const) {
    it("take a schedule, refuse its bad entries by index and name, and need one that wakes", () => {
      const good = { cron: "0 8 * * 1-5", timezone: "Europe/Berlin", min: 1, max: 4 };
      const off = { cron: "0 20 * * *", min: 0, max: 0 };
      expect(problems({ minInstances: 0, schedule: [good, off] })).to.deep.equal([]);
      const bad: [entry: unknown, reason: string][] = [
        [5, "[1]: got 5"],
        [{ ...good, cron: "61 8 * * *" }, '[1].cron: got "61 8 * * *"'],
        [{ ...good, cron: "0 8 * *" }, '[1].cron: got "0 8 * *"'],
        [{ ...good, cron: "0 0 8 * * *" }, '[1].cron: got "0 0 8 * * *"'],
        [{ ...good, cron: "@daily" }, '[1].cron: got "@daily"'],
        [{ ...good, cron: "0 8 31 2 *" }, '[1].cron: got "0 8 31 2 *"; expected a time that comes'],
        [{ ...good, cron: undefined }, "[1].cron: got undefined"],
        [{ ...good, timezone: "Mars/Base" }, '[1].timezone: got "Mars/Base"'],
        [{ ...good, min: -1 }, "[1].min: got -1"],
        [{ ...good, min: 5 }, "[1].max: got 4; expected at least min, 5"],
        [{ ...good, max: "4" }, '[1].max: got "4"'],
        [{ ...good, maximum: 4 }, "[1].maximum: not known"],
      ];
      for (const [entry, reason] of bad) {
        const [problem = "", ...others] = problems({ schedule: [good, entry] });
        expect(others, reason).to.deep.equal([]);
        expect(problem).to.contain(`schedule: ${reason}`);
      }
      expect(problems({ schedule: [off] }).join()).to.contain("schedule: got a min of 0 in every entry");
      expect(problems({ schedule: [off], wakeMetric: WAKE_METRIC })).to.deep.equal([]);
      expect(problems({ schedule: [] }).join()).to.contain("expected a schedule of 1 to 50 entries");
    });

    it(`refuse ${what}`, () => {
      expect(problems(args)).to.deep.equal([problem]);
    });
  }

  it("take a minimum of 0 with a metric that wakes the fleet, and tell the function of both", () => {
    expect(problems({ minInstances: 0, wakeMetric: WAKE_METRIC })).to.deep.equal([]);
    expect(
      problems({ minInstances: pulumi.output(0), wakeMetric: pulumi.output(WAKE_METRIC) }),
    ).to.deep.equal([]);
  });

  for (const [what, wakeMetric] of [
    ["another form", "AWS/SQS"],
    ["null", null],
    ["no namespace", { ...WAKE_METRIC, namespace: "" }],
    ["no name", { ...WAKE_METRIC, name: undefined }],
    ["a dimension that is no text", { ...WAKE_METRIC, dimensions: { QueueName: 1 } }],
    ["dimensions in a list", { ...WAKE_METRIC, dimensions: ["QueueName"] }],
    ["no threshold", { ...WAKE_METRIC, above: undefined }],
    ["a threshold that is no number", { ...WAKE_METRIC, above: NaN }],
    ["a member that nothing reads", { ...WAKE_METRIC, period: 60 }],
  ] as const) {
    it(`refuse a waking metric with ${what}`, () => {
      const found = problems({ minInstances: 0, wakeMetric });
      expect(found).to.have.length(1);
      expect(found[0]).to.match(/^wakeMetric: got .*; expected a metric like \{"namespace":"AWS\/SQS",/s);
    });
  }

  it("are refused exactly outside of their limits", () => {
    const numeric = [
      "minInstances",
      "maxInstances",
      "maxStep",
      "warmupSeconds",
      "scaleInAfterSeconds",
      "tolerance",
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...numeric),
        fc.oneof(fc.integer({ min: -10, max: 10_000 }), fc.double()),
        (name, value) => {
          // Far enough apart for the rules between arguments.
          const others = { minInstances: 1, maxInstances: 1_000, targetCpuPercent: 60 };
          const refused = problems({ ...others, [name]: value }).length > 0;
          const wakes = name !== "minInstances" || value !== 0;
          expect(refused).to.equal(!wakes || !cpuScalerArguments[name].rule.accepts(value));
        },
      ),
    );
  });
});
