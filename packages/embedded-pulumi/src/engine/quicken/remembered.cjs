// What a program's process has worked out, kept for the next one: results that depend on nothing but what their
// fingerprint is made of.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const v8 = require("node:v8");

/** More than any program has at once; beyond it, what the last run did not use is forgotten. */
const MAX_ENTRIES = 4000;
const DIGEST_BYTES = 32;

/** The SHA-256 over texts and buffers, each with its length, so that what ends one cannot begin the next. */
exports.fingerprint = function fingerprint(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length} `).update(part);
  return hash.digest("hex");
};

/**
 * Results by a name ("code:/shop/index.ts") and the fingerprint of all that they depend on; another fingerprint under
 * the same name takes the place of the old result. Kept in `file` when `save` is called. A file that is not there, was
 * damaged, or cannot be written costs time alone.
 */
exports.Remembered = class Remembered {
  #file;
  #known;
  #used = new Map();
  #changed = false;

  constructor(file) {
    this.#file = file;
    this.#known = readEntries(file);
  }

  /** A copy of the result; undefined when there is none. */
  recall(name, fingerprint) {
    const entry = this.#used.get(name) ?? this.#known.get(name);
    if (entry === undefined || entry.fingerprint !== fingerprint) return undefined;
    this.#used.set(name, entry);
    return v8.deserialize(entry.value);
  }

  /** Leaves aside what cannot be copied. */
  remember(name, fingerprint, result) {
    try {
      this.#used.set(name, { fingerprint, value: v8.serialize(result) });
      this.#changed = true;
    } catch {
      // It is worked out again.
    }
  }

  /** The result of `work`, of an earlier time where it may be. */
  once(name, fingerprint, work) {
    const known = this.recall(name, fingerprint);
    if (known !== undefined) return known;
    const result = work();
    if (result !== undefined) this.remember(name, fingerprint, result);
    return result;
  }

  save() {
    if (!this.#changed) return;
    // Another process may have written since: what it found is kept as well.
    const others = readEntries(this.#file);
    const all = new Map([...others, ...this.#used]);
    try {
      writeEntries(this.#file, all.size > MAX_ENTRIES ? this.#used : all);
    } catch {
      // The next process works it out again.
    }
  }
};

function readEntries(file) {
  try {
    const content = readFileSync(file);
    const body = content.subarray(DIGEST_BYTES);
    if (digest(body).equals(content.subarray(0, DIGEST_BYTES))) return v8.deserialize(body);
  } catch {
    // There is none yet, or it was written by another version of Node.
  }
  return new Map();
}

function writeEntries(file, entries) {
  const body = v8.serialize(entries);
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, Buffer.concat([digest(body), body]));
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function digest(body) {
  return createHash("sha256").update(body).digest();
}
