"use strict";
// The bundle of a command line, made anew only when something that it was made of has changed: making it is a good part
// of what a person waits for before anything happens.
const { createHash } = require("node:crypto");
const {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

/**
 * How much older than the manifest a file's last change has to be, in nanoseconds, for its stamp to be trusted: within the
 * coarsest tick of a file system, a second change would leave the stamp of the first.
 */
const COARSEST_TICK = 2_000_000_000n;

/** How far a file's time may lie behind the clock, in nanoseconds. */
const KERNELS_TICK = 10_000_000n;

/**
 * The code of the bundle of an entry, and where its source map is: `{ code, mapUrl }`.
 *
 * options: `entry`, the absolute path of a module; `directory`, where the bundle is kept from one start to the next, which
 * may be a folder that cannot be written to; `settings`, whatever else decides what `bundle` makes: files, as absolute
 * paths, that are read, and a `version`; `bundle`, which makes the code and its source map and names, as absolute paths,
 * the files that went into it: `{ code, map, inputs }`.
 */
exports.entryBundle = function entryBundle({ entry, directory, settings, bundle }) {
  const name = path.basename(entry, path.extname(entry));
  const place = (extension) => path.join(directory, name + extension);
  const { version, files } = settings;
  const mapped = (code) => ({ code, mapUrl: pathToFileURL(place(".cjs.map")).pathname });
  const keep = (inputs, texts, contents, stamp) =>
    writeAtomically(place(".json"), JSON.stringify({ inputs, texts, contents, stamp }));
  try {
    const { inputs, texts, contents, stamp } = JSON.parse(readFileSync(place(".json"), "utf8"));
    const code = readFileSync(place(".cjs"), "utf8");
    const all = [...inputs, ...files];
    if (digestOf([version, entry, code, readFileSync(place(".cjs.map"))]) === texts) {
      const now = stampOf(all);
      const { mtimeNs } = statSync(place(".json"), { bigint: true });
      if (now.stamp === stamp && now.newest + COARSEST_TICK < mtimeNs) return mapped(code);
      if (contentsOf(all) === contents) {
        tryTo(() => keep(inputs, texts, contents, now.stamp));
        return mapped(code);
      }
    }
  } catch {
    // There is none yet, it was cut off, or a file is gone.
  }
  const begun = BigInt(Date.now()) * 1_000_000n - KERNELS_TICK;
  const { code, map, inputs } = bundle();
  const isKept = tryTo(() => {
    const all = [...inputs, ...files];
    const { stamp, newestFile } = stampOf(all);
    const contents = contentsOf(all);
    writeAtomically(place(".cjs.map"), map);
    // What was saved meanwhile may or may not be in it.
    if (newestFile >= begun) return;
    writeAtomically(place(".cjs"), code);
    keep(inputs, digestOf([version, entry, code, map]), contents, stamp);
  });
  if (isKept) return mapped(code);
  return { code, mapUrl: `data:application/json;base64,${Buffer.from(map).toString("base64")}` };
};

/** Whether it could be done: the next start does it again. */
function tryTo(work) {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

/**
 * What changes with any of the files, and with what lies beside them, without reading any: no program sets the time of a
 * file's last change (ctime) back. `newest`: the last change of all, `newestFile`: of the files.
 */
function stampOf(files) {
  const hash = createHash("sha256");
  let newest = 0n;
  const add = (file) => {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    hash.update(`${file}\0${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}\n`);
    if (ctimeNs > newest) newest = ctimeNs;
  };
  files.forEach(add);
  const newestFile = newest;
  foldersOf(files).forEach(add);
  return { stamp: hash.digest("hex"), newest, newestFile };
}

/** Over the files' contents, and the names beside them: a new file may be what an import means from now on. */
function contentsOf(files) {
  const folders = foldersOf(files).flatMap((folder) => [folder, readdirSync(folder).sort().join("/")]);
  return digestOf([...folders, ...files.flatMap((file) => [file, readFileSync(file)])]);
}

function foldersOf(files) {
  return [...new Set(files.map((file) => path.dirname(file)))];
}

function digestOf(parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)} `).update(part);
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
