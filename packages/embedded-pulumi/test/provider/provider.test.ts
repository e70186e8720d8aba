import { expect } from "chai";
import { type ResourceRequest, ResourceFailure } from "../../src/engine/provider";
import { Archive, Asset, type PropertyMap, UNKNOWN } from "../../src/engine/values";
import { createProvider } from "../../src/provider/provider";
import { recordingContext } from "./recordingContext";

function request(type: string, inputs: PropertyMap, config: PropertyMap = {}): ResourceRequest {
  return { urn: `urn::${type}::orders`, type, name: "orders", inputs, nameSuffix: "0123abc", config };
}

const QUEUE = "aws:sqs/queue:Queue";
const check = (type: string, inputs: PropertyMap, config?: PropertyMap) =>
  createProvider(recordingContext().context).check(request(type, inputs, config));

describe("the provider's check", () => {
  it("fills in the automatic name, and leaves a given one", () => {
    expect(check(QUEUE, {})).to.deep.equal({ name: "orders-0123abc" });
    expect(check(QUEUE, { name: "mine" })).to.deep.equal({ name: "mine" });
    expect(
      check("aws:lambda/permission:Permission", { function: "f", action: "a", principal: "p" }),
    ).to.include({
      statementId: "orders-0123abc",
    });
  });

  const refused: [string, string, PropertyMap, string | undefined, RegExp][] = [
    ["a type", "aws:s3/bucket:Bucket", {}, undefined, /this resource type is not supported/],
    ["a property", QUEUE, { encrypted: true }, "encrypted", /not supported by the embedded cloud/],
    [
      "a nested property",
      "aws:dynamodb/table:Table",
      { hashKey: "id", attributes: [{ name: "id", type: "S", x: 1 }] },
      "attributes.0.x",
      /not supported by the embedded cloud/,
    ],
    ["a missing property", "aws:iam/role:Role", {}, "assumeRolePolicy", /missing, and has no default/],
    ["a wrong type", QUEUE, { delaySeconds: "5" }, "delaySeconds", /got "5"; expected number/],
    [
      "an object that is none",
      "aws:lambda/function:Function",
      { environment: 5 },
      "environment",
      /expected Object/,
    ],
    ["a policy that is not JSON", QUEUE, { policy: "{" }, "policy", /expected text that is valid JSON/],
  ];
  for (const [what, type, given, property, reason] of refused) {
    it(`refuses ${what}, naming it`, () => {
      const complete = type.includes("lambda/function")
        ? { role: "r", code: new Archive({ assets: {} }), handler: "h", runtime: "nodejs24.x", ...given }
        : given;
      try {
        check(type, complete);
      } catch (error) {
        expect(error).to.be.instanceOf(ResourceFailure).with.property("property", property);
        expect((error as ResourceFailure).reason).to.match(reason);
        return;
      }
      throw new Error("it was accepted");
    });
  }

  it("does not judge what a preview does not know yet, but judges the rest", () => {
    const inputs = {
      functionName: UNKNOWN,
      eventSourceArn: UNKNOWN,
      scalingConfig: { maximumConcurrency: UNKNOWN },
    };
    const mapping = "aws:lambda/eventSourceMapping:EventSourceMapping";
    expect(check(mapping, inputs)).to.deep.equal(inputs);
    expect(() => check(mapping, { ...inputs, queues: ["q"] })).to.throw(ResourceFailure, "queues");
  });

  it("holds the configured region against the cloud's", () => {
    expect(check(QUEUE, {}, { region: "eu-west-1" })).to.have.property("name");
    expect(() => check(QUEUE, {}, { region: "us-east-1" })).to.throw(
      ResourceFailure,
      "got us-east-1; expected eu-west-1",
    );
  });

  it("takes an explicit provider with a region, and no other setting that would matter", () => {
    const provider = "pulumi:providers:aws";
    const inputs = { region: "eu-west-1", skipCredentialsValidation: "false", skipRegionValidation: "true" };
    expect(check(provider, inputs)).to.deep.equal(inputs);
    expect(() => check(provider, { ...inputs, endpoints: "[]" })).to.throw(ResourceFailure, "aws:endpoints");
  });
});

/** Creates one resource as the engine does; gives what was called and what came out. */
async function create(
  type: string,
  inputs: PropertyMap,
  answers: Record<string, object> = {},
  config: PropertyMap = {},
) {
  const { context, calls } = recordingContext(answers);
  const provider = createProvider(context);
  const checked = provider.check(request(type, inputs, config));
  const created = await provider.create(request(type, checked, config));
  return { ...created, calls };
}

