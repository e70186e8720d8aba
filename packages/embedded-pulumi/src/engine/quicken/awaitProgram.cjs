// The part of a program's process that waits: see programProcess.cjs.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { fingerprint } = require("./remembered.cjs");

/** Packages that may be loaded before a program asks for them: they do nothing else then. */
const LOADED_EARLY = /[\\/]node_modules[\\/]@pulumi[\\/](?:pulumi|aws)[\\/]/;

/** The pipe beside those for input, output, errors and the engine's questions; nothing else reads it. */
const ORDERS = 4;

/**
 * Loads what the last program needed of Pulumi's packages, and waits until this process is told what to run. Then its
 * folder, arguments and environment are as if it had been started for that. One that is told nothing ends. `onLoaded`: what
 * else there is to do meanwhile.
 */
exports.awaitProgram = function awaitProgram(runner, remembered, onLoaded) {
  loadEarly(runner, remembered);
  onLoaded();
  const text = readOrders();
  // Whoever was to tell it is gone, or has no use for it.
  if (text === "") process.exit();
  const { directory, args, environment } = JSON.parse(text);
  process.chdir(directory);
  process.argv = [...process.argv, ...args];
  for (const name of Object.keys(process.env)) if (environment[name] === undefined) delete process.env[name];
  Object.assign(process.env, environment);
  readEnvironmentAgain();
  process.prependOnceListener("exit", () => rememberLoaded(runner, remembered));
};

function loadEarly(runner, remembered) {
  const known = remembered.recall(nameOf(runner), manifestsOf(runner));
  if (known !== undefined) tryTo(() => known.forEach((file) => require(file)));
  else for (const resolve of firstNeeds(runner)) tryTo(() => require(resolve()));
}

/** What a program is likely to need of which nothing is known yet: the SDK, the AWS package, and TypeScript for its own. */
function firstNeeds(runner) {
  const sdk = path.join(path.dirname(runner), "../..");
  const typescript = () => Module.createRequire(path.join(sdk, "index.js")).resolve("typescript");
  return [
    () => path.join(sdk, "index.js"),
    ...(fs.existsSync("tsconfig.json") ? [typescript] : []),
    () => path.join(sdk, "../aws"),
  ];
}

function tryTo(load) {
  try {
    load();
  } catch {
    // The program meets it as well, and says so; or it has no need of it.
  }
}

function rememberLoaded(runner, remembered) {
  // The runner's own modules load it, and it begins with that; what they need besides is loaded early.
  const own = path.dirname(runner) + path.sep;
  const others = othersOf(runner);
  const asked = Object.keys(require.cache)
    .filter((file) => file.startsWith(own))
    .flatMap((file) => require.cache[file].children.map(({ filename }) => filename))
    .filter((file) => others.some((folder) => file.startsWith(folder)));
  const loaded = Object.keys(require.cache).filter(
    (file) => !file.startsWith(own) && (LOADED_EARLY.test(file) || asked.includes(file)),
  );
  const known = remembered.recall(nameOf(runner), manifestsOf(runner)) ?? [];
  // Of several programs, each adds what it needs; a package of another version begins anew.
  const added = loaded.filter((file) => !known.includes(file));
  if (added.length > 0) remembered.remember(nameOf(runner), manifestsOf(runner), [...known, ...added]);
}

/** Where the packages lie on which the SDK depends, without those that a program may bring: it is one of them, or none. */
function othersOf(runner) {
  const sdk = path.join(path.dirname(runner), "../..");
  const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(sdk, "package.json"), "utf8"));
  return Object.keys(dependencies).flatMap((name) =>
    [path.join(sdk, "node_modules"), path.join(sdk, "../..")].map(
      (folder) => path.join(folder, name) + path.sep,
    ),
  );
}

const nameOf = (runner) => `needed:${runner}`;

/** Other versions have other files. */
function manifestsOf(runner) {
  const packages = path.join(path.dirname(runner), "../../..");
  const manifests = ["pulumi", "aws"].map((name) => path.join(packages, name, "package.json"));
  return fingerprint(
    process.versions.node,
    ...manifests.map((file) => (fs.existsSync(file) ? fs.readFileSync(file) : "")),
  );
}

/** All that whoever started this process writes for it; waits until that is all. */
function readOrders() {
  const parts = [];
  const part = Buffer.alloc(65_536);
  try {
    for (let read = fs.readSync(ORDERS, part); read > 0; read = fs.readSync(ORDERS, part))
      parts.push(Buffer.from(part.subarray(0, read)));
  } catch (error) {
    // Windows tells the end of a pipe so.
    if (error.code !== "EOF") throw error;
  }
  fs.closeSync(ORDERS);
  return Buffer.concat(parts).toString("utf8");
}

/**
 * The SDK's state is made of the environment when it is first asked for, which packages do that name their resources:
 * it is made once more, when the runner asks, and what they named is in it.
 */
function readEnvironmentAgain() {
  const before = globalThis.globalStore;
  if (before === undefined) return;
  const { resourceModules, resourcePackages } = before;
  const kind = { configurable: true, enumerable: true };
  Object.defineProperty(globalThis, "globalStore", {
    ...kind,
    get: () => undefined,
    set(made) {
      Object.assign(made, { resourceModules, resourcePackages });
      Object.defineProperty(globalThis, "globalStore", { ...kind, writable: true, value: made });
    },
  });
}
