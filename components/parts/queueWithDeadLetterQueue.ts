import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./encryption";
import { createSecureQueue, LONGEST_RETENTION_SECONDS, type SecureQueueTransforms } from "./secureQueue";
import { transformed, type Transform } from "./resources";

export interface QueueWithDeadLetterQueueArgs {
  /** How long a received message stays hidden from others: 0 to 43,200 seconds. */
  readonly visibilityTimeoutSeconds: pulumi.Input<number>;
  /** Receives before a message moves to the dead-letter queue: 1 to 1,000. */
  readonly maxReceiveCount: pulumi.Input<number>;
  /**
   * How long an unreceived message is kept: 60 to 1,209,600 seconds; 4 days by default. A message keeps its age
   * when it moves to the dead-letter queue, so keep this well below the 14 days there.
   */
  readonly retentionSeconds?: pulumi.Input<number> | undefined;
  /**
   * Whether messages of one group keep their order; false by default. Both queues are then FIFO queues of high
   * throughput, which take the same body in the same group once in five minutes, unless it has a deduplication id.
   */
  readonly fifo?: boolean | undefined;
  /** The KMS key of both queues; by default SQS's own. */
  readonly encryptionKeyArn?: EncryptionKey;
  /** Whether Pulumi refuses to delete or replace the two queues; false by default. */
  readonly protect?: boolean | undefined;
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  readonly transform?: QueueWithDeadLetterQueueTransforms | undefined;
}

export interface QueueWithDeadLetterQueueTransforms extends SecureQueueTransforms {
  readonly deadLetterQueue?: Transform<aws.sqs.QueueArgs>;
  readonly deadLetterQueuePolicy?: Transform<aws.sqs.QueuePolicyArgs>;
  readonly redriveAllowPolicy?: Transform<aws.sqs.RedriveAllowPolicyArgs>;
}

/**
 * A consumer that gives up on a message sends it here with the reason in its attributes, which count as size:
 * what fits the queue must fit the dead-letter queue with them.
 */
const LARGEST_MESSAGE_BYTES = 256 * 1024;
const LARGEST_DEAD_LETTER_BYTES = 1024 * 1024;

/** Limits and deduplication go by message group, not by queue: SQS developer guide, "High throughput for FIFO queues". */
const FIFO = {
  fifoQueue: true,
  contentBasedDeduplication: true,
  deduplicationScope: "messageGroup",
  fifoThroughputLimit: "perMessageGroupId",
} as const;

const FOUR_DAYS_SECONDS = 4 * 24 * 60 * 60;

/**
 * A queue and the dead-letter queue that takes what could not be processed and keeps it for 14 days. Both are
 * encrypted and reachable with TLS only; no other queue can use this dead-letter queue.
 */
export class QueueWithDeadLetterQueue extends pulumi.ComponentResource {
  readonly queue: aws.sqs.Queue;
  readonly deadLetterQueue: aws.sqs.Queue;

  constructor(name: string, args: QueueWithDeadLetterQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("event-driven-aws:parts:QueueWithDeadLetterQueue", name, {}, opts);
    const { transform = {} } = args;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };
    const data: pulumi.CustomResourceOptions = { ...child, protect: args.protect ?? false };
    const kind = {
      ...(args.fifo === true ? FIFO : {}),
      ...(args.encryptionKeyArn !== undefined && { encryptionKeyArn: args.encryptionKeyArn }),
    };

    this.deadLetterQueue = createSecureQueue(
      `${name}-dead-letters`,
      {
        ...kind,
        messageRetentionSeconds: LONGEST_RETENTION_SECONDS,
        maxMessageSize: LARGEST_DEAD_LETTER_BYTES,
        ...tags,
      },
      data,
      pick(transform.deadLetterQueue, transform.deadLetterQueuePolicy),
    );
    this.queue = createSecureQueue(
      name,
      {
        ...kind,
        visibilityTimeoutSeconds: args.visibilityTimeoutSeconds,
        messageRetentionSeconds: args.retentionSeconds ?? FOUR_DAYS_SECONDS,
        maxMessageSize: LARGEST_MESSAGE_BYTES,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: this.deadLetterQueue.arn,
          maxReceiveCount: args.maxReceiveCount,
        }),
        ...tags,
      },
      data,
      transform,
    );
    new aws.sqs.RedriveAllowPolicy(
      `${name}-redrive-allow`,
      ...transformed(
        transform.redriveAllowPolicy,
        {
          queueUrl: this.deadLetterQueue.url,
          redriveAllowPolicy: pulumi.jsonStringify({
            redrivePermission: "byQueue",
            sourceQueueArns: [this.queue.arn],
          }),
        },
        child,
      ),
    );
    this.registerOutputs({ queueUrl: this.queue.url, deadLetterQueueUrl: this.deadLetterQueue.url });
  }
}

function pick(
  queue: Transform<aws.sqs.QueueArgs> | undefined,
  queuePolicy: Transform<aws.sqs.QueuePolicyArgs> | undefined,
): SecureQueueTransforms {
  return { ...(queue && { queue }), ...(queuePolicy && { queuePolicy }) };
}
