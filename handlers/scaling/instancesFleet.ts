import type { Clock, Ec2Port } from "./ec2Port";
import { type InstanceRecord, isGone, membersOf } from "./fleet";
import type {
  FleetPort,
  FleetSession,
  FleetView,
  LaunchProblem,
  LaunchReport,
  TerminationReport,
  TimeLeft,
} from "./fleetPort";
import { LaunchWork } from "./launchWork";
import {
  askedAgain,
  compared,
  failedIn,
  mayBeAskedAgain,
  replaced,
  unseenOf,
  withLaunch,
  type Journal,
  type JournalStore,
} from "./launchJournal";
import { spread, type LaunchRequest, type LaunchSettings } from "./launchRequest";
import { RequestBucket } from "./requestBucket";

export interface InstancesFleetParts {
  readonly ec2: Ec2Port;
  readonly store: JournalStore;
  readonly clock: Clock;
  readonly settings: LaunchSettings & {
    readonly subnetIds: readonly string[];
    /** While true, nothing is launched, not even what was asked for before. */
    readonly paused: boolean;
  };
  /** Names an invocation, unlike every other. */
  readonly newHolder: () => string;
}

/** Two clocks may differ by so much: a lease ends that much later than its holder. */
const CLOCK_SKEW_MS = 2_000;
/** With less time left, no others are asked for in place of instances that are protected from termination. */
const LEFT_FOR_OTHERS_MS = 20_000;

/**
 * A fleet whose instances the function launches and terminates itself.
 *
 * How a launch happens once, whoever asks for it and however often: it is written to the journal before it is
 * asked for, by one invocation at a time, and stands there until EC2 shows it (see `Journal`). Its client token
 * makes asking again harmless. So neither duplicates nor kills, neither lags nor zones without room launch
 * twice, and what is there and on its way never exceeds the maximum.
 */
export function instancesFleet(parts: InstancesFleetParts): FleetPort {
  const bucket = new RequestBucket(parts.clock);
  return {
    async open(time, maxInstances) {
      const { ec2, store, clock } = parts;
      const session = new Session(parts, bucket, time, parts.newHolder(), await store.read());
      await session.look(await ec2.describe(), clock.now(), maxInstances);
      return session;
    },
  };
}

class Session implements FleetSession {
  // Stryker disable next-line ArrayDeclaration: nobody reads them before they are looked at.
  records: readonly InstanceRecord[] = [];
  hold: FleetView["hold"] = undefined;
  found: readonly string[] = [];
  failed: readonly LaunchProblem[] = [];
  #book: Journal;

  constructor(
    private readonly parts: InstancesFleetParts,
    private readonly bucket: RequestBucket,
    private readonly time: TimeLeft,
    private readonly holder: string,
    book: Journal,
  ) {
    this.#book = book;
  }

  get unseen(): number {
    return this.#book.launches.reduce((sum, each) => sum + unseenOf(each, this.records), 0);
  }

