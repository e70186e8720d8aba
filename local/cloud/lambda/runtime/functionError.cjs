"use strict";

/** An error of the runtime's own, with the type that Lambda gives it. */
exports.HandlerError = class HandlerError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
};

/** A thrown value as the JSON that the Runtime API takes: {errorType, errorMessage, trace}. */
exports.functionError = function functionError(error) {
  // An error of another realm (a vm context) is no instance of this one's Error, but looks like it.
  const isError = error instanceof Error || Object.prototype.toString.call(error) === "[object Error]";
  return JSON.stringify(
    isError
      ? { errorType: error.name, errorMessage: error.message, trace: String(error.stack ?? "").split("\n") }
      : { errorType: typeof error, errorMessage: String(error), trace: [] },
  );
};
