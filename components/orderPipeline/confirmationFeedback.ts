import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { OrderPipelineTransforms } from "./arguments";
import type { PIPELINE_TAG } from "../../handlers/orders/mailTags";
import { arnsBeside } from "../parts/arns";
import { sendEncrypted, type EncryptionKey } from "../parts/encryption";
import { LambdaFunction } from "../parts/lambdaFunction";
import { transformed } from "../parts/resources";

type RecordFeedback = typeof import("../../handlers/recordFeedback");

/** As `OrderConfirmationsArgs`; see there. */
export interface ConfirmationFeedbackArgs {
  readonly ordersTable: aws.dynamodb.Table;
  readonly configurationSet: pulumi.Input<string>;
  /** The value of the tag that this pipeline's confirmations carry. */
  readonly pipeline: string;
  /** Takes events that cannot be delivered or handled. */
  readonly failureQueue: aws.sqs.Queue;
  readonly timeoutSeconds: pulumi.Input<number>;
  readonly memoryMegabytes: pulumi.Input<number>;
  readonly logRetentionDays: pulumi.Input<number>;
  readonly encryptionKeyArn: EncryptionKey;
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly transform: Pick<
    OrderPipelineTransforms,
    | "recordFeedback"
    | "feedbackDestination"
    | "feedbackRule"
    | "feedbackTarget"
    | "feedbackPermission"
    | "feedbackInvokeConfig"
  >;
}

/** What EventBridge and Lambda try for a day would be news of yesterday: six hours, as for confirmations. */
const MAXIMUM_EVENT_AGE_SECONDS = 6 * 60 * 60;

/**
 * Bounces and complaints, noted on their orders: the configuration set tells EventBridge of them, a rule picks those of
 * this pipeline's confirmations by their tag, a function writes them down.
 */
export class ConfirmationFeedback extends pulumi.ComponentResource {
  readonly recordFeedback: LambdaFunction<RecordFeedback>;
  readonly rule: aws.cloudwatch.EventRule;

  constructor(
    name: string,
    args: ConfirmationFeedbackArgs,
    rule: aws.cloudwatch.EventRule,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("event-driven-aws:components:ConfirmationFeedback", name, {}, opts);
    const { ordersTable, failureQueue, transform } = args;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };

    this.rule = rule;
    this.recordFeedback = new LambdaFunction<RecordFeedback>(
      name,
      {
        handler: "recordFeedback",
        description: "Notes on orders that their confirmation bounced or was complained of",
        statements: [
          { Effect: "Allow", Action: "dynamodb:UpdateItem", Resource: ordersTable.arn },
          { Effect: "Allow", Action: "sqs:SendMessage", Resource: failureQueue.arn },
          ...sendEncrypted(args.encryptionKeyArn),
        ],
        environment: { ORDERS_TABLE_NAME: ordersTable.name },
        timeoutSeconds: args.timeoutSeconds,
        memoryMegabytes: args.memoryMegabytes,
        logRetentionDays: args.logRetentionDays,
        encryptionKeyArn: args.encryptionKeyArn,
        transform: transform.recordFeedback,
        ...tags,
      },
      { parent: this },
    );
    new aws.lambda.FunctionEventInvokeConfig(
      `${name}-invocations`,
      ...transformed(
        transform.feedbackInvokeConfig,
        {
          functionName: this.recordFeedback.function.name,
          maximumEventAgeInSeconds: MAXIMUM_EVENT_AGE_SECONDS,
          maximumRetryAttempts: 2,
          destinationConfig: { onFailure: { destination: failureQueue.arn } },
        },
        child,
      ),
    );
    const permission = new aws.lambda.Permission(
      `${name}-permission`,
      ...transformed(
        transform.feedbackPermission,
        {
          function: this.recordFeedback.function.name,
          action: "lambda:InvokeFunction",
          principal: "events.amazonaws.com",
          sourceArn: rule.arn,
        },
        child,
      ),
    );
    const target = new aws.cloudwatch.EventTarget(
      `${name}-target`,
      ...transformed(
        transform.feedbackTarget,
        {
          rule: rule.name,
          arn: this.recordFeedback.function.arn,
          retryPolicy: { maximumEventAgeInSeconds: MAXIMUM_EVENT_AGE_SECONDS, maximumRetryAttempts: 185 },
          deadLetterConfig: { arn: failureQueue.arn },
        },
        { ...child, dependsOn: [permission] },
      ),
    );
    new aws.sesv2.ConfigurationSetEventDestination(
      `${name}-destination`,
      ...transformed(
        transform.feedbackDestination,
        {
          configurationSetName: args.configurationSet,
          eventDestinationName: args.pipeline,
          eventDestination: {
            enabled: true,
            matchingEventTypes: ["BOUNCE", "COMPLAINT"],
            // SES takes the default bus alone.
            eventBridgeDestination: {
              eventBusArn: arnsBeside(ordersTable.arn)("events", "event-bus/default"),
            },
          },
        },
        // What is told before anybody listens would be lost.
        { ...child, dependsOn: [target] },
      ),
    );
    this.registerOutputs({ functionName: this.recordFeedback.function.name });
  }
}

/** SES's events of this pipeline's confirmations; made before the queue that its failures go to names it. */
export function feedbackRule(
  name: string,
  args: Pick<ConfirmationFeedbackArgs, "pipeline" | "tags" | "transform">,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.EventRule {
  const tag: typeof PIPELINE_TAG = "pipeline";
  return new aws.cloudwatch.EventRule(
    `${name}-rule`,
    ...transformed(
      args.transform.feedbackRule,
      {
        description: "Bounces of confirmations, and complaints of them",
        eventPattern: JSON.stringify({
          source: ["aws.ses"],
          "detail-type": ["Email Bounced", "Email Complaint Received"],
          detail: { mail: { tags: { [tag]: [args.pipeline] } } },
        }),
        ...(args.tags && { tags: args.tags }),
      },
      opts,
    ),
  );
}
