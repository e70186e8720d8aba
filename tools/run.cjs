"use strict";
// Bundles the command line and runs it. One file loads in a third of the time that some three hundred take, which
// is most of what a person waits for before anything happens. Until the version is checked, this is JavaScript that
// any old Node can read.

/** What the SDK, the cloud's locks and its compiled code need. */
const NEEDED = [22, 13];
/** Before anything else: a parent that dies while this file works is missed as well. */
const parent = process.ppid;

const version = process.versions.node.split(".").map(Number);
if (version[0] < NEEDED[0] || (version[0] === NEEDED[0] && version[1] < NEEDED[1])) {
  end(
    `this is Node ${process.versions.node}; expected ${NEEDED.join(".")} or newer: "npm ci" installs one that ` +
      `"npm start" and the other npm scripts use, unless it is told to omit optional packages`,
    1,
  );
} else {
  const Module = require("node:module");
  const path = require("node:path");
  const local = localDirectory(path);
  if (local !== undefined) {
    Module.enableCompileCache(path.join(local, "cache", "compile"));
    process.setSourceMapsEnabled(true);
    const file = path.join(__dirname, "cli.cjs");
    load(file, Module, path).run(parent);
  }
}

/**
 * Where generated files lie: `--directory DIR`, which every command takes, or LOCAL_DIRECTORY; `.local` otherwise.
 * The option becomes the variable, by which the rest of the command line knows it. Undefined when it is wrong.
 */
function localDirectory(path) {
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
  if (!chosen) return path.resolve(__dirname, "..", ".local");
  return (process.env.LOCAL_DIRECTORY = path.resolve(chosen));
}

/** The exports of `main.ts`, bundled and loaded from memory as if the bundle lay beside it. */
function load(file, Module, path) {
  try {
    const { outputFiles } = require("esbuild").buildSync({
      entryPoints: [path.join(__dirname, "main.ts")],
      outfile: file,
      bundle: true,
      write: false,
      // What this repository holds is bundled; what npm installed stays outside, and what runs as a file of its own.
      external: [
        ...installedPackages(path),
        "embedded-aws/lambda-bootstrap",
        "embedded-pulumi/tell-activity",
      ],
      platform: "node",
      format: "cjs",
      target: "node22",
      sourcemap: "inline",
      sourcesContent: false,
      logLevel: "error",
    });
    const bundle = new Module(file, module);
    bundle.filename = file;
    bundle.paths = Module._nodeModulePaths(__dirname);
    bundle._compile(outputFiles[0].text, file);
    return bundle.exports;
  } catch (error) {
    const advice = missingPackages(error, path);
    if (advice === undefined) throw error;
    end(advice, 1);
    return { run() {} };
  }
}

/** The packages that the workspaces depend on, without the workspaces themselves. */
function installedPackages(path) {
  const root = path.resolve(__dirname, "..");
  const manifests = [".", "packages/embedded-aws", "packages/embedded-pulumi"].map((folder) =>
    require(path.join(root, folder, "package.json")),
  );
  const own = manifests.map(({ name }) => name);
  return manifests
    .flatMap(({ dependencies, devDependencies }) => Object.keys({ ...dependencies, ...devDependencies }))
    .filter((name) => !own.includes(name));
}

/** What to say when `error` comes from packages that are not installed. */
function missingPackages(error, path) {
  const missing = /^Cannot find (?:module|package) '([^'./][^']*)'/.exec(error.message);
  if (missing !== null && error.code === "MODULE_NOT_FOUND" && !path.isAbsolute(missing[1])) {
    return `the package ${missing[1]} is not installed; install all with "npm ci" (not with --omit=dev: the local cloud needs them)`;
  }
  if (/^The package "@esbuild\/|You installed esbuild for another platform/.test(error.message)) {
    return `esbuild's program for ${process.platform} on ${process.arch} is not installed; install all with "npm ci" (not with --omit=optional)`;
  }
  return undefined;
}

function end(message, status) {
  process.stderr.write(`${message}\n`);
  process.exitCode = status;
}
