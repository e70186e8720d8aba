import { startCloud, type Cloud } from "embedded-aws";
import { deploy, type CloudDeployment } from "embedded-pulumi";
import { readScalerSettings, type ScalerSettings } from "../../tools/demonstration/scalerSettings";
import { LeapingClock } from "./leapingClock";

/** The parts of the deployed program that a run talks to. */
export interface Stack {
  readonly orderQueueUrl: string;
  readonly orderApiUrl: string;
  readonly orderDeadLetterQueueUrl: string;
  readonly ordersTableName: string;
  readonly inventoryTableName: string;
  readonly confirmationFailureQueueUrl: string;
  /** A subscriber's queue: all events of orders lie in it. */
  readonly announcementsQueueUrl: string;
  /** Those that work on orders. */
  readonly functionNames: readonly string[];
  readonly streamFunctionNames: readonly string[];
  readonly scaler: ScalerSettings;
}

export interface Deployed {
  readonly cloud: Cloud;
  readonly clock: LeapingClock;
  readonly deployment: CloudDeployment;
  readonly stack: Stack;
}

/** How fast the cloud's clock runs while nothing is in flight. */
const SPEED = 1_000;
const SUBSCRIBER = "chaos-announcements";

/** There is nothing to judge, and no shorter run that would tell more. */
export class NotDeployed extends Error {}

/** The whole program, stack dev with its events on, in a cloud of its own. Rejects with `NotDeployed`. */
export async function deployStack(seed: number): Promise<Deployed> {
  const clock = new LeapingClock(SPEED);
  const cloud = await startCloud({ port: 0, clock, seed, conditions: { queueDepthLagMs: 0 } });
  const deployment = await deploy(cloud, {
    stack: "dev",
    seed,
    config: { ordersEvents: "true", ordersApiRateLimit: "1000", ordersApiBurstLimit: "1000" },
  }).catch((error: unknown) => {
    throw new NotDeployed(error instanceof Error ? error.message : String(error), { cause: error });
  });
  try {
    await deployment.programEnded;
    const output = (name: string): string => {
      const value = deployment.outputs[name];
      if (typeof value !== "string") throw new Error(`the program has no output ${name}`);
      return value;
    };
    const streamFunctionNames = ["confirmOrdersFunctionName", "announceOrdersFunctionName"].map(output);
    const stack = {
      orderQueueUrl: output("orderQueueUrl"),
      orderApiUrl: output("orderApiUrl"),
      orderDeadLetterQueueUrl: output("orderDeadLetterQueueUrl"),
      ordersTableName: output("ordersTableName"),
      inventoryTableName: output("inventoryTableName"),
      confirmationFailureQueueUrl: output("confirmationFailureQueueUrl"),
      announcementsQueueUrl: await subscribe(cloud, output("orderEventBusName")),
      streamFunctionNames,
      functionNames: [output("processOrdersFunctionName"), ...streamFunctionNames],
      scaler: await readScalerSettings(cloud.context, output("scaleFleetFunctionName")),
    };
    return { cloud, clock, deployment, stack };
  } catch (error) {
    await deployment.close();
    throw error;
  }
}

/** A queue that takes every event of the bus. */
async function subscribe(cloud: Cloud, EventBusName: string): Promise<string> {
  const { accountId, region } = cloud.context;
  const Arn = `arn:aws:sqs:${region}:${accountId}:${SUBSCRIBER}`;
  const EventPattern = JSON.stringify({ source: ["orders"] });
  const { RuleArn } = await cloud.call("events", "PutRule", { Name: SUBSCRIBER, EventBusName, EventPattern });
  const statement = {
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: Arn,
    Condition: { ArnEquals: { "aws:SourceArn": RuleArn } },
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const { QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", {
    QueueName: SUBSCRIBER,
    Attributes: { Policy, MessageRetentionPeriod: String(14 * 24 * 60 * 60) },
  });
  await cloud.call("events", "PutTargets", {
    Rule: SUBSCRIBER,
    EventBusName,
    Targets: [{ Id: "queue", Arn }],
  });
  return QueueUrl;
}

/** A bus with rules of others cannot be deleted. */
export async function unsubscribe({ call }: Pick<Cloud, "call">): Promise<void> {
  const { EventBuses = [] } = await call("events", "ListEventBuses", {});
  for (const { Name: EventBusName } of EventBuses) {
    const { Rules = [] } = await call("events", "ListRules", { EventBusName, NamePrefix: SUBSCRIBER });
    for (const { Name } of Rules) {
      await call("events", "RemoveTargets", { Rule: Name, EventBusName, Ids: ["queue"] });
      await call("events", "DeleteRule", { Name, EventBusName });
    }
  }
}
