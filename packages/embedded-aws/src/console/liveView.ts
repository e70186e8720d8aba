import type { CloudEvent } from "../core/eventStream";
import type { Load } from "../load/load";
import { emptyState } from "./emptyState";
import type { Feed } from "./feed";
import { lineOf } from "./lines";
import type { ConsoleParts } from "./parts";
import type { InstanceState, Line, State } from "./protocol";
import { clockState, type Names, noNames, readNames, snapshot } from "./snapshot";
import { Tally } from "./tally";
import { emptyMarks, mark } from "./traffic";

/** Real milliseconds: what happens is told within so many, what stands within so many. */
const TICK_MS = 50;
const STATE_MS = 500;
/** Names change when something is deployed. */
const NAMES_MS = 3_000;
/** Events told of one tick; the others are counted. */
const LINES_A_TICK = 25;
const LINES_AT_FIRST = 200;

/** What open pages are told, put together only while there are any. */
export class LiveView {
  isOn = false;
  state: State = emptyState;
  #names: Names = noNames;
  #namesAt = -Infinity;
  #tally = new Tally();
  #marks = emptyMarks();
  #lines: Line[] = [];
  #skipped = 0;
  #tick: NodeJS.Timeout | undefined;
  #tickedAt = 0;
  #looking: NodeJS.Timeout | undefined;
  #texts = new Map<string, string>();

  constructor(
    private readonly parts: ConsoleParts,
    private readonly feed: Feed,
    private readonly load: () => Load | undefined,
  ) {}

  /** Begins to watch, unless it does: what is kept of the past is added up first. */
  async begin(): Promise<void> {
    if (this.isOn) return;
    this.isOn = true;
    this.feed.forget();
    this.#tally = new Tally();
    for (const { event } of this.parts.history.since(0)) this.#tally.take(event);
    this.#namesAt = -Infinity;
    this.#texts.clear();
    await this.#look(false);
    this.#looking = setInterval(() => void this.#look(true), STATE_MS);
    this.#looking.unref();
  }

  end(): void {
    this.isOn = false;
    clearInterval(this.#looking);
    clearTimeout(this.#tick);
    this.#tick = undefined;
    this.#marks = emptyMarks();
    this.#lines = [];
    this.#skipped = 0;
  }

  /** Looks again now. */
  look(): void {
    if (this.isOn) void this.#look(true);
  }

  take(event: CloudEvent): void {
    this.#tally.take(event);
    mark(this.#marks, event);
    if (this.#lines.length < LINES_A_TICK) {
      const line = lineOf({ n: this.parts.history.newest, event });
      if (line !== undefined) this.#lines.push(line);
    } else this.#skipped++;
    if (this.#tick !== undefined) return;
    // At once after a pause, so that a single event is not kept waiting.
    const wait = Math.max(0, TICK_MS - (performance.now() - this.#tickedAt));
    this.#tick = setTimeout(() => this.#tell(), wait);
    this.#tick.unref();
  }

  /** The newest of what has happened, oldest first. */
  newestLines(): Line[] {
    const lines: Line[] = [];
    for (const kept of this.parts.history.backwards()) {
      if (lines.length >= LINES_AT_FIRST) break;
      const line = lineOf(kept);
      if (line !== undefined) lines.push(line);
    }
    return lines.reverse();
  }

  /** What stands there by name, for a graph without a program. */
  standing(): { kind: string; name: string; deadLetters?: string }[] {
    const { functions, tables, topics } = this.#names;
    const of = (kind: string, names: readonly string[]) => names.map((name) => ({ kind, name }));
    const queues = this.state.queues.map(({ name, deadLetters }) => ({
      kind: "queue",
      name,
      ...(deadLetters !== undefined && { deadLetters }),
    }));
    return [
      ...queues,
      ...of(
        "function",
        functions.map(({ name }) => name),
      ),
      ...of("table", tables),
      ...of("topic", topics),
    ];
  }

  #tell(): void {
    this.#tick = undefined;
    this.#tickedAt = performance.now();
    const { marks, bad } = this.#marks;
    this.feed.send({
      type: "tick",
      now: this.parts.context.clock.now(),
      marks: Object.fromEntries(marks),
      bad: Object.fromEntries(bad),
      lines: this.#lines,
      skipped: this.#skipped,
    });
    this.#marks = emptyMarks();
    this.#lines = [];
    this.#skipped = 0;
  }

  async #look(tells: boolean): Promise<void> {
    const { context, read } = this.parts;
    if (performance.now() - this.#namesAt > NAMES_MS) {
      this.#namesAt = performance.now();
      this.#names = await readNames(read);
    }
    const state = await snapshot({
      context,
      read,
      names: this.#names,
      tally: this.#tally,
      load: this.load(),
      launchOf: (id) => this.#launchOf(id),
    });
    if (!this.isOn) return;
    this.state = { ...state, clock: clockState(context) };
    const changed = Object.entries(state).filter(([part, value]) => {
      const text = JSON.stringify(value);
      const before = this.#texts.get(part);
      this.#texts.set(part, text);
      return before !== text;
    });
    if (tells && changed.length > 0)
      this.feed.send({
        type: "state",
        now: context.clock.now(),
        ...(Object.fromEntries(changed) as Partial<State>),
      });
  }

  readonly #launches = new Map<string, Pick<InstanceState, "launchedBy" | "requestId">>();

  /** Found once, in what is kept of the past; remembered for as long as the console is there. */
  #launchOf(id: string): Pick<InstanceState, "launchedBy" | "requestId"> {
    const known = this.#launches.get(id);
    if (known !== undefined) return known;
    let cause: string | undefined;
    let launch: Pick<InstanceState, "launchedBy" | "requestId"> = {};
    for (const { event } of this.parts.history.since(0)) {
      if (event.type === "instance-state-changed" && event.instanceId === id && event.state === "pending")
        cause = event.cause;
      if (cause !== undefined && event.type === "request" && event.requestId === cause) {
        const { caller } = event;
        launch = {
          launchedBy: caller.kind === "role" ? caller.sessionName : "you",
          requestId: event.requestId,
        };
        break;
      }
    }
    this.#launches.set(id, launch);
    return launch;
  }
}
