"use strict";
const { performance } = require("node:perf_hooks");

/** The `context` argument of a handler. */
exports.invocationContext = function invocationContext(headers, env) {
  const startedAt = performance.now();
  // Elapsed time, not `Date`: a stopped clock must not hide from a function that its time runs out.
  const timeoutMs = Number(headers["lambda-runtime-deadline-ms"]) - Number(headers["cloud-now-ms"]);
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(timeoutMs - (performance.now() - startedAt))),
  };
};
