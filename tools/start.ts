import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { conditionsAsJson, describeConditions, type CloudEvent, type Conditions } from "embedded-aws";
import { seededRandom } from "embedded-aws/support";
import { defaultStack } from "embedded-pulumi";
import {
  demonstrateOrders,
  type OrderDemonstration,
  type OrderSystem,
} from "./demonstration/demonstrateOrders";
import { brokenPromises, describeOrders } from "./demonstration/describeOrders";
import { demonstrateScaler, nothingToShow } from "./demonstration/demonstrateScaler";
import { brokenScalerPromises, describeScaler } from "./demonstration/describeScaler";
import {
  brokenEndPromises,
  describeFleetEnd,
  destroyFleet,
  type FleetEnd,
} from "./demonstration/destroyFleet";
import type { ScalerDemonstration } from "./demonstration/fleetTally";
import { readScalerSettings } from "./demonstration/scalerSettings";
import { CannotGoOn, unlessStuck } from "./demonstration/stuckFunction";
import {
  configOverrides,
  DEFAULT_PORT,
  describeInspection,
  givenConditions,
  givenInspection,
  givenKeeping,
  offerConsole,
  parseCommandLine,
  sharedOptions,
  tellTrouble,
  untilInterrupted,
  type CommandLine,
  type Terminal,
} from "embedded-pulumi/cli";
import { TypeChecks } from "./checkTypes";
import { offerFleet, orderPresets } from "./consoleOffer";
import { deployLocally, type LocalDeployment } from "./deployLocally";
import { watchProject } from "./watchProject";
import { inspectHandler } from "./inspectHandler";
import { localCredentials, optionalOutput, stringOutput } from "./target";

/** Enough to show every kind of outcome, few enough to read. */
const DEFAULT_ORDERS = 20;

/** Seconds of the cloud per real second: fast enough that the fleet's half hour passes in seconds. */
const SCALER_SPEED = 300;
const REAL_TIME = 1;
const FASTEST = 3600;

/** What brings the orders on, and how long they may stand still behind a function that fails. */
const ORDER_PROGRESS: ReadonlySet<CloudEvent["type"]> = new Set<CloudEvent["type"]>([
  "item-inserted",
  "item-modified",
  "message-sent",
  "message-deleted",
  "message-dead-lettered",
]);
const ORDER_PATIENCE_MS = 5000;

/** The same for the fleet, by its faster clock: the scaler's tick comes each minute. */
const FLEET_PROGRESS: ReadonlySet<CloudEvent["type"]> = new Set<CloudEvent["type"]>([
  "instance-state-changed",
  "alarm-state-changed",
]);
const FLEET_PATIENCE_MS = 5 * 60_000;

export const startLine: CommandLine = {
  usage: "npm start -- [options]",
  about: "Deploys a stack into a cloud inside this process, demonstrates it, and stays up until Ctrl-C.",
  options: {
    once: { kind: "flag", about: "end after the demonstration; status 0 only if every promise was kept" },
    orders: {
      kind: "integer",
      value: "N",
      min: 0,
      max: 1_000_000,
      about: `messages in the demonstration; default ${DEFAULT_ORDERS}`,
    },
    seed: { ...sharedOptions.seed, about: "another seed, other orders and names; default 1" },
    port: {
      ...sharedOptions.port,
      about: `port on 127.0.0.1, 0 for any free one; default ${DEFAULT_PORT}`,
    },
    stack: sharedOptions.stack,
    config: sharedOptions.config,
    speed: {
      kind: "integer",
      value: "N",
      min: REAL_TIME,
      max: FASTEST,
      about: `how fast the cloud's clock runs while nothing is in flight; default ${SCALER_SPEED}, ${REAL_TIME} after the demonstration`,
    },
    keep: {
      ...sharedOptions.keep,
      about: `${sharedOptions.keep.about}; that is not demonstrated again unless --orders says so`,
    },
    fresh: sharedOptions.fresh,
    kind: sharedOptions.kind,
    "new-account": sharedOptions["new-account"],
    inspect: {
      ...sharedOptions.inspect,
      about: "open Node's inspector in the process of handlers/NAME.ts; its timeout waits at breakpoints",
    },
    "inspect-port": sharedOptions["inspect-port"],
    "no-watch": sharedOptions["no-watch"],
    json: sharedOptions.json,
    detached: sharedOptions.detached,
  },
};

