import * as v from "valibot";
import type { Log } from "../shared/telemetry";
import { isGone, type InstanceRecord } from "./fleet";
import type { TimeLeft } from "./fleetPort";
import type { Clock, Ec2Port } from "./ec2Port";
import { compared, isOpen, type Journal, type JournalStore } from "./launchJournal";

/** What new instances are made with: those of anything else go when it changes. */
const parts = v.object({ launchTemplateId: v.string(), securityGroupIds: v.array(v.string()) });

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
/** When nobody asks any more, a launch that EC2 has not shown for so long has not happened. */
const OPEN_MS = 2 * 60_000;

/**
 * Ends a fleet with its stack, and waits until it has ended: the template, the network and everything else that
 * instances need can then be deleted.
 *
 * - create: the fleet may launch. So after a replacement, too.
 * - update: instances of a template, or in a security group, that the fleet no longer has are ended; its next
 *   tick launches what is then missing.
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
      throw new Error(`the event is malformed: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
    }
    const { tf, launchTemplateId, securityGroupIds } = parsed.output;
    switch (tf.action) {
      case "create":
        await mark(aws, false);
        return { outcome: "opened", terminated: [] };
      case "update": {
        const outdated = (record: InstanceRecord) =>
          (record.launchTemplateId !== undefined && record.launchTemplateId !== launchTemplateId) ||
          (record.securityGroupIds ?? []).some((id) => !securityGroupIds.includes(id));
        return { outcome: "renewed", terminated: await end(aws, time, outdated, () => false) };
      }
      case "delete": {
        const since = aws.clock.now();
        await mark(aws, true);
        const mayCome = (book: Journal) =>
          book.launches.some((each) => !isOpen(each) || aws.clock.now() - since < OPEN_MS);
        return { outcome: "ended", terminated: await end(aws, time, () => true, mayCome) };
      }
    }
  };
}

/** Writes into the journal whether the fleet is ended; over whoever is at work, whose next write then fails. */
async function mark({ store, newHolder }: EndFleetParts, ended: boolean): Promise<void> {
  const holder = newHolder();
  for (;;) {
    const book = await store.read();
    if (book.ended === ended) return;
    const next = { ...book, ended, holder, leaseUntil: 0, version: book.version + 1 };
    if (await store.write(next, book.version)) return;
  }
}

/**
 * Terminates the instances that `chosen` chooses until none of them is left.
 *
 * @param mayCome whether what the journal holds may still turn up.
 */
async function end(
  { ec2, store, clock, log }: EndFleetParts,
  time: TimeLeft,
  chosen: (record: InstanceRecord) => boolean,
  mayCome: (book: Journal) => boolean,
): Promise<string[]> {
  const terminated = new Set<string>();
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(2 * wait, LONGEST_LOOK_MS)) {
    const book = await store.read();
    const records = await ec2.describe();
    const left = records.filter((record) => record.state !== "terminated" && chosen(record));
    const living = left.filter((record) => !isGone(record)).map(({ id }) => id);
    if (living.length > 0) await ec2.terminate(living);
    for (const id of living) terminated.add(id);
    const unseen = mayCome(compared(book, records, clock.now()));
    if (left.length === 0 && !unseen) {
      log.info(`ended ${terminated.size} instances`, { terminated: [...terminated].join(" ") });
      return [...terminated];
    }
    if (time.remainingMs() < wait + RESERVE_MS) {
      const what = left.map(({ id, state }) => `${id} is ${state}`);
      throw new Error(
        `the fleet has not ended in time: ${[...what, ...(unseen ? ["a launch has not been seen yet"] : [])].join(", ")}; try again`,
      );
    }
    await clock.sleep(wait);
  }
}
