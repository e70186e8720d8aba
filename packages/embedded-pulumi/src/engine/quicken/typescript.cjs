// TypeScript and ts-node as Pulumi's runner asks for them. Loading them and transpiling a program is half of a start, and
// most programs start as they last ended: what they came to is remembered, and they are loaded once something is new.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { fingerprint } = require("./remembered.cjs");

/** Where ts-node leaves its instance, for whoever asks whether it is at work. */
const INSTANCE = Symbol.for("ts-node.register.instance");
/** JavaScript that is transpiled as well may be anybody's, that of packages included. */
const REPLAYABLE = new Set([".ts", ".tsx", ".cts", ".mts"]);

/**
 * `typescript` as the SDK knows it. The version is read from its manifest, and a tsconfig is remembered by its text;
 * for all else it is loaded. `load` loads it, `file` is where it lies.
 */
exports.lazyTypeScript = function lazyTypeScript(load, file, remembered) {
  const { version } = manifestOf(file);
  let loaded;
  const real = () => (loaded ??= load());
  const parseConfigFileTextToJson = (name, text) =>
    remembered.once(`tsconfig:${name}`, fingerprint(version, text), () => {
      const result = real().parseConfigFileTextToJson(name, text);
      return result.error === undefined ? { config: result.config } : undefined;
    }) ?? real().parseConfigFileTextToJson(name, text);
  return new Proxy(
    {},
    {
      get(_, name) {
        if (name === "version") return version;
        return name === "parseConfigFileTextToJson" ? parseConfigFileTextToJson : real()[name];
      },
      has: (_, name) => name in real(),
    },
  );
};

/**
 * `ts-node` as the SDK knows it. `register` does without it as long as every file that is loaded, and all that ts-node
 * went by when it last transpiled, are as they were. The outputs are those that ts-node gave, source maps included.
 */
exports.lazyTsNode = function lazyTsNode(load, file, remembered) {
  let loaded;
  const real = () => (loaded ??= load());
  return {
    get VERSION() {
      return manifestOf(file).version;
    },
    register(options) {
      const setup = new Setup(options, file, remembered);
      if (!setup.replays) return record(real(), options, setup);
      replay(() => record(real(), options, setup), setup, file);
      return undefined;
    },
  };
};

/** What ts-node goes by, and what it makes of each file under that. */
class Setup {
  #remembered;
  #name;
  #given;
  #known;
  #fingerprint = "";
  #scopes = new Map();

  constructor(options, file, remembered) {
    this.#remembered = remembered;
    const environment = Object.entries(process.env).filter(([name]) => name.startsWith("TS_NODE_"));
    this.#name = `ts-node:${process.cwd()}`;
    this.#given = fingerprint(
      JSON.stringify([process.versions.node, options, environment.sort()]),
      fs.readFileSync(manifestFile(file)),
    );
    const known = options.transpileOnly === true ? remembered.recall(this.#name, this.#given) : undefined;
    if (known?.files.every(([read, content]) => contentOf(read) === content)) this.#take(known);
  }

  /** Whether it is known. */
  get replays() {
    return this.#known !== undefined;
  }

  /** For which extensions ts-node has itself called: ".js" as well, since Node asks that for those that it does not know. */
  get handled() {
    return this.#known.handled;
  }

  transpiles(filename) {
    return this.#known.transpiled.includes(path.extname(filename));
  }

  /** ts-node is at work as `handled` and `transpiled` say; `files` are those that it looked for before. */
  learn(handled, transpiled, files) {
    const known = { handled, transpiled, files: files.map((read) => [read, contentOf(read)]) };
    this.#remembered.remember(this.#name, this.#given, known);
    this.#take(known);
  }

  #take(known) {
    this.#known = known;
    this.#fingerprint = fingerprint(this.#given, JSON.stringify(known));
  }

  output(filename, source) {
    return this.#remembered.recall(`code:${filename}`, this.#of(filename, source));
  }

  keepOutput(filename, source, output) {
    this.#remembered.remember(`code:${filename}`, this.#of(filename, source), output);
  }

  #of(filename, source) {
    return fingerprint(this.#fingerprint, this.#scopeOf(path.dirname(filename)), source);
  }

  /** The "type" of the nearest package.json: it decides what kind of module a file becomes. */
  #scopeOf(directory) {
    let scope = this.#scopes.get(directory);
    if (scope === undefined) {
      const content = contentOf(path.join(directory, "package.json"));
      const parent = path.dirname(directory);
      if (content !== undefined) scope = typeOf(content);
      else scope = parent === directory ? "" : this.#scopeOf(parent);
      this.#scopes.set(directory, scope);
    }
    return scope;
  }
}