/** `npm start`: deploys a stack locally and demonstrates it. */
export async function start(args: readonly string[], terminal: Terminal): Promise<number> {
  const given = parseCommandLine(args, startLine);
  const inspection = givenInspection(given);
  const seed = given.integer("seed") ?? 1;
  const scalerSpeed = given.integer("speed") ?? SCALER_SPEED;
  const speedAfterwards = given.integer("speed") ?? REAL_TIME;
  const deployment = await deployLocally({
    stack: given.text("stack") ?? defaultStack("."),
    config: configOverrides(given),
    port: given.integer("port") ?? DEFAULT_PORT,
    seed,
    conditions: givenConditions(given),
    inspect: inspection && inspectHandler(inspection),
    keeping: givenKeeping(given),
    terminal,
  });
  const { kept } = deployment;
  const goesOn = kept?.goesOn === true;
  const orders = given.integer("orders") ?? (goesOn ? 0 : DEFAULT_ORDERS);
  // As they are at first: the end of the fleet, and the console, may set others.
  const conditions = { ...deployment.cloud.context.conditions };
  if (inspection !== undefined) terminal.print(`\n${describeInspection(inspection)}`);
  const { console } = deployment.cloud;
  let endOfKeys: () => void = () => undefined;
  if (!given.has("once")) {
    console.offer({ presets: orderPresets(deployment) });
    endOfKeys = offerConsole(console.address, terminal);
  }
  terminal.print(`\nConditions: ${describeConditions(conditions)}.`);
  const endOfTrouble = tellTrouble(deployment.cloud.context.events, terminal);
  try {
    const readyMs = performance.now();
    // At real speed: the figures of the orders are real milliseconds.
    const shown = orders > 0 || !goesOn;
    if (!shown) terminal.print("\nNothing is demonstrated again; --orders N sends N new messages.");
    const demonstration = shown ? await demonstrate(deployment, orders, seed, terminal) : undefined;
    await deployment.programEnded;
    const scaler = goesOn ? undefined : await demonstrateFleet(deployment, scalerSpeed, terminal);
    deployment.setSpeed(speedAfterwards);
    if (!given.has("once")) await offerFleet(deployment);
    const staysUp = !given.has("once") && !terminal.signal.aborted;
    // What is kept is not destroyed: the next start goes on from it.
    const end = staysUp || kept !== undefined ? undefined : await endFleet(deployment, terminal);
    if (given.has("json")) {
      terminal.printJson(summary(demonstration, scaler, end, readyMs, deployment.resources, conditions));
    }
    const broken = [
      ...(demonstration === undefined ? [] : brokenPromises(demonstration)),
      ...(scaler === undefined ? [] : brokenScalerPromises(scaler)),
      ...(end === undefined ? [] : brokenEndPromises(end)),
    ];
    for (const promise of broken) terminal.print(`Broken promise: ${promise}`);
    if (staysUp) {
      await stayUp(deployment, terminal, !given.has("json"), !given.has("no-watch"));
      if (kept === undefined) await endFleet(deployment, terminal);
    }
    return broken.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CannotGoOn)) throw error;
    terminal.print(`\nThe demonstration cannot go on: ${error.message}`);
    if (given.has("json")) terminal.printJson({ cannotGoOn: error.message });
    if (!given.has("once") && !terminal.signal.aborted)
      await stayUp(deployment, terminal, !given.has("json"), !given.has("no-watch"));
    return 1;
  } finally {
    endOfTrouble();
    endOfKeys();
    await deployment.close();
  }
}

async function demonstrate(
  deployment: LocalDeployment,
  orders: number,
  seed: number,
  terminal: Terminal,
): Promise<OrderDemonstration> {
  const clientConfig = {
    region: deployment.region,
    endpoint: deployment.endpoint,
    credentials: localCredentials,
  };
  const system: OrderSystem = {
    clock: deployment.cloud.context.clock,
    events: deployment.cloud.context.events,
    sqs: new SQSClient(clientConfig),
    dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig)),
    orderQueueUrl: stringOutput(deployment, "orderQueueUrl"),
    orderDeadLetterQueueUrl: stringOutput(deployment, "orderDeadLetterQueueUrl"),
    ordersTableName: stringOutput(deployment, "ordersTableName"),
    inventoryTableName: stringOutput(deployment, "inventoryTableName"),
    confirmationFailureQueueUrl: optionalOutput(deployment, "confirmationFailureQueueUrl"),
    emailsSent: () => deployment.cloud.inbox.total,
    emails: () => deployment.cloud.inbox.emails,
  };
  try {
    terminal.print(
      `\nSending ${orders} messages to the order queue, as a busy shop would: some twice, some of no use.\n`,
    );
    const expectation = {
      functionNames: ["processOrdersFunctionName", "confirmOrdersFunctionName"].flatMap(
        (name) => optionalOutput(deployment, name) ?? [],
      ),
      progress: ORDER_PROGRESS,
      achievement: "item-inserted" as const,
      patienceMs: ORDER_PATIENCE_MS,
    };
    const demonstration = await unlessStuck(
      deployment.cloud.context,
      expectation,
      terminal.signal,
      (signal) =>
        demonstrateOrders(
          system,
          orders,
          seededRandom(orderSeed(seed, deployment.kept)),
          signal,
          (line) => terminal.print(`  ${line}`),
          deployment.kept?.goesOn,
        ),
    );
    for (const line of describeOrders(demonstration)) terminal.print(line);
    return demonstration;
  } finally {
    system.sqs.destroy();
    system.dynamodb.destroy();
  }
}

