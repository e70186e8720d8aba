"use strict";
// Loads a command line that is made of this package. Until the version is checked, this is JavaScript that any old
// Node can read.

/** What the SDK, the cloud's locks and its compiled code need. */
const NEEDED = [22, 13];

/**
 * Runs the command line `entry`, a module that exports `run(parent)`.
 *
 * A TypeScript entry is bundled first, and loaded from memory as if the bundle lay beside it: one file loads in a
 * third of the time that some three hundred take, which is most of what a person waits for before anything happens.
 *
 * options: `entry`, an absolute path; `manifests`, the package.json files whose packages npm installed, for a bundle;
 * `local`, where generated files lie by default; `upgrade` and `install`, what to say of an old Node and of packages
 * that are not there; `parent`, the process that started this one.
 */
module.exports = function runCommandLine(options) {
  const version = process.versions.node.split(".").map(Number);
  if (version[0] < NEEDED[0] || (version[0] === NEEDED[0] && version[1] < NEEDED[1])) {
    end(`this is Node ${process.versions.node}; expected ${NEEDED.join(".")} or newer${options.upgrade}`, 1);
    return;
  }
  const Module = require("node:module");
  const path = require("node:path");
  const local = localDirectory(options.local, path);
  if (local === undefined) return;
  if (!canBeThere(local, path)) {
    const advice = "generated files lie there because --directory, or the variable LOCAL_DIRECTORY, says so";
    end(`cannot write to ${local}: no folder can be made there (ENOENT); ${advice}`, 1);
    return;
  }
  const cache = path.join(local, "cache");
  startProgramEarly(process.argv.slice(2), cache);
  Module.enableCompileCache(path.join(cache, "compile"));
  process.setSourceMapsEnabled(true);
  try {
    const { entry } = options;
    const { run } = /\.ts$/.test(entry)
      ? bundled(entry, options.manifests, cache, Module, path)
      : require(entry);
    run(options.parent);
  } catch (error) {
    const advice = missingPackages(error, options.install, path);
    if (advice === undefined) throw error;
    end(advice, 1);
  }
};

/** The commands that run a program at once. */
const DEPLOYING = ["start", "prepare"];

/** What deploys a program has its process load meanwhile: each takes half a second until it asks for the other. */
function startProgramEarly([command, ...args], cache) {
  if (!DEPLOYING.includes(command) || args.includes("--help") || args.includes("-h")) return;
  require("embedded-pulumi/program-process").startEarly(process.cwd(), cache);
}

/**
 * Where generated files lie: `--directory DIR`, which every command takes, or LOCAL_DIRECTORY; `.local` otherwise.
 * The option becomes the variable, by which the rest of the command line knows it. Undefined when it is wrong.
 */
function localDirectory(usual, path) {
  const at = process.argv.findIndex((word) => word === "--directory" || word.startsWith("--directory="));
  if (at >= 0) {
    const inOne = process.argv[at].startsWith("--directory=");
    const [option, next = ""] = process.argv.splice(at, inOne ? 1 : 2);
    const directory = inOne ? option.slice("--directory=".length) : next;
    if (directory === "" || (!inOne && directory.startsWith("-"))) {
      end("--directory: expected a folder for generated files", 2);
      return undefined;
    }
    process.env.LOCAL_DIRECTORY = directory;
  }
  const chosen = process.env.LOCAL_DIRECTORY;
  if (!chosen) return usual;
  return (process.env.LOCAL_DIRECTORY = path.resolve(chosen));
}

/**
 * Makes a folder, with those above it; false where the system says that there cannot be one, as in /proc: Node's own
 * recursive mkdir asks again without end there. What else keeps it from being made is told by whoever writes into it.
 */
function canBeThere(folder, path) {
  const { mkdirSync } = require("node:fs");
  for (const retry of [true, false])
    try {
      mkdirSync(folder);
      return true;
    } catch ({ code }) {
      if (code !== "ENOENT") return true;
      if (!retry || !canBeThere(path.dirname(folder), path)) return false;
    }
  return true;
}

