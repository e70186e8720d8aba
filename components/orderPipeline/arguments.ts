import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import {
  ArgumentChecks,
  boolean,
  EMAIL_ADDRESS,
  integer,
  KMS_KEY_ARN,
  LOG_RETENTION_DAYS,
  text,
} from "../parts/arguments";
import {
  checkTable,
  defaulted,
  optional,
  relation,
  type ArgumentsOf,
  type Checked,
} from "../parts/argumentTable";
import type { LambdaFunctionTransforms } from "../parts/lambdaFunction";
import type { QueueWithDeadLetterQueueTransforms } from "../parts/queueWithDeadLetterQueue";
import type { SecureQueueTransforms } from "../parts/secureQueue";
import type { Transform } from "../parts/resources";

/** What of the pipeline is a matter of configuration. */
export const orderPipelineArguments = {
  // SQS event source mappings: AWS Lambda developer guide.
  /** Orders handed to the function at once. Above 10 needs a batching window. */
  batchSize: defaulted(10, integer(1, 10_000, "messages")),
  /** How long a batch of orders may wait to fill. Longer is cheaper and slower. */
  batchingWindowSeconds: defaulted(0, integer(0, 300, "seconds")),
  /** Batches of orders processed at once. Bounds the load on the tables. */
  maximumConcurrency: defaulted(10, integer(2, 1_000)),
  /**
   * Concurrent executions set aside for processing orders. At least `maximumConcurrency`; by default none, so
   * that small accounts can deploy.
   */
  reservedConcurrency: optional(integer(1, 1_000_000)),
  // Another kind of queue is another queue: to change it replaces both.
  /** Whether orders of one message group, such as a customer's, are processed in the order in which they were sent. */
  fifo: defaulted(false, boolean, { plain: true }),
  // Fewer than 5 receives would give up on messages that were only throttled: AWS Lambda developer guide.
  /** How often an order is received before SQS moves it to the dead-letter queue by itself. */
  maxReceiveCount: defaulted(5, integer(5, 1_000, "receives")),
  // The handlers keep some seconds at the end of their time to report what they could not do.
  /** Time limit of the functions that process and confirm orders. */
  timeoutSeconds: defaulted(30, integer(10, 900, "seconds")),
  /** Memory of the functions that process and confirm orders. */
  memoryMegabytes: defaulted(512, integer(128, 10_240, "MB")),
  /** How long logs are kept, in days; one of the periods that CloudWatch Logs knows. */
  logRetentionDays: defaulted(30, LOG_RETENTION_DAYS, { key: "logRetentionDays" }),
  /**
   * The KMS key of queues, tables, logs, topics and functions' environments. By default the services' own; see
   * docs/OPERATIONS.md for what its policy must allow.
   */
  encryptionKeyArn: optional(KMS_KEY_ARN, { key: "encryptionKeyArn" }),
  /** Whether tables refuse to be deleted. */
  deletionProtection: defaulted(true, boolean, { key: "deletionProtection" }),
  /** Whether Pulumi refuses to delete or replace tables and queues. `protect` in their options. */
  protectData: defaulted(false, boolean, { key: "protectData", plain: true }),
  /**
   * The e-mail address that confirmations of orders come from. Without it, none are sent and `confirmOrders`
   * does not exist.
   */
  confirmationSender: optional(EMAIL_ADDRESS, { key: "confirmationSender" }),
  /**
   * ARN of an SES identity that covers the sender, such as a verified domain. By default that of the address itself,
   * which must be verified, or made by `createSenderIdentity`.
   */
  confirmationIdentityArn: optional(
    text(/^arn:[^:]+:ses:[^:]+:\d{12}:identity\/.+$/, "the ARN of an SES identity"),
    { key: "confirmationIdentityArn" },
  ),
  // Two stacks that create it for one sender collide, and the first that is destroyed takes it along.
  /** Whether an SES identity for the sender's address is created, which its owner is asked to verify. */
  createSenderIdentity: defaulted(false, boolean, { key: "createSenderIdentity", plain: true }),
  /**
   * The SES configuration set that confirmations are sent by; bounces and complaints are then noted on their orders.
   * Needed where the identity has one as its default. By default none.
   */
  confirmationConfigurationSet: optional(
    text(/^[A-Za-z0-9_-]{1,64}$/, "the name of an SES configuration set"),
    { key: "confirmationConfigurationSet" },
  ),
};