/** Lets ts-node do its work, and keeps what it makes of each file, if that is all that it does. */
function record(tsNode, options, setup) {
  const before = { ...Module._extensions };
  const files = new Set();
  const sys = compilerSystem();
  if (sys === undefined) return tsNode.register(options);
  const service = watched(sys, files, () => tsNode.register(options));
  if (!isPlain(service) || service.ts.sys !== sys) return service;
  const handled = Object.keys(Module._extensions).filter(
    (extension) => Module._extensions[extension] !== before[extension],
  );
  setup.learn(handled, service.extensions.compiled, [...files, manifestFile(service.compilerPath)]);
  for (const extension of handled) {
    const handle = Module._extensions[extension];
    Module._extensions[extension] = function (loading, filename) {
      if (!setup.transpiles(filename)) return handle(loading, filename);
      const compile = loading._compile;
      loading._compile = function (output, name, ...format) {
        // With a format, Node itself is left to read it: ts-node does not take this file.
        if (format[0] === undefined) setup.keepOutput(filename, fs.readFileSync(filename), output);
        return Reflect.apply(compile, this, [output, name, ...format]);
      };
      return handle(loading, filename);
    };
  }
  return service;
}

/** Nothing that changes more than what a file becomes. */
function isPlain(service) {
  const { options, extensions, compilerPath } = service ?? {};
  return (
    options?.transpileOnly === true &&
    Array.isArray(extensions?.compiled) &&
    extensions.compiled.every((extension) => REPLAYABLE.has(extension)) &&
    (options.require ?? []).length === 0 &&
    !options.emit &&
    !options.experimentalResolver &&
    !options.esm &&
    !options.preferTsExts &&
    // A transpiler of its own may go by anything.
    !options.transpiler &&
    !options.swc &&
    !options.logError &&
    typeof compilerPath === "string"
  );
}

/** Through which the project's TypeScript reads files; undefined where the project has none, and the SDK has its own. */
function compilerSystem() {
  try {
    return Module.createRequire(path.resolve("package.json"))("typescript").sys;
  } catch {
    return undefined;
  }
}

/** Does `work`, and notes the files that TypeScript reads or misses meanwhile: tsconfig.json and what it extends. */
function watched(sys, files, work) {
  const { readFile, fileExists } = sys;
  sys.readFile = (file, ...rest) => (files.add(path.resolve(file)), readFile(file, ...rest));
  sys.fileExists = (file) => (files.add(path.resolve(file)), fileExists(file));
  try {
    return work();
  } finally {
    Object.assign(sys, { readFile, fileExists });
  }
}

/** Gives files the outputs that ts-node gave them; `activate` puts ts-node to work at the first that is new. */
function replay(activate, setup, file) {
  const outputs = new Map();
  showSourceLines(file, outputs);
  const before = { ...Module._extensions };
  const end = () => {
    for (const extension of setup.handled) {
      if (before[extension] === undefined) delete Module._extensions[extension];
      else Module._extensions[extension] = before[extension];
    }
    delete process[INSTANCE];
    return activate();
  };
  for (const extension of setup.handled)
    Module._extensions[extension] = function (loading, filename) {
      if (!setup.transpiles(filename)) return (before[extension] ?? before[".js"])(loading, filename);
      const output = setup.output(filename, fs.readFileSync(filename));
      if (output !== undefined) {
        outputs.set(filename, output);
        return loading._compile(output, filename);
      }
      end();
      return Module._extensions[extension](loading, filename);
    };
  Object.defineProperty(process, INSTANCE, {
    configurable: true,
    get: () => (end(), process[INSTANCE]),
  });
}

/** As ts-node does: stacks show lines of the source. */
function showSourceLines(file, outputs) {
  Module.createRequire(file)("@cspotcode/source-map-support").install({
    environment: "node",
    retrieveFile: (name) => outputs.get(path.normalize(name)) ?? "",
    redirectConflictingLibrary: true,
  });
}

function contentOf(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function typeOf(manifest) {
  try {
    return String(JSON.parse(manifest).type);
  } catch {
    return "";
  }
}

function manifestFile(file) {
  const own = path.join(path.dirname(file), "package.json");
  return fs.existsSync(own) ? own : path.join(path.dirname(file), "..", "package.json");
}

function manifestOf(file) {
  return JSON.parse(fs.readFileSync(manifestFile(file), "utf8"));
}
