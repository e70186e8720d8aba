// What Pulumi's SDK finds out of node_modules for every callback.
const { setImmediate } = require("node:timers");

/** The SDK looked at the packages, and they have to be read. */
const NEEDED = Symbol("packages are needed");
let needed = false;

/**
 * `@npmcli/arborist` as the SDK knows it: it is loaded, and reads node_modules, once the SDK looks for a package there.
 * Callbacks that leave out every package never do. Packages stay the same while a program runs: they are read once.
 */
exports.lazyArborist = function lazyArborist(load) {
  const trees = new Map();
  let real;
  return {
    Arborist: class {
      constructor(options) {
        if (needed) return readOnce((real ??= load().Arborist), options, trees);
      }

      loadActual() {
        return Promise.resolve(LOOKED_AT);
      }
    },
  };
};

function readOnce(Arborist, options, trees) {
  const arborist = new Arborist(options);
  const { path } = arborist;
  const read = arborist.loadActual;
  arborist.loadActual = (...given) => {
    if (given.length > 0) return Reflect.apply(read, arborist, given);
    if (!trees.has(path)) trees.set(path, Reflect.apply(read, arborist, []));
    return trees.get(path);
  };
  return arborist;
}

const LOOKED_AT = new Proxy(
  {},
  {
    get(_, name) {
      // Awaiting it asks for that.
      if (name === "then") return undefined;
      throw NEEDED;
    },
  },
);

/**
 * `computeCodePaths`, which is done again with the real packages as soon as it has looked for one. What a program registers
 * first, its roles among it, leaves before it, and is answered between one and the next: it goes by files alone, which
 * stay the same, and roles take a while to count.
 */
exports.withoutPackages = function withoutPackages(codePaths) {
  const compute = codePaths.computeCodePaths;
  let turn = Promise.resolve();
  codePaths.computeCodePaths = async (...given) => {
    await (turn = turn.then(() => new Promise((resolve) => setImmediate(resolve))));
    try {
      return await compute(...given);
    } catch (error) {
      if (error !== NEEDED) throw error;
      needed = true;
      return await compute(...given);
    }
  };
};
