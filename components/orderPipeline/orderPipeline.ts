import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createOrderBus, OrderAnnouncements } from "./announcements";
import { OrderConfirmations } from "./confirmations";
import { checkOrderPipelineArgs, type OrderPipelineArgs } from "./arguments";
import { readEncrypted, sendEncrypted, tableEncryption, type EncryptionKey } from "../parts/encryption";
import { LambdaFunction } from "../parts/lambdaFunction";
import { policyDocument, transformed } from "../parts/resources";
import { QueueWithDeadLetterQueue } from "../parts/queueWithDeadLetterQueue";

type ProcessOrders = typeof import("../../handlers/processOrders");

/** The orders of a customer by time; sparse: an order without an address is not in it. */
const CUSTOMER_INDEX = "byCustomer";

/**
 * Orders in, stored orders out: a queue, a function that takes batches off it, a table of orders, a table of
 * stock, and, when `confirmationSender` is given, a second function on the orders' stream that e-mails the
 * customer; with `events`, another one that announces the orders on an event bus.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export class OrderPipeline extends pulumi.ComponentResource {
  /** Where the shop sends orders; see `grantSend`. */
  readonly queueUrl: pulumi.Output<string>;
  /** Where an order stands that could not be processed, its body unchanged, the reason in its attributes. */
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly ordersTableName: pulumi.Output<string>;
  /** The index of that table that has a customer's orders by time. */
  readonly customerIndexName: pulumi.Output<string>;
  readonly inventoryTableName: pulumi.Output<string>;
  readonly processOrdersFunctionName: pulumi.Output<string>;
  /** Where a confirmation stands that could not be sent; undefined when none are. */
  readonly confirmationFailureQueueUrl: pulumi.Output<string> | undefined;
  /** Where orders announce themselves; undefined when they do not. */
  readonly eventBusName: pulumi.Output<string> | undefined;
  /** The resources themselves, for whatever this component does not offer. */
  readonly nodes: {
    readonly queue: aws.sqs.Queue;
    readonly deadLetterQueue: aws.sqs.Queue;
    readonly ordersTable: aws.dynamodb.Table;
    readonly inventoryTable: aws.dynamodb.Table;
    readonly processOrders: LambdaFunction<ProcessOrders>;
    readonly processOrdersMapping: aws.lambda.EventSourceMapping;
    readonly confirmations: OrderConfirmations | undefined;
    readonly announcements: OrderAnnouncements | undefined;
  };

  readonly #name: string;
  readonly #encryptionKeyArn: EncryptionKey;

  constructor(name: string, args: OrderPipelineArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    // Before anything is registered, this component included.
    const checked = checkOrderPipelineArgs(`OrderPipeline "${name}"`, args);
    super("event-driven-aws:components:OrderPipeline", name, {}, opts);
    const { transform = {} } = args;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };
    const data: pulumi.CustomResourceOptions = { ...child, protect: checked.protectData };
    const { encryptionKeyArn } = checked;

    const { queue, deadLetterQueue } = new QueueWithDeadLetterQueue(
      `${name}-queue`,
      {
        visibilityTimeoutSeconds: visibilityTimeout(checked.timeoutSeconds, checked.batchingWindowSeconds),
        maxReceiveCount: checked.maxReceiveCount,
        fifo: checked.fifo,
        encryptionKeyArn,
        protect: checked.protectData,
        transform: transform.queue,
        ...tags,
      },
      { parent: this },
    );

    const protectedTable = {
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true },
      ...tableEncryption(encryptionKeyArn),
      deletionProtectionEnabled: checked.deletionProtection,
      ...tags,
    };
    const ordersTable = new aws.dynamodb.Table(
      `${name}-orders`,
      ...transformed(
        transform.ordersTable,
        {
          ...protectedTable,
          hashKey: "orderId",
          attributes: ["orderId", "customerKey", "createdAt"].map((name) => ({ name, type: "S" })),
          // Of an order, the marks that come later are not in it: they cost nothing there.
          globalSecondaryIndexes: [
            {
              name: CUSTOMER_INDEX,
              hashKey: "customerKey",
              rangeKey: "createdAt",
              projectionType: "INCLUDE",
              nonKeyAttributes: ["status", "totalAmount"],
            },
          ],
          // The stream is the outbox: what is stored is announced, and nothing else is.
          streamEnabled: true,
          streamViewType: "NEW_IMAGE",
          ...(checked.timeToLiveDays === undefined
            ? {}
            : { ttl: { attributeName: "expiresAt", enabled: true } }),
        },
        data,
      ),
    );
    const inventoryTable = new aws.dynamodb.Table(
      `${name}-inventory`,
      ...transformed(
        transform.inventoryTable,
        { ...protectedTable, hashKey: "sku", attributes: [{ name: "sku", type: "S" }] },
        data,
      ),
    );

    const bus = checked.events
      ? createOrderBus(`${name}-events`, { encryptionKeyArn, ...tags }, child, transform.eventBus)
      : undefined;
    const processOrders = new LambdaFunction<ProcessOrders>(
      `${name}-process`,
      {
        handler: "processOrders",
        description: "Stores each order of the queue once and reserves its stock",
        statements: [
          {
            Effect: "Allow",
            Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            Resource: queue.arn,
          },
          { Effect: "Allow", Action: "sqs:SendMessage", Resource: deadLetterQueue.arn },
          // The second is what a PartiQL INSERT takes, the conditional put of which one call holds many.
          {
            Effect: "Allow",
            Action: ["dynamodb:PutItem", "dynamodb:PartiQLInsert"],
            Resource: ordersTable.arn,
          },
          { Effect: "Allow", Action: "dynamodb:UpdateItem", Resource: inventoryTable.arn },
          ...sendEncrypted(encryptionKeyArn),
          // A refused order never reaches the table, and so not its stream either.
          ...(bus === undefined
            ? []
            : [{ Effect: "Allow" as const, Action: "events:PutEvents", Resource: bus.arn }]),
        ],
        environment: {
          ORDERS_TABLE_NAME: ordersTable.name,
          INVENTORY_TABLE_NAME: inventoryTable.name,
          DEAD_LETTER_QUEUE_URL: deadLetterQueue.url,
          ...(bus === undefined ? {} : { EVENT_BUS_NAME: bus.name }),
          ...(checked.timeToLiveDays === undefined
            ? {}
            : { TIME_TO_LIVE_DAYS: pulumi.output(checked.timeToLiveDays).apply(String) }),
        },
        timeoutSeconds: checked.timeoutSeconds,
        memoryMegabytes: checked.memoryMegabytes,
        logRetentionDays: checked.logRetentionDays,
        reservedConcurrency: checked.reservedConcurrency,
        encryptionKeyArn,
        transform: transform.processOrders,
        ...tags,
      },
      { parent: this },
    );
    const processOrdersMapping = new aws.lambda.EventSourceMapping(
      `${name}-process-mapping`,
      ...transformed(
        transform.processOrdersMapping,
        {
          eventSourceArn: queue.arn,
          functionName: processOrders.function.name,
          batchSize: checked.batchSize,
          // Lambda takes no window for a FIFO queue, be it of no length.
          ...(checked.fifo ? {} : { maximumBatchingWindowInSeconds: checked.batchingWindowSeconds }),
          scalingConfig: { maximumConcurrency: checked.maximumConcurrency },
          functionResponseTypes: ["ReportBatchItemFailures"],
          ...tags,
        },
        child,
      ),
    );

    const confirmations =
      checked.confirmationSender === undefined
        ? undefined
        : new OrderConfirmations(
            `${name}-confirm`,
            {
              ordersTable,
              sender: checked.confirmationSender,
              identityArn: checked.confirmationIdentityArn,
              createSenderIdentity: checked.createSenderIdentity,
              configurationSet: checked.confirmationConfigurationSet,
              timeoutSeconds: checked.timeoutSeconds,
              memoryMegabytes: checked.memoryMegabytes,
              logRetentionDays: checked.logRetentionDays,
              protectData: checked.protectData,
              encryptionKeyArn,
              transform,
              ...tags,
            },
            { parent: this },
          );

    const announcements =
      bus === undefined
        ? undefined
        : new OrderAnnouncements(
            `${name}-announce`,
            {
              ordersTable,
              bus,
              timeoutSeconds: checked.timeoutSeconds,
              memoryMegabytes: checked.memoryMegabytes,
              logRetentionDays: checked.logRetentionDays,
              protectData: checked.protectData,
              encryptionKeyArn,
              transform,
              ...tags,
            },
            { parent: this },
          );

    this.queueUrl = queue.url;
    this.deadLetterQueueUrl = deadLetterQueue.url;
    this.ordersTableName = ordersTable.name;
    // Through the table, so that it is not told before the table has it.
    this.customerIndexName = ordersTable.name.apply(() => CUSTOMER_INDEX);
    this.inventoryTableName = inventoryTable.name;
    this.processOrdersFunctionName = processOrders.function.name;
    this.confirmationFailureQueueUrl = confirmations?.failureQueue.url;
    this.eventBusName = bus?.name;
    this.nodes = {
      queue,
      deadLetterQueue,
      ordersTable,
      inventoryTable,
      processOrders,
      processOrdersMapping,
      confirmations,
      announcements,
    };
    this.registerOutputs({ queueUrl: this.queueUrl, deadLetterQueueUrl: this.deadLetterQueueUrl });
    this.#name = name;
    this.#encryptionKeyArn = encryptionKeyArn;
  }

  /**
   * Lets a role send orders, and do nothing else with the queue; with a key, use it for that.
   *
   * @param grantee names the grant; give each role its own when there are several.
   */
  grantSend(role: aws.iam.Role, grantee = "shop"): aws.iam.RolePolicy {
    return new aws.iam.RolePolicy(
      `${this.#name}-send-${grantee}`,
      {
        role: role.name,
        policy: policyDocument([
          { Effect: "Allow", Action: "sqs:SendMessage", Resource: this.nodes.queue.arn },
          ...readEncrypted(this.#encryptionKeyArn),
          ...sendEncrypted(this.#encryptionKeyArn),
        ]),
      },
      { parent: this },
    );
  }
}

/** Six times the function's timeout plus the batching window: AWS Lambda developer guide. */
function visibilityTimeout(
  timeoutSeconds: pulumi.Input<number>,
  windowSeconds: pulumi.Input<number>,
): pulumi.Output<number> {
  return pulumi.all([timeoutSeconds, windowSeconds]).apply(([timeout, window]) => 6 * timeout + window);
}
