import { existsSync } from "node:fs";
import type { Cloud, CloudEvent, Load } from "embedded-aws";
import { seededRandom, type Random } from "embedded-aws/support";
import { tallied, tallyOf } from "../../tools/demonstration/fleetTally";
import { demonstrationStock, OrderMessages, type GeneratedMessage } from "../../tools/demonstration/orders";
import { collect } from "./evidence";
import { Faults, orderIdIn, type FaultKind } from "./faults";
import { judge, type Verdict } from "./judge";
import { Shop } from "./shop";
import { Deployed, unsubscribe } from "./stack";

/** All that a run is made of: the same plan strikes the same calls with the same faults. */
export interface Plan {
  readonly seed: number;
  readonly orders: number;
  readonly kinds: ReadonlySet<FaultKind>;
}

export interface Run {
  readonly verdict: Verdict;
  /** How often each kind of fault struck. */
  readonly struck: ReadonlyMap<FaultKind, number>;
}

/** Messages that are sent before something happens. */
const CHUNK = 50;
/** No more is sent while so many wait, unless nothing comes of them. */
const MOST_WAITING = 500;
const WAIT_MS = 500;
/** Of real time: then things stop to go wrong, whatever is left to do. */
const WORK_MS = 20_000;
const PAUSE_MS = 20_000;
const LONGEST_LEAP_MS = 6 * 60_000;
/** Longer than a message of the queue stays invisible, and than any poller waits before it tries again. */
const QUIET_MS = 5 * 60_000;
/** Of the chunks; each takes seconds, so that there are few. */
const RESTARTS = 0.1;
const MOST_RESTARTS = 2;
/** Of real time. What has not come to rest by then never will. */
const PATIENCE_MS = 120_000;

/** Runs the whole program under load while things go wrong, lets it come to rest, and judges what stands there. */
export async function runChaos({ seed, orders, kinds }: Plan): Promise<Run> {
  const faults = new Faults(seed, kinds);
  const random = seededRandom(seed);
  const deployed = await Deployed.start(seed);
  const shop = new Shop(deployed, faults, random);
  const watch = watchOver(deployed);
  deployed.onCloud = (cloud) => {
    // Nobody's mail goes through meanwhile that never did.
    faults.loose(cloud)();
    watch.follow(cloud);
  };
  try {
    const messages = new OrderMessages(orders, random);
    for (const [sku, stock] of Object.entries(demonstrationStock(orders))) await shop.restock(sku, stock);
    const { scaler } = deployed.stack;
    const scene = { messages, shop, faults, random, watch, ...loosen(deployed, faults) };
    await rage(deployed, scene);
    scene.calm();
    scene.load.setDemand(0);
    setCapacity(deployed, Infinity);
    await watch.rest();
    await shop.settleCancellations();
    await watch.rest();
    // What SQS has set aside by itself, after too many failures, is tried once more.
    await redrive(deployed);
    await watch.rest();
    const evidence = await collect(deployed.cloud, deployed.stack);
    scene.load.close();
    await unsubscribe(deployed.cloud);
    await deployed.destroy();
    const left = (await fleetOf(deployed)).length;
    shop.close();
    await deployed.close();
    const verdict = await judge({
      ...evidence,
      sent: messages,
      stocked: shop.stocked,
      lowestStock: watch.lowestStock(),
      mails: watch.mails,
      refusesMail: (orderId) => faults.refusesMail(orderId),
      fleet: { maximum: scaler.maxInstances, peak: watch.peak(), left },
      leaked: await leaks(deployed.folders),
    });
    return { verdict, struck: faults.struck };
  } finally {
    watch.stop();
    shop.close();
    await deployed.close();
  }
}

/** What there is anew with each cloud. */
interface Loosened {
  /** Ends what goes wrong with calls. */
  calm: () => void;
  load: Load;
}

/** Lets things go wrong in a cloud that stands, and puts load on its fleet. */
function loosen({ cloud, stack }: Deployed, faults: Faults): Loosened {
  const { key, value } = stack.scaler.tag;
  return { calm: faults.loose(cloud), load: cloud.createLoad({ fleetTags: { [key]: value } }) };
}

interface Scene extends Loosened {
  readonly messages: OrderMessages;
  readonly shop: Shop;
  readonly faults: Faults;
  readonly random: Random;
  readonly watch: ReturnType<typeof watchOver>;
}

