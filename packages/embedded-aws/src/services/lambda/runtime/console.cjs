"use strict";
const { format } = require("node:util");
const { isError, reported, textOf } = require("./functionError.cjs");

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** An error's own members beside the usual ones; none when reading them throws. */
function membersOf(error) {
  try {
    return { ...error };
  } catch {
    return {};
  }
}

function errorMembers(thrown) {
  const { errorType, errorMessage, trace } = reported(thrown);
  return { errorType, errorMessage, stackTrace: trace };
}

/** Errors have no enumerable members, and JSON has no big numbers: without this they would be logged as {}. */
const asJson = (_key, value) => {
  if (typeof value === "bigint") return String(value);
  return isError(value) ? { ...membersOf(value), ...errorMembers(value) } : value;
};

/** `format`, which throws when a parameter's own members do. */
function formatted(parameters) {
  try {
    return format(...parameters);
  } catch {
    return parameters.map(textOf).join(" ");
  }
}

function jsonLine(record, parameters) {
  const error = parameters.find(isError);
  const message = parameters.length === 1 && error === undefined ? parameters[0] : formatted(parameters);
  const details = error === undefined ? {} : errorMembers(error);
  try {
    return JSON.stringify({ ...record, message, ...details }, asJson);
  } catch {
    return JSON.stringify({ ...record, message: formatted(parameters), ...details });
  }
}

/** An error as text logs show it: its usual members, its own ones, and the stack. */
function textDetails(thrown) {
  const { errorType, errorMessage, trace } = reported(thrown);
  const own = isError(thrown) ? membersOf(thrown) : {};
  try {
    return JSON.stringify({ errorType, errorMessage, ...own, stack: trace }, asJson);
  } catch {
    return JSON.stringify({ errorType, errorMessage, stack: trace });
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

  // A message of several lines is one log event: the cloud turns carriage returns back into line feeds.
  const writeLine = (line) => write(line.replaceAll("\n", "\r") + "\n");
  const recordOf = (level) => ({ timestamp: new Date().toISOString(), level, requestId });

  function log(level, ...parameters) {
    if (LEVELS.indexOf(level) < threshold) return;
    const record = recordOf(level);
    writeLine(
      json
        ? jsonLine(record, parameters)
        : `${record.timestamp}\t${requestId}\t${level}\t${formatted(parameters)}`,
    );
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
    /** What Lambda itself reports was thrown: text names it, JSON carries it as members. */
    failure(label, thrown) {
      if (!json) return log("ERROR", `${label}\t${textDetails(thrown)}`);
      if (LEVELS.indexOf("ERROR") < threshold) return;
      const members = errorMembers(thrown);
      const message = members.stackTrace.join("\n") || label;
      writeLine(JSON.stringify({ ...recordOf("ERROR"), message, ...members }));
    },
  };
};
