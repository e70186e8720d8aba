"use strict";
const fs = require("node:fs");
const { constants } = require("node:os");
const { syncBuiltinESMExports } = require("node:module");
const path = require("node:path");
const { fileURLToPath } = require("node:url");

/** What changes the file system, with the places of its paths among the arguments, and the system call it makes. */
const WRITERS = {
  appendFile: [[0], "open"],
  chmod: [[0], "chmod"],
  chown: [[0], "chown"],
  copyFile: [[1], "copyfile"],
  cp: [[1], "cp"],
  lchown: [[0], "lchown"],
  link: [[1], "link"],
  lutimes: [[0], "lutime"],
  mkdir: [[0], "mkdir"],
  mkdtemp: [[0], "mkdtemp"],
  rename: [[0, 1], "rename"],
  rm: [[0], "rm"],
  rmdir: [[0], "rmdir"],
  symlink: [[1], "symlink"],
  truncate: [[0], "open"],
  unlink: [[0], "unlink"],
  utimes: [[0], "utime"],
  writeFile: [[0], "open"],
};

/** What these act upon must be there: without it, that is the error. */
const OF_EXISTING = new Set("chmod chown lchown lutimes rename rm rmdir truncate unlink utimes".split(" "));

/** Of `open`, whose flags may be left out. */
function isReadFlag(flags) {
  if (typeof flags === "number")
    return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT)) === 0;
  return typeof flags !== "string" || ["r", "rs", "sr"].includes(flags);
}

function textOf(file) {
  if (typeof file === "string") return file;
  if (file instanceof URL) return fileURLToPath(file);
  return Buffer.isBuffer(file) ? file.toString() : undefined;
}

function readOnlyError(syscall, file) {
  const message = `EROFS: read-only file system, ${syscall} '${file}'`;
  return Object.assign(new Error(message), {
    errno: -(constants.errno.EROFS ?? 30),
    code: "EROFS",
    syscall,
    path: file,
  });
}

/**
 * Makes `node:fs` see what a function sees in AWS: a file system that is read-only but for /tmp. It is no guard: it
 * finds code that writes where it may not, and does not hold a process back that means to.
 */
exports.keepReadOnly = function keepReadOnly(taskRoot, temporaryDirectory) {
  const real = (folder) => {
    try {
      return fs.realpathSync(folder);
    } catch {
      return folder;
    }
  };
  const isWithin = (file, folders) =>
    folders.some((folder) => file === folder || file.startsWith(folder + path.sep));
  const namesOf = (folder) => [path.resolve(folder), real(folder)];
  const own = namesOf(temporaryDirectory);
  // The code itself may lie below the machine's /tmp.
  const code = namesOf(taskRoot);
  const elsewhere = ["/tmp", "/dev", "/proc"].flatMap(namesOf);
  const isWritable = (file) => {
    const full = path.resolve(file);
    return isWithin(full, own) || (!isWithin(full, code) && isWithin(full, elsewhere));
  };
  /** The error that a call deserves, if any. */
  const errorOf = (name, parameters) => {
    const [places, syscall] =
      name === "open" ? [isReadFlag(parameters[1]) ? [] : [0], "open"] : WRITERS[name];
    for (const place of places) {
      const file = textOf(parameters[place]);
      if (file === undefined || isWritable(file)) continue;
      const exists = fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
      if (name === "mkdir" ? !exists : exists || !OF_EXISTING.has(name)) return readOnlyError(syscall, file);
    }
    return undefined;
  };
  for (const name of [...Object.keys(WRITERS), "open"]) {
    wrap(fs, `${name}Sync`, (parameters) => {
      const error = errorOf(name, parameters);
      if (error !== undefined) throw error;
      return undefined;
    });
    wrap(fs, name, (parameters) => {
      const error = errorOf(name, parameters);
      const callback = parameters.at(-1);
      if (error === undefined || typeof callback !== "function") return undefined;
      return () => process.nextTick(callback, error);
    });
    wrap(fs.promises, name, (parameters) => {
      const error = errorOf(name, parameters);
      return error === undefined ? undefined : () => Promise.reject(error);
    });
  }
  syncBuiltinESMExports();
};

/** Puts `refusal` before a function: what it returns, if anything, is called in the function's place. */
function wrap(owner, name, refusal) {
  const original = owner[name];
  if (typeof original !== "function") return;
  owner[name] = Object.defineProperties(function (...parameters) {
    const refused = refusal(parameters);
    return refused === undefined ? Reflect.apply(original, this, parameters) : refused();
  }, Object.getOwnPropertyDescriptors(original));
}
