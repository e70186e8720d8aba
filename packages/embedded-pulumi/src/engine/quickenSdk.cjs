// Loaded into the program's process before anything else: spares it what Pulumi's SDK does over and over, and what it
// did in the same way at the last start, which is most of a program's time. What the program registers, packs and prints
// stays the same.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { awaitProgram } = require("./quicken/awaitProgram.cjs");
const { inspectEarly } = require("./quicken/inspector.cjs");
const { completeFaces, lazyMember } = require("./quicken/lazyMembers.cjs");
const { lazyArborist, withoutPackages } = require("./quicken/packages.cjs");
const { fingerprint, Remembered } = require("./quicken/remembered.cjs");
const { sendsSpans, whenCalled } = require("./quicken/tracing.cjs");
const { lazyTsNode, lazyTypeScript } = require("./quicken/typescript.cjs");

const remembered = rememberedHere();
const quiet = takeVariable("EMBEDDED_ENGINE_HIDES_DEBUG_LINES") !== undefined;
const runner = takeVariable("EMBEDDED_ENGINE_AWAITED");
const load = Module._load;
const quickened = new WeakSet();
/** Node's inspector, for the SDK that asks first. */
let inspected;
/** What the SDK is given instead of a module, by the file of that. */
const lazy = new Map();
const PACKAGES = `${path.sep}@pulumi${path.sep}`;
const SDK = `${PACKAGES}pulumi${path.sep}`;

Module._load = function (request, parent, ...rest) {
  const usual = () => Reflect.apply(load, this, [request, parent, ...rest]);
  if (parent?.filename?.includes(PACKAGES) === true) {
    const isSdk = parent.filename.includes(SDK);
    const instead = (isSdk && insteadOf(request, parent, rest)) || lazyMember(request, parent, usual);
    if (instead) return instead;
  }
  const loaded = usual();
  completeFaces();
  if (request.endsWith("/debuggable") && typeof loaded.debuggablePromise === "function")
    once(loaded, leaveStacksOut);
  else if (request.endsWith("/codePaths") && typeof loaded.computeCodePaths === "function")
    once(loaded, withoutPackages);
  else if (request.endsWith("/parseFunction") && typeof loaded.parseFunction === "function")
    once(loaded, rememberFunctions);
  else if (quiet && request.endsWith("/resource") && typeof loaded.Resource?.callsites === "function")
    once(loaded, leavePositionsOut);
  return loaded;
};

function once(loaded, quicken) {
  if (quickened.has(loaded)) return;
  quickened.add(loaded);
  quicken(loaded);
}

/** The engine names a folder for it; without one, as in tests with mocks, nothing is remembered. */
function rememberedHere() {
  const directory = takeVariable("EMBEDDED_ENGINE_CACHE");
  if (directory === undefined) return undefined;
  const found = new Remembered(path.join(directory, "program", "remembered.bin"));
  process.once("exit", () => found.save());
  return found;
}

/** What the engine tells this process alone: neither the program nor what it starts sees it. */
function takeVariable(name) {
  const value = process.env[name];
  delete process.env[name];
  return value;
}

/** What the SDK's own modules are given instead of packages that they may not need. */
function insteadOf(request, parent, rest) {
  if (quiet && /^(?:\.\.?\/)+log$/.test(request)) return quietLog(request, parent, rest);
  if (inspected !== undefined && request === "inspector" && parent.filename.endsWith("v8Hooks.js")) {
    const given = inspected;
    inspected = undefined;
    return given;
  }
  const make = {
    "@npmcli/arborist": lazyArborist,
    ...(remembered && { typescript: lazyTypeScript, "ts-node": lazyTsNode }),
    ...(sendsSpans(request, parent.filename) && { [request]: whenCalled }),
  }[request];
  if (make === undefined) return undefined;
  // Throws as ever when it is not installed.
  const file = Module._resolveFilename(request, parent);
  if (!lazy.has(file))
    lazy.set(
      file,
      make(() => Reflect.apply(load, Module, [request, parent, ...rest]), file, remembered),
    );
  return lazy.get(file);
}

const PACKAGE_FACE = `${SDK}index.js`;

/**
 * The SDK writes four lines for debugging about each resource, and sends each of them to the engine once the one before
 * has been answered, for which the program's end waits. This engine shows none. The program's own `log.debug` is as ever.
 */
function quietLog(request, parent, rest) {
  const log = Reflect.apply(load, Module, [request, parent, ...rest]);
  if (parent.filename.endsWith(PACKAGE_FACE)) return log;
  // Modules that need each other get each other before they are complete: what is added later counts too.
  return Object.create(log, { debug: { enumerable: true, value: () => Promise.resolve() } });
}

/** Which variables a callback captures depends on its text, and on what is global. */
function rememberFunctions(parser) {
  if (remembered === undefined) return;
  const parse = parser.parseFunction;
  const { version } = JSON.parse(fs.readFileSync(require.resolve("@pulumi/pulumi/package.json"), "utf8"));
  parser.parseFunction = (text) => {
    const globals = Object.getOwnPropertyNames(globalThis).sort().join();
    return remembered.once(`function:${fingerprint(text)}`, fingerprint(version, globals), () => parse(text));
  };
}

/**
 * The SDK gives every promise the stack of its making, each frame of it looked up in source maps, and shows them with
 * PULUMI_DEBUG_PROMISE_LEAKS alone.
 */
function leaveStacksOut(debuggable) {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  const make = debuggable.debuggablePromise;
  debuggable.debuggablePromise = (promise, context) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return make(promise, context);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}

/**
 * Where in the program a resource was made, the SDK finds out from a stack of any length, each frame of it looked up in
 * source maps, and sends it with the resource. This engine makes nothing of it.
 */
function leavePositionsOut({ Resource }) {
  Resource.callsites = () => [];
}

// Last, when all that is loaded from now on is quickened.
if (runner !== undefined && remembered !== undefined)
  awaitProgram(runner, remembered, () => (inspected = inspectEarly()));