/** Rules, defaults, units: `orderPipelineArguments`. */
export interface OrderPipelineArgs extends ArgumentsOf<typeof orderPipelineArguments> {
  /** Put on every resource that takes tags. */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** Changes to single children; see `Transform`. */
  readonly transform?: OrderPipelineTransforms | undefined;
}

export interface OrderPipelineTransforms {
  readonly queue?: QueueWithDeadLetterQueueTransforms;
  readonly ordersTable?: Transform<aws.dynamodb.TableArgs>;
  readonly inventoryTable?: Transform<aws.dynamodb.TableArgs>;
  readonly processOrders?: LambdaFunctionTransforms;
  readonly processOrdersMapping?: Transform<aws.lambda.EventSourceMappingArgs>;
  readonly confirmOrders?: LambdaFunctionTransforms;
  readonly confirmOrdersMapping?: Transform<aws.lambda.EventSourceMappingArgs>;
  readonly confirmationFailureQueue?: SecureQueueTransforms;
  readonly confirmationIdentity?: Transform<aws.sesv2.EmailIdentityArgs>;
  readonly recordFeedback?: LambdaFunctionTransforms;
  readonly feedbackDestination?: Transform<aws.sesv2.ConfigurationSetEventDestinationArgs>;
  readonly feedbackRule?: Transform<aws.cloudwatch.EventRuleArgs>;
  readonly feedbackTarget?: Transform<aws.cloudwatch.EventTargetArgs>;
  readonly feedbackPermission?: Transform<aws.lambda.PermissionArgs>;
  readonly feedbackInvokeConfig?: Transform<aws.lambda.FunctionEventInvokeConfigArgs>;
}

/** What must hold between the arguments. */
export const orderPipelineRelations = [
  // AWS Lambda developer guide.
  relation(orderPipelineArguments, "batchSize", ["batchingWindowSeconds"], (batchSize, windowSeconds) =>
    batchSize > 10 && windowSeconds < 1
      ? `got ${batchSize} with a batching window of 0 seconds; expected at most 10, or batchingWindowSeconds of at least 1`
      : undefined,
  ),
  // AWS Lambda developer guide, "Using Lambda with Amazon SQS": batches of a FIFO queue.
  relation(orderPipelineArguments, "batchSize", ["fifo"], (batchSize, fifo) =>
    fifo && batchSize > 10 ? `got ${batchSize} with fifo; expected at most 10 with a FIFO queue` : undefined,
  ),
  relation(orderPipelineArguments, "batchingWindowSeconds", ["fifo"], (windowSeconds, fifo) =>
    fifo && windowSeconds > 0 ? `got ${windowSeconds} with fifo; expected 0 with a FIFO queue` : undefined,
  ),
  // More batches at once than executions set aside would be throttled, and throttling counts as a receive.
  relation(orderPipelineArguments, "reservedConcurrency", ["maximumConcurrency"], (reserved, maximum) =>
    reserved < maximum ? `got ${reserved}; expected at least maximumConcurrency, ${maximum}` : undefined,
  ),
  relation(orderPipelineArguments, "confirmationIdentityArn", ["createSenderIdentity"], (arn, create) =>
    create ? `got ${arn} with createSenderIdentity; expected one of the two` : undefined,
  ),
  relation(
    orderPipelineArguments,
    "createSenderIdentity",
    [],
    (create) => (create ? "got true without confirmationSender; expected the sender's address" : undefined),
    "confirmationSender",
  ),
];

/**
 * The arguments with defaults filled in, Outputs among them still to be checked when they resolve.
 *
 * @param component how the error calls the component.
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export function checkOrderPipelineArgs(
  component: string,
  args: OrderPipelineArgs,
): Checked<typeof orderPipelineArguments> {
  const checks = new ArgumentChecks(component);
  const checked = checkTable(checks, orderPipelineArguments, args, orderPipelineRelations);
  checks.throwIfAny();
  return checked;
}
