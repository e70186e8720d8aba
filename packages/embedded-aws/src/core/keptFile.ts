import { existsSync, rmSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "./clock";
import type { Keep, KeptKind, Shelf } from "./keep";
import { inUse, KeptStateError, openDatabase, readAbout } from "./keptDatabase";
import { messageOf } from "./messageOf";
import { SQLITE_BUSY, sqlite, sqliteCode } from "./sqlite";

export interface KeptFileOptions {
  /** The file; its folder is made, readable to its owner alone. */
  readonly file: string;
  /** What it is kept of: state of another stack, account or region is refused. */
  readonly of: Readonly<Record<string, string>>;
  /** Told once when nothing can be written, as when the disk is full; it is tried again. */
  readonly onTrouble?: (message: string) => void;
  /** Calls `write` in a while; default 250 ms later. */
  readonly schedule?: (write: () => void) => void;
}

/** Far below the second that a crash may cost. */
const WRITE_AFTER_MS = 250;

const later = (write: () => void) => void setTimeout(write, WRITE_AFTER_MS).unref();

/**
 * A cloud's state in one SQLite file: changes are gathered and written a moment later, all at once, through SQLite's
 * log with its checksums. However the process ends, the file holds what stood there at one of the last moments. One
 * process has it at a time; the system lets go of it when that ends.
 */
export class KeptFile implements Keep {
  readonly #database: DatabaseSync;
  readonly #statements: Record<"put" | "remove" | "clear" | "about", StatementSync>;
  readonly #options: KeptFileOptions;
  /** Keys that have changed since the last write, by shelf. */
  #changed = new Map<OpenShelf, Set<string>>();
  #dropped: OpenShelf[] = [];
  #scheduled = false;
  #troubled = false;
  #ended = false;
  readonly #notes: string[] = [];
  /** Of the cloud that is kept: its time is kept with everything else. */
  clock: Pick<Clock, "now"> | undefined;
  /** How often the file has been opened before. */
  readonly starts: number;
  /** The time of the cloud that wrote last, in epoch milliseconds; undefined when none has. */
  readonly time: number | undefined;

  /** Throws `KeptStateError` for what cannot be used, or is in use; the system's error where nothing can be written. */
  constructor(options: KeptFileOptions) {
    this.#options = options;
    this.#database = openDatabase(options.file);
    try {
      const about = readAbout(this.#database, options);
      this.starts = about.starts ?? 0;
      this.time = about.time;
      const statement = (sql: string) => this.#database.prepare(sql);
      this.#statements = {
        put: statement("INSERT OR REPLACE INTO kept (kind, name, key, value) VALUES (?, ?, ?, ?)"),
        remove: statement("DELETE FROM kept WHERE kind = ? AND name = ? AND key = ?"),
        clear: statement("DELETE FROM kept WHERE kind = ? AND name = ?"),
        about: statement("INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)"),
      };
      this.#statements.about.run("starts", String(this.starts + 1));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /**
   * Removes what was kept in `file`, readable or not; gives whether there was anything. Throws `KeptStateError` while
   * another process keeps it.
   */
  static drop(file: string): boolean {
    if (!existsSync(file)) return false;
    const database = new (sqlite().DatabaseSync)(file);
    try {
      database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
    } catch (error) {
      // What is no database, or a broken one, belongs to nobody.
      if (sqliteCode(error) === SQLITE_BUSY) throw inUse(file);
    } finally {
      database.close();
    }
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${file}${suffix}`, { force: true });
    return true;
  }

  /** How many values are kept, by the name of their kind. */
  counts(): ReadonlyMap<string, number> {
    const rows = this.#database.prepare("SELECT kind, count(*) AS count FROM kept GROUP BY kind").all();
    return new Map(rows.map(({ kind, count }) => [String(kind), Number(count)]));
  }

  /** Reads every value of `kinds`. Throws `KeptStateError` for the first that is not of its kind. */
  check(kinds: readonly KeptKind<unknown>[]): void {
    for (const kind of kinds) {
      const rows = this.#database.prepare("SELECT name, key, value FROM kept WHERE kind = ?");
      for (const { name, key, value } of rows.iterate(kind.name)) {
        try {
          kind.decode(String(value));
        } catch (error) {
          const where = `${kind.name} ${String(name)} ${String(key)}`;
          throw new KeptStateError(`${this.#options.file} cannot be read: ${where}: ${messageOf(error)}`);
        }
      }
    }
  }

  open<Value>(
    kind: KeptKind<Value>,
    name: string,
    valueOf: (key: string) => Value | undefined,
  ): Shelf<Value> {
    // What another of the same name has left to write comes first.
    this.write();
    const shelf: OpenShelf = {
      kind: kind.name,
      name,
      textOf: (key) => {
        const value = valueOf(key);
        return value === undefined ? undefined : kind.encode(value);
      },
    };
    let standing = true;
    return {
      entries: () => this.#entries(kind, name),
      changed: (key) => {
        if (!standing || this.#ended) return;
        const keys = this.#changed.get(shelf);
        if (keys === undefined) this.#changed.set(shelf, new Set([key]));
        else keys.add(key);
        this.#schedule();
      },
      drop: () => {
        if (!standing || this.#ended) return;
        standing = false;
        this.#changed.delete(shelf);
        this.#dropped.push(shelf);
        this.#schedule();
      },
    };
  }

  note(line: string): void {
    this.#notes.push(line);
  }

  /** What could not be taken over, a line each. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Writes what has changed, all of it or nothing. */
  write(): void {
    if (!this.#ended && (this.#changed.size > 0 || this.#dropped.length > 0)) this.#commit();
  }

  /** Writes for the last time, the time at least, and lets go of the file. May be called again. */
  end(): void {
    if (this.#ended) return;
    this.#commit();
    this.#ended = true;
    this.#database.close();
  }

  #commit(): void {
    const { put, remove, clear, about } = this.#statements;
    try {
      this.#database.exec("BEGIN");
      for (const { kind, name } of this.#dropped) clear.run(kind, name);
      for (const [{ kind, name, textOf }, keys] of this.#changed)
        for (const key of keys) {
          const text = textOf(key);
          if (text === undefined) remove.run(kind, name, key);
          else put.run(kind, name, key, text);
        }
      if (this.clock !== undefined) about.run("time", String(this.clock.now()));
      this.#database.exec("COMMIT");
      this.#changed = new Map();
      this.#dropped = [];
      this.#troubled = false;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      if (!this.#troubled) this.#options.onTrouble?.(`Nothing can be kept just now: ${messageOf(error)}`);
      this.#troubled = true;
      this.#schedule();
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    (this.#options.schedule ?? later)(() => {
      this.#scheduled = false;
      this.write();
    });
  }

  *#entries<Value>(kind: KeptKind<Value>, name: string): Generator<readonly [string, Value]> {
    const rows = this.#database.prepare(
      "SELECT key, value FROM kept WHERE kind = ? AND name = ? ORDER BY key",
    );
    for (const { key, value } of rows.iterate(kind.name, name))
      yield [String(key), kind.decode(String(value))];
  }
}

interface OpenShelf {
  readonly kind: string;
  readonly name: string;
  readonly textOf: (key: string) => string | undefined;
}
