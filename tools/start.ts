import { conditionsAsJson, describeConditions, type Conditions } from "embedded-aws";
import { defaultStack } from "embedded-pulumi";
import type { OrderDemonstration } from "./demonstration/demonstrateOrders";
import { brokenPromises } from "./demonstration/describeOrders";
import { brokenEndPromises, type FleetEnd } from "./demonstration/destroyFleet";
import { FASTEST, REAL_TIME, SCALER_SPEED, showFleet, showFleetEnd, type FleetShown } from "./showFleet";
import { ordersSummary, ordersTiming, showOrders } from "./showOrders";
import { CannotGoOn } from "./demonstration/stuckFunction";
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

/** Enough to show every kind of outcome, few enough to read. */
const DEFAULT_ORDERS = 20;

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
      about: `how fast the cloud's clock runs while nothing is in flight; default ${SCALER_SPEED}, ${FASTEST} through the hours of a schedule, ${REAL_TIME} after the demonstration`,
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
    const demonstration = shown ? await showOrders(deployment, orders, seed, terminal) : undefined;
    await deployment.programEnded;
    const scaler = goesOn ? undefined : await showFleet(deployment, given.integer("speed"), terminal);
    deployment.setSpeed(speedAfterwards);
    if (!given.has("once")) await offerFleet(deployment);
    const staysUp = !given.has("once") && !terminal.signal.aborted;
    // What is kept is not destroyed: the next start goes on from it.
    const end = staysUp || kept !== undefined ? undefined : await showFleetEnd(deployment, terminal);
    if (given.has("json")) {
      terminal.printJson(summary(demonstration, scaler, end, readyMs, deployment.resources, conditions));
    }
    const broken = [
      ...(demonstration === undefined ? [] : brokenPromises(demonstration)),
      ...(scaler?.broken ?? []),
      ...(end === undefined ? [] : brokenEndPromises(end)),
    ];
    for (const promise of broken) terminal.print(`Broken promise: ${promise}`);
    if (staysUp) {
      await stayUp(deployment, terminal, !given.has("json"), !given.has("no-watch"));
      if (kept === undefined) await showFleetEnd(deployment, terminal);
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

function summary(
  demonstration: OrderDemonstration | undefined,
  scaler: FleetShown | undefined,
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
        ...scaler?.figures,
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

/** The most memory that this process, the cloud's, has held so far: its peak resident set, in MiB. */
function peakMemoryMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
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
