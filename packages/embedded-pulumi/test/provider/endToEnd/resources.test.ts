import { expect } from "chai";
import { SteppedClock } from "embedded-aws";
import type { PropertyMap } from "../../../src/engine/values";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { createIn, providerOf } from "./providerOf";

/** Each resource with every input that the provider takes, created by the services themselves. */
describe("the provider, on the services themselves,", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock });
  });
  afterEach(() => cloud.close());

  const provider = () => providerOf(cloud, clock);
  const create = (type: string, inputs: PropertyMap) => createIn(cloud, clock, type, inputs);
  const invoke = (token: string, args: PropertyMap) => provider().invoke(token, args, {});
  const tags = { Stack: "dev" };
  const TAGS = [{ Key: "Stack", Value: "dev" }];

  it("finds the default network", async () => {
    const vpc = await invoke("aws:ec2/getVpc:getVpc", { default: true });
    expect(vpc).to.include({ cidrBlock: "172.31.0.0/16", default: true });
    expect(await invoke("aws:ec2/getVpc:getVpc", { id: vpc.id! })).to.deep.equal(vpc);
    const { ids } = await invoke("aws:ec2/getSubnets:getSubnets", {
      filters: [
        { name: "vpc-id", values: [vpc.id!] },
        { name: "default-for-az", values: ["true"] },
      ],
    });
    expect(ids).to.have.length(3);
  });

  it("creates a managed policy with what describes it", async () => {
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" }],
    });
    const created = await create("aws:iam/policy:Policy", { name: "send", policy, description: "d", tags });
    expect(created.id).to.equal("arn:aws:iam::000000000000:policy/send");
  });

  it("reads a public parameter", async () => {
    const name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
    const parameter = await invoke("aws:ssm/getParameter:getParameter", { name });
    expect(parameter).to.include({ name, type: "String", version: 1 });
    expect(parameter.value).to.match(/^ami-/);
  });

  it("creates a security group that allows what its program says, and no more", async () => {
    const range = { protocol: "tcp", fromPort: 443, toPort: 443, description: "HTTPS" };
    const group = await create("aws:ec2/securityGroup:SecurityGroup", {
      description: "of a test",
      ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, self: true }],
      egress: [{ ...range, cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"] }],
      tags,
    });
    const { SecurityGroups = [] } = await cloud.call("ec2", "DescribeSecurityGroups", {
      GroupIds: [group.id],
    });
    const peers = { UserIdGroupPairs: [], IpRanges: [], Ipv6Ranges: [], PrefixListIds: [] };
    const self = { UserId: "000000000000", GroupId: group.id, Description: undefined };
    expect(SecurityGroups[0]).to.deep.include({
      GroupName: "x-0123abc",
      Description: "of a test",
      Tags: [{ Key: "Stack", Value: "dev" }],
      IpPermissions: [{ ...peers, IpProtocol: "-1", UserIdGroupPairs: [self] }],
      IpPermissionsEgress: [
        {
          ...peers,
          IpProtocol: "tcp",
          FromPort: 443,
          ToPort: 443,
          IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "HTTPS" }],
          Ipv6Ranges: [{ CidrIpv6: "::/0", Description: "HTTPS" }],
        },
      ],
    });
    expect(group.outputs.arn).to.equal(`arn:aws:ec2:us-east-1:000000000000:security-group/${group.id}`);
  });

  it("creates a launch template from which instances start", async () => {
    const group = await create("aws:ec2/securityGroup:SecurityGroup", {});
    await cloud.call("ec2", "CreateKeyPair", { KeyName: "k", KeyType: "ed25519" });
    const template = await create("aws:ec2/launchTemplate:LaunchTemplate", {
      description: "of a test",
      updateDefaultVersion: true,
      imageId: "ami-0a12023000000864a",
      instanceType: "t3.micro",
      keyName: "k",
      ebsOptimized: "true",
      instanceInitiatedShutdownBehavior: "terminate",
      userData: "ZWNobw==",
      monitoring: { enabled: true },
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        httpProtocolIpv6: "disabled",
        instanceMetadataTags: "disabled",
      },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            deleteOnTermination: "true",
            encrypted: "true",
            iops: 3000,
            throughput: 125,
            volumeSize: 8,
            volumeType: "gp3",
          },
        },
      ],
      networkInterfaces: [
        { associatePublicIpAddress: "false", deleteOnTermination: "true", securityGroups: [group.id] },
      ],
      tagSpecifications: [{ resourceType: "instance", tags: { Fleet: "web" } }],
      tags,
    });
    expect(template.outputs).to.include({ latestVersion: 1, defaultVersion: 1 });
    const { Instances = [] } = await cloud.call("ec2", "RunInstances", {
      LaunchTemplate: { LaunchTemplateId: template.id },
      MinCount: 1,
      MaxCount: 1,
    });
    expect(Instances[0]).to.deep.include({
      ImageId: "ami-0a12023000000864a",
      InstanceType: "t3.micro",
      Monitoring: { State: "enabled" },
      SecurityGroups: [{ GroupId: group.id, GroupName: "x-0123abc" }],
    });
    expect(Instances[0]?.Tags).to.have.deep.members([
      { Key: "Fleet", Value: "web" },
      { Key: "aws:ec2launchtemplate:id", Value: template.id },
      { Key: "aws:ec2launchtemplate:version", Value: "1" },
    ]);
  });

  it("creates a topic with its policy and a subscription", async () => {
    const topic = await create("aws:sns/topic:Topic", {
      displayName: "Alarms",
      kmsMasterKeyId: "alias/aws/sns",
      signatureVersion: 2,
      tracingConfig: "PassThrough",
      tags,
    });
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "sns:Publish", Resource: topic.id }],
    });
    await create("aws:sns/topicPolicy:TopicPolicy", { arn: topic.id, policy });
    const subscription = await create("aws:sns/topicSubscription:TopicSubscription", {
      topic: topic.id,
      protocol: "sqs",
      endpoint: "arn:aws:sqs:us-east-1:000000000000:q",
      rawMessageDelivery: true,
    });
    const { Attributes } = await cloud.call("sns", "GetTopicAttributes", { TopicArn: topic.id });
    expect(Attributes).to.include({
      DisplayName: "Alarms",
      KmsMasterKeyId: "alias/aws/sns",
      SignatureVersion: "2",
      Policy: policy,
      SubscriptionsConfirmed: "1",
    });
    const subscribed = await cloud.call("sns", "GetSubscriptionAttributes", {
      SubscriptionArn: subscription.id,
    });
    expect(subscribed.Attributes).to.include({
      Protocol: "sqs",
      RawMessageDelivery: "true",
    });
  });

  it("creates identities of SES, old and new", async () => {
    const identity = await create("aws:sesv2/emailIdentity:EmailIdentity", {
      emailIdentity: "a@example.com",
      tags,
    });
    expect(identity.outputs).to.include({ identityType: "EMAIL_ADDRESS", verifiedForSendingStatus: true });
    await create("aws:ses/emailIdentity:EmailIdentity", { email: "b@example.com" });
    const { EmailIdentities = [] } = await cloud.call("ses", "ListEmailIdentities", {});
    expect(EmailIdentities.map(({ IdentityName }) => IdentityName)).to.have.members([
      "a@example.com",
      "b@example.com",
    ]);
  });

  it("creates alarms on a metric and on a query, and a dashboard", async () => {
    const actions = ["arn:aws:sns:us-east-1:000000000000:t"];
    const common = { comparisonOperator: "GreaterThanThreshold", evaluationPeriods: 2, threshold: 80 };
    const alarm = await create("aws:cloudwatch/metricAlarm:MetricAlarm", {
      ...common,
      datapointsToAlarm: 1,
      treatMissingData: "notBreaching",
      namespace: "AWS/EC2",
      metricName: "CPUUtilization",
      period: 60,
      statistic: "Average",
      unit: "Percent",
      dimensions: { ImageId: "ami-1" },
      alarmDescription: "of a test",
      actionsEnabled: true,
      alarmActions: actions,
      okActions: actions,
      insufficientDataActions: actions,
      tags,
    });
    await create("aws:cloudwatch/metricAlarm:MetricAlarm", {
      ...common,
      name: "query",
      metricQueries: [
        {
          id: "q",
          expression: 'SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId)',
          period: 60,
          returnData: true,
        },
      ],
    });
    await create("aws:cloudwatch/metricAlarm:MetricAlarm", {
      ...common,
      name: "statistic",
      metricQueries: [
        {
          id: "m",
          returnData: true,
          metric: { namespace: "N", metricName: "M", period: 60, stat: "p99", dimensions: { A: "b" } },
        },
      ],
    });
    const { MetricAlarms = [] } = await cloud.call("monitoring", "DescribeAlarms", {});
    expect(MetricAlarms.map(({ AlarmName }) => AlarmName)).to.have.members([
      "x-0123abc",
      "query",
      "statistic",
    ]);
    expect(MetricAlarms.map(({ AlarmArn }) => AlarmArn)).to.include(alarm.outputs.arn);
    const dashboardBody = '{"widgets":[]}';
    await create("aws:cloudwatch/dashboard:Dashboard", { dashboardName: "d", dashboardBody });
    expect(await cloud.call("monitoring", "GetDashboard", { DashboardName: "d" })).to.include({
      DashboardBody: dashboardBody,
    });
  });

  it("creates rules on a pattern and on a schedule, and their targets", async () => {
    const rule = await create("aws:cloudwatch/eventRule:EventRule", {
      description: "of a test",
      eventPattern: { source: ["aws.cloudwatch"] },
      state: "DISABLED",
      eventBusName: "default",
      tags,
    });
    await create("aws:cloudwatch/eventRule:EventRule", {
      name: "tick",
      scheduleExpression: "rate(1 minute)",
    });
    await create("aws:cloudwatch/eventTarget:EventTarget", {
      rule: rule.id,
      arn: "arn:aws:lambda:us-east-1:000000000000:function:f",
      inputTransformer: {
        inputPaths: { state: "$.detail.state.value" },
        inputTemplate: '{"state": "<state>"}',
      },
      deadLetterConfig: { arn: "arn:aws:sqs:us-east-1:000000000000:q" },
      retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 5 },
    });
    await create("aws:cloudwatch/eventTarget:EventTarget", {
      rule: "tick",
      targetId: "input",
      arn: "arn:aws:sqs:us-east-1:000000000000:q",
      input: "{}",
    });
    await create("aws:cloudwatch/eventTarget:EventTarget", {
      rule: "tick",
      targetId: "path",
      arn: "arn:aws:sqs:us-east-1:000000000000:q",
      inputPath: "$.detail",
    });
    expect(await cloud.call("events", "DescribeRule", { Name: rule.id })).to.include({
      Arn: rule.outputs.arn,
      State: "DISABLED",
    });
    const { Targets } = await cloud.call("events", "ListTargetsByRule", { Rule: "tick" });
    expect(Targets?.map(({ Id }) => Id)).to.have.members(["input", "path"]);
    expect(
      await cloud.call("events", "ListTagsForResource", { ResourceARN: rule.outputs.arn as string }),
    ).to.deep.equal({
      Tags: TAGS,
    });
  });

  it("creates a bus with its policy, a rule and a target on it", async () => {
    const encryption = {
      kmsKeyIdentifier: "alias/events",
      deadLetterConfig: { arn: "arn:aws:sqs:us-east-1:000000000000:q" },
    };
    const bus = await create("aws:cloudwatch/eventBus:EventBus", {
      description: "of a test",
      ...encryption,
      tags,
    });
    const eventBusName = bus.id;
    expect(await cloud.call("events", "DescribeEventBus", { Name: eventBusName })).to.deep.include({
      KmsKeyIdentifier: encryption.kmsKeyIdentifier,
      DeadLetterConfig: { Arn: encryption.deadLetterConfig.arn },
    });
    const Resource = `arn:aws:events:us-east-1:000000000000:event-bus/${eventBusName}`;
    expect(bus.outputs.arn).to.equal(Resource);
    await create("aws:cloudwatch/eventPermission:EventPermission", {
      eventBusName,
      principal: "111122223333",
      statementId: "partner",
    });
    const rule = await create("aws:cloudwatch/eventRule:EventRule", {
      name: "on-bus",
      eventPattern: { source: ["shop"] },
      eventBusName,
    });
    expect(rule.id).to.equal(`${eventBusName}/on-bus`);
    const target = await create("aws:cloudwatch/eventTarget:EventTarget", {
      rule: "on-bus",
      targetId: "t",
      arn: "arn:aws:sqs:us-east-1:000000000000:q",
      eventBusName,
    });
    expect(target.id).to.equal(`${eventBusName}-on-bus-t`);
    const { Targets } = await cloud.call("events", "ListTargetsByRule", {
      Rule: "on-bus",
      EventBusName: eventBusName,
    });
    expect(Targets).to.have.lengthOf(1);
    const policy = async () =>
      (await cloud.call("events", "DescribeEventBus", { Name: eventBusName })).Policy ?? "";
    expect(await policy()).to.contain("arn:aws:iam::111122223333:root");
    const statement = {
      Effect: "Deny",
      Principal: "*",
      Action: "events:PutEvents",
      Resource,
    };
    await create("aws:cloudwatch/eventBusPolicy:EventBusPolicy", {
      eventBusName,
      policy: { Version: "2012-10-17", Statement: statement },
    });
    expect(await policy()).to.contain("Deny");
  });

  it("creates a composite alarm", async () => {
    const { id, outputs } = await create("aws:cloudwatch/compositeAlarm:CompositeAlarm", {
      alarmName: "both",
      alarmRule: "\n  TRUE OR FALSE\n",
      alarmDescription: "of a test",
      alarmActions: ["arn:aws:sns:us-east-1:000000000000:t"],
      tags,
    });
    const { CompositeAlarms = [] } = await cloud.call("monitoring", "DescribeAlarms", {
      AlarmNames: [id],
      AlarmTypes: ["CompositeAlarm"],
    });
    expect(CompositeAlarms[0]).to.include({
      AlarmName: "both",
      AlarmArn: outputs.arn,
      AlarmRule: "TRUE OR FALSE",
    });
  });

  it("creates a parameter", async () => {
    const parameter = await create("aws:ssm/parameter:Parameter", {
      name: "/shop/ami",
      type: "String",
      value: "v",
    });
    expect(parameter.outputs).to.include({ version: 1 });
    expect(await invoke("aws:ssm/getParameter:getParameter", { name: "/shop/ami" })).to.include({
      value: "v",
      arn: parameter.outputs.arn!,
    });
  });
});