describe("the provider creates", () => {
  it("a queue with the attributes that were given, and reads back the others", async () => {
    const { id, outputs, calls } = await create(
      QUEUE,
      { visibilityTimeoutSeconds: 90, sqsManagedSseEnabled: true, redrivePolicy: '{"maxReceiveCount":5}' },
      {
        "sqs:CreateQueue": { QueueUrl: "http://127.0.0.1/q" },
        "sqs:GetQueueAttributes": {
          Attributes: { QueueArn: "arn:q", VisibilityTimeout: "90", DelaySeconds: "0" },
        },
      },
    );
    expect(calls[0]).to.deep.equal({
      operation: "sqs:CreateQueue",
      input: {
        QueueName: "orders-0123abc",
        Attributes: {
          VisibilityTimeout: "90",
          SqsManagedSseEnabled: "true",
          RedrivePolicy: '{"maxReceiveCount":5}',
        },
        tags: {},
      },
    });
    expect(id).to.equal("http://127.0.0.1/q");
    expect(outputs).to.include({
      url: "http://127.0.0.1/q",
      arn: "arn:q",
      visibilityTimeoutSeconds: 90,
      delaySeconds: 0,
    });
  });

  it("a queue's policy from a document", async () => {
    const { calls, id } = await create("aws:sqs/queuePolicy:QueuePolicy", {
      queueUrl: "u",
      policy: { Version: "v" },
    });
    expect(calls).to.deep.equal([
      {
        operation: "sqs:SetQueueAttributes",
        input: { QueueUrl: "u", Attributes: { Policy: '{"Version":"v"}' } },
      },
    ]);
    expect(id).to.equal("u");
  });

  it("tags from the resource over the provider's default tags", async () => {
    const { calls, outputs } = await create(
      "aws:cloudwatch/logGroup:LogGroup",
      { tags: { Team: "orders" }, retentionInDays: 14 },
      {},
      { defaultTags: '{"tags":{"Team":"all","Project":"shop"}}' },
    );
    const tagsAll = { Team: "orders", Project: "shop" };
    expect(calls).to.deep.equal([
      { operation: "logs:CreateLogGroup", input: { logGroupName: "orders-0123abc", tags: tagsAll } },
      {
        operation: "logs:PutRetentionPolicy",
        input: { logGroupName: "orders-0123abc", retentionInDays: 14 },
      },
    ]);
    expect(outputs).to.deep.include({ tags: { Team: "orders" }, tagsAll });
  });

  it("a table with stream, recovery and protection", async () => {
    const { calls, id, outputs } = await create(
      "aws:dynamodb/table:Table",
      {
        hashKey: "orderId",
        attributes: [{ name: "orderId", type: "S" }],
        billingMode: "PAY_PER_REQUEST",
        streamEnabled: true,
        streamViewType: "NEW_IMAGE",
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
        deletionProtectionEnabled: true,
      },
      {
        "dynamodb:DescribeTable": {
          Table: { TableArn: "arn:t", LatestStreamArn: "arn:s", LatestStreamLabel: "l" },
        },
      },
    );
    expect(calls.map(({ operation }) => operation)).to.deep.equal([
      "dynamodb:CreateTable",
      "dynamodb:UpdateContinuousBackups",
      "dynamodb:DescribeTable",
    ]);
    expect(calls[0]?.input).to.deep.equal({
      TableName: "orders-0123abc",
      AttributeDefinitions: [{ AttributeName: "orderId", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "orderId", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      SSESpecification: { Enabled: true, SSEType: "KMS" },
      DeletionProtectionEnabled: true,
    });
    expect(id).to.equal("orders-0123abc");
    expect(outputs).to.include({ arn: "arn:t", streamArn: "arn:s", streamLabel: "l" });
  });

  it("a role, then its inline policies", async () => {
    const { calls, outputs } = await create(
      "aws:iam/role:Role",
      { assumeRolePolicy: "{}", inlinePolicies: [{ name: "p", policy: "{}" }] },
      { "iam:CreateRole": { Role: { Arn: "arn:r", RoleId: "AROA", CreateDate: new Date(0) } } },
    );
    expect(calls.map(({ operation }) => operation)).to.deep.equal(["iam:CreateRole", "iam:PutRolePolicy"]);
    expect(outputs).to.include({ arn: "arn:r", uniqueId: "AROA", path: "/", maxSessionDuration: 3600 });
    expect(outputs).to.include({ createDate: "1970-01-01T00:00:00.000Z" });
  });

  it("a function from its packaged code", async () => {
    const description = {
      FunctionArn: "arn:aws:lambda:eu-west-1:000000000000:function:f",
      CodeSize: 120,
      CodeSha256: "sha",
      LastModified: "2026-01-01T00:00:00.000+0000",
      Version: "$LATEST",
    };
    const { calls, id, outputs } = await create(
      "aws:lambda/function:Function",
      {
        name: "f",
        role: "arn:r",
        code: new Archive({ assets: { "__index.js": new Asset({ text: "x" }) } }),
        handler: "__index.handler",
        runtime: "nodejs24.x",
        environment: { variables: { TABLE: "t" } },
        loggingConfig: { logFormat: "JSON", logGroup: "g" },
        reservedConcurrentExecutions: 5,
      },
      { "lambda:CreateFunction": description },
    );
    const [created, concurrency] = calls;
    expect(created?.input).to.deep.include({
      FunctionName: "f",
      Handler: "__index.handler",
      MemorySize: 128,
      Timeout: 3,
      Environment: { Variables: { TABLE: "t" } },
      LoggingConfig: { LogFormat: "JSON", LogGroup: "g" },
    });
    const { Code } = created?.input as { Code: { ZipFile: string } };
    expect(Buffer.from(Code.ZipFile, "base64").subarray(0, 2).toString()).to.equal("PK");
    expect(concurrency?.input).to.deep.equal({ FunctionName: "f", ReservedConcurrentExecutions: 5 });
    expect(id).to.equal("f");
    expect(outputs).to.include({
      qualifiedArn: `${description.FunctionArn}:$LATEST`,
      invokeArn: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${description.FunctionArn}/invocations`,
      sourceCodeSize: 120,
    });
  });

  it("an event source mapping without the members that were not given", async () => {
    const { calls, id } = await create(
      "aws:lambda/eventSourceMapping:EventSourceMapping",
      {
        functionName: "f",
        eventSourceArn: "arn:q",
        batchSize: 10,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: 4 },
      },
      {
        "lambda:CreateEventSourceMapping": {
          UUID: "u",
          FunctionArn: "arn:f",
          State: "Enabled",
          BatchSize: 10,
        },
      },
    );
    expect(calls[0]?.input).to.deep.equal({
      FunctionName: "f",
      EventSourceArn: "arn:q",
      Enabled: true,
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 4 },
    });
    expect(id).to.equal("u");
  });

  it("an alarm from metric queries", async () => {
    const { calls, outputs } = await create("aws:cloudwatch/metricAlarm:MetricAlarm", {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 3,
      threshold: 70,
      metricQueries: [{ id: "q", expression: "SELECT 1", period: 60, returnData: true }],
    });
    expect(calls[0]?.input).to.deep.include({
      AlarmName: "orders-0123abc",
      TreatMissingData: "missing",
      Metrics: [{ Id: "q", Expression: "SELECT 1", Period: 60, ReturnData: true }],
    });
    expect(outputs.arn).to.equal("arn:aws:cloudwatch:eu-west-1:000000000000:alarm:orders-0123abc");
  });

  it("no event target that EventBridge refuses inside a successful answer", async () => {
    const outcome = await create(
      "aws:cloudwatch/eventTarget:EventTarget",
      { rule: "r", arn: "arn:f" },
      {
        "events:PutTargets": { FailedEntryCount: 1, FailedEntries: [{ ErrorCode: "E", ErrorMessage: "no" }] },
      },
    ).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error).with.property("message", "E: no");
  });

  it("a launch template's data in EC2's words", async () => {
    const { calls, outputs, id } = await create(
      "aws:ec2/launchTemplate:LaunchTemplate",
      {
        imageId: "ami-1",
        instanceType: "t4g.small",
        metadataOptions: { httpTokens: "required" },
        blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }],
        tagSpecifications: [{ resourceType: "instance", tags: { Fleet: "web" } }],
      },
      {
        "ec2:CreateLaunchTemplate": {
          LaunchTemplate: { LaunchTemplateId: "lt-1", LatestVersionNumber: 1, DefaultVersionNumber: 1 },
        },
      },
    );
    expect(calls[0]?.input).to.deep.equal({
      LaunchTemplateName: "orders-0123abc",
      LaunchTemplateData: {
        ImageId: "ami-1",
        InstanceType: "t4g.small",
        MetadataOptions: { HttpTokens: "required" },
        BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { Encrypted: true } }],
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: "web" }] }],
      },
    });
    expect(id).to.equal("lt-1");
    expect(outputs).to.include({ latestVersion: 1, defaultVersion: 1 });
  });
});

describe("the provider's functions", () => {
  const invoke = (token: string, args: PropertyMap, answers: Record<string, object> = {}) =>
    createProvider(recordingContext(answers).context).invoke(token, args, {});
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => "",
      (error: unknown) => {
        expect(error).to.be.instanceOf(ResourceFailure);
        return (error as Error).message;
      },
    );

  it("tell the region", async () => {
    expect(await invoke("aws:index/getRegion:getRegion", {})).to.include({
      id: "eu-west-1",
      region: "eu-west-1",
    });
  });

  it("tell who deploys", async () => {
    const identity = { Account: "000000000000", Arn: "arn:root", UserId: "u" };
    const answers = { "sts:GetCallerIdentity": identity };
    expect(await invoke("aws:index/getCallerIdentity:getCallerIdentity", {}, answers)).to.include({
      accountId: "000000000000",
    });
  });

  it("that are not there, or arguments that are not, are errors that name them", async () => {
    expect(await failure(invoke("aws:s3/getBucket:getBucket", {}))).to.match(
      /^this function is not supported by the embedded cloud; supported: aws:iam\/getPolicyDocument/,
    );
    expect(await failure(invoke("aws:index/getRegion:getRegion", { endpoint: "x" }))).to.include(
      "argument endpoint",
    );
  });
});
