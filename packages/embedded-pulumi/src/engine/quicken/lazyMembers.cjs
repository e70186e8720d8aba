// The faces of Pulumi's packages, which load all that the package has: the AWS package two hundred services, of which a
// program has a dozen, the SDK its automation. Together that is half of what a program's process loads. Each such member
// is loaded when it is first asked for, and is from then on what it always was.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const AWS = `${path.sep}@pulumi${path.sep}aws${path.sep}index.js`;
const SDK = `${path.sep}@pulumi${path.sep}pulumi${path.sep}index.js`;

/** As TypeScript writes `import * as lambda from "./lambda"; export { lambda };`. */
const MEMBER = /^const (\w+) = __importStar\(require\("(\.\/\w+)"\)\);\nexports\.\1 = \1;$/gm;

/** Faces that are being loaded, by their file, with the stand-ins of their members. */
const loading = new Map();
const done = new Set();

/** What the face `parent` is given instead of a member that it asks for; undefined for all else. `load` loads it. */
exports.lazyMember = function lazyMember(request, parent, load) {
  const file = parent.filename;
  const isAws = file.endsWith(AWS);
  if ((!isAws && !file.endsWith(SDK)) || done.has(file)) return undefined;
  if (!loading.has(file)) loading.set(file, { names: membersOf(file, isAws), standIns: new Map(), isAws });
  const { names, standIns } = loading.get(file);
  const name = names.get(request);
  if (name === undefined) return undefined;
  // The face makes it its member as it is.
  const standIn = { __esModule: true };
  standIns.set(name, { standIn, load });
  return standIn;
};

/** To be called when a module has been loaded: members of a face that is complete are loaded when they are asked for. */
exports.completeFaces = function completeFaces() {
  for (const [file, { standIns, isAws }] of loading) {
    const face = require.cache[file];
    if (face?.loaded !== true) continue;
    loading.delete(file);
    done.add(file);
    for (const [name, { standIn, load }] of standIns)
      if (face.exports[name] === standIn) loadWhenAskedFor(face.exports, name, load);
    if (isAws) registerWhenAskedFor(file, () => [...standIns.keys()].forEach((name) => face.exports[name]));
  }
};

/** Members by the request for them: those alone of which the face does nothing but make them its members. */
function membersOf(file, isAws) {
  const members = [...fs.readFileSync(file, "utf8").matchAll(MEMBER)];
  const isLazy = isAws
    ? (request) => !isMixed(path.resolve(file, "..", request))
    : (request) => request === "./automation";
  return new Map(
    members.filter(([, , request]) => isLazy(request)).map(([, name, request]) => [request, name]),
  );
}

/** Services to which code by hand was added extend each other's classes: they can be loaded in the face's order alone. */
function isMixed(folder) {
  try {
    return fs.readdirSync(folder).some((name) => /mixins\.js$/i.test(name));
  } catch {
    return true;
  }
}

function loadWhenAskedFor(face, name, load) {
  const kind = { configurable: true, enumerable: true };
  const set = (value) => Object.defineProperty(face, name, { ...kind, writable: true, value });
  Object.defineProperty(face, name, {
    ...kind,
    set,
    get() {
      set(load());
      return face[name];
    },
  });
}

/**
 * A service tells the SDK, as it is loaded, how its resources are made from references to them. Where the SDK meets a
 * reference of the AWS package to what it has not been told of, all services are loaded.
 */
function registerWhenAskedFor(file, loadAll) {
  const from = Module.createRequire(file);
  const rpc = from("@pulumi/pulumi/runtime/rpc");
  const modules = from("@pulumi/pulumi/runtime/state").getResourceModules();
  const { registerResourceModule } = rpc;
  const { get } = modules;
  let telling = false;
  let all = false;
  const tell = (...given) => {
    telling = true;
    try {
      return registerResourceModule(...given);
    } finally {
      telling = false;
    }
  };
  // One has what the other had when it was loaded.
  for (const module of [rpc, from("@pulumi/pulumi/runtime")]) module.registerResourceModule = tell;
  modules.get = (key) => {
    const known = Reflect.apply(get, modules, [key]);
    if (known !== undefined || telling || all || !String(key).startsWith("aws:")) return known;
    all = true;
    loadAll();
    return Reflect.apply(get, modules, [key]);
  };
}
