import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { OrderPipelineTransforms } from "./arguments";
import { sendEncrypted, type EncryptionKey } from "../parts/encryption";
import { LambdaFunction } from "../parts/lambdaFunction";
import { createSecureQueue, LONGEST_RETENTION_SECONDS } from "../parts/secureQueue";
import { transformed } from "../parts/resources";
import { readsStreamOf, streamMapping } from "./streamConsumer";

type AnnounceOrders = typeof import("../../handlers/announceOrders");

/** `OrderPipeline`'s arguments, checked; see there. */
export interface OrderAnnouncementsArgs {
  readonly ordersTable: aws.dynamodb.Table;
  readonly bus: aws.cloudwatch.EventBus;
  readonly timeoutSeconds: pulumi.Input<number>;
  readonly memoryMegabytes: pulumi.Input<number>;
  readonly logRetentionDays: pulumi.Input<number>;
  readonly protectData: boolean;
  readonly encryptionKeyArn: EncryptionKey;
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly transform: Pick<
    OrderPipelineTransforms,
    "announceOrders" | "announceOrdersMapping" | "announcementFailureQueue"
  >;
}

/**
 * Orders that were stored, and orders that were cancelled. Marks of confirmations, erasures and deletions by the
 * time to live never reach the function, but for those of cancelled orders: whether a cancellation or an erasure came
 * last, no filter can tell.
 */
const ANNOUNCED_CHANGES = [
  { eventName: ["INSERT"] },
  {
    eventName: ["MODIFY"],
    dynamodb: { NewImage: { status: { S: ["Cancelled"] } } },
  },
];

/** Records to a batch: ten requests of ten events, a fraction of a second. */
const BATCH_SIZE = 100;

/** A bus that cannot be reached is worth waiting for, but not until the stream forgets (24 hours). */
const MAXIMUM_RECORD_AGE_SECONDS = 12 * 60 * 60;
const MAXIMUM_RETRY_ATTEMPTS = 100;

/**
 * The bus that orders announce themselves on. It has no resource policy: only what this account's own policies
 * allow can send to it. Of its key, EventBridge itself makes use: senders need no permission for it.
 */
export function createOrderBus(
  name: string,
  args: { readonly encryptionKeyArn: EncryptionKey; readonly tags?: OrderAnnouncementsArgs["tags"] },
  opts: pulumi.CustomResourceOptions,
  transform: OrderPipelineTransforms["eventBus"],
): aws.cloudwatch.EventBus {
  const { encryptionKeyArn, tags } = args;
  return new aws.cloudwatch.EventBus(
    name,
    ...transformed(
      transform,
      {
        description: "Orders: processed, rejected, refused, cancelled (docs/events)",
        ...(encryptionKeyArn !== undefined && { kmsKeyIdentifier: encryptionKeyArn }),
        ...(tags && { tags }),
      },
      opts,
    ),
  );
}

/** The part of `OrderPipeline` that announces orders: a function on their stream, and its failure queue. */
export class OrderAnnouncements extends pulumi.ComponentResource {
  readonly bus: aws.cloudwatch.EventBus;
  readonly announceOrders: LambdaFunction<AnnounceOrders>;
  readonly mapping: aws.lambda.EventSourceMapping;
  /** Takes what exceeded its retries, as pointers to the stream's records. */
  readonly failureQueue: aws.sqs.Queue;

  constructor(name: string, args: OrderAnnouncementsArgs, opts: pulumi.ComponentResourceOptions) {
    super("event-driven-aws:components:OrderAnnouncements", name, {}, opts);
    const { ordersTable, bus, encryptionKeyArn, transform } = args;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };

    this.bus = bus;
    this.failureQueue = createSecureQueue(
      `${name}-failures`,
      { messageRetentionSeconds: LONGEST_RETENTION_SECONDS, encryptionKeyArn, ...tags },
      { ...child, protect: args.protectData },
      transform.announcementFailureQueue,
    );
    this.announceOrders = new LambdaFunction<AnnounceOrders>(
      name,
      {
        handler: "announceOrders",
        description: "Announces on an event bus what became of orders",
        statements: [
          ...readsStreamOf(ordersTable),
          { Effect: "Allow", Action: "events:PutEvents", Resource: bus.arn },
          { Effect: "Allow", Action: "sqs:SendMessage", Resource: this.failureQueue.arn },
          ...sendEncrypted(encryptionKeyArn),
        ],
        environment: { EVENT_BUS_NAME: bus.name },
        timeoutSeconds: args.timeoutSeconds,
        memoryMegabytes: args.memoryMegabytes,
        logRetentionDays: args.logRetentionDays,
        encryptionKeyArn,
        transform: transform.announceOrders,
        ...tags,
      },
      { parent: this },
    );
    this.mapping = new aws.lambda.EventSourceMapping(
      `${name}-mapping`,
      ...transformed(
        transform.announceOrdersMapping,
        {
          ...streamMapping({
            table: ordersTable,
            functionName: this.announceOrders.function.name,
            patterns: ANNOUNCED_CHANGES,
            batchSize: BATCH_SIZE,
            maximumRetryAttempts: MAXIMUM_RETRY_ATTEMPTS,
            maximumRecordAgeInSeconds: MAXIMUM_RECORD_AGE_SECONDS,
            failureQueue: this.failureQueue,
          }),
          ...tags,
        },
        child,
      ),
    );
    this.registerOutputs({ busName: bus.name, failureQueueUrl: this.failureQueue.url });
  }
}
