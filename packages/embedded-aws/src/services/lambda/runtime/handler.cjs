"use strict";
const fs = require("node:fs");
const { registerHooks } = require("node:module");
const path = require("node:path");
const { types } = require("node:util");
const { fileURLToPath, pathToFileURL } = require("node:url");
const { HandlerError, read, reported } = require("./functionError.cjs");

/**
 * The unpacked code lies somewhere below a project with a node_modules of its own, which Node would find.
 * Hidden here, so that a package missing in the archive is missing, as it would be in AWS. (AWS's runtime also
 * brings a copy of the SDK for JavaScript, of a version of its choosing; here a function brings its own.)
 */
function hidePackagesOutside(taskRoot) {
  const inside = taskRoot + path.sep;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      // The trace of a module that is not there is to reach the line that asks for it, behind all of Node's own.
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 50;
      try {
        const resolved = nextResolve(specifier, context);
        const bare = !/^(?:\.{0,2}\/|[a-z]+:|[A-Za-z]:\\)/.test(specifier);
        if (bare && resolved.url.startsWith("file:") && !fileURLToPath(resolved.url).startsWith(inside)) {
          const error = new Error(`Cannot find module '${specifier}'`);
          error.code = "MODULE_NOT_FOUND";
          throw error;
        }
        return resolved;
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    },
  });
}

/** "dir/file.handler": a file below the task root, and an export, which may lie deeper ("file.orders.handler"). */
function split(handler) {
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

async function load(taskRoot, file) {
  const full = path.resolve(taskRoot, file);
  if (fs.existsSync(`${full}.js`) && !isModulePackage(path.dirname(full), taskRoot))
    return require(`${full}.js`);
  for (const extension of [".js", ".mjs"]) {
    if (fs.existsSync(full + extension)) return await import(pathToFileURL(full + extension).href);
  }
  if (fs.existsSync(`${full}.cjs`)) return require(`${full}.cjs`);
  throw new HandlerError("Runtime.ImportModuleError", `Error: Cannot find module '${file}'`);
}

const MODULE_ERRORS = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"];

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

/** Loads the function's code; `usesCallback` tells Node 22's older handler style. */
exports.loadHandler = async function loadHandler(taskRoot, name, executionEnvironment) {
  const { file, exportPath } = split(name);
  hidePackagesOutside(taskRoot);
  let exported;
  try {
    exported = await load(taskRoot, file);
  } catch (error) {
    throw asLoadError(error);
  }
  const handler = exportPath.reduce((value, key) => value?.[key], exported);
  if (handler === undefined) {
    throw new HandlerError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (typeof handler !== "function")
    throw new HandlerError("Runtime.HandlerNotFound", `${name} is not a function`);
  const usesCallback = handler.length >= 3;
  if (usesCallback && executionEnvironment !== "AWS_Lambda_nodejs22.x") {
    throw new HandlerError(
      "Runtime.CallbackHandlerDeprecated",
      "Lambda has no callback-based handlers from Node.js 24 on: make the handler async and return its result",
    );
  }
  return { handler, usesCallback };
};