  /**
   * Compares journal and fleet, and asks again for what an earlier invocation could not tell of; not where that would
   * pass a maximum that is lower by now, nor with what the fleet no longer has.
   */
  async look(records: readonly InstanceRecord[], now: number, maxInstances: number): Promise<void> {
    this.records = records;
    if (this.#book.ended) this.hold = "fleet ended";
    else if (this.#book.leaseUntil > now) this.hold = "another at work";
    else {
      const failed = failedIn(this.#book, records);
      this.#book = compared(this.#book, records, now);
      // Written at once, so that nobody tells of them again.
      if (failed.length > 0 && !(await this.#write(this.#book))) {
        this.#lost();
        return;
      }
      this.failed = failed;
      const { settings } = this.parts;
      const open = this.#book.launches.filter(
        (each) => mayBeAskedAgain(each, now) && isPresent(each.request, settings),
      );
      const size = records.filter((record) => !isGone(record)).length + this.unseen;
      if (open.length === 0 || settings.paused || size > maxInstances) return;
      const noted = open.reduce((book, each) => replaced(book, each, askedAgain(each, now)), this.#book);
      if (!(await this.#write({ ...noted, leaseUntil: this.#leaseEnd() }))) {
        this.#lost();
        return;
      }
      const work = this.#work();
      await work.askAgain(open);
      this.found = work.launched;
      await this.#release(work.book);
    }
  }

  async launch(count: number): Promise<LaunchReport> {
    const { settings, clock } = this.parts;
    const { subnetIds } = settings;
    const there = [
      // Stryker disable next-line ArrayDeclaration: what is in no subnet of the fleet counts for none.
      ...membersOf(this.records).flatMap(({ subnetId }) => subnetId ?? []),
      ...this.#book.launches.flatMap((each) =>
        Array<string>(unseenOf(each, this.records)).fill(each.request.subnetId),
      ),
    ];
    const added = [];
    let book = this.#book;
    for (const { elsewhere, ...place } of spread(count, subnetIds, there)) {
      const next = withLaunch(book, { ...launchSettings(settings), ...place }, elsewhere, clock.now());
      book = next.book;
      added.push(next.launch);
    }
    if (!(await this.#write({ ...book, leaseUntil: this.#leaseEnd() }))) {
      this.#lost();
      return { kind: "another at work" };
    }
    const work = this.#work();
    await work.ask(added);
    await this.#release(work.book);
    return { kind: "asked", launched: work.launched, refused: work.refused };
  }

  async terminate(instanceIds: readonly string[], others: readonly string[]): Promise<TerminationReport> {
    if (!(await this.#write({ ...this.#book, leaseUntil: this.#leaseEnd() }))) {
      this.#lost();
      return { kind: "another at work" };
    }
    const terminated: string[] = [];
    const kept: string[] = [];
    const left = [...instanceIds, ...others];
    try {
      for (
        let wanted = instanceIds.length;
        wanted > 0 && left.length > 0;
        wanted = instanceIds.length - terminated.length
      ) {
        const next = left.splice(0, wanted);
        const termination = await this.parts.ec2.terminate(next).catch((error: unknown) => {
          if (terminated.length === 0) throw error;
          return undefined;
        });
        if (termination === undefined) break;
        for (const id of termination.ended) terminated.push(id);
        for (const id of termination.kept) kept.push(id);
        // The next tick goes on where time, or EC2, ends this one.
        const isWhole = termination.ended.length + termination.kept.length === next.length;
        if (!isWhole || this.time.remainingMs() < LEFT_FOR_OTHERS_MS) break;
      }
    } finally {
      await this.#release(this.#book);
    }
    return { kind: "asked", terminated, kept };
  }

  #work(): LaunchWork {
    const save = async (book: Journal): Promise<Journal> => {
      if (!(await this.#write(book))) throw new Error("another invocation has written to the launch journal");
      return this.#book;
    };
    const known = new Set(this.records.map(({ id }) => id));
    return new LaunchWork({ ...this.parts, known, save }, this.bucket, this.time, this.#book);
  }

  #leaseEnd(): number {
    return this.parts.clock.now() + this.time.remainingMs() + CLOCK_SKEW_MS;
  }

  #lost(): void {
    this.hold = "another at work";
  }

  /** Ends the lease. Should it fail, it ends by itself. */
  async #release(book: Journal): Promise<void> {
    await this.#write({ ...book, leaseUntil: 0 });
  }

  async #write(book: Journal): Promise<boolean> {
    const next = { ...book, version: this.#book.version + 1, holder: this.holder };
    const written = await this.parts.store.write(next, this.#book.version);
    if (written) this.#book = next;
    return written;
  }
}

/** Whether the fleet still has all that a request names: what it no longer has may be about to be deleted. */
function isPresent(
  { launchTemplateId, securityGroupIds, subnetId }: LaunchRequest,
  settings: InstancesFleetParts["settings"],
): boolean {
  return (
    launchTemplateId === settings.launchTemplateId &&
    securityGroupIds.every((id) => settings.securityGroupIds.includes(id)) &&
    settings.subnetIds.includes(subnetId)
  );
}

/** Only what belongs to a request: whatever else is handed in must not reach its token. */
function launchSettings(settings: LaunchSettings): LaunchSettings {
  const { launchTemplateId, launchTemplateVersion, securityGroupIds, publicIp, tags } = settings;
  return { launchTemplateId, launchTemplateVersion, securityGroupIds, publicIp, tags };
}
