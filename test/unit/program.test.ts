import { expect } from "chai";
import { promiseOf } from "./support/recordResources";
import { runProgram } from "./support/program";

const IMAGE = "ami-0123456789abcdef0";

describe("the program", () => {
  it("deploys the order pipeline alone when nothing is configured, and says where orders go", async () => {
    const { recorder, outputs } = await runProgram({});
    expect(recorder.ofType("event-driven-aws:components:OrderPipeline")).to.have.length(1);
    expect(recorder.ofType("event-driven-aws:components:CpuScaler")).to.have.length(0);
    expect(recorder.ofType("aws:lambda/function:Function")).to.have.length(1);
    expect(await promiseOf(outputs.orderQueueUrl)).to.contain("/orders-queue");
    expect(await promiseOf(outputs.orderDeadLetterQueueUrl)).to.contain("/orders-queue-dead-letters");
    expect(await promiseOf(outputs.ordersTableName)).to.match(/^orders-orders-/);
    expect(await promiseOf(outputs.inventoryTableName)).to.match(/^orders-inventory-/);
    expect(await promiseOf(outputs.processOrdersFunctionName)).to.match(/^orders-process-/);
    expect(outputs.confirmationFailureQueueUrl).to.equal(undefined);
    expect(outputs.scaleFleetFunctionName).to.equal(undefined);
    // Of an output that is there and undefined, Pulumi warns.
    expect(Object.values(outputs)).not.to.include(undefined);
  });

  it("has an order API where the stack asks for one", async () => {
    const without = await runProgram({ ordersApiRateLimit: "5" });
    expect(without.outputs.orderApiUrl).to.equal(undefined);
    const { recorder, outputs } = await runProgram({
      ordersApi: "true",
      ordersApiRateLimit: "5",
      ordersApiJwtIssuer: "https://issuer.example",
      ordersApiJwtAudiences: '["shop"]',
      logRetentionDays: "7",
    });
    expect(outputs.orderApiUrl).not.to.equal(undefined);
    const [stage] = recorder.ofType("aws:apigatewayv2/stage:Stage");
    expect(stage?.inputs).to.have.nested.property("defaultRouteSettings.throttlingRateLimit", 5);
    expect(recorder.ofType("aws:apigatewayv2/authorizer:Authorizer")).to.have.length(1);
    expect(
      recorder.find("aws:cloudwatch/logGroup:LogGroup", "orders-api-access").inputs.retentionInDays,
    ).to.equal(7);
    const alarms = recorder.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name }) => name);
    expect(alarms).to.include("operations-orders-api-errors");
  });

  it("hands the stack's configuration to the components", async () => {
    const { recorder, outputs } = await runProgram({
      ordersBatchSize: "100",
      ordersBatchingWindowSeconds: "5",
      ordersTimeoutSeconds: "20",
      ordersMemoryMegabytes: "1024",
      confirmationSender: "shop@example.com",
      logRetentionDays: "7",
      deletionProtection: "false",
    });
    expect(
      recorder.find("aws:lambda/eventSourceMapping:EventSourceMapping", "orders-process-mapping").inputs,
    ).to.include({
      batchSize: 100,
      maximumBatchingWindowInSeconds: 5,
    });
    expect(recorder.find("aws:sqs/queue:Queue", "orders-queue").inputs.visibilityTimeoutSeconds).to.equal(
      125,
    );
    expect(recorder.find("aws:lambda/function:Function", "orders-confirm").inputs).to.include({
      memorySize: 1024,
      timeout: 20,
    });
    expect(
      recorder.find("aws:cloudwatch/logGroup:LogGroup", "orders-confirm-logs").inputs.retentionInDays,
    ).to.equal(7);
    for (const { inputs } of recorder.ofType("aws:dynamodb/table:Table")) {
      expect(inputs.deletionProtectionEnabled).to.equal(false);
    }
    expect(outputs.confirmationFailureQueueUrl).not.to.equal(undefined);
  });

  it("adds the event bus when it is asked for, and says its name", async () => {
    const { recorder, outputs } = await runProgram({ ordersEvents: "true", ordersTimeToLiveDays: "365" });
    expect(recorder.ofType("aws:cloudwatch/eventBus:EventBus")).to.have.length(1);
    expect(await promiseOf(outputs.orderEventBusName!)).to.match(/^orders-events/);
    expect(await promiseOf(outputs.announceOrdersFunctionName!)).to.match(/^orders-announce/);
    expect(outputs.announcementFailureQueueUrl).not.to.equal(undefined);
    expect(await promiseOf(outputs.customerIndexName)).to.equal("byCustomer");
    expect(recorder.find("aws:dynamodb/table:Table", "orders-orders").inputs.ttl).to.deep.equal({
      attributeName: "expiresAt",
      enabled: true,
    });
  });

  it("adds the scaler when an image is named, in the default network, closed to the outside", async () => {
    const { recorder, outputs } = await runProgram({
      scalerAmiId: IMAGE,
      scalerMaxInstances: "7",
      scalerTolerance: "0.2",
    });
    expect(await promiseOf(outputs.scaleFleetFunctionName!)).to.be.a("string");
    expect(outputs.fleetName).to.equal("event-driven-aws-test-fleet");
    const group = recorder.find("aws:ec2/securityGroup:SecurityGroup", "fleet-group").inputs;
    expect(group).to.deep.include({ vpcId: "vpc-0123abcd" });
    expect(group).not.to.have.property("ingress");
    const [template] = recorder.ofType("aws:ec2/launchTemplate:LaunchTemplate");
    expect(template?.inputs).to.include({ imageId: IMAGE, instanceType: "t3.micro" });
    // Without it nothing in a default VPC reaches the internet.
    expect(template?.inputs.networkInterfaces).to.have.nested.property(
      "[0].associatePublicIpAddress",
      "true",
    );
    const settings = JSON.stringify(
      recorder.ofType("aws:lambda/function:Function").map(({ inputs }) => inputs.environment),
    );
    expect(settings).to.contain('\\"maxInstances\\":7').and.to.contain('\\"tolerance\\":0.2');
  });

  it("uses the network that is given, and then makes no group", async () => {
    const { recorder } = await runProgram({
      scalerAmiId: IMAGE,
      scalerSubnetIds: '["subnet-0123456789abcdef0"]',
      scalerSecurityGroupIds: '["sg-0123456789abcdef0"]',
    });
    expect(recorder.ofType("aws:ec2/securityGroup:SecurityGroup")).to.have.length(0);
    const [template] = recorder.ofType("aws:ec2/launchTemplate:LaunchTemplate");
    expect(template?.inputs.networkInterfaces).to.have.nested.property(
      "[0].associatePublicIpAddress",
      "false",
    );
    expect(
      JSON.stringify(recorder.ofType("aws:lambda/function:Function").map(({ inputs }) => inputs.environment)),
    ).to.contain("subnet-0123456789abcdef0");
  });

  it("gives the fleet a network of its own, where instances have no public addresses", async () => {
    const { recorder } = await runProgram({ scalerAmiId: IMAGE, scalerNetwork: "private" });
    const [template] = recorder.ofType("aws:ec2/launchTemplate:LaunchTemplate");
    expect(template?.inputs.networkInterfaces).to.have.nested.property(
      "[0].associatePublicIpAddress",
      "false",
    );
    expect(recorder.find("aws:ec2/vpc:Vpc", "fleet-network-vpc").inputs).to.include({
      cidrBlock: "10.0.0.0/16",
    });
    expect(
      JSON.stringify(recorder.ofType("aws:lambda/function:Function").map(({ inputs }) => inputs.environment)),
    ).to.contain('\\"subnetIds\\":[\\"subnet-0123abc1\\",\\"subnet-0123abc2\\"]');
  });

  it("tags everything that takes tags with the project and the stack", async () => {
    const { recorder } = await runProgram({
      scalerAmiId: IMAGE,
      scalerNetwork: "private",
      confirmationSender: "shop@example.com",
      ordersEvents: "true",
    });
    const untagged = new Set([
      "aws:sqs/queuePolicy:QueuePolicy",
      "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:lambda/permission:Permission",
      "aws:lambda/invocation:Invocation",
      "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
      "aws:cloudwatch/eventTarget:EventTarget",
      "aws:cloudwatch/dashboard:Dashboard",
      "aws:kms/alias:Alias",
      "aws:ec2/route:Route",
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
      "aws:sns/topicPolicy:TopicPolicy",
      "aws:sns/topicSubscription:TopicSubscription",
    ]);
    for (const { type, name, inputs, custom } of recorder.resources) {
      if (!custom || untagged.has(type) || type.startsWith("pulumi:")) continue;
      expect(inputs.tags, `${type} ${name}`).to.include({ Project: "event-driven-aws", Stack: "test" });
    }
  });

  it("previews without knowing what only AWS knows", async () => {
    const { recorder } = await runProgram(
      { scalerAmiId: IMAGE, confirmationSender: "shop@example.com" },
      "preview",
    );
    expect(recorder.ofType("aws:lambda/function:Function")).to.have.length(4);
  });

  for (const partition of ["aws-cn", "aws-us-gov"]) {
    it(`names everything in its own partition, ${partition} for one`, async () => {
      const arn = (rest: string) => `arn:${partition}:${rest}`;
      for (const own of [
        { confirmationIdentityArn: arn("ses:us-east-1:123456789012:identity/example.com") },
        { createSenderIdentity: "true" },
        {},
      ]) {
        const { recorder } = await runProgram(
          {
            ...own,
            confirmationSender: "shop@example.com",
            confirmationConfigurationSet: "mail",
            alarmEmail: "on-call@example.com",
            scalerAmiSsmParameter: "/ami",
            scalerMetric: "InstanceType",
            scalerVolumeKmsKeyArn: arn("kms:us-east-1:123456789012:key/k"),
            scalerInstanceProfileArn: arn("iam::123456789012:instance-profile/web"),
            scalerInstanceRoleArn: arn("iam::123456789012:role/web"),
          },
          "update",
          partition,
        );
        expect(recorder.resources.length).to.be.above(50);
        for (const { type, name, inputs } of recorder.resources) {
          expect(JSON.stringify(inputs), `${type} ${name}`).not.to.contain("arn:aws:");
        }
        // Where a service has two names, a condition must know both.
        const policy = JSON.stringify(
          recorder.find("aws:iam/rolePolicy:RolePolicy", "fleet-scale-policy").inputs,
        );
        expect(policy.includes("ec2.amazonaws.com.cn")).to.equal(partition === "aws-cn");
        expect(policy.includes("ec2.us-east-1.amazonaws.com.cn")).to.equal(partition === "aws-cn");
      }
    });
  }
});
