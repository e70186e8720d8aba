"use strict";
const { HandlerError } = require("./functionError.cjs");

const NEVER_SETTLED =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise " +
  "that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#process_exit_codes";

const isPromise = (value) => typeof value?.then === "function";
const isGiven = (error) => error !== undefined && error !== null;
const neverSettled = () => new HandlerError("Runtime.NodeJsExit", NEVER_SETTLED);

/** Node 24's style: what the handler returns, or what it promises; an error when nothing is left that could settle it. */
exports.callForPromise = function callForPromise(handler, event, context) {
  const answer = handler(event, context);
  if (!isPromise(answer)) return answer;
  return new Promise((resolve, reject) => {
    const onEmpty = () => reject(neverSettled());
    process.once("beforeExit", onEmpty);
    Promise.resolve(answer)
      .finally(() => process.removeListener("beforeExit", onEmpty))
      .then(resolve, reject);
  });
};

/**
 * Node 22's styles, by the rules of AWS's runtime (aws-lambda-nodejs-runtime-interface-client 3): every handler is
 * given a callback and a context that answers, whether it reads them or not, and the first answer counts. A promise
 * answers as well; any other value that is returned does not. A callback's answer waits for an empty event loop
 * unless `callbackWaitsForEmptyEventLoop` is off; the context's does not. When the loop is empty without an answer, it
 * is null, or an error for a handler that is declared async.
 */
exports.callWithCallback = function callWithCallback(handler, event, context) {
  return new Promise((resolve, reject) => {
    let answered = false;
    let onEmpty = () => {
      answered = true;
      if (handler.constructor?.name === "AsyncFunction") reject(neverSettled());
      else resolve(null);
    };
    const whenEmpty = () => onEmpty();
    process.once("beforeExit", whenEmpty);
    const settle = (error, result) => {
      process.removeListener("beforeExit", whenEmpty);
      if (isGiven(error)) reject(error);
      else resolve(result);
    };
    const once =
      (answer) =>
      (...given) => {
        if (answered) return;
        answered = true;
        answer(...given);
      };
    const callback = once((error, result) => {
      if (isGiven(error) || !context.callbackWaitsForEmptyEventLoop) settle(error, result);
      else onEmpty = () => resolve(result);
    });
    context.done = once(settle);
    context.succeed = once((result) => settle(null, result));
    context.fail = once((error) => settle(error ?? "handled"));
    context.callbackWaitsForEmptyEventLoop = true;
    try {
      const returned = handler(event, context, callback);
      if (isPromise(returned)) returned.then(context.succeed, context.fail);
    } catch (error) {
      callback(error);
    }
  });
};