/** Orders that are kept are not sent again as new ones: each start has ids of its own. */
function orderSeed(seed: number, kept: LocalDeployment["kept"]): number {
  return kept?.goesOn === true ? (seed + Math.imul(kept.starts, 0x9e3779b1)) >>> 0 : seed;
}

/** Undefined for a stack that has no scaler, or none that any load would move. */
async function demonstrateFleet(
  deployment: LocalDeployment,
  speed: number,
  terminal: Terminal,
): Promise<ScalerDemonstration | undefined> {
  const functionName = optionalOutput(deployment, "scaleFleetFunctionName");
  if (functionName === undefined) return undefined;
  const settings = await readScalerSettings(deployment.cloud.context, functionName);
  const reason = nothingToShow(settings);
  if (reason !== undefined) {
    terminal.print(`\nThe scaler is not demonstrated: ${reason}.`);
    return undefined;
  }
  terminal.print(
    `\nPutting load on the fleet, the cloud's clock ${speed} times as fast while nothing runs:\n`,
  );
  deployment.setSpeed(speed);
  const tell = (line: string) => terminal.print(line);
  const expectation = {
    functionNames: [functionName],
    progress: FLEET_PROGRESS,
    achievement: "instance-state-changed" as const,
    patienceMs: FLEET_PATIENCE_MS,
  };
  const demonstration = await unlessStuck(deployment.cloud.context, expectation, terminal.signal, (signal) =>
    demonstrateScaler(deployment.cloud, settings, tell, signal),
  );
  for (const line of describeScaler(demonstration)) terminal.print(line);
  return demonstration;
}

/** Destroys the stack to show what becomes of its fleet; undefined for a stack without one. */
async function endFleet(deployment: LocalDeployment, terminal: Terminal): Promise<FleetEnd | undefined> {
  const functionName = optionalOutput(deployment, "scaleFleetFunctionName");
  if (functionName === undefined) return undefined;
  deployment.setSpeed(REAL_TIME);
  const end = await destroyFleet(
    deployment,
    await readScalerSettings(deployment.cloud.context, functionName),
  );
  terminal.print(`\n${describeFleetEnd(end)}`);
  return end;
}

function summary(
  demonstration: OrderDemonstration | undefined,
  scaler: ScalerDemonstration | undefined,
  end: FleetEnd | undefined,
  readyMs: number,
  resources: number,
  conditions: Conditions,
) {
  return {
    conditions: conditionsAsJson(conditions),
    ...(demonstration && ordersSummary(demonstration)),
    ...((scaler ?? end) && {
      scaler: {
        ...(scaler && scalerSummary(scaler)),
        ...(end && { leftAfterDestroy: end.leftAfterDestroy }),
      },
    }),
    timing: {
      readyMs: Math.round(readyMs),
      ...(demonstration && ordersTiming(demonstration)),
    },
    resources,
    memory: { peakMb: peakMemoryMb() },
  };
}

function ordersSummary({ audit, confirmations, inventory }: OrderDemonstration) {
  return {
    orders: audit,
    confirmations,
    inventory: { reserved: inventory.reserved, expected: inventory.expected },
  };
}

function ordersTiming(demonstration: OrderDemonstration) {
  const { firstStoredAt, latencies, confirmationLatencies, ordersPerSecond } = demonstration;
  return {
    firstOrderStoredMs: Math.round(firstStoredAt ?? 0),
    p50Ms: Math.round(latencies.p50Ms),
    p99Ms: Math.round(latencies.p99Ms),
    p999Ms: Math.round(latencies.p999Ms),
    ordersPerSecond: Math.round(ordersPerSecond),
    confirmationP99Ms: Math.round(confirmationLatencies.p99Ms),
  };
}

/** The most memory that this process, the cloud's, has held so far: its peak resident set, in MiB. */
function peakMemoryMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

function scalerSummary({ alarms, launched, peak, maximum, terminated, final }: ScalerDemonstration) {
  return { alarms, launched, peak, maximum, terminated, final };
}

async function stayUp(
  deployment: LocalDeployment,
  terminal: Terminal,
  checked: boolean,
  watched: boolean,
): Promise<void> {
  terminal.print(`\nThe cloud stays up at ${deployment.endpoint} until Ctrl-C. In another terminal:`);
  terminal.print("  npm run order -- --count 100");
  terminal.print(`  aws --endpoint-url ${deployment.endpoint} --region ${deployment.region} sqs list-queues`);
  // Only now that nothing is measured any more: the compiler keeps a processor busy for some seconds.
  const types = new TypeChecks(terminal);
  if (checked) types.check();
  const watch = watched ? watchProject(deployment, terminal, () => checked && types.check()) : undefined;
  if (watch !== undefined) terminal.print("Saved handlers, components and configuration are applied to it.");
  await untilInterrupted(terminal);
  terminal.print("\nStopping.");
  await watch?.close();
  await types.ended();
}
