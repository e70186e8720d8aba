import { strToU8, zipSync } from "fflate";
import type { Clock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import { createDynamoDb } from "../../../src/services/dynamodb/dynamodb";
import { createLambda } from "../../../src/services/lambda/lambda";
import { createLogs } from "../../../src/services/logs/logs";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

export function startLambdaCloud(clock?: Clock): Promise<TestCloud> {
  const services = [createLogs, createSqs, createDynamoDb, createLambda];
  // Roles and numbers of messages count at once: what is tested with it is Lambda.
  const conditions = { iamPropagationMs: 0, queueDepthLagMs: 0 };
  return startTestCloud({ services, conditions, ...(clock !== undefined && { clock }) });
}

export interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

const WRITE_LOGS: Statement = {
  Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: "*",
};

/** A role that Lambda may assume, and that may write logs and what `statements` add. */
export async function createRole(
  cloud: TestCloud,
  name: string,
  statements: readonly Statement[] = [],
  trusted = "lambda.amazonaws.com",
): Promise<string> {
  const document = (Statement: unknown) => JSON.stringify({ Version: "2012-10-17", Statement });
  const trust = { Effect: "Allow", Principal: { Service: trusted }, Action: "sts:AssumeRole" };
  const { Role } = await cloud.call("iam", "CreateRole", {
    RoleName: name,
    AssumeRolePolicyDocument: document([trust]),
  });
  await cloud.call("iam", "PutRolePolicy", {
    RoleName: name,
    PolicyName: "permissions",
    PolicyDocument: document(
      [WRITE_LOGS, ...statements].map((statement) => ({ Effect: "Allow", ...statement })),
    ),
  });
  return Role.Arn;
}

/** A function whose archive is one CommonJS file. */
export async function createFunction(
  cloud: TestCloud,
  name: string,
  source: string,
  options: { readonly Role?: string; readonly files?: Readonly<Record<string, string>> } & Record<
    string,
    unknown
  > = {},
): Promise<void> {
  const { files = { "index.js": source }, ...settings } = options;
  const archive = zipSync(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])),
  );
  await cloud.call("lambda", "CreateFunction", {
    FunctionName: name,
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Code: { ZipFile: archive },
    Role: settings.Role ?? (await createRole(cloud, `${name}-role`)),
    ...settings,
  });
}

export interface Answer {
  readonly payload: unknown;
  readonly functionError: string | undefined;
  readonly log: string;
}

/** Invokes a function as the administrator and waits for its answer. */
export async function invoke(cloud: TestCloud, name: string, event: unknown = {}): Promise<Answer> {
  const { Payload, FunctionError, LogResult } = await cloud.call("lambda", "Invoke", {
    FunctionName: name,
    LogType: "Tail",
    Payload: Buffer.from(JSON.stringify(event)),
  });
  return {
    payload: JSON.parse(Buffer.from(Payload ?? []).toString("utf8")),
    functionError: FunctionError,
    log: Buffer.from(LogResult ?? "", "base64").toString("utf8"),
  };
}

export interface Queue {
  readonly url: string;
  readonly arn: string;
}

export async function createQueue(
  cloud: TestCloud,
  name: string,
  attributes: Readonly<Record<string, string>> = {},
): Promise<Queue> {
  const { QueueUrl: url = "" } = await cloud.call("sqs", "CreateQueue", {
    QueueName: name,
    Attributes: attributes,
  });
  return { url, arn: `arn:aws:sqs:us-east-1:000000000000:${name}` };
}

export async function sendMessages(cloud: TestCloud, queue: Queue, bodies: readonly string[]): Promise<void> {
  for (const MessageBody of bodies)
    await cloud.call("sqs", "SendMessage", { QueueUrl: queue.url, MessageBody });
}

export interface Message {
  readonly Body: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue?: string }>>;
}

/** The messages that are visible in a queue now; up to ten. */
export async function receive(cloud: TestCloud, queue: Queue): Promise<readonly Message[]> {
  const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
    QueueUrl: queue.url,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ["All"],
  });
  return Messages.map(({ Body = "", MessageAttributes }) => ({
    Body,
    ...(MessageAttributes !== undefined && { MessageAttributes }),
  }));
}

/** Messages in a queue, those in flight included. */
export async function depth(cloud: TestCloud, queue: Queue): Promise<number> {
  const { Attributes = {} } = await cloud.call("sqs", "GetQueueAttributes", {
    QueueUrl: queue.url,
    AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
  });
  return Object.values<string>(Attributes).reduce((sum, value) => sum + Number(value), 0);
}

export const CONSUME: Statement = {
  Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
  Resource: "*",
};

/** Everything that the cloud publishes from now on. */
export function record(cloud: TestCloud): CloudEvent[] {
  const events: CloudEvent[] = [];
  cloud.context.events.subscribe((event) => events.push(event));
  return events;
}

/** The messages of a function's own log lines ("SEEN …"), in order: what it saw, invocation by invocation. */
export function seenBy(events: readonly CloudEvent[], functionName: string): unknown[] {
  return events.flatMap((event) =>
    event.type === "log" &&
    event.logGroupName === `/aws/lambda/${functionName}` &&
    event.message.includes("SEEN ")
      ? [JSON.parse(event.message.slice(event.message.indexOf("SEEN ") + 5)) as unknown]
      : [],
  );
}

/** Source of `call(service, target, input)`: an AWS JSON call as the function itself, signed without an SDK. */
export const CALL_AWS = `
const { createHash, createHmac } = require("node:crypto");
const call = async (service, target, input) => {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env;
  const body = JSON.stringify(input);
  const date = new Date().toISOString().replace(/[-:]|\\.\\d+/g, "");
  const scope = [date.slice(0, 8), AWS_REGION, service, "aws4_request"].join("/");
  const signed = {
    host: new URL(AWS_ENDPOINT_URL).host,
    "x-amz-date": date,
    "x-amz-security-token": AWS_SESSION_TOKEN,
    "x-amz-target": target,
  };
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");
  const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
  const names = Object.keys(signed).join(";");
  const lines = Object.entries(signed).map(([name, value]) => name + ":" + value + "\\n").join("");
  const canonical = ["POST", "/", "", lines, names, sha256(body)].join("\\n");
  const key = scope.split("/").reduce(hmac, "AWS4" + AWS_SECRET_ACCESS_KEY);
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\\n");
  const authorization = "AWS4-HMAC-SHA256 Credential=" + AWS_ACCESS_KEY_ID + "/" + scope + ", SignedHeaders=" + names +
    ", Signature=" + hmac(key, toSign).toString("hex");
  const { host, ...headers } = signed;
  const response = await fetch(AWS_ENDPOINT_URL, {
    method: "POST",
    headers: { ...headers, authorization, "content-type": "application/x-amz-json-1.0" },
    body,
  });
  return { status: response.status, body: await response.json() };
};
`;
