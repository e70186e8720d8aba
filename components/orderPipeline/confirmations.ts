import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { OrderPipelineTransforms } from "./arguments";
import { ConfirmationFeedback, feedbackRule } from "./confirmationFeedback";
import { arnsBeside } from "../parts/arns";
import { sendEncrypted, type EncryptionKey } from "../parts/encryption";
import { LambdaFunction } from "../parts/lambdaFunction";
import { createSecureQueue, LONGEST_RETENTION_SECONDS } from "../parts/secureQueue";
import { stackPrefix, transformed } from "../parts/resources";
import { readsStreamOf, streamMapping } from "./streamConsumer";

type ConfirmOrders = typeof import("../../handlers/confirmOrders");

/** `OrderPipeline`'s arguments, checked; see there. */
export interface OrderConfirmationsArgs {
  readonly ordersTable: aws.dynamodb.Table;
  readonly sender: pulumi.Input<string>;
  readonly identityArn: pulumi.Input<string> | undefined;
  readonly createSenderIdentity: boolean;
  readonly configurationSet: pulumi.Input<string> | undefined;
  readonly timeoutSeconds: pulumi.Input<number>;
  readonly memoryMegabytes: pulumi.Input<number>;
  readonly logRetentionDays: pulumi.Input<number>;
  readonly protectData: boolean;
  readonly encryptionKeyArn: EncryptionKey;
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly transform: OrderPipelineTransforms;
}

/** New orders whose customer can be written to; anything else on the stream never reaches the function. */
const NEW_ORDERS_WITH_ADDRESS = {
  eventName: ["INSERT"],
  dynamodb: {
    NewImage: {
      customerEmail: { S: [{ exists: true }] },
      // Of an order with an address that cannot be one.
      confirmationFailedAt: { S: [{ exists: false }] },
    },
  },
};

/** Of several orders by one call, and of those that SES does not take among others by one each. */
const SEND_MAIL = ["ses:SendEmail", "ses:SendBulkEmail"];

/** Records to a batch: as many as the function mails by one call, so that none waits for another's. */
const BATCH_SIZE = 25;

/**
 * Batches of a shard at one time: at one, mails come at the pace of a single environment, and a burst of orders waits for
 * it. The changes of one order stay in order, as it is the partition key (Lambda developer guide, "Polling and batching
 * streams").
 */
const BATCHES_AT_ONCE = 4;

/** Mail that SES throttles is worth retrying for hours, but not until the stream forgets it (24 hours). */
const MAXIMUM_RECORD_AGE_SECONDS = 6 * 60 * 60;
const MAXIMUM_RETRY_ATTEMPTS = 50;

/** SES API reference: names of event destinations, in characters. */
const LONGEST_SES_NAME = 64;

/** The part of `OrderPipeline` that mails customers: a function on the orders' stream, and its failure queue. */
export class OrderConfirmations extends pulumi.ComponentResource {
  readonly confirmOrders: LambdaFunction<ConfirmOrders>;
  readonly mapping: aws.lambda.EventSourceMapping;
  /** Takes confirmations that cannot be sent, with the reason, and what exceeded its retries, as pointers. */
  readonly failureQueue: aws.sqs.Queue;
  /** Notes bounces and complaints; only with a configuration set. */
  readonly feedback: ConfirmationFeedback | undefined;

  constructor(name: string, args: OrderConfirmationsArgs, opts: pulumi.ComponentResourceOptions) {
    super("event-driven-aws:components:OrderConfirmations", name, {}, opts);
    const { ordersTable, transform } = args;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };

    const pipeline = `${stackPrefix()}-${name}`.slice(0, LONGEST_SES_NAME);
    const { configurationSet, encryptionKeyArn } = args;
    const feedback = { pipeline, transform, ...tags };
    const rule =
      configurationSet === undefined ? undefined : feedbackRule(`${name}-feedback`, feedback, child);

