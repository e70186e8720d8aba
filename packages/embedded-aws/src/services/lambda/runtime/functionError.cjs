"use strict";
const { inspect, types } = require("node:util");

/** An error of the runtime's own, with the type that Lambda gives it. */
exports.HandlerError = class HandlerError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
};

/** A member of whatever was thrown; undefined when reading it throws in turn. */
function read(value, member) {
  try {
    return value?.[member];
  } catch {
    return undefined;
  }
}

/** Errors of another realm (a vm context) and what only looks like an error count as one, as in Lambda. */
function isError(value) {
  if (types.isNativeError(value)) return true;
  return ["name", "message", "stack"].every((member) => typeof read(value, member) === "string");
}

/** A value in words that say what is in it, as "[object Object]" would not; never throws. */
function textOf(value) {
  if (typeof value === "string") return value;
  try {
    // Nothing of the value's own is called: neither getters nor methods.
    return inspect(value, { depth: 4, breakLength: Infinity, compact: 10, customInspect: false });
  } catch {
    return `a value of type ${typeof value} that cannot be shown`;
  }
}

/** Whatever was thrown, as Lambda reports it. Never throws. */
function reported(thrown) {
  if (!isError(thrown)) return { errorType: typeof thrown, errorMessage: textOf(thrown), trace: [] };
  const [name, message, stack] = ["name", "message", "stack"].map((member) => read(thrown, member));
  const errorMessage = textOf(message ?? "");
  const trace = typeof stack === "string" ? stack.split("\n") : [];
  // Node puts a message that is an object into the stack as it would into any text.
  if (typeof message === "object") trace[0] = trace[0]?.replace("[object Object]", () => errorMessage) ?? "";
  return { errorType: typeof name === "string" && name !== "" ? name : "Error", errorMessage, trace };
}

exports.isError = isError;
exports.read = read;
exports.textOf = textOf;
exports.reported = reported;

/** Whatever was thrown as the JSON that the Runtime API takes: {errorType, errorMessage, trace}. */
exports.functionError = function functionError(thrown) {
  return JSON.stringify(reported(thrown));
};
