import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { SQLITE_BUSY, sqlite, sqliteCode } from "embedded-aws/support";

/** A folder that no other process removes while this one lives. */
export interface OwnFolder {
  readonly directory: string;
  /** Removes the folder. May be called again. */
  readonly release: () => void;
}

const HOUR_MS = 3_600_000;
/** A lock on another machine's disk says nothing here: its folder is a leftover after so long without a sign of life. */
const FORGOTTEN_AFTER_MS = 7 * 24 * HOUR_MS;

/** "4711-5f0c2a9d.1b2c3d4e.lock" beside the folder "4711-5f0c2a9d", of the machine 1b2c3d4e. */
const LOCK_NAME = /^(.+)\.([0-9a-f]{8})\.lock$/;

/**
 * Makes a new folder below `parent`, and removes those of processes that are gone. Whether one is gone is asked of a
 * lock, which the system keeps while its owner lives, paused or asleep, and lets go when it ends, however hard.
 * Process ids would not tell: in another container, or another user's, they mean other processes or none.
 *
 * Throws the system's error when nothing can be written there.
 */
export function createOwnFolder(parent: string): OwnFolder {
  mkdirSync(parent, { recursive: true });
  removeLeftovers(parent);
  for (;;) {
    // The process id is for people who look for the owner.
    const directory = path.join(parent, `${process.pid}-${randomBytes(4).toString("hex")}`);
    const file = `${directory}.${machine()}.lock`;
    writeFileSync(file, "");
    const lock = takeLock(file);
    // Whoever cleans up at this moment may have taken the new file for a leftover.
    if (lock === "taken" || !existsSync(file)) continue;
    mkdirSync(directory, { mode: 0o700 });
    return owned(directory, file, lock);
  }
}

function owned(directory: string, file: string, lock: Lock): OwnFolder {
  const sign = setInterval(() => {
    const now = new Date();
    if (existsSync(file)) utimesSync(file, now, now);
  }, HOUR_MS).unref();
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    process.off("exit", release);
    clearInterval(sign);
    rmSync(directory, { recursive: true, force: true });
    removeLock(file, lock);
  };
  process.on("exit", release);
  return { directory, release };
}

function removeLeftovers(parent: string): void {
  const before = readdirSync(parent);
  // A lock is there before its folder: read afterwards, it is not missed.
  const locks = readdirSync(parent).flatMap((name) => {
    const [, folder, owner] = LOCK_NAME.exec(name) ?? [];
    return folder === undefined ? [] : [{ folder, owner, file: path.join(parent, name) }];
  });
  for (const { folder, owner, file } of locks)
    attempt(() => removeIfLeft(path.join(parent, folder), owner, file));
  const locked = new Set(locks.map(({ folder }) => folder));
  for (const name of before) {
    if (!LOCK_NAME.test(name) && !locked.has(name))
      attempt(() => rmSync(path.join(parent, name), { recursive: true, force: true }));
  }
}

function removeIfLeft(directory: string, owner: string | undefined, file: string): void {
  if (owner !== machine() && Date.now() - statSync(file).mtimeMs < FORGOTTEN_AFTER_MS) return;
  const lock = takeLock(file);
  // Without an answer it might live.
  if (lock === "taken" || lock === "unknown") return;
  rmSync(directory, { recursive: true, force: true });
  removeLock(file, lock);
}

/** Another user's leftovers, or those that somebody else is removing, are no reason to fail. */
function attempt(remove: () => void): void {
  try {
    remove();
  } catch {
    // They stay, or are gone.
  }
}

/** Locks hold within one kernel, which is what the boot id names; elsewhere the host's name has to do. */
function machine(): string {
  let name = hostname();
  try {
    name = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
  } catch {
    // Not Linux.
  }
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}

/** "unknown" where the file system has no locks, or the file is another user's. */
type Lock = DatabaseSync | "unknown";

/** SQLite, because Node itself offers no locks: it uses those of each system, and an empty file is an empty database. */
function takeLock(file: string): Lock | "taken" {
  let database: DatabaseSync | undefined;
  try {
    database = new (sqlite().DatabaseSync)(file);
    // Nothing is written. With its journal in memory, the file of the lock is the only one.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    return sqliteCode(error) === SQLITE_BUSY ? "taken" : "unknown";
  }
}

function removeLock(file: string, lock: Lock): void {
  // Windows removes no open file; elsewhere the lock is held until the file is gone, so that nobody takes it over.
  if (process.platform === "win32" && lock !== "unknown") lock.close();
  rmSync(file, { force: true });
  if (process.platform !== "win32" && lock !== "unknown") lock.close();
}
