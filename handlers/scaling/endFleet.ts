import * as v from "valibot";
import type { Log } from "../shared/telemetry";
import { excerpt } from "../shared/excerpt";
import { isGone, isWarmingUp, type InstanceRecord } from "./fleet";
import type { TimeLeft } from "./fleetPort";
import type { Clock, Ec2Port, Termination } from "./ec2Port";
import { compared, isOpen, type Journal, type JournalledLaunch, type JournalStore } from "./launchJournal";

/** What new instances are made with: those of anything else go when it changes. */
const parts = v.object({
  launchTemplateId: v.string(),
  securityGroupIds: v.array(v.string()),
  subnetIds: v.optional(v.array(v.string())),
  warmupSeconds: v.optional(v.number(), 120),
});

/** What `aws.lambda.Invocation` sends: its input, and what happens to the resource. */
const lifecycleEvent = v.intersect([
  parts,
  v.object({ tf: v.object({ action: v.picklist(["create", "update", "delete"]) }) }),
]);

export interface EndFleetParts {
  readonly ec2: Pick<Ec2Port, "describe" | "terminate">;
  readonly store: JournalStore;
  readonly clock: Clock;
  /** Names an invocation, unlike every other. */
  readonly newHolder: () => string;
  readonly log: Pick<Log, "info">;
}

export interface EndFleetResult {
  readonly outcome: "opened" | "renewed" | "ended";
  /** Ids of the instances that were terminated. */
  readonly terminated: readonly string[];
}

const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 10_000;
/** Of the invocation's time, so much is kept for the answer. */
const RESERVE_MS = 15_000;
/**
 * A policy that was attached just before counts some seconds later (IAM user guide, "Changes that I make are not always
 * immediately visible"), and a deployment invokes this function as soon as it is there. So long it asks again.
 */
const LONGEST_UNSETTLED_MS = 60_000;
/**
 * The first pause; each is a quarter longer than the one before. Most policies count within a second or some, and the
 * deployment waits for this answer: it comes at most a fifth later than it could.
 */
const FIRST_UNSETTLED_MS = 50;
/** When nobody asks any more, a launch that EC2 has not shown for so long has not happened. */
const OPEN_MS = 2 * 60_000;
/** By then the next tick has launched what is missing, and EC2 shows it. */
const LAUNCHED_MS = 90_000;
/** So long one half of a fleet waits at most for the other: Lambda gives this function ten minutes for both. */
const LONGEST_RENEWAL_MS = 5 * 60_000;

/**
 * Ends a fleet with its stack, and waits until it has ended: the template, the network and everything else that
 * instances need can then be deleted.
 *
 * - create: the fleet may launch. So after a replacement, too.
 * - update: instances of a template, or in a security group or subnet, that the fleet no longer has are ended, half of
 *   them first; its next tick launches what is then missing, and once that has warmed up, or after five minutes, the
 *   others follow. Old ones end before new ones come, so that the maximum holds. So end those that were launched just
 *   before, and that EC2 does not show yet.
 * - delete: nothing is launched any more, whatever events still wait; everything is ended.
 *
 * Rejects when time runs out, with what is left; it may then be asked again.
 */
export function createEndFleet(
  aws: EndFleetParts,
): (event: unknown, time: TimeLeft) => Promise<EndFleetResult> {
  return async (event, time) => {
    const parsed = v.safeParse(lifecycleEvent, event);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      throw new Error(`the event is malformed: ${v.getDotPath(issue) ?? "it"}: ${excerpt(issue.message)}`);
    }
    const { tf, warmupSeconds } = parsed.output;
    const since = aws.clock.now();
    const mayCome = (each: JournalledLaunch) =>
      // Stryker disable next-line EqualityOperator: one moment more or less.
      !isOpen(each) || aws.clock.now() - since < OPEN_MS;
    switch (tf.action) {
      case "create":
        await oncePermitted(aws, time, () => mark(aws, false));
        return { outcome: "opened", terminated: [] };
      case "update": {
        const outdated = (made: Made) => isOutdated(made, parsed.output);
        await oncePermitted(aws, time, () => interrupt(aws));
        const comes = (each: JournalledLaunch) => outdated(each.request) && mayCome(each);
        return { outcome: "renewed", terminated: await renew(aws, time, outdated, comes, warmupSeconds) };
      }
      case "delete":
        await oncePermitted(aws, time, () => mark(aws, true));
        return { outcome: "ended", terminated: await end(aws, time, "the fleet has", () => true, mayCome) };
    }
  };
}

const NOTHING: Termination = { ended: [], kept: [] };

/** What an instance is made with, or a launch asks for. */
type Made = Partial<Pick<InstanceRecord, "launchTemplateId" | "securityGroupIds" | "subnetId">>;

/** Whether something of it is no longer the fleet's, and may be about to be deleted. */
function isOutdated(
  { launchTemplateId, securityGroupIds = [], subnetId }: Made,
  present: v.InferOutput<typeof parts>,
): boolean {
  return (
    (launchTemplateId !== undefined && launchTemplateId !== present.launchTemplateId) ||
    securityGroupIds.some((id) => !present.securityGroupIds.includes(id)) ||
    (subnetId !== undefined && present.subnetIds?.includes(subnetId) === false)
  );
}

