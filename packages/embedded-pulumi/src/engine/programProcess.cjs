// The process in which a program runs. It waits for what to run, and loads what the last one needed of the SDK until
// then: a command line starts it before it has loaded itself. JavaScript for that reason, and one module for both.
const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");

const QUICKEN_SDK = require.resolve("./quickenSdk.cjs");
const TELL_ACTIVITY = require.resolve("./tellActivity.cjs");

/**
 * In MiB, from the beginning: a program makes much that is soon gone, and a small space has it collected again and again.
 * A program's own `nodeargs` come after it, and win.
 */
const ROOM_FOR_YOUNG_OBJECTS = "--min-semi-space-size=16";

/** Which of its pipes says what to run. */
const ORDERS = 4;

/** The process that was started before anybody knew what it is for. */
let early;

/**
 * Starts a process for the program in the folder `directory`, if one lies there, so that `startProgram` finds it ready.
 * It does not keep this process running, and ends with it. `cacheDirectory`: as `startProgram` will have it.
 */
exports.startEarly = function startEarly(directory, cacheDirectory) {
  if (!existsSync(path.join(directory, "Pulumi.yaml"))) return;
  let runner;
  try {
    runner = resolveRunner(directory);
  } catch {
    return; // What is missing is told by whoever looks for it again.
  }
  const needs = { runner, nodeArguments: [], cacheDirectory, quiet: true };
  const child = start(needs, directory);
  const end = () => kill(child);
  const forget = () => {
    if (early?.child === child) early = undefined;
    process.off("exit", end);
  };
  early = { child, needs, end, forget };
  child.once("error", forget).once("exit", forget);
  process.once("exit", end);
  for (const handle of handlesOf(child)) handle.unref();
};

/** Ends the process that nobody has had a use for, if there is one; this process then runs until that is gone. */
exports.endEarly = function endEarly() {
  if (early === undefined) return;
  early.child.ref();
  early.end();
};

/**
 * The process of a program, which is started unless one waits for it already.
 *
 * options: `directory`, the program's own; `nodeArguments`; `cacheDirectory`; `quiet`, whether the SDK's own lines for
 * debugging are left out; `args`, the runner's; `environment`, the program's.
 */
exports.startProgram = function startProgram({ directory, args, environment, ...given }) {
  const needs = { runner: resolveRunner(directory), ...given };
  const child = take(needs) ?? start(needs, directory);
  const orders = child.stdio[ORDERS];
  // A process that has died is missed by its exit.
  orders?.on("error", () => undefined);
  orders?.end(JSON.stringify({ directory, args, environment }));
  return child;
};

/** The one that waits, if it is what is wanted; another is of no use to anybody. */
function take(needs) {
  if (early === undefined) return undefined;
  const { child, needs: has, end, forget } = early;
  forget();
  child.off("error", forget).off("exit", forget);
  const fits = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (!fits || JSON.stringify(order(has)) !== JSON.stringify(order(needs))) {
    end();
    return undefined;
  }
  for (const handle of handlesOf(child)) handle.ref();
  return child;
}

const order = ({ runner, nodeArguments, cacheDirectory, quiet }) => [
  runner,
  nodeArguments,
  path.resolve(cacheDirectory),
  quiet,
];

function start({ runner, nodeArguments, cacheDirectory, quiet }, directory) {
  return spawn(
    process.execPath,
    [
      ROOM_FOR_YOUNG_OBJECTS,
      `--require=${TELL_ACTIVITY}`,
      `--require=${QUICKEN_SDK}`,
      ...nodeArguments,
      runner,
    ],
    {
      cwd: directory,
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: path.join(cacheDirectory, "compile"),
        EMBEDDED_ENGINE_CACHE: cacheDirectory,
        EMBEDDED_ENGINE_HIDES_DEBUG_LINES: quiet ? "true" : undefined,
        EMBEDDED_ENGINE_AWAITED: runner,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"],
      // A process group of its own, so that what the program starts ends with it.
      detached: process.platform !== "win32",
      windowsHide: true,
    },
  );
}

/** The program's own copy of the SDK has the runner that fits it. */
function resolveRunner(directory) {
  const runner = "@pulumi/pulumi/cmd/run";
  try {
    return createRequire(path.join(path.resolve(directory), "package.json")).resolve(runner);
  } catch {
    return require.resolve(runner);
  }
}

/** All that keeps a process running that has such a child. */
function handlesOf(child) {
  return [child, ...child.stdio, child.channel].filter((handle) => typeof handle?.ref === "function");
}

function kill(child) {
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}
