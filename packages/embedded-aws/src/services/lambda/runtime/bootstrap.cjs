"use strict";
/*
 * The main module of a function's process: it loads the handler, then asks Lambda's Runtime API for one
 * invocation after another. Plain JavaScript without dependencies, because it starts once for every cold start
 * and must not bring anything into the process that AWS does not have there.
 */
const { tmpdir } = require("node:os");
const { runtimeApi } = require("./runtimeApi.cjs");
const { cloudTime } = require("./cloudTime.cjs");
const { patchConsole } = require("./console.cjs");
const { loadHandler } = require("./handler.cjs");
const { invocationContext } = require("./context.cjs");
const { functionError, HandlerError, isError, reported, textOf } = require("./functionError.cjs");
const { callForPromise, callWithCallback } = require("./callbacks.cjs");
const { keepReadOnly } = require("./readOnly.cjs");
const { outputMarker } = require("./outputMarker.cjs");

// The parent holds the other end of stdin. It closes when the parent dies, however hard, and takes us along.
process.stdin.on("error", () => process.exit(1));
process.stdin.on("close", () => process.exit(1));
process.stdin.resume();
process.stdin.unref();

const [nowMs, rate] = process.argv.splice(2).map(Number);
const time = cloudTime(nowMs, rate);
const markOutput = outputMarker();
const logging = patchConsole(process.env);
const api = runtimeApi(process.env.AWS_LAMBDA_RUNTIME_API, () => process.exit(1));

/** The invocation under way. */
let requestId;

async function failInit(error) {
  logging.failure("Init Error", error);
  markOutput("init");
  await api.post("/init/error", functionError(error));
  process.exit(1);
}

/** What nobody caught ends the process, as in AWS; the invocation under way learns why. */
async function failProcess(label, error, exitCode) {
  logging.failure(label, error);
  if (requestId === undefined) {
    markOutput("init");
    await api.post("/init/error", functionError(error));
  } else {
    markOutput(requestId);
    await api.post(`/invocation/${requestId}/error`, functionError(error));
  }
  process.exit(exitCode);
}

process.on("uncaughtException", (error) => void failProcess("Uncaught Exception", error, 129));
process.on("unhandledRejection", (reason) => {
  const { errorType, errorMessage, trace } = reported(reason);
  const message = isError(reason) ? `${errorType}: ${errorMessage}` : errorMessage;
  const error = new HandlerError("Runtime.UnhandledPromiseRejection", message);
  if (isError(reason)) error.stack = trace.join("\n");
  void failProcess("Unhandled Promise Rejection", error, 128);
});

function serialise(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch (error) {
    const reason = isError(error) ? reported(error).errorMessage : textOf(error);
    throw new HandlerError("Runtime.MarshalError", `The response is not JSON: ${reason}`);
  }
}

async function handle(call, handler, { headers, body }) {
  requestId = headers["lambda-runtime-aws-request-id"];
  time.set(Number(headers["cloud-now-ms"]), Number(headers["cloud-rate"]));
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  logging.setRequestId(requestId);
  const context = invocationContext(headers, process.env);
  try {
    const event = JSON.parse(body);
    const answer = serialise(await call(handler, event, context));
    markOutput(requestId);
    await api.post(`/invocation/${requestId}/response`, answer);
  } catch (error) {
    logging.failure("Invoke Error", error);
    markOutput(requestId);
    await api.post(`/invocation/${requestId}/error`, functionError(error));
  }
}

async function main() {
  const knowsCallbacks = process.env.AWS_EXECUTION_ENV === "AWS_Lambda_nodejs22.x";
  const call = knowsCallbacks ? callWithCallback : callForPromise;
  let handler;
  try {
    keepReadOnly(process.env.LAMBDA_TASK_ROOT, tmpdir());
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER, knowsCallbacks);
  } catch (error) {
    await failInit(error);
    return;
  }
  for (;;) await handle(call, handler, await api.next());
}

void main();
