import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { OrderPipeline } from "../../../../components/orderPipeline/orderPipeline";
import { promiseOf, recordResources, type Recorder } from "../../support/recordResources";
import {
  arn,
  deploy,
  FUNCTION,
  IDENTITY,
  LOG_GROUP,
  MAPPING,
  ownTelemetry,
  QUEUE,
  ROLE,
  ROLE_POLICY,
  statementsOf,
  TABLE,
  url,
} from "./support";

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
        {
          Effect: "Allow",
          Action: ["dynamodb:PutItem", "dynamodb:PartiQLInsert"],
          Resource: arn("orders-orders"),
        },
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
});
