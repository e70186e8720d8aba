"use strict";
const fs = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");
const { types } = require("node:util");
const { pathToFileURL } = require("node:url");
const { HandlerError, read, reported } = require("./functionError.cjs");
const { hidePackagesOutside } = require("./packages.cjs");

/** Word for word as AWS's runtime has it. */
const CALLBACKS_REMOVED =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to " +
  "modify this function to use a supported handler signature to use Node.js 24 or later. For more information see " +
  "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";

const MODULE_ERRORS = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"];

/** "dir/file.handler": a file below the task root, and an export, which may lie deeper ("file.orders.handler"). */
function split(handler) {
  if (handler.includes("..")) {
    throw new HandlerError(
      "Runtime.MalformedHandlerName",
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const { dir, base } = path.posix.parse(handler);
  const [file, ...exportPath] = base.split(".");
  if (file === "" || exportPath.length === 0) {
    throw new HandlerError("Runtime.MalformedHandlerName", `Bad handler: "${handler}"`);
  }
  return { file: path.join(dir, file), exportPath };
}

function isModulePackage(directory, taskRoot) {
  for (let folder = directory; folder.startsWith(taskRoot); folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (fs.existsSync(manifest)) return JSON.parse(fs.readFileSync(manifest, "utf8")).type === "module";
  }
  return false;
}

/** A folder with an index file, or a package of the archive's own node_modules. */
function resolvedAsPackage(taskRoot, file) {
  const { resolve } = createRequire(path.join(taskRoot, "index.js"));
  for (const name of [`./${file}`, file]) {
    try {
      const found = resolve(name);
      if (found.startsWith(taskRoot + path.sep)) return found;
    } catch (error) {
      if (!MODULE_ERRORS.includes(read(error, "code"))) throw error;
    }
  }
  return undefined;
}

/** In the order of Lambda's own runtimes: the very file, its usual endings, and at last what Node finds by that name. */
async function load(taskRoot, file) {
  const full = path.resolve(taskRoot, file);
  if (fs.statSync(full, { throwIfNoEntry: false })?.isFile()) return require(full);
  if (fs.existsSync(`${full}.js`) && !isModulePackage(path.dirname(full), taskRoot))
    return require(`${full}.js`);
  for (const extension of [".js", ".mjs"]) {
    if (fs.existsSync(full + extension)) return await import(pathToFileURL(full + extension).href);
  }
  if (fs.existsSync(`${full}.cjs`)) return require(`${full}.cjs`);
  const found = resolvedAsPackage(taskRoot, file);
  if (found !== undefined) return await import(pathToFileURL(found).href);
  throw new HandlerError("Runtime.ImportModuleError", `Error: Cannot find module '${file}'`);
}

/** Gives errors of loading the names that Lambda gives them; what the code itself throws keeps its own. */
function asLoadError(error) {
  if (error instanceof HandlerError) return error;
  const type = MODULE_ERRORS.includes(read(error, "code"))
    ? "Runtime.ImportModuleError"
    : types.isNativeError(error) && reported(error).errorType === "SyntaxError"
      ? "Runtime.UserCodeSyntaxError"
      : undefined;
  if (type === undefined) return error;
  const { errorType, errorMessage, trace } = reported(error);
  const named = new HandlerError(type, `${errorType}: ${errorMessage}`);
  named.stack = trace.join("\n");
  return named;
}

const memberOf = (exported, exportPath) => exportPath.reduce((value, key) => value?.[key], exported);

/** Loads the function's code. Node 24's runtime also looks into an ES module's default export, and knows no callbacks. */
exports.loadHandler = async function loadHandler(taskRoot, name, knowsCallbacks) {
  const { file, exportPath } = split(name);
  hidePackagesOutside(taskRoot);
  let exported;
  try {
    exported = await load(taskRoot, file);
  } catch (error) {
    throw asLoadError(error);
  }
  const handler =
    memberOf(exported, exportPath) ?? (knowsCallbacks ? undefined : memberOf(exported.default, exportPath));
  if (handler === undefined || handler === null) {
    throw new HandlerError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (typeof handler !== "function")
    throw new HandlerError("Runtime.HandlerNotFound", `${name} is not a function`);
  if (!knowsCallbacks && handler.length >= 3) {
    throw new HandlerError("Runtime.CallbackHandlerDeprecated", CALLBACKS_REMOVED);
  }
  return handler;
};