function bundled(entry, manifests, cache, Module, path) {
  const file = entry.replace(/\.ts$/, ".cjs");
  const { entryBundle } = require("./entryBundle.cjs");
  const { code, mapUrl } = entryBundle({
    entry,
    directory: path.join(cache, "command-line"),
    settings: {
      version: require("esbuild/package.json").version,
      files: [module.filename, ...manifests, ...compilerSettings(manifests, path)],
    },
    bundle: () => bundle(entry, file, manifests, path),
  });
  const load = (text) => {
    const loaded = new Module(file, module);
    loaded.filename = file;
    loaded.paths = Module._nodeModulePaths(path.dirname(file));
    loaded._compile(text, file);
    return loaded;
  };
  const named = `//# sourceMappingURL=${mapUrl}\n`;
  // Node reads the map, and measures each line of the file that names it, for coverage alone: here, of an empty one.
  mapped.push(load(named));
  process.setSourceMapsEnabled(false);
  try {
    return load(code + named).exports;
  } finally {
    process.setSourceMapsEnabled(true);
  }
}

/** Modules, for as long as their source maps are to be known. */
const mapped = [];

/** The `tsconfig.json` beside each manifest, which esbuild reads as well. */
function compilerSettings(manifests, path) {
  const { existsSync } = require("node:fs");
  return manifests
    .map((file) => path.join(path.dirname(file), "tsconfig.json"))
    .filter((file) => existsSync(file));
}

function bundle(entry, file, manifests, path) {
  const absWorkingDir = path.dirname(entry);
  const esbuild = require("esbuild");
  const options = {
    // By its name: a star in the way to it would be a pattern.
    entryPoints: [`./${path.basename(entry)}`],
    outfile: file,
    absWorkingDir,
    bundle: true,
    write: false,
    metafile: true,
    // What this repository holds is bundled; what npm installed stays outside, and what runs as a file of its own.
    external: [
      ...installedPackages(manifests),
      "embedded-aws/console-page",
      "embedded-aws/lambda-bootstrap",
      "embedded-pulumi/program-process",
    ],
    platform: "node",
    format: "cjs",
    target: "node22",
    sourcemap: "external",
    // The map may lie anywhere.
    sourceRoot: require("node:url").pathToFileURL(absWorkingDir + path.sep).href,
    sourcesContent: false,
    logLevel: "error",
  };
  const { outputFiles, metafile } = sparingGarbage(() => esbuild.buildSync(options));
  // Nothing else is bundled here, and its process would stay as long as this one.
  esbuild.stop();
  const inputs = Object.keys(metafile.inputs).map((input) => path.resolve(absWorkingDir, input));
  const textOf = (ending) => outputFiles.find((output) => output.path.endsWith(ending)).text;
  return { code: textOf(".cjs"), map: textOf(".cjs.map"), inputs };
}

/**
 * Has esbuild's process, which is started by `work` and soon ends, collect no garbage: that is a third of its work, for
 * a tenth of its memory.
 */
function sparingGarbage(work) {
  const before = process.env.GOGC;
  if (before === undefined) process.env.GOGC = "off";
  try {
    return work();
  } finally {
    if (before === undefined) delete process.env.GOGC;
  }
}

/** The packages that the workspaces depend on, without the workspaces themselves. */
function installedPackages(files) {
  const manifests = files.map((file) => require(file));
  const own = manifests.map(({ name }) => name);
  return manifests
    .flatMap(({ dependencies, devDependencies }) => Object.keys({ ...dependencies, ...devDependencies }))
    .filter((name) => !own.includes(name));
}

/** What to say when `error` comes from packages that are not installed. */
function missingPackages(error, install, path) {
  const missing = /^Cannot find (?:module|package) '([^'./][^']*)'/.exec(error.message);
  if (missing !== null && error.code === "MODULE_NOT_FOUND" && !path.isAbsolute(missing[1])) {
    const [scope, name] = missing[1].split("/");
    const packageName = scope.startsWith("@") ? `${scope}/${name}` : scope;
    return `the package ${packageName} is not installed; install all with ${install} (not with --omit=dev: the local cloud needs them)`;
  }
  if (/^The package "@esbuild\/|You installed esbuild for another platform/.test(error.message)) {
    return `esbuild's program for ${process.platform} on ${process.arch} is not installed; install all with ${install} (not with --omit=optional)`;
  }
  return undefined;
}

function end(message, status) {
  process.stderr.write(`${message}\n`);
  process.exitCode = status;
}