    this.failureQueue = createSecureQueue(
      `${name}-failures`,
      { messageRetentionSeconds: LONGEST_RETENTION_SECONDS, encryptionKeyArn, ...tags },
      { ...child, protect: args.protectData },
      transform.confirmationFailureQueue,
      (queue) => (rule === undefined ? [] : [takeUndeliverableEvents(queue, rule)]),
    );
    const arn = arnsBeside(ordersTable.arn);
    const identityArn =
      args.identityArn ??
      (args.createSenderIdentity
        ? new aws.sesv2.EmailIdentity(
            `${name}-identity`,
            ...transformed(transform.confirmationIdentity, { emailIdentity: args.sender, ...tags }, child),
          ).arn
        : arn("ses", pulumi.interpolate`identity/${args.sender}`));

    this.confirmOrders = new LambdaFunction<ConfirmOrders>(
      name,
      {
        handler: "confirmOrders",
        description: "Tells customers by e-mail what became of their orders",
        statements: [
          ...readsStreamOf(ordersTable),
          {
            Effect: "Allow",
            Action: ["dynamodb:BatchGetItem", "dynamodb:UpdateItem", "dynamodb:PartiQLUpdate"],
            Resource: ordersTable.arn,
          },
          { Effect: "Allow", Action: SEND_MAIL, Resource: identityArn },
          ...(configurationSet === undefined
            ? []
            : [
                {
                  Effect: "Allow" as const,
                  Action: SEND_MAIL,
                  Resource: arn("ses", pulumi.interpolate`configuration-set/${configurationSet}`),
                },
              ]),
          { Effect: "Allow", Action: "sqs:SendMessage", Resource: this.failureQueue.arn },
          ...sendEncrypted(encryptionKeyArn),
        ],
        environment: {
          ORDERS_TABLE_NAME: ordersTable.name,
          CONFIRMATION_SENDER: args.sender,
          FAILURE_QUEUE_URL: this.failureQueue.url,
          ...(configurationSet === undefined
            ? {}
            : { CONFIRMATION_CONFIGURATION_SET: configurationSet, CONFIRMATION_PIPELINE: pipeline }),
        },
        timeoutSeconds: args.timeoutSeconds,
        memoryMegabytes: args.memoryMegabytes,
        logRetentionDays: args.logRetentionDays,
        encryptionKeyArn,
        transform: transform.confirmOrders,
        ...tags,
      },
      { parent: this },
    );
    this.mapping = new aws.lambda.EventSourceMapping(
      `${name}-mapping`,
      ...transformed(
        transform.confirmOrdersMapping,
        {
          ...streamMapping({
            table: ordersTable,
            functionName: this.confirmOrders.function.name,
            patterns: [NEW_ORDERS_WITH_ADDRESS],
            batchSize: BATCH_SIZE,
            parallelizationFactor: BATCHES_AT_ONCE,
            maximumRetryAttempts: MAXIMUM_RETRY_ATTEMPTS,
            maximumRecordAgeInSeconds: MAXIMUM_RECORD_AGE_SECONDS,
            failureQueue: this.failureQueue,
          }),
          ...tags,
        },
        child,
      ),
    );
    this.feedback =
      configurationSet === undefined || rule === undefined
        ? undefined
        : new ConfirmationFeedback(
            `${name}-feedback`,
            {
              ...feedback,
              ordersTable,
              configurationSet,
              failureQueue: this.failureQueue,
              timeoutSeconds: args.timeoutSeconds,
              memoryMegabytes: args.memoryMegabytes,
              logRetentionDays: args.logRetentionDays,
              encryptionKeyArn,
            },
            rule,
            { parent: this },
          );
    this.registerOutputs({ failureQueueUrl: this.failureQueue.url });
  }
}

function takeUndeliverableEvents(
  queue: aws.sqs.Queue,
  rule: aws.cloudwatch.EventRule,
): pulumi.Input<aws.iam.PolicyStatement> {
  return {
    Sid: "TakeUndeliverableEvents",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queue.arn,
    Condition: { ArnEquals: { "aws:SourceArn": rule.arn } },
  };
}
