import { PassThrough } from "node:stream";
import { expect } from "chai";
import { parseEventPattern } from "../../../src/core/eventPattern";
import { applyFilters } from "../../../src/services/ec2/filters";
import { isJsonPath } from "../../../src/services/eventBridge/jsonPath";
import { parseSchedule } from "../../../src/services/eventBridge/schedule";
import { undefinedVariables } from "../../../src/services/eventBridge/targetInput";
import { conditionHolds, conditionProblem } from "../../../src/core/iam/conditions";
import { hasVariable, matchesArn, matchesPattern, substitute } from "../../../src/core/iam/pattern";
import { parsePolicyDocument } from "../../../src/core/iam/policyDocument";
import { readOutput } from "../../../src/services/lambda/outputLines";
import { parseFilterPattern } from "../../../src/services/logs/filterPattern";
import { embeddedMetrics } from "../../../src/services/cloudWatch/embeddedMetricFormat";
import { isInsightsQuery, parseInsightsQuery } from "../../../src/services/cloudWatch/insightsQuery";
import { isStatistic } from "../../../src/services/cloudWatch/statistics";
import { parseAddress } from "../../../src/services/ses/address";
import { checkCharacters, parseMessageAttributes } from "../../../src/services/sqs/messageAttributes";
import { parseRedrivePolicy } from "../../../src/services/sqs/redrive";
import { runs } from "../../support/runs";

const length = 100_000;

/** Texts that make a matcher go back: long runs, with what it looks for missing, twice there, or at the end. */
const repetitions = [
  "a",
  " ",
  "0",
  "*",
  "?",
  "a*",
  "${",
  "a.",
  "a@",
  "<",
  '"',
  '\\"',
  "'",
  "''",
  "(",
  "[",
  "-",
  "%",
  "\r",
  ",",
  "/",
  ":",
  "é",
  "\ud800",
];
const every = repetitions.flatMap((run) => {
  const many = run.repeat(length / run.length);
  return [`${many}!`, `1${many}1`, `\${${many}`];
});
/** Not each of them each time: a few seconds. */
const hostile = every.filter((_, index) => index % Math.floor(every.length / runs(every.length)) === 0);

const variables = () => undefined;
const nothing = () => undefined;

const matchers: [name: string, match: (text: string) => unknown][] = [
  ["SES addresses", parseAddress],
  ["SES names", (text) => parseAddress(`"a" ${text} <a@b.c>`)],
  ["SQS numbers", (text) => parseMessageAttributes({ a: { DataType: "Number", StringValue: text } })],
  [
    "SQS attribute names",
    (text) => parseMessageAttributes({ [text]: { DataType: "String", StringValue: "a" } }),
  ],
  ["SQS types", (text) => parseMessageAttributes({ a: { DataType: text, StringValue: "a" } })],
  [
    "SQS bodies",
    (text) => {
      checkCharacters(text, "body");
    },
  ],
  ["redrive policies", parseRedrivePolicy],
  ["policies", (text) => parsePolicyDocument(text, "identity")],
  [
    "actions",
    (text) =>
      parsePolicyDocument(
        { Version: "2012-10-17", Statement: { Effect: "Allow", Action: text, Resource: text } },
        "identity",
      ),
  ],
  [
    "principals",
    (text) =>
      parsePolicyDocument(
        {
          Version: "2012-10-17",
          Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: text, Service: text } },
        },
        "trust",
      ),
  ],
  ["patterns", (text) => matchesPattern(text, "a".repeat(length), variables)],
  ["texts of patterns", (text) => matchesPattern(`*${"a".repeat(1000)}b*`, text, variables)],
  ["ARNs", (text) => matchesArn(`arn:${text}`, `arn:${text}b`, variables)],
  [
    "variables",
    (text) => [hasVariable(text), substitute(text, variables), substitute(`\${${text}}`, variables)],
  ],
  ...["StringLike", "IpAddress", "NumericEquals", "DateEquals", "ArnLike", "constructor"].map(
    (operator): [string, (text: string) => unknown] => [
      `conditions with ${operator.slice(0, 20)}`,
      (value) => {
        const condition = { operator, set: undefined, ifExists: false, key: "a", values: [value] };
        return [conditionProblem(condition), conditionHolds(condition, () => [value], variables)];
      },
    ],
  ),
  ["event patterns", parseEventPattern],
  ["wildcards", (text) => parseEventPattern({ a: [{ wildcard: text }] })({ a: "a".repeat(length) })],
  [
    "texts of wildcards",
    (text) => parseEventPattern({ a: [{ wildcard: `*${"a".repeat(1000)}b*a*a*a*b` }] })({ a: text }),
  ],
  ["CIDR ranges", (text) => parseEventPattern({ a: [{ cidr: text }] })],
  [
    "EC2 filters",
    (text) => applyFilters(["a".repeat(length)], [{ Name: "a", Values: [text] }], { a: (item) => [item] }),
  ],
  [
    "texts of EC2 filters",
    (text) => applyFilters([text], [{ Name: "a", Values: ["*a*a*a*a*a*b"] }], { a: (item) => [item] }),
  ],
  ["schedules", parseSchedule],
  ["cron", (text) => parseSchedule(`cron(${text})`)],
  ["cron fields", (text) => parseSchedule(`cron(${text} * * * ? *)`)],
  ["rates", (text) => parseSchedule(`rate(${text} minutes)`)],
  ["JSON paths", (text) => [isJsonPath(text), isJsonPath(`$.${text}`), isJsonPath(`$['${text}`)]],
  ["templates", (text) => undefinedVariables(text, {})],
  ["log filters", (text) => parseFilterPattern(text)(text)],
  ["Metrics Insights", (text) => [isInsightsQuery(text), parseInsightsQuery(`SELECT ${text}`)]],
  ["statistics", isStatistic],
  ["embedded metrics", (text) => embeddedMetrics(`{"CloudWatchMetrics"${text}`)],
  [
    "output of functions",
    (text) => {
      const stream = new PassThrough();
      readOutput(stream, { onLine: nothing, onMarker: nothing });
      stream.emit("data", `${text}\n`);
    },
  ],
];

describe("texts of 100,000 characters", function () {
  this.timeout(60_000);

  for (const [name, match] of matchers) {
    it(`take no time as ${name}`, () => {
      for (const text of hostile) {
        const start = performance.now();
        try {
          match(text);
        } catch (error) {
          // Refused; but not by running out of something.
          expect(String(error)).not.to.match(/RangeError|call stack/);
        }
        // Linear ones take a few milliseconds; what goes back takes ten seconds and more.
        expect(performance.now() - start, `${text.slice(0, 8)}…${text.slice(-3)}`).to.be.below(5000);
      }
    });
  }
});
