import { isGone } from "./fleet";
import type { LaunchProblem, TimeLeft } from "./fleetPort";
import type { Clock, Ec2Port } from "./ec2Port";
import { replaced, withLaunch, type Journal, type JournalledLaunch } from "./launchJournal";
import { launchRefusal, type LaunchRefusal } from "./launchRefusal";
import type { RequestBucket } from "./requestBucket";

export interface LaunchWorkParts {
  readonly ec2: Pick<Ec2Port, "run">;
  readonly clock: Clock;
  /** Ids of the instances that were there before: no new launch brings any of them. */
  readonly known: ReadonlySet<string>;
  /** Writes the journal down; gives it as it was written. */
  readonly save: (book: Journal) => Promise<Journal>;
}

type Answer = { readonly kind: "launched"; readonly instanceIds: readonly string[] } | LaunchRefusal;

/** Of an invocation's time, so much is kept for writing the journal and answering. */
const RESERVE_MS = 5_000;
/** How long a call may take: see `awsEc2.ts`. */
const CALL_MS = 5_000;
/** Waits between attempts, doubling. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** Tokens tried for one launch that EC2 knows from before: it has lost the journal, then, and that is once. */
const MOST_TOKENS = 20;

/** Asks EC2 for the launches of a journal, one call after the other, and keeps the journal true at each step. */
export class LaunchWork {
  readonly launched: string[] = [];
  readonly refused: LaunchProblem[] = [];
  /** Whether nothing was asked for since the journal was written: it is this invocation's then. */
  #isWritten = true;

  constructor(
    private readonly parts: LaunchWorkParts,
    private readonly bucket: RequestBucket,
    private readonly time: TimeLeft,
    public book: Journal,
  ) {}

  /** Asks for launches that nobody has asked for before, and that stand in the journal. */
  async ask(launches: readonly JournalledLaunch[]): Promise<void> {
    for (const launch of launches) await this.#ask(launch, false);
  }

  /**
   * Asks for launches that somebody may have asked for before: with the same token, for the same. They are given as they
   * were before the journal noted that they are asked for again; where EC2 says no, that is what stands there again.
   */
  async askAgain(launches: readonly JournalledLaunch[]): Promise<void> {
    for (const launch of launches) await this.#ask(launch, true);
  }

  async #ask(first: JournalledLaunch, again: boolean): Promise<void> {
    const { known } = this.parts;
    let launch: JournalledLaunch | undefined = first;
    let tokens = 0;
    const noRoom: string[] = [];
    while (launch !== undefined) {
      const { request } = launch;
      const isSecond = again && launch === first;
      const given = await this.#run(launch);
      const isOld = !isSecond && given.kind === "launched" && given.instanceIds.every((id) => known.has(id));
      const answer: Answer = isOld ? { kind: "spent" } : given;
      switch (answer.kind) {
        case "launched": {
          for (const id of answer.instanceIds) this.launched.push(id);
          // What is asked for again may be granted long after it was decided: EC2 shows it late from now on.
          this.book = replaced(this.book, launch, {
            ...launch,
            instanceIds: answer.instanceIds,
            at: this.parts.clock.now(),
          });
          const missing = request.count - answer.instanceIds.length;
          if (missing <= 0 || isSecond) return;
          noRoom.push(`${request.subnetId}: room for ${answer.instanceIds.length} of ${request.count}`);
          launch = await this.#elsewhere(launch, missing, noRoom);
          break;
        }
        case "no capacity":
          noRoom.push(`${request.subnetId}: ${answer.reason}`);
          this.book = replaced(this.book, launch);
          launch = await this.#elsewhere(launch, request.count, noRoom);
          break;
        case "spent":
        case "mismatch":
          // A launch of this journal has happened, and is over; or may have, where EC2 contradicts itself.
          if (isSecond) {
            this.book = replaced(this.book, launch, answer.kind === "spent" ? undefined : launch);
            if (answer.kind === "mismatch") this.#tell("unclear", launch, answer.reason);
            return;
          }
          // A token of before the journal was lost: the next number has its own.
          this.book = replaced(this.book, launch);
          if (++tokens === MOST_TOKENS) {
            this.#tell("refused", launch, `${MOST_TOKENS} client tokens in a row were used before`);
            return;
          }
          launch = await this.#next(launch, request.subnetId, request.count, launch.elsewhere);
          break;
        case "later":
        case "refused":
          // Now as before, EC2 may have granted it to whoever asked first.
          this.book = replaced(this.book, launch, isSecond ? launch : undefined);
          this.#tell("refused", launch, answer.reason);
          return;
        case "unclear":
          this.#tell("unclear", launch, answer.reason);
          return;
      }
    }
  }

  /** The same launch in the next subnet, written down; undefined, and told, when all have been asked. */
  async #elsewhere(
    launch: JournalledLaunch,
    count: number,
    noRoom: readonly string[],
  ): Promise<JournalledLaunch | undefined> {
    const [subnetId, ...elsewhere] = launch.elsewhere;
    if (subnetId !== undefined) return this.#next(launch, subnetId, count, elsewhere);
    this.refused.push({ kind: "no capacity", count, reason: noRoom.join("; ") });
    return undefined;
  }

  async #next(
    { request }: JournalledLaunch,
    subnetId: string,
    count: number,
    elsewhere: readonly string[],
  ): Promise<JournalledLaunch> {
    const next = withLaunch(this.book, { ...request, subnetId, count }, elsewhere, this.parts.clock.now());
    // Written before it is asked for: whoever is killed now leaves it behind.
    await this.#save(next.book);
    return next.launch;
  }

  async #save(book: Journal): Promise<void> {
    this.book = await this.parts.save(book);
    this.#isWritten = true;
  }

  #tell(kind: LaunchProblem["kind"], { request }: JournalledLaunch, reason: string): void {
    this.refused.push({ kind, count: request.count, reason });
  }

  /** One launch, asked for until EC2 says yes or no, or no time is left to wait and ask once more. */
  async #run({ request, clientToken }: JournalledLaunch): Promise<Answer> {
    let unclear: LaunchRefusal | undefined;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      await this.bucket.take();
      // Where a clock has jumped, the lease may be over, and another have asked elsewhere meanwhile: then this fails.
      if (!this.#isWritten) await this.#save(this.book);
      this.#isWritten = false;
      const answer = await this.parts.ec2.run(request, clientToken).then((instances): Answer => {
        const alive = instances.filter((instance) => !isGone(instance)).map(({ id }) => id);
        return alive.length === 0 ? { kind: "spent" } : { kind: "launched", instanceIds: alive };
      }, launchRefusal);
      if (answer.kind === "unclear") unclear = answer;
      else if (answer.kind === "launched" || answer.kind === "spent") return answer;
      // After an answer that got lost, a refusal says nothing of what the lost one was.
      else if (answer.kind !== "later") return unclear ?? answer;
      if (this.time.remainingMs() < wait + CALL_MS + RESERVE_MS) return unclear ?? answer;
      await this.parts.clock.sleep(wait);
    }
  }
}