/** Sends everything, and lets something happen after each chunk. */
async function rage(deployed: Deployed, scene: Scene): Promise<void> {
  const { messages, shop, faults, random, watch } = scene;
  for (let from = 0; from < messages.length; from += CHUNK) {
    const length = Math.min(CHUNK, messages.length - from);
    const chunk = Array.from({ length }, (_, offset) => messages.at(from + offset));
    if (faults.strike("reordering")) shuffle(chunk, random);
    if (faults.strike("duplicate")) chunk.push(messages.at(Math.floor(random.next() * (from + 1))));
    await shop.send(chunk);
    await happen(deployed, scene, chunk);
    await watch.room();
  }
  await watch.worked();
}

async function happen(deployed: Deployed, scene: Scene, chunk: readonly GeneratedMessage[]): Promise<void> {
  const { shop, faults, random } = scene;
  // Each is drawn whether it is in the plan or not, so that the others stay as they are.
  const draw = Array.from({ length: 9 }, () => random.next());
  const [leap = 1, replay = 1, first = 1, second = 1, sku = 1, redriven = 1, zone = 1] = draw;
  const [demand = 1, restart = 1] = draw.slice(7);
  if (faults.kinds.has("cancellation"))
    for (const drawn of [first, second]) {
      const { body, kind } = chunk[Math.floor(drawn * chunk.length)] ?? { body: "", kind: "malformed" };
      if (kind === "order") shop.cancel((JSON.parse(body) as { readonly orderId: string }).orderId);
    }
  if (sku < 0.5 && faults.strike("stock change"))
    await shop.restock(sku < 0.25 ? "SKU-CAKE" : "SKU-TEA", 1 + Math.floor(sku * 20));
  if (leap < 0.15 && faults.strike("clock jump")) deployed.clock.leap((leap / 0.15) * LONGEST_LEAP_MS);
  if (replay < 0.05 && faults.strike("shard replay")) await replayShards(deployed);
  if (redriven < 0.1 && faults.strike("redrive")) await redrive(deployed);
  if (zone < 0.4 && faults.strike("no capacity")) setCapacity(deployed, zone < 0.2 ? 0 : 1);
  else setCapacity(deployed, Infinity);
  const mayRestart = restart < RESTARTS && (faults.struck.get("restart") ?? 0) < MOST_RESTARTS;
  if (mayRestart && faults.strike("restart")) {
    await deployed.restart();
    Object.assign(scene, loosen(deployed, faults));
    await scene.watch.count();
  }
  scene.load.setDemand(demand * deployed.stack.scaler.maxInstances * 1.5);
}

/** Has the functions on the stream begin again at its beginning: the mapping is made anew. */
async function replayShards({ cloud, stack }: Deployed): Promise<void> {
  for (const FunctionName of stack.streamFunctionNames) {
    const { EventSourceMappings = [] } = await cloud.call("lambda", "ListEventSourceMappings", {
      FunctionName,
    });
    for (const mapping of EventSourceMappings) {
      const { UUID = "" } = mapping;
      await cloud.call("lambda", "DeleteEventSourceMapping", { UUID });
      await cloud.call("lambda", "CreateEventSourceMapping", {
        FunctionName,
        EventSourceArn: mapping.EventSourceArn,
        StartingPosition: "TRIM_HORIZON",
        BatchSize: mapping.BatchSize,
        FilterCriteria: {
          Filters: mapping.FilterCriteria?.Filters?.map(({ Pattern }) => ({ Pattern })),
        },
        FunctionResponseTypes: [...(mapping.FunctionResponseTypes ?? [])],
        BisectBatchOnFunctionError: mapping.BisectBatchOnFunctionError,
        MaximumRetryAttempts: mapping.MaximumRetryAttempts,
        MaximumRecordAgeInSeconds: mapping.MaximumRecordAgeInSeconds,
        DestinationConfig: mapping.DestinationConfig,
      });
    }
  }
}

/** Sends what stands in the dead-letter queue back to where it came from, unless that is under way. */
async function redrive({ cloud, stack }: Deployed): Promise<void> {
  const { accountId, region } = cloud.context;
  const name = stack.orderDeadLetterQueueUrl.split("/").at(-1) ?? "";
  const SourceArn = `arn:aws:sqs:${region}:${accountId}:${name}`;
  const { Results: [last] = [] } = await cloud.call("sqs", "ListMessageMoveTasks", { SourceArn });
  if (last?.Status === "RUNNING") return;
  await cloud.call("sqs", "StartMessageMoveTask", { SourceArn });
}

function setCapacity({ cloud }: Deployed, instances: number): void {
  for (const zone of ["a", "b", "c"])
    cloud.ec2.capacity.limitZone(`${cloud.context.region}${zone}`, instances);
}

