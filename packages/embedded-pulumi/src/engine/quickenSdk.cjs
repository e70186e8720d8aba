// Loaded into the program's process before anything else: spares it two things that Pulumi's SDK does over and over,
// and that take half of a program's time. What the program registers, packs and prints stays the same.
const Module = require("node:module");

const load = Module._load;
const quickened = new WeakSet();

Module._load = function (request, ...rest) {
  const loaded = Reflect.apply(load, this, [request, ...rest]);
  if (request === "@npmcli/arborist") once(loaded, rememberPackages);
  else if (request.endsWith("/debuggable") && typeof loaded.debuggablePromise === "function")
    once(loaded, leaveStacksOut);
  return loaded;
};

function once(loaded, quicken) {
  if (quickened.has(loaded)) return;
  quickened.add(loaded);
  quicken(loaded);
}

/** For every callback, the SDK reads anew which packages lie in node_modules. They stay the same while a program runs. */
function rememberPackages({ Arborist }) {
  const read = Arborist.prototype.loadActual;
  const trees = new Map();
  Arborist.prototype.loadActual = function (...options) {
    if (options.length > 0) return Reflect.apply(read, this, options);
    let tree = trees.get(this.path);
    if (tree === undefined) trees.set(this.path, (tree = Reflect.apply(read, this, [])));
    return tree;
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
