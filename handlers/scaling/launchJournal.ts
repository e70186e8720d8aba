import * as v from "valibot";
import { isGone, type InstanceRecord } from "./fleet";
import type { LaunchProblem } from "./fleetPort";
import { clientToken, launchRequest, type Immutable, type LaunchRequest } from "./launchRequest";

const launch = v.object({
  clientToken: v.string(),
  request: launchRequest,
  /** Subnets to ask in turn when this one has no room. */
  elsewhere: v.array(v.string()),
  /** When it was last asked for or, once EC2 has answered, when that was; in milliseconds since the Unix epoch. */
  at: v.number(),
  /** When it was decided, where it was asked for again since. */
  decidedAt: v.optional(v.number()),
  /** What EC2 answered with; without it nobody knows yet whether anything was launched. */
  instanceIds: v.optional(v.array(v.string())),
});

/**
 * What the fleet must remember beside what EC2 shows, which may be seconds or minutes behind: each launch is
 * written down before it is asked for, and stands here until EC2 shows it. Whoever is killed in between leaves
 * behind what the next one needs to ask again, with the same token and the same request.
 */
export const journal = v.object({
  /** Counts writes: each is made on the condition that nobody has written since the read. */
  version: v.number(),
  /** Counts launches. */
  sequence: v.number(),
  /** Until then whoever wrote last is at work, and nobody else acts; milliseconds since the Unix epoch. */
  leaseUntil: v.number(),
  /** Who wrote last: an invocation's id. */
  holder: v.string(),
  /** The fleet was ended with its stack: nothing may be launched any more. */
  ended: v.boolean(),
  launches: v.array(launch),
});

export type JournalledLaunch = Immutable<v.InferOutput<typeof launch>>;
export type Journal = Immutable<v.InferOutput<typeof journal>>;

export const EMPTY_JOURNAL: Journal = {
  version: 0,
  sequence: 0,
  leaseUntil: 0,
  holder: "",
  ended: false,
  launches: [],
};

/** Where the journal is kept. Each call rejects with the SDK's errors. */
export interface JournalStore {
  /** The newest; `EMPTY_JOURNAL` before the first write. */
  read(): Promise<Journal>;
  /** False, and nothing is written, when the journal's version is no longer `expectedVersion`. */
  write(journal: Journal, expectedVersion: number): Promise<boolean>;
}

/** What EC2 has shown once may be missing from a later answer: how long a launch is kept at least. */
const KEPT_MS = 10 * 60_000;

/** After this time whatever EC2 has never shown is not there: far beyond any lag that was ever seen. */
const FORGOTTEN_MS = 15 * 60_000;

/**
 * So long a launch may be asked for again, since nothing else is launched until it is clear: EC2's troubles last for minutes,
 * sometimes for an hour. Later nobody knows whether it is still wanted.
 */
const ASKED_AGAIN_MS = 60 * 60_000;

/** The journal with one more launch, which has a token of its own. */
export function withLaunch(
  book: Journal,
  request: LaunchRequest,
  elsewhere: readonly string[],
  now: number,
): { readonly book: Journal; readonly launch: JournalledLaunch } {
  const sequence = book.sequence + 1;
  const added = { clientToken: clientToken(request, sequence, now), request, elsewhere, at: now };
  return { book: { ...book, sequence, launches: [...book.launches, added] }, launch: added };
}

/** The journal with a launch replaced, or taken out where there is no `by`. */
export function replaced(book: Journal, old: JournalledLaunch, by?: JournalledLaunch): Journal {
  return {
    ...book,
    launches: book.launches.flatMap((each) =>
      each.clientToken !== old.clientToken ? [each] : by === undefined ? [] : [by],
    ),
  };
}

/** The journal without what EC2 shows by now, has shown to be gone, or should have shown long ago. */
export function compared(book: Journal, records: readonly InstanceRecord[], now: number): Journal {
  const byId = new Map(records.map((record) => [record.id, record]));
  const launches = book.launches.flatMap((each): JournalledLaunch[] => {
    const age = now - each.at;
    if (age > FORGOTTEN_MS) return [];
    const shown = records.filter((record) => record.clientToken === each.clientToken);
    const instanceIds =
      each.instanceIds ?? (shown.length >= each.request.count ? shown.map(({ id }) => id) : undefined);
    if (instanceIds === undefined) return [each];
    const left = instanceIds.filter((id) => {
      const record = byId.get(id);
      return record === undefined || (!isGone(record) && age <= KEPT_MS);
    });
    return left.length === 0 ? [] : [{ ...each, instanceIds: left }];
  });
  return { ...book, launches };
}

/** Instances of the journal's launches that EC2 granted, and then ended as they started. */
export function failedIn(book: Journal, records: readonly InstanceRecord[]): LaunchProblem[] {
  // Stryker disable next-line ArrayDeclaration: what nobody knows of yet has no ids.
  const launched = new Set(book.launches.flatMap(({ instanceIds = [] }) => instanceIds));
  return records.flatMap(({ id, failedToStart }) =>
    failedToStart === undefined || !launched.has(id)
      ? []
      : [{ kind: "refused", count: 1, reason: `${id} ended as it started: ${failedToStart}` }],
  );
}

/** How many instances of a launch are, or may be, there without EC2 showing them. */
export function unseenOf(each: JournalledLaunch, records: readonly InstanceRecord[]): number {
  if (each.instanceIds !== undefined) {
    const shown = new Set(records.map(({ id }) => id));
    return each.instanceIds.filter((id) => !shown.has(id)).length;
  }
  const shown = records.filter((record) => record.clientToken === each.clientToken).length;
  return Math.max(0, each.request.count - shown);
}

/** Whether nobody knows what became of it. */
export function isOpen(each: JournalledLaunch): boolean {
  return each.instanceIds === undefined;
}

export function mayBeAskedAgain(each: JournalledLaunch, now: number): boolean {
  return isOpen(each) && now - (each.decidedAt ?? each.at) <= ASKED_AGAIN_MS;
}

/**
 * The launch as it must stand in the journal before it is asked for again: it may be granted then, and whoever asked be
 * gone before that is noted. From then on EC2 has its time to show it.
 */
export function askedAgain(each: JournalledLaunch, now: number): JournalledLaunch {
  return { ...each, decidedAt: each.decidedAt ?? each.at, at: now };
}
