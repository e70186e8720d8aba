import { isActive, type ProgressEvent } from "./progress";

/**
 * Notices a program that has handed over the stack's outputs, and then neither registers anything nor ends: Pulumi
 * waits for it for ever, and so does the engine, but somebody should know.
 */
export class Idleness {
  readonly #patienceMs: number;
  readonly #tell: (activity: readonly string[]) => void;
  #activity: () => Promise<readonly string[]> = () => Promise.resolve([]);
  #timer: NodeJS.Timeout | undefined;
  #armed = false;
  #over = false;
  /** What is being created or changed: while it is, the program has a reason to run. */
  readonly #active = new Set<string>();

  /** @param tell called once, after `patienceMs` without an event and with nothing being done, with what keeps the program running. */
  constructor(patienceMs: number, tell: (activity: readonly string[]) => void) {
    this.#patienceMs = patienceMs;
    this.#tell = tell;
  }

  /** The program's process runs, and can be asked what it is at. */
  watch(activity: () => Promise<readonly string[]>): void {
    this.#activity = activity;
  }

  /** Something happened: patience starts anew. */
  note(event: ProgressEvent): void {
    if (event.type === "outputs") this.#armed = true;
    if (event.type === "resource" && isActive(event.status)) this.#active.add(event.urn);
    else if (event.type === "resource") this.#active.delete(event.urn);
    if (!this.#armed || this.#over || event.type === "program-output") return;
    clearTimeout(this.#timer);
    if (this.#active.size > 0) return;
    this.#timer = setTimeout(() => void this.#ask(), this.#patienceMs);
  }

  /** The program ends, or has ended. */
  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const activity = await this.#activity();
    if (this.#over) return;
    this.#over = true;
    this.#tell(activity);
  }
}
