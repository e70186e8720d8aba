"use strict";
const { registerHooks } = require("node:module");
const path = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");

/** What AWS's runtimes for Node.js bring: the SDK for JavaScript, version 3, and what it is built of. */
const SDK = /^@(?:aws-sdk|smithy)\//;
const BARE = /^(?!\.{0,2}\/|[a-z]+:|[A-Za-z]:\\)/;

/** The SDK's package as it is installed beside this one. */
function sdkPackage(specifier) {
  try {
    return { url: pathToFileURL(require.resolve(specifier)).href, shortCircuit: true };
  } catch (error) {
    if (error?.code !== "MODULE_NOT_FOUND") throw error;
    const name = specifier.split("/").slice(0, 2).join("/");
    throw notFound(
      `Cannot find module '${specifier}': AWS's runtime brings every package of the SDK, the embedded cloud those that ` +
        `are installed beside it. Install ${name} in this project, or bundle it with the function`,
    );
  }
}

function notFound(message) {
  return Object.assign(new Error(message), { code: "MODULE_NOT_FOUND" });
}

/**
 * The unpacked code lies somewhere below a project with a node_modules of its own, which Node would find.
 * Hidden here, so that a package missing in the archive is missing, as it would be in AWS; but for the SDK, of
 * which AWS's runtime has a copy of its own. The archive's own copy goes first, as there.
 */
exports.hidePackagesOutside = function hidePackagesOutside(taskRoot) {
  const isInside = (url) => url.startsWith("file:") && fileURLToPath(url).startsWith(taskRoot + path.sep);
  registerHooks({
    resolve(specifier, context, nextResolve) {
      // The SDK's own modules find what they need where they are installed.
      const asksFromOutside = context.parentURL?.startsWith("file:") && !isInside(context.parentURL);
      if (asksFromOutside || !BARE.test(specifier)) return nextResolve(specifier, context);
      // The trace of a module that is not there is to reach the line that asks for it, behind all of Node's own.
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 50;
      try {
        const resolved = SDK.test(specifier)
          ? orUndefined(() => nextResolve(specifier, context))
          : nextResolve(specifier, context);
        if (resolved !== undefined && (!resolved.url.startsWith("file:") || isInside(resolved.url)))
          return resolved;
        if (SDK.test(specifier)) return sdkPackage(specifier);
        throw notFound(`Cannot find module '${specifier}'`);
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    },
  });
};

function orUndefined(resolve) {
  try {
    return resolve();
  } catch {
    return undefined;
  }
}
