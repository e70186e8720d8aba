import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { messageOf } from "./messageOf";
import { parseOwnJson } from "./parseJson";
import { SQLITE_BUSY, sqlite, sqliteCode } from "./sqlite";

/** What was kept cannot be used; the message names the file and the reason. */
export class KeptStateError extends Error {
  override readonly name = "KeptStateError";

  /** @param inUse whether another process has the file; else it can only be dropped. */
  constructor(
    message: string,
    readonly inUse = false,
  ) {
    super(message);
  }
}

/** "EmKs" and the version of the tables and of all kinds of values: another version is not read. */
const APPLICATION_ID = 0x456d4b73;
const VERSION = 1;

/** Throws `KeptStateError` for what is no database, or a broken one, or in use. */
export function openDatabase(file: string): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  // What customers' orders say is nobody else's; SQLite gives its log the rights of the file.
  writeFileSync(file, "", { flag: "a", mode: 0o600 });
  const database = new (sqlite().DatabaseSync)(file);
  try {
    // Exclusively, the log needs no memory that processes share, and nobody else opens the file.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    database.exec("BEGIN EXCLUSIVE; COMMIT");
    const found = database.prepare("PRAGMA quick_check(1)").get();
    if (Object.values(found ?? {})[0] !== "ok") throw new Error(String(Object.values(found ?? {})[0]));
    return database;
  } catch (error) {
    database.close();
    if (sqliteCode(error) === SQLITE_BUSY) throw inUse(file);
    throw new KeptStateError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

export function inUse(file: string): KeptStateError {
  return new KeptStateError(
    `${file} is in use: another start keeps its state there; end that one first`,
    true,
  );
}

/** What the file says of itself; makes the tables of a new one. Throws `KeptStateError` for what is of something else. */
export function readAbout(
  database: DatabaseSync,
  { file, of }: { readonly file: string; readonly of: Readonly<Record<string, string>> },
): { readonly starts?: number; readonly time?: number } {
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const isNew = Number(database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.tables) === 0;
  if (isNew) {
    database.exec(`BEGIN;
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${VERSION};
      CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE kept (kind TEXT, name TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, name, key)) WITHOUT ROWID;
`);
    database.prepare("INSERT INTO about VALUES ('of', ?)").run(JSON.stringify(of));
    database.exec("COMMIT");
    return {};
  }
  if (pragma("application_id") !== APPLICATION_ID)
    throw new KeptStateError(`${file} cannot be read: it is a database of something else`);
  if (pragma("user_version") !== VERSION)
    throw new KeptStateError(
      `${file} cannot be read: it has version ${pragma("user_version")}; expected ${VERSION}`,
    );
  const values = new Map(
    database
      .prepare("SELECT name, value FROM about")
      .all()
      .map(({ name, value }) => [String(name), String(value)]),
  );
  const kept = keptOf(values.get("of") ?? "{}");
  const others = Object.entries(of).filter(([name, value]) => kept[name] !== value);
  if (others.length > 0) {
    const differences = others.map(
      ([name, value]) => `${name} ${JSON.stringify(kept[name] ?? null)} and not ${JSON.stringify(value)}`,
    );
    throw new KeptStateError(`${file} cannot be used: it was kept of ${differences.join(", ")}`);
  }
  const number = (name: string) => {
    const value = Number(values.get(name) ?? NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  const [starts, time] = [number("starts"), number("time")];
  return { ...(starts === undefined ? {} : { starts }), ...(time === undefined ? {} : { time }) };
}

function keptOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseOwnJson(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
