"use strict";
// The bundle of a command line, made anew only when something that it was made of has changed: making it is a good part
// of what a person waits for before anything happens.
const { createHash } = require("node:crypto");
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const path = require("node:path");

/**
 * The code of the bundle of an entry.
 *
 * options: `entry`, the absolute path of a module; `directory`, where the bundle is kept from one start to the next, which
 * may be a folder that cannot be written to; `settings`, whatever else decides what `bundle` makes: files, as absolute
 * paths, that are read, and a `version`; `bundle`, which makes the code and names, as absolute paths, the files that went
 * into it: `{ code, inputs }`.
 */
exports.entryBundle = function entryBundle({ entry, directory, settings, bundle }) {
  const name = path.basename(entry, path.extname(entry));
  const kept = path.join(directory, `${name}.cjs`);
  const manifest = path.join(directory, `${name}.json`);
  const { version, files } = settings;
  try {
    const { inputs, fingerprint } = JSON.parse(readFileSync(manifest, "utf8"));
    const code = readFileSync(kept, "utf8");
    if (fingerprintOf([...inputs, ...files], [version, entry, code]) === fingerprint) return code;
  } catch {
    // There is none yet, it was cut off, or a file is gone.
  }
  const { code, inputs } = bundle();
  try {
    const fingerprint = fingerprintOf([...inputs, ...files], [version, entry, code]);
    writeAtomically(kept, code);
    writeAtomically(manifest, JSON.stringify({ inputs, fingerprint }));
  } catch {
    // The next start makes it again.
  }
  return code;
};

/** Over the files' contents, and the names beside them: a new file may be what an import means from now on. */
function fingerprintOf(files, texts) {
  const hash = createHash("sha256");
  const add = (part) => hash.update(`${part.length} `).update(part);
  texts.forEach(add);
  for (const folder of new Set(files.map((file) => path.dirname(file)))) {
    add(folder);
    add(readdirSync(folder).sort().join("/"));
  }
  for (const file of files) {
    add(file);
    add(readFileSync(file));
  }
  return hash.digest("hex");
}

/**
 * Another process may be reading it, or writing the same: it sees the old one or the new one. Its own, since this runs
 * before there is TypeScript.
 */
function writeAtomically(file, content) {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