/** Calls again while a policy may be too new to count. */
async function oncePermitted<T>(
  { clock }: Pick<EndFleetParts, "clock">,
  time: TimeLeft,
  call: () => Promise<T>,
): Promise<T> {
  const since = clock.now();
  for (let pause = FIRST_UNSETTLED_MS; ; pause = Math.min(1.25 * pause, FIRST_LOOK_MS)) {
    try {
      return await call();
    } catch (error) {
      const isDenied = error instanceof Error && /^(AccessDenied|UnauthorizedOperation)/.test(error.name);
      // Stryker disable next-line EqualityOperator: one moment more or less.
      const isOver = clock.now() - since >= LONGEST_UNSETTLED_MS;
      if (!isDenied || isOver || time.remainingMs() < FIRST_LOOK_MS + RESERVE_MS) throw error;
      await clock.sleep(pause);
    }
  }
}

/** Writes into the journal whether the fleet is ended; over whoever is at work, whose next write then fails. */
function mark(aws: EndFleetParts, ended: boolean): Promise<void> {
  return writeOver(aws, (book) => (book.ended === ended ? undefined : { ended }));
}

/** Whoever is at work may launch by the settings of before: its next write fails, and with it what it has not begun. */
function interrupt(aws: EndFleetParts): Promise<void> {
  return writeOver(aws, () => ({}));
}

async function writeOver(
  { store, newHolder }: EndFleetParts,
  change: (book: Journal) => Partial<Journal> | undefined,
): Promise<void> {
  const holder = newHolder();
  for (;;) {
    const book = await store.read();
    const changed = change(book);
    if (changed === undefined) return;
    const next = { ...book, ...changed, holder, leaseUntil: 0, version: book.version + 1 };
    if (await store.write(next, book.version)) return;
  }
}

/** Terminates the outdated instances in two halves, so that the fleet goes on serving; one alone goes at once. */
async function renew(
  aws: EndFleetParts,
  time: TimeLeft,
  outdated: (record: InstanceRecord) => boolean,
  mayCome: (each: JournalledLaunch) => boolean,
  warmupSeconds: number,
): Promise<string[]> {
  const { ec2, clock } = aws;
  const described = await oncePermitted(aws, time, () => ec2.describe());
  const all = described.filter((record) => !isGone(record) && outdated(record));
  // Stryker disable next-line EqualityOperator: no two have the same id.
  all.sort((a, b) => a.launchTime - b.launchTime || (a.id < b.id ? -1 : 1));
  const half = all.length < 2 ? [] : all.slice(0, Math.ceil(all.length / 2)).map(({ id }) => id);
  const { ended } = half.length === 0 ? NOTHING : await ec2.terminate(half);
  if (ended.length > 0) {
    const since = clock.now();
    while (clock.now() - since < LONGEST_RENEWAL_MS && time.remainingMs() > LONGEST_LOOK_MS + RESERVE_MS) {
      await clock.sleep(LONGEST_LOOK_MS);
      const isStarting = (record: InstanceRecord) =>
        !isGone(record) && !outdated(record) && isWarmingUp(record, clock.now(), warmupSeconds);
      if (clock.now() - since >= LAUNCHED_MS && !(await ec2.describe()).some(isStarting)) break;
    }
  }
  const others = await end(aws, time, "instances of what the fleet no longer has have", outdated, mayCome);
  return [...new Set([...ended, ...others])];
}

/**
 * Terminates the instances that `chosen` chooses until none of them is left.
 *
 * @param subject of the error's sentence: who has not ended.
 * @param mayCome whether a launch of the journal may still turn up.
 */
async function end(
  { ec2, store, clock, log }: EndFleetParts,
  time: TimeLeft,
  subject: string,
  chosen: (record: InstanceRecord) => boolean,
  mayCome: (each: JournalledLaunch) => boolean,
): Promise<string[]> {
  const terminated = new Set<string>();
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(2 * wait, LONGEST_LOOK_MS)) {
    const book = await store.read();
    const records = await ec2.describe();
    const left = records.filter((record) => record.state !== "terminated" && chosen(record));
    const living = left.filter((record) => !isGone(record)).map(({ id }) => id);
    const { ended, kept } = living.length === 0 ? NOTHING : await ec2.terminate(living);
    for (const id of ended) terminated.add(id);
    const unseen = compared(book, records, clock.now()).launches.some(mayCome);
    if (left.length === 0 && !unseen) {
      log.info(`ended ${terminated.size} instances`, { terminated: [...terminated].join(" ") });
      return [...terminated];
    }
    const isAllKept = kept.length > 0 && kept.length === left.length && !unseen;
    if (isAllKept || time.remainingMs() < wait + RESERVE_MS) {
      const what = left.map(({ id, state }) =>
        kept.includes(id) ? `${id} is protected from termination` : `${id} is ${state}`,
      );
      const how =
        kept.length > 0 ? "disable the protection (DisableApiTermination), and try again" : "try again";
      throw new Error(
        `${subject} not ended${isAllKept ? "" : " in time"}: ${[...what, ...(unseen ? ["a launch has not been seen yet"] : [])].join(", ")}; ${how}`,
      );
    }
    await clock.sleep(wait);
  }
}
