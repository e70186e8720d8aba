import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { OrderPipeline } from "../../../components/orderPipeline/orderPipeline";
import type { OrderPipelineArgs } from "../../../components/orderPipeline/arguments";
import { promiseOf, recordResources, type Recorder } from "../support/recordResources";

const FUNCTION = "aws:lambda/function:Function";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const TABLE = "aws:dynamodb/table:Table";
const QUEUE = "aws:sqs/queue:Queue";
const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const BUS = "aws:cloudwatch/eventBus:EventBus";
const IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity";

const arn = (name: string) => `arn:aws:test:us-east-1:123456789012:${name}`;
const url = (name: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

function statementsOf(recorder: Recorder, policy: string): Statement[] {
  const document = JSON.parse(recorder.find(ROLE_POLICY, policy).inputs.policy as string) as {
    Version: string;
    Statement: Statement[];
  };
  expect(document.Version).to.equal("2012-10-17");
  return document.Statement;
}

const ownTelemetry = (logGroup: string): Statement[] => [
  { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: `${arn(logGroup)}:*` },
  { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
];

async function deploy(args: OrderPipelineArgs, mode: "update" | "preview" = "update") {
  const recorder = recordResources(mode);
  const pipeline = new OrderPipeline("orders", args);
  // The function's package is computed after its constructor returns; the mapping waits for the function.
  if (mode === "update") {
    await promiseOf(pipeline.nodes.processOrdersMapping.id);
    const { confirmations, announcements } = pipeline.nodes;
    for (const part of [confirmations, announcements])
      if (part !== undefined) await promiseOf(part.mapping.id);
  }
  await recorder.settled();
  return { recorder, pipeline };
}

describe("OrderPipeline", () => {
  describe("with its defaults", () => {
    let recorder: Recorder;
    let pipeline: OrderPipeline;
    before(async () => {
      ({ recorder, pipeline } = await deploy({ tags: { Project: "p" } }));
    });

    it("derives the visibility timeout: six function timeouts and the batching window", () => {
      expect(recorder.find(QUEUE, "orders-queue").inputs.visibilityTimeoutSeconds).to.equal(180);
    });

    it("stores orders in an on-demand, encrypted, recoverable, protected table with a stream", () => {
      expect(recorder.find(TABLE, "orders-orders").inputs).to.deep.equal({
        billingMode: "PAY_PER_REQUEST",
        hashKey: "orderId",
        attributes: [
          { name: "orderId", type: "S" },
          { name: "customerKey", type: "S" },
          { name: "createdAt", type: "S" },
        ],
        globalSecondaryIndexes: [
          {
            name: "byCustomer",
            hashKey: "customerKey",
            rangeKey: "createdAt",
            projectionType: "INCLUDE",
            nonKeyAttributes: ["status", "totalAmount"],
          },
        ],
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
        streamEnabled: true,
        streamViewType: "NEW_IMAGE",
        deletionProtectionEnabled: true,
        tags: { Project: "p" },
      });
    });

    it("keeps stock in a table of the same kind, without a stream", () => {
      expect(recorder.find(TABLE, "orders-inventory").inputs).to.deep.equal({
        billingMode: "PAY_PER_REQUEST",
        hashKey: "sku",
        attributes: [{ name: "sku", type: "S" }],
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
        deletionProtectionEnabled: true,
        tags: { Project: "p" },
      });
    });

    it("runs the function on Lambda's current runtime, with all that it needs and nothing by default", () => {
      const { code, ...inputs } = recorder.find(FUNCTION, "orders-process").inputs;
      expect(code).to.be.an("object");
      expect(inputs).to.deep.equal({
        description: "Stores each order of the queue once and reserves its stock",
        handler: "__index.handler",
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        memorySize: 512,
        timeout: 30,
        role: arn("orders-process-role"),
        tracingConfig: { mode: "Active" },
        loggingConfig: { logFormat: "JSON", logGroup: "orders-process-logs-0a1b2c3" },
        environment: {
          variables: {
            NODE_OPTIONS: "--enable-source-maps",
            POWERTOOLS_SERVICE_NAME: "orders-process",
            POWERTOOLS_METRICS_NAMESPACE: "event-driven-aws/test",
            ORDERS_TABLE_NAME: "orders-orders-0a1b2c3",
            INVENTORY_TABLE_NAME: "orders-inventory-0a1b2c3",
            DEAD_LETTER_QUEUE_URL: url("orders-queue-dead-letters"),
          },
        },
        tags: { Project: "p" },
      });
    });

    it("lets the function do what its job needs, and nothing else", () => {
      expect(statementsOf(recorder, "orders-process-policy")).to.deep.equal([
        {
          Effect: "Allow",
          Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
          Resource: arn("orders-queue"),
        },
        { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-queue-dead-letters") },
        { Effect: "Allow", Action: "dynamodb:PutItem", Resource: arn("orders-orders") },
        { Effect: "Allow", Action: "dynamodb:UpdateItem", Resource: arn("orders-inventory") },
        ...ownTelemetry("orders-process-logs"),
      ]);
      const { assumeRolePolicy, ...role } = recorder.find(ROLE, "orders-process-role").inputs;
      expect(JSON.parse(assumeRolePolicy as string)).to.deep.equal({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      });
      expect(role).to.have.all.keys("description", "tags");
    });

    it("keeps the function's logs in a group of its own, for a month", () => {
      expect(recorder.find(LOG_GROUP, "orders-process-logs").inputs).to.deep.equal({
        retentionInDays: 30,
        tags: { Project: "p" },
      });
    });

    it("feeds the function with partial batch responses and a bound on concurrency", () => {
      expect(recorder.find(MAPPING, "orders-process-mapping").inputs).to.deep.equal({
        eventSourceArn: arn("orders-queue"),
        functionName: "orders-process-0a1b2c3",
        batchSize: 10,
        maximumBatchingWindowInSeconds: 0,
        scalingConfig: { maximumConcurrency: 10 },
        functionResponseTypes: ["ReportBatchItemFailures"],
        tags: { Project: "p" },
      });
    });

    it("sends no confirmations", async () => {
      expect(recorder.ofType(FUNCTION)).to.have.length(1);
      expect(recorder.ofType(IDENTITY)).to.have.length(0);
      expect(pipeline.confirmationFailureQueueUrl).to.equal(undefined);
      expect(await promiseOf(pipeline.queueUrl)).to.equal(url("orders-queue"));
      expect(await promiseOf(pipeline.processOrdersFunctionName)).to.equal("orders-process-0a1b2c3");
    });

    it("leaves physical names to Pulumi and creates nothing beyond this", () => {
      const custom = recorder.resources.filter((resource) => resource.custom);
      for (const { inputs, name } of custom) expect(inputs, name).not.to.have.any.keys("name", "namePrefix");
      for (const { name } of custom) expect(name).to.match(/^orders-/);
      const counts: Record<string, number> = {};
      for (const { type } of custom) counts[type] = (counts[type] ?? 0) + 1;
      expect(counts).to.deep.equal({
        [QUEUE]: 2,
        "aws:sqs/queuePolicy:QueuePolicy": 2,
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": 1,
        [TABLE]: 2,
        [LOG_GROUP]: 1,
        [ROLE]: 1,
        [ROLE_POLICY]: 1,
        [FUNCTION]: 1,
        [MAPPING]: 1,
      });
    });
  });

  describe("with a confirmation sender", () => {
    let recorder: Recorder;
    let pipeline: OrderPipeline;
    before(async () => {
      ({ recorder, pipeline } = await deploy({ confirmationSender: "shop@example.com" }));
    });

    it("creates no identity, which two stacks would share, and lets the function send from the sender's only", () => {
      expect(recorder.ofType(IDENTITY)).to.have.length(0);
      expect(statementsOf(recorder, "orders-confirm-policy")).to.deep.equal([
        {
          Effect: "Allow",
          Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
          Resource: `${arn("orders-orders")}/stream/1`,
        },
        { Effect: "Allow", Action: "dynamodb:ListStreams", Resource: `${arn("orders-orders")}/stream/*` },
        {
          Effect: "Allow",
          Action: ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
          Resource: arn("orders-orders"),
        },
        {
          Effect: "Allow",
          Action: "ses:SendEmail",
          Resource: "arn:aws:ses:us-east-1:123456789012:identity/shop@example.com",
        },
        { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-confirm-failures") },
        ...ownTelemetry("orders-confirm-logs"),
      ]);
    });

    it("feeds the function with new orders that have an address, with bounded retries", () => {
      expect(recorder.find(MAPPING, "orders-confirm-mapping").inputs).to.deep.equal({
        eventSourceArn: `${arn("orders-orders")}/stream/1`,
        functionName: "orders-confirm-0a1b2c3",
        startingPosition: "TRIM_HORIZON",
        batchSize: 25,
        parallelizationFactor: 4,
        filterCriteria: {
          filters: [
            {
              pattern:
                '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"customerEmail":{"S":[{"exists":true}]},"confirmationFailedAt":{"S":[{"exists":false}]}}}}',
            },
          ],
        },
        functionResponseTypes: ["ReportBatchItemFailures"],
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 50,
        maximumRecordAgeInSeconds: 21_600,
        destinationConfig: { onFailure: { destinationArn: arn("orders-confirm-failures") } },
      });
    });

    it("keeps failures in an encrypted queue of their own, for 14 days", async () => {
      expect(recorder.find(QUEUE, "orders-confirm-failures").inputs).to.deep.equal({
        sqsManagedSseEnabled: true,
        messageRetentionSeconds: 1_209_600,
      });
      expect(await promiseOf(pipeline.confirmationFailureQueueUrl ?? pulumi.output(""))).to.equal(
        url("orders-confirm-failures"),
      );
    });

    it("tells the function where to read, send from and report", () => {
      expect(recorder.find(FUNCTION, "orders-confirm").inputs.environment).to.deep.equal({
        variables: {
          NODE_OPTIONS: "--enable-source-maps",
          POWERTOOLS_SERVICE_NAME: "orders-confirm",
          POWERTOOLS_METRICS_NAMESPACE: "event-driven-aws/test",
          ORDERS_TABLE_NAME: "orders-orders-0a1b2c3",
          CONFIRMATION_SENDER: "shop@example.com",
          FAILURE_QUEUE_URL: url("orders-confirm-failures"),
        },
      });
    });

    it("grants nothing by wildcard but traces, and uses no managed policy", () => {
      for (const { type } of recorder.resources)
        expect(type).not.to.match(/RolePolicyAttachment|PolicyAttachment/);
      for (const { name, inputs } of recorder.ofType(ROLE))
        expect(inputs, name).not.to.have.property("managedPolicyArns");
      for (const { name } of recorder.ofType(ROLE_POLICY)) {
        for (const { Action, Resource } of statementsOf(recorder, name)) {
          const actions = typeof Action === "string" ? [Action] : Action;
          for (const action of actions) expect(action).not.to.contain("*");
          if (Resource === "*")
            expect(actions.every((action) => action.startsWith("xray:Put"))).to.equal(true);
        }
      }
    });
  });

  describe("with events", () => {
    let recorder: Recorder;
    let pipeline: OrderPipeline;
    before(async () => {
      ({ recorder, pipeline } = await deploy({ events: true, tags: { Project: "p" } }));
    });

    it("has a bus of its own, which no resource policy opens", async () => {
      expect(recorder.find(BUS, "orders-events").inputs).to.deep.equal({
        description: "Orders: processed, rejected, refused, cancelled (docs/events)",
        tags: { Project: "p" },
      });
      expect(recorder.resources.map(({ type }) => type)).not.to.include.members([
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
      ]);
      expect(await promiseOf(pipeline.eventBusName ?? pulumi.output(""))).to.match(/^orders-events/);
    });

    it("lets both functions send to that bus, and to no other", () => {
      const put = { Effect: "Allow", Action: "events:PutEvents", Resource: arn("orders-events") };
      expect(statementsOf(recorder, "orders-process-policy")).to.deep.include(put);
      expect(statementsOf(recorder, "orders-announce-policy")).to.deep.equal([
        {
          Effect: "Allow",
          Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
          Resource: `${arn("orders-orders")}/stream/1`,
        },
        { Effect: "Allow", Action: "dynamodb:ListStreams", Resource: `${arn("orders-orders")}/stream/*` },
        put,
        { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-announce-failures") },
        ...ownTelemetry("orders-announce-logs"),
      ]);
    });

    it("feeds the function with what is announced alone, with bounded retries", () => {
      const { filterCriteria, ...mapping } = recorder.find(MAPPING, "orders-announce-mapping").inputs;
      expect(mapping).to.deep.equal({
        eventSourceArn: `${arn("orders-orders")}/stream/1`,
        functionName: "orders-announce-0a1b2c3",
        startingPosition: "TRIM_HORIZON",
        batchSize: 100,
        functionResponseTypes: ["ReportBatchItemFailures"],
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 100,
        maximumRecordAgeInSeconds: 43_200,
        destinationConfig: { onFailure: { destinationArn: arn("orders-announce-failures") } },
        tags: { Project: "p" },
      });
      const { filters } = filterCriteria as { filters: { pattern: string }[] };
      expect(filters.map(({ pattern }) => JSON.parse(pattern) as unknown)).to.deep.equal([
        { eventName: ["INSERT"] },
        {
          eventName: ["MODIFY"],
          dynamodb: { NewImage: { status: { S: ["Cancelled"] }, erasedAt: { S: [{ exists: false }] } } },
        },
      ]);
    });

    it("keeps failures in an encrypted queue of their own, for 14 days", () => {
      expect(recorder.find(QUEUE, "orders-announce-failures").inputs).to.deep.equal({
        sqsManagedSseEnabled: true,
        messageRetentionSeconds: 1_209_600,
        tags: { Project: "p" },
      });
    });

    it("tells both functions the bus", () => {
      for (const name of ["orders-process", "orders-announce"]) {
        const { variables } = recorder.find(FUNCTION, name).inputs.environment as {
          variables: Record<string, string>;
        };
        expect(variables.EVENT_BUS_NAME, name).to.match(/^orders-events/);
      }
    });
  });

  it("lets orders expire where their days are given", async () => {
    const { recorder } = await deploy({ timeToLiveDays: pulumi.output(400) });
    expect(recorder.find(TABLE, "orders-orders").inputs.ttl).to.deep.equal({
      attributeName: "expiresAt",
      enabled: true,
    });
    expect(recorder.find(TABLE, "orders-inventory").inputs).not.to.have.property("ttl");
    expect(recorder.find(FUNCTION, "orders-process").inputs.environment).to.have.nested.property(
      "variables.TIME_TO_LIVE_DAYS",
      "400",
    );
  });

  it("uses an identity that exists already, and then creates none", async () => {
    const identityArn = "arn:aws:ses:us-east-1:123456789012:identity/example.com";
    const { recorder } = await deploy({
      confirmationSender: "shop@example.com",
      confirmationIdentityArn: identityArn,
    });
    expect(recorder.ofType(IDENTITY)).to.have.length(0);
    expect(statementsOf(recorder, "orders-confirm-policy")).to.deep.include({
      Effect: "Allow",
      Action: "ses:SendEmail",
      Resource: identityArn,
    });
  });

  it("creates an identity for the sender when asked to", async () => {
    const { recorder } = await deploy({ confirmationSender: "shop@example.com", createSenderIdentity: true });
    expect(recorder.find(IDENTITY, "orders-confirm-identity").inputs).to.deep.equal({
      emailIdentity: "shop@example.com",
    });
    expect(statementsOf(recorder, "orders-confirm-policy")).to.deep.include({
      Effect: "Allow",
      Action: "ses:SendEmail",
      Resource: arn("orders-confirm-identity"),
    });
  });

  describe("with a configuration set", () => {
    const PIPELINE = "event-driven-aws-test-orders-confirm";
    const RULE = "aws:cloudwatch/eventRule:EventRule";
    let recorder: Recorder;
    let pipeline: OrderPipeline;
    before(async () => {
      ({ recorder, pipeline } = await deploy({
        confirmationSender: "shop@example.com",
        confirmationConfigurationSet: "mail",
        tags: { Project: "p" },
      }));
    });

    it("sends by it, and may do so", () => {
      expect(statementsOf(recorder, "orders-confirm-policy")).to.deep.include({
        Effect: "Allow",
        Action: "ses:SendEmail",
        Resource: "arn:aws:ses:us-east-1:123456789012:configuration-set/mail",
      });
      expect(recorder.find(FUNCTION, "orders-confirm").inputs.environment).to.deep.nested.include({
        "variables.CONFIRMATION_CONFIGURATION_SET": "mail",
        "variables.CONFIRMATION_PIPELINE": PIPELINE,
      });
    });

    it("has bounces and complaints of its own mails told to a function", () => {
      expect(
        recorder.find(
          "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
          "orders-confirm-feedback-destination",
        ).inputs,
      ).to.deep.equal({
        configurationSetName: "mail",
        eventDestinationName: PIPELINE,
        eventDestination: {
          enabled: true,
          matchingEventTypes: ["BOUNCE", "COMPLAINT"],
          eventBridgeDestination: {
            eventBusArn: "arn:aws:events:us-east-1:123456789012:event-bus/default",
          },
        },
      });
      const { inputs: rule } = recorder.find(RULE, "orders-confirm-feedback-rule");
      expect(JSON.parse(rule.eventPattern as string)).to.deep.equal({
        source: ["aws.ses"],
        "detail-type": ["Email Bounced", "Email Complaint Received"],
        detail: { mail: { tags: { pipeline: [PIPELINE] } } },
      });
      expect(rule.tags).to.deep.equal({ Project: "p" });
      expect(
        recorder.find("aws:cloudwatch/eventTarget:EventTarget", "orders-confirm-feedback-target").inputs,
      ).to.deep.include({
        rule: "orders-confirm-feedback-rule-0a1b2c3",
        arn: arn("orders-confirm-feedback"),
        deadLetterConfig: { arn: arn("orders-confirm-failures") },
      });
      expect(
        recorder.find("aws:lambda/permission:Permission", "orders-confirm-feedback-permission").inputs,
      ).to.deep.include({
        principal: "events.amazonaws.com",
        sourceArn: arn("orders-confirm-feedback-rule"),
      });
      expect(pipeline.nodes.confirmations?.feedback).not.to.equal(undefined);
    });

    it("lets that function change orders, and report what it cannot do, and nothing else", () => {
      expect(statementsOf(recorder, "orders-confirm-feedback-policy")).to.deep.equal([
        { Effect: "Allow", Action: "dynamodb:UpdateItem", Resource: arn("orders-orders") },
        { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-confirm-failures") },
        ...ownTelemetry("orders-confirm-feedback-logs"),
      ]);
      const policies = recorder.ofType("aws:sqs/queuePolicy:QueuePolicy");
      const policy = policies.find(({ name }) => name === "orders-confirm-failures-policy");
      expect(policy?.inputs.policy).to.contain('"Service":"events.amazonaws.com"');
      expect(policy?.inputs.policy).to.contain(arn("orders-confirm-feedback-rule"));
    });
  });

  it("asks SES for nothing of the kind without one", async () => {
    const { recorder, pipeline } = await deploy({ confirmationSender: "shop@example.com" });
    expect(recorder.resources.filter(({ name }) => name.includes("feedback"))).to.deep.equal([]);
    expect(JSON.stringify(statementsOf(recorder, "orders-confirm-policy"))).not.to.contain(
      "configuration-set",
    );
    expect(JSON.stringify(recorder.find(FUNCTION, "orders-confirm").inputs.environment)).not.to.contain(
      "CONFIGURATION_SET",
    );
    expect(pipeline.nodes.confirmations?.feedback).to.equal(undefined);
  });

  it("previews with what only AWS knows left open, and the rest known", async () => {
    const { recorder } = await deploy({ confirmationSender: "shop@example.com" }, "preview");
    const { inputs } = recorder.find(QUEUE, "orders-queue");
    expect(inputs).to.include({ visibilityTimeoutSeconds: 180, sqsManagedSseEnabled: true });
    expect(pulumi.isUnknown(inputs.redrivePolicy)).to.equal(true);
    const processOrders = recorder.find(FUNCTION, "orders-process").inputs;
    expect(processOrders).to.include({ runtime: "nodejs24.x", memorySize: 512, timeout: 30 });
    expect(pulumi.isUnknown(processOrders.role)).to.equal(true);
    expect(recorder.find(TABLE, "orders-orders").inputs.deletionProtectionEnabled).to.equal(true);
    expect(recorder.find(MAPPING, "orders-confirm-mapping").inputs).to.include({ batchSize: 25 });
    expect(recorder.ofType(FUNCTION)).to.have.length(2);
  });

  it("takes every argument, Outputs too, and opens each child to its transform", async () => {
    const seen: Record<string, boolean | undefined> = {};
    const { recorder } = await deploy({
      batchSize: pulumi.output(100),
      batchingWindowSeconds: pulumi.output(2),
      maximumConcurrency: 20,
      reservedConcurrency: 25,
      maxReceiveCount: 7,
      timeoutSeconds: pulumi.output(60),
      memoryMegabytes: 1024,
      logRetentionDays: 7,
      deletionProtection: false,
      protectData: true,
      transform: {
        queue: {
          queue: (args, opts) => (
            (seen.queue = opts.protect),
            { args: { ...args, receiveWaitTimeSeconds: 20 } }
          ),
        },
        ordersTable: (args, opts) => (
          (seen.ordersTable = opts.protect),
          { args: { ...args, tableClass: "STANDARD" } }
        ),
        inventoryTable: (args, opts) => ((seen.inventoryTable = opts.protect), { args }),
        processOrders: {
          function: (args, opts) => ((seen.function = opts.protect), { args: { ...args, memorySize: 2048 } }),
          role: (args) => ({ args: { ...args, maxSessionDuration: 7200 } }),
          logGroup: (args) => ({ args: { ...args, kmsKeyId: "key" } }),
        },
        processOrdersMapping: (args) => ({ args: { ...args, enabled: false } }),
      },
    });
    expect(recorder.find(QUEUE, "orders-queue").inputs).to.include({
      visibilityTimeoutSeconds: 362,
      receiveWaitTimeSeconds: 20,
    });
    expect(recorder.find(QUEUE, "orders-queue").inputs.redrivePolicy).to.contain('"maxReceiveCount":7');
    expect(recorder.find(MAPPING, "orders-process-mapping").inputs).to.deep.include({
      batchSize: 100,
      maximumBatchingWindowInSeconds: 2,
      scalingConfig: { maximumConcurrency: 20 },
      enabled: false,
    });
    expect(recorder.find(FUNCTION, "orders-process").inputs).to.include({
      memorySize: 2048,
      timeout: 60,
      reservedConcurrentExecutions: 25,
    });
    expect(recorder.find(LOG_GROUP, "orders-process-logs").inputs).to.deep.equal({
      retentionInDays: 7,
      kmsKeyId: "key",
    });
    expect(recorder.find(ROLE, "orders-process-role").inputs).to.include({ maxSessionDuration: 7200 });
    expect(recorder.find(TABLE, "orders-orders").inputs).to.include({
      deletionProtectionEnabled: false,
      tableClass: "STANDARD",
    });
    expect(seen).to.deep.equal({ queue: true, ordersTable: true, inventoryTable: true, function: undefined });
  });

  it("keeps orders of one group in order when asked to, and gives the function no window", async () => {
    const { recorder } = await deploy({ fifo: true });
    for (const name of ["orders-queue", "orders-queue-dead-letters"])
      expect(recorder.find(QUEUE, name).inputs).to.include({ fifoQueue: true });
    const { inputs } = recorder.find(MAPPING, "orders-process-mapping");
    expect(inputs).to.deep.include({
      batchSize: 10,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 10 },
    });
    expect(inputs).not.to.have.property("maximumBatchingWindowInSeconds");
    const standard = await deploy({});
    for (const { inputs: plain } of standard.recorder.ofType(QUEUE))
      expect(plain).not.to.have.any.keys("fifoQueue", "contentBasedDeduplication", "deduplicationScope");
  });

  it("lets a role send orders, and nothing else", async () => {
    const recorder = recordResources();
    const pipeline = new OrderPipeline("orders");
    const role = new aws.iam.Role("shop", { assumeRolePolicy: "{}" });
    await promiseOf(pipeline.grantSend(role).id);
    await promiseOf(pipeline.nodes.processOrdersMapping.id);
    await recorder.settled();
    expect(recorder.find(ROLE_POLICY, "orders-send-shop").inputs.role).to.equal("shop-0a1b2c3");
    expect(statementsOf(recorder, "orders-send-shop")).to.deep.equal([
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-queue") },
    ]);
  });

  it("lets such a role use the key as well, where there is one", async () => {
    const encryptionKeyArn = "arn:aws:kms:us-east-1:123456789012:key/k";
    const recorder = recordResources();
    const pipeline = new OrderPipeline("orders", { encryptionKeyArn });
    const role = new aws.iam.Role("shop", { assumeRolePolicy: "{}" });
    await promiseOf(pipeline.grantSend(role).id);
    await promiseOf(pipeline.nodes.processOrdersMapping.id);
    await recorder.settled();
    expect(statementsOf(recorder, "orders-send-shop")).to.deep.equal([
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-queue") },
      { Effect: "Allow", Action: "kms:Decrypt", Resource: encryptionKeyArn },
      { Effect: "Allow", Action: "kms:GenerateDataKey", Resource: encryptionKeyArn },
    ]);
  });

  describe("refuses", () => {
    const cases: [OrderPipelineArgs, string, string][] = [
      [{ batchSize: 0 }, "batchSize", "got 0; expected an integer from 1 to 10,000 messages"],
      [
        { batchSize: 10_001, batchingWindowSeconds: 1 },
        "batchSize",
        "got 10001; expected an integer from 1 to 10,000 messages",
      ],
      [
        { batchSize: 11 },
        "batchSize",
        "got 11 with a batching window of 0 seconds; expected at most 10, or batchingWindowSeconds of at least 1",
      ],
      [
        { batchingWindowSeconds: 301 },
        "batchingWindowSeconds",
        "got 301; expected an integer from 0 to 300 seconds",
      ],
      [
        { fifo: true, batchingWindowSeconds: 1 },
        "batchingWindowSeconds",
        "got 1 with fifo; expected 0 with a FIFO queue",
      ],
      [{ fifo: true, batchSize: 11 }, "batchSize", "got 11 with"],
      [{ maximumConcurrency: 1 }, "maximumConcurrency", "got 1; expected an integer from 2 to 1,000"],
      [{ reservedConcurrency: 9 }, "reservedConcurrency", "got 9; expected at least maximumConcurrency, 10"],
      [{ reservedConcurrency: 0 }, "reservedConcurrency", "got 0; expected an integer from 1 to 1,000,000"],
      [{ maxReceiveCount: 4 }, "maxReceiveCount", "got 4; expected an integer from 5 to 1,000 receives"],
      [{ timeoutSeconds: 9 }, "timeoutSeconds", "got 9; expected an integer from 10 to 900 seconds"],
      [{ memoryMegabytes: 127.5 }, "memoryMegabytes", "got 127.5; expected an integer from 128 to 10,240 MB"],
      [{ logRetentionDays: 2 }, "logRetentionDays", "got 2; expected one of 1, 3, 5"],
      [{ confirmationSender: "shop" }, "confirmationSender", "got 'shop'; expected an e-mail address"],
      [
        { confirmationSender: "a@b.example", confirmationIdentityArn: "example.com" },
        "confirmationIdentityArn",
        "got 'example.com'; expected the ARN of an SES identity",
      ],
      [
        {
          confirmationSender: "a@b.example",
          confirmationIdentityArn: "arn:aws:ses:us-east-1:123456789012:identity/b.example",
          createSenderIdentity: true,
        },
        "confirmationIdentityArn",
        "with createSenderIdentity; expected one of the two",
      ],
      [
        { createSenderIdentity: true },
        "createSenderIdentity",
        "got true without confirmationSender; expected the sender's address",
      ],
      [
        { confirmationSender: "a@b.example", confirmationConfigurationSet: "a b" },
        "confirmationConfigurationSet",
        "got 'a b'; expected the name of an SES configuration set",
      ],
    ];
    for (const [args, propertyPath, reason] of cases) {
      it(`${JSON.stringify(args)}, before anything is registered`, () => {
        const recorder = recordResources();
        const error = errorOf(() => new OrderPipeline("orders", args));
        expect(error.errors.map((problem) => problem.propertyPath)).to.deep.equal([propertyPath]);
        expect(error.errors[0]?.reason).to.contain(reason);
        expect(recorder.resources).to.deep.equal([]);
      });
    }

    it("every bad argument at once", () => {
      recordResources();
      const error = errorOf(
        () => new OrderPipeline("orders", { batchSize: -1, timeoutSeconds: 1_000, memoryMegabytes: 1 }),
      );
      expect(error.errors.map(({ propertyPath }) => propertyPath)).to.deep.equal([
        "batchSize",
        "timeoutSeconds",
        "memoryMegabytes",
      ]);
      expect(error.message).to.match(/^OrderPipeline "orders": arguments are not valid\n/);
    });
  });
});

function errorOf(construct: () => unknown): pulumi.InputPropertiesError {
  try {
    construct();
  } catch (error) {
    if (error instanceof pulumi.InputPropertiesError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
