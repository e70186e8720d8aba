import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ArgumentChecks, boolean, integer, oneOf, text } from "../parts/arguments";
import { LOG_RETENTION_DAYS, type LambdaFunctionTransforms } from "../parts/lambdaFunction";
import type { QueueWithDeadLetterQueueTransforms } from "../parts/queueWithDeadLetterQueue";
import type { SecureQueueTransforms } from "../parts/secureQueue";
import type { Transform } from "../parts/transform";

/** Every number has the default and the limits that `orderPipelineDefaults` and `orderPipelineRules` state. */
export interface OrderPipelineArgs {
  /** Messages handed to the function at once: 1 to 10,000; 10 by default. Above 10 needs a batching window. */
  readonly batchSize?: pulumi.Input<number> | undefined;
  /** How long a batch may wait to fill: 0 to 300 seconds; 0 by default. Longer is cheaper and slower. */
  readonly batchingWindowSeconds?: pulumi.Input<number> | undefined;
  /** Batches processed at once: 2 to 1,000; 10 by default. Bounds the load on the tables. */
  readonly maximumConcurrency?: pulumi.Input<number> | undefined;
  /**
   * Concurrent executions set aside for the function, at least `maximumConcurrency`; by default none, so that
   * small accounts can deploy.
   */
  readonly reservedConcurrency?: pulumi.Input<number> | undefined;
  /** Receives before SQS itself moves a message to the dead-letter queue: 5 to 1,000; 5 by default. */
  readonly maxReceiveCount?: pulumi.Input<number> | undefined;
  /** Of both functions: 10 to 900 seconds; 30 by default. */
  readonly timeoutSeconds?: pulumi.Input<number> | undefined;
  /** Of both functions: 128 to 10,240 MB; 512 by default. */
  readonly memoryMegabytes?: pulumi.Input<number> | undefined;
  /** Of both functions' logs: one of CloudWatch Logs' periods in days; 30 by default. */
  readonly logRetentionDays?: pulumi.Input<number> | undefined;
  /** Whether the tables refuse to be deleted; true by default. */
  readonly deletionProtection?: pulumi.Input<boolean> | undefined;
  /** Whether Pulumi refuses to delete or replace tables and queues (`protect`); false by default. */
  readonly protectData?: boolean | undefined;
  /** The address that confirmations come from; without it, none are sent and `confirmOrders` does not exist. */
  readonly confirmationSender?: pulumi.Input<string> | undefined;
  /**
   * The ARN of an SES identity that covers the sender, such as a verified domain. By default an identity for
   * the address itself is created, and SES asks its owner to verify it.
   */
  readonly confirmationIdentityArn?: pulumi.Input<string> | undefined;
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
}

export const orderPipelineDefaults = {
  batchSize: 10,
  batchingWindowSeconds: 0,
  maximumConcurrency: 10,
  maxReceiveCount: 5,
  timeoutSeconds: 30,
  memoryMegabytes: 512,
  logRetentionDays: 30,
  deletionProtection: true,
  protectData: false,
} as const;

/** What each argument must be, for the component and for whoever reads one from elsewhere. */
export const orderPipelineRules = {
  // SQS event source mappings: AWS Lambda developer guide.
  batchSize: integer(1, 10_000, "messages"),
  batchingWindowSeconds: integer(0, 300, "seconds"),
  maximumConcurrency: integer(2, 1_000),
  reservedConcurrency: integer(1, 1_000_000),
  // Fewer than 5 receives would give up on messages that were only throttled: AWS Lambda developer guide.
  maxReceiveCount: integer(5, 1_000, "receives"),
  // The handlers keep some seconds at the end of their time to report what they could not do.
  timeoutSeconds: integer(10, 900, "seconds"),
  memoryMegabytes: integer(128, 10_240, "MB"),
  logRetentionDays: oneOf(LOG_RETENTION_DAYS),
  deletionProtection: boolean,
  protectData: boolean,
  confirmationSender: text(/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/, "an e-mail address"),
  confirmationIdentityArn: text(/^arn:[^:]+:ses:[^:]+:\d{12}:identity\/.+$/, "the ARN of an SES identity"),
};

/**
 * The arguments with defaults filled in, Outputs among them still to be checked when they resolve.
 *
 * @param component how the error calls the component.
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export function checkOrderPipelineArgs(component: string, args: OrderPipelineArgs) {
  const rules = orderPipelineRules;
  const defaults = orderPipelineDefaults;
  const checks = new ArgumentChecks(component);
  const batchingWindowSeconds = checks.value(
    "batchingWindowSeconds",
    args.batchingWindowSeconds,
    rules.batchingWindowSeconds,
    defaults.batchingWindowSeconds,
  );
  const maximumConcurrency = checks.value(
    "maximumConcurrency",
    args.maximumConcurrency,
    rules.maximumConcurrency,
    defaults.maximumConcurrency,
  );
  const reservedConcurrency = checks.optional(
    "reservedConcurrency",
    args.reservedConcurrency,
    rules.reservedConcurrency,
  );
  const checked = {
    batchSize: checks.related(
      "batchSize",
      checks.value("batchSize", args.batchSize, rules.batchSize, defaults.batchSize),
      [batchingWindowSeconds],
      windowProblem,
    ),
    batchingWindowSeconds,
    maximumConcurrency,
    reservedConcurrency:
      reservedConcurrency === undefined
        ? undefined
        : checks.related(
            "reservedConcurrency",
            reservedConcurrency,
            [maximumConcurrency],
            reservationProblem,
          ),
    maxReceiveCount: checks.value(
      "maxReceiveCount",
      args.maxReceiveCount,
      rules.maxReceiveCount,
      defaults.maxReceiveCount,
    ),
    timeoutSeconds: checks.value(
      "timeoutSeconds",
      args.timeoutSeconds,
      rules.timeoutSeconds,
      defaults.timeoutSeconds,
    ),
    memoryMegabytes: checks.value(
      "memoryMegabytes",
      args.memoryMegabytes,
      rules.memoryMegabytes,
      defaults.memoryMegabytes,
    ),
    logRetentionDays: checks.value(
      "logRetentionDays",
      args.logRetentionDays,
      rules.logRetentionDays,
      defaults.logRetentionDays,
    ),
    deletionProtection: checks.value(
      "deletionProtection",
      args.deletionProtection,
      rules.deletionProtection,
      defaults.deletionProtection,
    ),
    protectData: args.protectData ?? defaults.protectData,
    confirmationSender: checks.optional(
      "confirmationSender",
      args.confirmationSender,
      rules.confirmationSender,
    ),
    confirmationIdentityArn: checks.optional(
      "confirmationIdentityArn",
      args.confirmationIdentityArn,
      rules.confirmationIdentityArn,
    ),
  };
  checks.throwIfAny();
  return checked;
}

/** What is wrong with a batch size, given the window: AWS Lambda developer guide. */
export function windowProblem(batchSize: number, batchingWindowSeconds: number): string | undefined {
  return batchSize > 10 && batchingWindowSeconds < 1
    ? `got ${batchSize} with a batching window of 0 seconds; expected at most 10, or batchingWindowSeconds of at least 1`
    : undefined;
}

/** More batches at once than executions set aside would be throttled, and throttling counts as a receive. */
export function reservationProblem(reserved: number, maximumConcurrency: number): string | undefined {
  return reserved < maximumConcurrency
    ? `got ${reserved}; expected at least maximumConcurrency, ${maximumConcurrency}`
    : undefined;
}
