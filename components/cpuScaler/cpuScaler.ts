import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createExecutor } from "./executor";
import { cpuAlarmSource, createLaunchTemplate } from "./fleet";
import { createFleetEnd, type EndFleet } from "./fleetEnd";
import type { CpuScalerArgs } from "./arguments";
import { checkCpuScalerArgs } from "./checkArguments";
import { createNotifications, tellingStatements } from "./notifications";
import { sendEncrypted } from "../parts/encryption";
import { LambdaFunction } from "../parts/lambdaFunction";
import { createSecureQueue, LONGEST_RETENTION_SECONDS } from "../parts/secureQueue";
import { transformed, type Transform } from "../parts/resources";

/** Of the same form as `scaleGroup`'s: the two differ in what their variable says. */
type ScaleFleet = typeof import("../../handlers/scaleFleet");

/** Long enough for a step of fifty launches, and for EC2 to show one made in a second zone. */
const TIMEOUT_SECONDS = 60;

/**
 * How long an event is worth delivering, in seconds: Lambda's first retry comes after a minute, so that one that
 * lives for less is never tried again. Later ticks say the same.
 */
const EVENT_AGE_SECONDS = 180;

/**
 * Servers that follow the load: a CloudWatch alarm on high CPU changes state, EventBridge matches the event, a
 * function launches EC2 instances, and takes them away again when they are idle; or, with the capacity
 * "autoScalingGroup", tells a group of EC2 Auto Scaling its size. A tick each minute wakes the
 * same function, so that a missed event costs a minute at most.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export class CpuScaler extends pulumi.ComponentResource {
  /** The value of the tag `Fleet` on every instance of this fleet. */
  readonly fleet: string;
  readonly functionName: pulumi.Output<string>;
  readonly alarmName: pulumi.Output<string>;
  readonly launchTemplateId: pulumi.Output<string>;
  /** Where an event stands that could not be delivered, or that the function failed on. */
  readonly failureQueueUrl: pulumi.Output<string>;
  /** The resources themselves, for whatever this component does not offer. */
  readonly nodes: {
    readonly launchTemplate: aws.ec2.LaunchTemplate;
    readonly alarm: aws.cloudwatch.MetricAlarm;
    readonly alarmRule: aws.cloudwatch.EventRule;
    readonly tickRule: aws.cloudwatch.EventRule;
    readonly failureQueue: aws.sqs.Queue;
    /** Undefined unless somebody is told by e-mail. */
    readonly notifications: aws.sns.Topic | undefined;
    readonly scaleFleet: LambdaFunction<ScaleFleet>;
    /** These three only where the function launches instances itself. */
    readonly journal: aws.dynamodb.Table | undefined;
    readonly endFleet: LambdaFunction<EndFleet> | undefined;
    readonly fleetEnd: aws.lambda.Invocation | undefined;
    /** Only where a group carries the decisions out. */
    readonly group: aws.autoscaling.Group | undefined;
  };

  constructor(name: string, args: CpuScalerArgs, opts?: pulumi.ComponentResourceOptions) {
    // Before anything is registered, this component included.
    const checked = checkCpuScalerArgs(`CpuScaler "${name}"`, args);
    super("event-driven-aws:components:CpuScaler", name, {}, opts);
    const { transform = {} } = args;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };
    // Two stacks may live in one account, and two fleets in one stack.
    const fleet = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;

    const launchTemplate = createLaunchTemplate(`${name}-template`, fleet, checked, args, child);
    const metric = args.metric ?? { kind: "dimensions", dimensions: { ImageId: checked.amiId ?? "" } };
    const alarm = new aws.cloudwatch.MetricAlarm(
      `${name}-cpu-high`,
      ...transformed(
        transform.alarm,
        {
          alarmDescription: `CPU of fleet ${fleet} is high; its function launches instances`,
          ...cpuAlarmSource(metric, fleet),
          comparisonOperator: "GreaterThanThreshold",
          threshold: checked.alarmCpuPercent,
          evaluationPeriods: 1,
          // No metric is no reason to launch: a fleet of none has no CPU, and neither has one that just starts.
          treatMissingData: "notBreaching",
          ...(args.alarmActions && {
            alarmActions: pulumi.output(args.alarmActions).apply((arns) => [...arns]),
          }),
          ...tags,
        },
        child,
      ),
    );
    const alarmRule = new aws.cloudwatch.EventRule(
      `${name}-alarm`,
      ...transformed(
        transform.alarmRule,
        {
          description: `State changes of the CPU alarm of fleet ${fleet}`,
          eventPattern: pulumi.jsonStringify({
            source: ["aws.cloudwatch"],
            "detail-type": ["CloudWatch Alarm State Change"],
            resources: [alarm.arn],
          }),
          ...tags,
        },
        child,
      ),
    );
    const tickRule = new aws.cloudwatch.EventRule(
      `${name}-tick`,
      ...transformed(
        transform.tickRule,
        {
          description: `Reconciles fleet ${fleet} each minute`,
          scheduleExpression: "rate(1 minute)",
          ...tags,
        },
        child,
      ),
    );
    const { encryptionKeyArn } = checked;
    const failureQueue = createSecureQueue(
      `${name}-failures`,
      { messageRetentionSeconds: LONGEST_RETENTION_SECONDS, encryptionKeyArn, ...tags },
      child,
      transform.failureQueue,
      (queue) => [
        {
          Sid: "TakeUndeliverableEvents",
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: queue.arn,
          Condition: { ArnEquals: { "aws:SourceArn": [alarmRule.arn, tickRule.arn] } },
        },
      ],
    );

    const notifications =
      checked.notifications === undefined
        ? undefined
        : createNotifications(
            `${name}-actions`,
            fleet,
            checked.notifications,
            { ...args, encryptionKeyArn },
            child,
          );

    const executor = createExecutor(
      name,
      {
        fleet,
        checked,
        args,
        launchTemplate,
        surroundings: {
          alarmArn: alarm.arn,
          tickRuleArn: tickRule.arn,
          ...(notifications && { notificationTopicArn: notifications.arn }),
        },
      },
      child,
    );
    const { journal, group } = executor;
    const scaleFleet = new LambdaFunction<ScaleFleet>(
      `${name}-scale`,
      {
        handler: executor.handler,
        description: executor.description,
        statements: [
          ...executor.statements,
          ...tellingStatements(launchTemplate.arn, checked.eventBusName, notifications),
          { Effect: "Allow", Action: "sqs:SendMessage", Resource: failureQueue.arn },
          ...sendEncrypted(encryptionKeyArn),
        ],
        environment: { SCALER: pulumi.jsonStringify(executor.configuration) },
        timeoutSeconds: TIMEOUT_SECONDS,
        memoryMegabytes: checked.memoryMegabytes,
        logRetentionDays: checked.logRetentionDays,
        encryptionKeyArn,
        ...(checked.reservedConcurrency > 0 && { reservedConcurrency: checked.reservedConcurrency }),
        transform: transform.scaleFleet,
        ...tags,
      },
      { parent: this },
    );
    new aws.lambda.FunctionEventInvokeConfig(
      `${name}-scale-invocations`,
      ...transformed(
        transform.invokeConfig,
        {
          functionName: scaleFleet.function.name,
          maximumEventAgeInSeconds: EVENT_AGE_SECONDS,
          maximumRetryAttempts: 1,
          destinationConfig: { onFailure: { destination: failureQueue.arn } },
        },
        child,
      ),
    );

    // A group takes its instances along by itself.
    const end =
      journal && createFleetEnd(name, { fleet, checked, args, launchTemplate, journal, scaleFleet }, this);
    const fleetEnd = end?.invocation;

    const wake = (
      source: string,
      rule: aws.cloudwatch.EventRule,
      changeTarget: Transform<aws.cloudwatch.EventTargetArgs> | undefined,
      changePermission: Transform<aws.lambda.PermissionArgs> | undefined,
    ) => {
      const permission = new aws.lambda.Permission(
        `${name}-${source}-permission`,
        ...transformed(
          changePermission,
          {
            function: scaleFleet.function.name,
            action: "lambda:InvokeFunction",
            principal: "events.amazonaws.com",
            sourceArn: rule.arn,
          },
          child,
        ),
      );
      new aws.cloudwatch.EventTarget(
        `${name}-${source}-target`,
        ...transformed(
          changeTarget,
          {
            rule: rule.name,
            arn: scaleFleet.function.arn,
            retryPolicy: { maximumEventAgeInSeconds: EVENT_AGE_SECONDS, maximumRetryAttempts: 5 },
            deadLetterConfig: { arn: failureQueue.arn },
          },
          // An event that comes before its permission would be lost, and one after the fleet's end is of no use.
          { ...child, dependsOn: [permission, fleetEnd ?? group].flatMap((each) => each ?? []) },
        ),
      );
    };
    wake("alarm", alarmRule, transform.alarmTarget, transform.alarmPermission);
    wake("tick", tickRule, transform.tickTarget, transform.tickPermission);

    this.fleet = fleet;
    this.functionName = scaleFleet.function.name;
    this.alarmName = alarm.name;
    this.launchTemplateId = launchTemplate.id;
    this.failureQueueUrl = failureQueue.url;
    this.nodes = {
      launchTemplate,
      alarm,
      alarmRule,
      tickRule,
      failureQueue,
      notifications,
      scaleFleet,
      journal,
      endFleet: end?.endFleet,
      fleetEnd,
      group,
    };
    this.registerOutputs({
      fleet: this.fleet,
      functionName: this.functionName,
      alarmName: this.alarmName,
      launchTemplateId: this.launchTemplateId,
      failureQueueUrl: this.failureQueueUrl,
    });
  }
}
