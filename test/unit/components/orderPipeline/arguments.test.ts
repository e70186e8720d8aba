import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { OrderPipeline } from "../../../../components/orderPipeline/orderPipeline";
import type { OrderPipelineArgs } from "../../../../components/orderPipeline/arguments";
import { errorOf } from "../../support/badArguments";
import { recordResources } from "../../support/recordResources";
import { deploy, FUNCTION, LOG_GROUP, MAPPING, QUEUE, ROLE, TABLE } from "./support";

describe("OrderPipeline", () => {
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