async function fleetOf({ cloud, stack }: Deployed): Promise<readonly unknown[]> {
  const { key, value } = stack.scaler.tag;
  const { Reservations = [] } = await cloud.call("ec2", "DescribeInstances", {
    Filters: [
      { Name: `tag:${key}`, Values: [value] },
      { Name: "instance-state-name", Values: ["pending", "running"] },
    ],
  });
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

/** Follows what is under way; what customers' inboxes, the stock's history and EC2 hold is kept for the judge. */
function watchOver(deployed: Deployed) {
  const { stack } = deployed;
  const mails = new Map<string, number>();
  const queueName = stack.orderQueueUrl.split("/").at(-1);
  let fleet = tallyOf([]);
  let lowestStock = 0;
  /** As far as events tell; what is moved between queues is not among them. */
  let waiting = 0;
  let running = 0;
  let happened = 0;
  let peak = 0;
  let unsubscribe: () => void = () => undefined;
  const take = (event: CloudEvent): void => {
    fleet = tallied(fleet, event, stack.scaler);
    switch (event.type) {
      case "email-sent": {
        const orderId = orderIdIn(event.subject) ?? "";
        mails.set(orderId, (mails.get(orderId) ?? 0) + 1);
        return;
      }
      case "item-inserted":
      case "item-modified": {
        const stock = (event.newImage?.stock as { readonly N?: string } | undefined)?.N;
        if (stock !== undefined) lowestStock = Math.min(lowestStock, Number(stock));
        return;
      }
      case "message-sent":
        happened++;
        if (event.queueName === queueName) waiting++;
        return;
      case "message-deleted":
      case "message-dead-lettered":
        happened++;
        if (event.queueName === queueName) waiting--;
        return;
      case "invocation-started":
        if (stack.functionNames.includes(event.functionName)) {
          running++;
          happened++;
        }
        return;
      case "invocation-ended":
        if (stack.functionNames.includes(event.functionName) && event.outcome !== "throttled") running--;
        return;
      default:
    }
  };
  const follow = ({ context }: Cloud): void => {
    unsubscribe();
    // Instances and processes have ended with the cloud that there was before.
    peak = Math.max(peak, fleet.peak);
    fleet = tallyOf([]);
    running = 0;
    unsubscribe = context.events.subscribe(take);
  };
  follow(deployed.cloud);
  const attributes = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const inQueue = async () => {
    const input = { QueueUrl: deployed.stack.orderQueueUrl, AttributeNames: [...attributes] };
    const { Attributes } = await deployed.cloud.call("sqs", "GetQueueAttributes", input);
    return attributes.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
  };
  return {
    mails,
    follow,
    stop: () => {
      unsubscribe();
    },
    lowestStock: () => lowestStock,
    peak: () => Math.max(peak, fleet.peak),
    /** Counts anew what waits. */
    async count(): Promise<void> {
      waiting = await inQueue();
    },
    /** Resolves once few messages wait, or a while has passed. */
    async room(): Promise<void> {
      const end = performance.now() + WAIT_MS;
      while (waiting > MOST_WAITING && performance.now() < end) await deployed.clock.sleep(1_000);
    },
    /** Resolves once every message has been handled and the functions pause, or after a while: it still goes wrong. */
    async worked(): Promise<void> {
      const end = performance.now() + WORK_MS;
      for (let before = -1; before !== happened || waiting > 0;) {
        if (performance.now() > end) return;
        before = happened;
        await deployed.clock.sleep(PAUSE_MS);
      }
    },
    /** Resolves once nothing has happened for long by the cloud's clock, and nothing waits. */
    async rest(): Promise<void> {
      const end = performance.now() + PATIENCE_MS;
      let left = 0;
      for (let before = -1; before !== happened || running > 0 || left > 0;) {
        if (performance.now() > end)
          throw new Error(
            `no rest after ${PATIENCE_MS / 1000} s: ${left} messages wait, ${running} invocations run`,
          );
        before = happened;
        await deployed.clock.sleep(QUIET_MS);
        left = await inQueue();
      }
    },
  };
}

/** What clouds that are closed have left on this machine. */
async function leaks(folders: readonly string[]): Promise<string[]> {
  // A process that has ended is reported in one of the next turns.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  const processes = process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap");
  const left = folders.filter((folder) => existsSync(folder));
  return [...processes.map(() => "a process of a function"), ...left.map((folder) => `the folder ${folder}`)];
}

function shuffle(list: unknown[], random: Random): void {
  for (let index = list.length - 1; index > 0; index--) {
    const other = Math.floor(random.next() * (index + 1));
    [list[index], list[other]] = [list[other], list[index]];
  }
}
