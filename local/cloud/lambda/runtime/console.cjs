"use strict";
const { format } = require("node:util");

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

const stackOf = (error) => (typeof error.stack === "string" ? error.stack.split("\n") : []);

/** Errors have no enumerable members: without this they would be logged as {}. */
const errorAsObject = (_key, value) =>
  value instanceof Error
    ? { ...value, errorType: value.constructor.name, errorMessage: value.message, stackTrace: stackOf(value) }
    : value;

function jsonLine(timestamp, level, requestId, parameters) {
  const record = { timestamp, level, requestId };
  const error = parameters.find((parameter) => parameter instanceof Error);
  record.message = parameters.length === 1 && error === undefined ? parameters[0] : format(...parameters);
  if (error !== undefined) {
    record.errorType = error.constructor.name;
    record.errorMessage = error.message;
    record.stackTrace = stackOf(error);
  }
  try {
    return JSON.stringify(record, errorAsObject);
  } catch {
    return JSON.stringify({ ...record, message: format(...parameters) });
  }
}

/**
 * Makes `console` write as Lambda's does: tab-separated text, or JSON objects filtered by AWS_LAMBDA_LOG_LEVEL.
 * Only `console` is changed; what a function writes to stdout itself stays as it is.
 */
exports.patchConsole = function patchConsole(env) {
  const write = process.stdout.write.bind(process.stdout);
  const json = env.AWS_LAMBDA_LOG_FORMAT === "JSON";
  const threshold = json ? Math.max(0, LEVELS.indexOf(env.AWS_LAMBDA_LOG_LEVEL)) : 0;
  let requestId;

  function log(level, ...parameters) {
    if (LEVELS.indexOf(level) < threshold) return;
    const timestamp = new Date().toISOString();
    const line = json
      ? jsonLine(timestamp, level, requestId, parameters)
      : `${timestamp}\t${requestId}\t${level}\t${format(...parameters)}`;
    // A message of several lines is one log event: the cloud turns carriage returns back into line feeds.
    write(line.replaceAll("\n", "\r") + "\n");
  }

  for (const [method, level] of Object.entries({
    trace: "TRACE",
    debug: "DEBUG",
    log: "INFO",
    info: "INFO",
    warn: "WARN",
    error: "ERROR",
    fatal: "FATAL",
  })) {
    console[method] = log.bind(undefined, level);
  }

  return {
    setRequestId(id) {
      requestId = id;
    },
    /** An error that Lambda itself reports: text names it, JSON carries it as an object. */
    failure(label, error) {
      if (json) log("ERROR", error);
      else {
        const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
        const details = {
          errorType: name,
          errorMessage: message,
          ...error,
          stack: error instanceof Error ? stackOf(error) : [],
        };
        log(
          "ERROR",
          `${label}\t${JSON.stringify(details, (_key, value) => (typeof value === "bigint" ? String(value) : value))}`,
        );
      }
    },
  };
};
