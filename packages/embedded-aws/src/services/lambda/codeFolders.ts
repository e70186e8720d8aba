import { rm } from "node:fs/promises";

/**
 * Where functions' code lies unpacked. A folder goes once it is no function's or version's code any more and the last
 * environment that began with it has ended: a function whose code is swapped a hundred times has one.
 */
export class CodeFolders {
  /** Those that stand. */
  readonly #folders = new Set<string>();
  /** How many environments run what lies there. */
  readonly #held = new Map<string, number>();
  readonly #removals = new Set<Promise<void>>();
  readonly #inUse: () => Iterable<string>;

  /** @param inUse the folders of all functions and their versions, as they are at the moment. */
  constructor(inUse: () => Iterable<string>) {
    this.#inUse = inUse;
  }

  /** A folder that has been unpacked, and is about to become a function's code. */
  add(folder: string): void {
    this.#folders.add(folder);
  }

  /** Keeps a folder for an environment, until what this gives is called. */
  hold(folder: string): () => void {
    this.#held.set(folder, (this.#held.get(folder) ?? 0) + 1);
    return () => {
      const left = (this.#held.get(folder) ?? 0) - 1;
      if (left > 0) this.#held.set(folder, left);
      else {
        this.#held.delete(folder);
        this.sweep();
      }
    };
  }

  /** Removes what nobody needs any more; called after a function's code has changed, or has gone. */
  sweep(): void {
    const inUse = new Set(this.#inUse());
    for (const folder of this.#folders) {
      if (inUse.has(folder) || this.#held.has(folder)) continue;
      this.#folders.delete(folder);
      // What cannot be removed, such as what somebody has open on Windows, goes with the cloud's own folder.
      const removal = rm(folder, { recursive: true, force: true }).catch(() => undefined);
      this.#removals.add(removal);
      void removal.then(() => this.#removals.delete(removal));
    }
  }

  /** Resolves once nothing is being removed any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#removals);
  }
}
