import type { CloudContext } from "../../core/service";

/** What befalls functions' processes, for tests and measurements to bring about. */
export interface LambdaControls {
  /**
   * Kills the process that these credentials were issued to, as the machine's end would: in the middle of whatever it
   * does. False when there is none: another's, or gone already.
   */
  kill(accessKeyId: string): boolean;
}

/** The processes that live, by the access keys of their credentials. */
export class ProcessesByKey implements LambdaControls {
  readonly #killers = new Map<string, () => void>();

  /** Returns what forgets the process again. */
  add(accessKeyId: string, kill: () => void): () => void {
    this.#killers.set(accessKeyId, kill);
    return () => this.#killers.delete(accessKeyId);
  }

  kill(accessKeyId: string): boolean {
    const kill = this.#killers.get(accessKeyId);
    kill?.();
    return kill !== undefined;
  }
}

const controls = new WeakMap<CloudContext, ProcessesByKey>();

/** The controls of one cloud's Lambda. */
export function lambdaControlsOf(context: CloudContext): ProcessesByKey {
  const known = controls.get(context);
  if (known !== undefined) return known;
  const created = new ProcessesByKey();
  controls.set(context, created);
  return created;
}
