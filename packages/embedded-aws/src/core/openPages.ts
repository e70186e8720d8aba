import { type ColdStore, inMemory } from "./coldStore";
import type { EntryPage } from "./entryPage";

/** So many bytes of a map lie open; what is beyond, longest unused first, is packed and put away. */
const MOST_OPEN_BYTES = 16 * 1024 * 1024;

/** The pages of one map that lie open. A page is opened by its use, and packed when others have been used since. */
export class OpenPages {
  /** Their memory when they were last used; the least recently used comes first. */
  readonly #memory = new Map<EntryPage, number>();
  readonly #mostBytes: number;
  readonly #store: ColdStore;
  #bytes = 0;

  /** @param mostBytes default 16 MiB. */
  constructor(store = inMemory, mostBytes = MOST_OPEN_BYTES) {
    this.#store = store;
    this.#mostBytes = mostBytes;
  }

  /** The page, open until others are used. */
  use(page: EntryPage): EntryPage {
    this.#forget(page);
    page.open();
    this.#memory.set(page, page.memory);
    this.#bytes += page.memory;
    for (const oldest of this.#memory.keys()) {
      if (this.#bytes <= this.#mostBytes || oldest === page) break;
      this.#forget(oldest);
      oldest.pack(this.#store);
    }
    return page;
  }

  #forget(page: EntryPage): void {
    this.#bytes -= this.#memory.get(page) ?? 0;
    this.#memory.delete(page);
  }

  /** For a page that the map no longer has. */
  drop(page: EntryPage): void {
    this.#forget(page);
    page.drop();
  }
}
