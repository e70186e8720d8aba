import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { KeptFile, RunningClock, startCloud, type Cloud } from "embedded-aws";
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
  readonly announcementFailureQueueUrl: string;
  /** A subscriber's queue: all events of orders lie in it. */
  readonly announcementsQueueUrl: string;
  /** Those that work on orders. */
  readonly functionNames: readonly string[];
  readonly streamFunctionNames: readonly string[];
  readonly scaler: ScalerSettings;
}

/** How fast the cloud's clock runs while nothing is in flight. */
const SPEED = 1_000;
/** And while the program is deployed, which takes real seconds: what lies in streams and queues must not expire by it. */
const DEPLOYING_SPEED = 20;
const SUBSCRIBER = "chaos-announcements";
const BUS_TYPE = "aws:cloudwatch/eventBus:EventBus";

/** There is nothing to judge, and no shorter run that would tell more. */
export class NotDeployed extends Error {}

/** One cloud with the program in it. */
interface Running {
  readonly cloud: Cloud;
  readonly clock: LeapingClock;
  readonly deployment: CloudDeployment;
  readonly stack: Stack;
}

/**
 * The whole program, stack dev with its events on, in a cloud of its own, which can end in the middle of everything and be
 * started again, at the same address, on what it has kept.
 */
export class Deployed {
  /** The folders of all clouds that there were, and that of what they keep. */
  readonly folders: string[] = [];
  readonly #file: string;
  readonly #seed: number;
  #running: Running | undefined;
  #ending = new AbortController();
  #onCloud: (cloud: Cloud) => void = () => undefined;

  private constructor(seed: number) {
    this.#seed = seed;
    const folder = mkdtempSync(path.join(tmpdir(), "chaos-"));
    this.folders.push(folder);
    this.#file = path.join(folder, "kept.sqlite");
  }

  /** Rejects with `NotDeployed`. */
  static async start(seed: number): Promise<Deployed> {
    const deployed = new Deployed(seed);
    deployed.#running = await deployed.#start(0).catch((error: unknown) => {
      deployed.#removeKept();
      throw new NotDeployed(error instanceof Error ? error.message : String(error), { cause: error });
    });
    return deployed;
  }

  get cloud(): Cloud {
    return this.#now.cloud;
  }

  get clock(): LeapingClock {
    return this.#now.clock;
  }

  get stack(): Stack {
    return this.#now.stack;
  }

  /** Aborts when the present cloud ends: nobody waits for its clock any more. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Told of each further cloud before anything is deployed into it: nothing that happens there is missed. */
  set onCloud(told: (cloud: Cloud) => void) {
    this.#onCloud = told;
  }

  /**
   * Ends the cloud under the hands of all who use it, and starts another on what it has kept. Rejects when the program
   * cannot be deployed on that, which it could before: then the run has failed.
   */
  async restart(): Promise<void> {
    const port = Number(new URL(this.cloud.endpoint).port);
    await this.#end();
    this.#ending = new AbortController();
    this.#running = await this.#start(port);
  }

  async destroy(): Promise<void> {
    await this.#now.deployment.destroy();
  }

  async close(): Promise<void> {
    await this.#end();
    this.#removeKept();
  }

  get #now(): Running {
    if (this.#running === undefined) throw new Error("nothing is deployed");
    return this.#running;
  }

  async #end(): Promise<void> {
    // Closed at once, as a cloud ends that is killed; those who wait for its clock see that then.
    const closed = this.#running?.deployment.close();
    this.#ending.abort();
    await closed;
  }

  #removeKept(): void {
    rmSync(path.dirname(this.#file), { recursive: true, force: true });
  }

  async #start(port: number): Promise<Running> {
    const keep = new KeptFile({ file: this.#file, of: {} });
    const running = new RunningClock(DEPLOYING_SPEED, Math.max(Date.now(), keep.time ?? 0));
    const clock = new LeapingClock(running);
    const conditions = { queueDepthLagMs: 0 };
    const cloud = await startCloud({ port, clock, seed: this.#seed, keep, conditions });
    this.folders.push(cloud.context.directory);
    this.#onCloud(cloud);
    let subscribed: Promise<string> | undefined;
    const deployment = await deploy(cloud, {
      stack: "dev",
      seed: this.#seed,
      config: { ordersEvents: "true", ordersApiRateLimit: "1000", ordersApiBurstLimit: "1000" },
      // Before the function stands that announces what is left in the stream.
      onEvent: (event) => {
        if (event.type !== "resource" || event.status !== "created") return;
        if (event.resourceType === BUS_TYPE) subscribed = subscribe(cloud);
      },
    });
    try {
      await deployment.programEnded;
      if (subscribed === undefined) throw new Error(`the program has no ${BUS_TYPE}`);
      const stack = await stackOf(cloud, deployment, await subscribed);
      running.setSpeed(SPEED);
      return { cloud, clock, deployment, stack };
    } catch (error) {
      await deployment.close();
      throw error;
    }
  }
}

async function stackOf(
  cloud: Cloud,
  deployment: CloudDeployment,
  announcementsQueueUrl: string,
): Promise<Stack> {
  const output = (name: string): string => {
    const value = deployment.outputs[name];
    if (typeof value !== "string") throw new Error(`the program has no output ${name}`);
    return value;
  };
  const streamFunctionNames = ["confirmOrdersFunctionName", "announceOrdersFunctionName"].map(output);
  return {
    orderQueueUrl: output("orderQueueUrl"),
    orderApiUrl: output("orderApiUrl"),
    orderDeadLetterQueueUrl: output("orderDeadLetterQueueUrl"),
    ordersTableName: output("ordersTableName"),
    inventoryTableName: output("inventoryTableName"),
    confirmationFailureQueueUrl: output("confirmationFailureQueueUrl"),
    announcementFailureQueueUrl: output("announcementFailureQueueUrl"),
    announcementsQueueUrl,
    streamFunctionNames,
    functionNames: [output("processOrdersFunctionName"), ...streamFunctionNames],
    scaler: await readScalerSettings(cloud.context, output("scaleFleetFunctionName")),
  };
}

/** A queue that takes every event of the bus. */
async function subscribe(cloud: Cloud): Promise<string> {
  const { accountId, region } = cloud.context;
  const { EventBuses = [] } = await cloud.call("events", "ListEventBuses", {});
  const EventBusName = EventBuses.map(({ Name }) => Name).find((name) => name !== "default");
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
