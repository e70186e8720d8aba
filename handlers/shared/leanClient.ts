import { tracingOf, type Answer, type Command as TracedCommand, type Metadata } from "./tracing";
import { endpointOf, type EndpointConfiguration } from "./endpoint";
import { createExchange, type Exchange, type Reply, type Timeouts } from "./exchange";
import { clientConfig } from "./retry";
import { createServerClock } from "./serverClock";
import { createSigner, type Credentials, type Sign } from "./signature";

/** What is needed of an SDK client: its configuration, as the SDK has read and completed it. */
interface Configuration extends EndpointConfiguration {
  readonly serviceId: string;
  readonly defaultSigningName: string;
  readonly protocol: { getShapeId(): string };
  readonly protocolSettings?: { readonly serviceTarget?: string };
  region(): Promise<string>;
  /** Asked at each call. Lambda's, in the environment, are an environment's for its life; others the SDK renews. */
  readonly credentials: () => Promise<Credentials>;
  readonly disableClockSkewCorrection?: () => Promise<boolean>;
}

/** An SDK command: `schema` is AWS's model of its operation: [kind, namespace, name, traits, input, output]. */
interface Command extends TracedCommand {
  readonly schema?: readonly unknown[];
}

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Whether a header names the operation, as nothing else does. */
  readonly isTarget: boolean;
}

/** Where calls go, and as what they are signed; found out by the first. */
interface Place {
  readonly region: string;
  readonly exchange: Exchange;
  readonly sign: Sign;
  readonly correctsClock: boolean;
}

/** Makes the errors that callers tell apart with `instanceof`. */
type ErrorClasses = Readonly<Record<string, new (options: never) => Error>>;

/** AWS's protocols of one JSON document in and one out. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  "aws.protocols#awsJson1_0": "application/x-amz-json-1.0",
  "aws.protocols#awsJson1_1": "application/x-amz-json-1.1",
  "aws.protocols#restJson1": "application/json",
};

/**
 * Sends a client's commands with a third of the SDK's work a call: the few operations of a busy path need none of its two
 * dozen layers. Where to, as whom and in which form stays the SDK's to say: endpoint, region, credentials and the
 * operation's model are taken from it. See docs/decisions/0045-busy-paths-call-aws-leanly.md.
 *
 * For operations of AWS's JSON protocols without parameters in their path or query, and whose answers hold no binary
 * values and no times that anybody reads. It makes one attempt; `retryUntil` makes further ones.
 *
 * @param errors the SDK's classes, by the names that AWS gives, of errors that the caller tells apart; every other is an
 * `Error` with that name. All have the SDK's `$metadata`.
 * @param timeouts in milliseconds; by default `clientConfig`'s.
 */
export function lean<Client extends { readonly send: unknown }>(
  client: Client,
  errors: ErrorClasses = {},
  timeouts: Partial<Timeouts> = {},
): Pick<Client, "send"> {
  const { config } = client as unknown as { readonly config: Configuration };
  const protocol = config.protocol.getShapeId();
  const contentType = CONTENT_TYPES[protocol];
  if (contentType === undefined)
    throw new Error(`${config.serviceId}: got protocol ${protocol}; expected one of AWS's JSON protocols`);
  const tracing = tracingOf(client);
  const clock = createServerClock();
  let found: Promise<Place> | undefined;
  const find = async (): Promise<Place> => {
    const region = await config.region();
    const { url, signingRegion, signingName } = await endpointOf(config, region);
    return {
      region: signingRegion ?? region,
      exchange: createExchange(url, { ...clientConfig.requestHandler, ...timeouts }),
      sign: createSigner(signingName ?? config.defaultSigningName),
      correctsClock: (await config.disableClockSkewCorrection?.()) !== true,
    };
  };

  const call = async (command: Command, signal: AbortSignal | undefined): Promise<Answer> => {
    // What failed once, as credentials that are not there yet, is asked for again by the next call.
    found ??= find().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    const { region, exchange, sign, correctsClock } = await found;
    const { name, method, path, isTarget } = operationOf(command);
    const request = {
      method,
      path: exchange.basePath + path,
      body: JSON.stringify(holdsOther(command.input) ? wireValue(command.input) : command.input),
      headers: {
        "content-type": contentType,
        host: exchange.host,
        ...(isTarget && { "x-amz-target": `${config.protocolSettings?.serviceTarget ?? ""}.${name}` }),
      },
    };
    const credentials = await config.credentials();
    const signing = clock.sign();
    const headers = sign(request, { region, credentials, date: signing.date });
    // As the SDK passes it on: outside of the signature.
    const traceId = process.env._X_AMZN_TRACE_ID;
    if (traceId !== undefined) headers["x-amzn-trace-id"] = traceId;
    const reply = await exchange.send({ ...request, headers }, signal);
    // A date from some cache is not of now.
    const date = reply.header("age") === undefined ? reply.header("date") : undefined;
    const wasSkewed = correctsClock && clock.learn(date, signing);
    return answerOf(reply, { errors, isRest: contentType === "application/json", wasSkewed });
  };

  return {
    async send(command: Command, options: { readonly abortSignal?: AbortSignal } = {}) {
      const next = (given: Command) => call(given, options.abortSignal);
      const names = {
        clientName: `${config.serviceId}Client`,
        commandName: `${operationOf(command).name}Command`,
      };
      return (await (tracing?.(next, names) ?? next)(command)).output;
    },
  };
}

function operationOf({ schema }: Command): Operation {
  // Stryker disable next-line ArrayDeclaration: the name is read from the third place.
  const [, , name, traits] = schema ?? [];
  if (typeof name !== "string")
    throw new Error("got a command without a model; expected one of the AWS SDK's");
  const bound = (traits as { readonly http?: readonly [string, string, number] } | undefined)?.http;
  if (bound === undefined) return { name, method: "POST", path: "/", isTarget: true };
  const [method, path] = bound;
  if (!/^[A-Za-z0-9/_.-]+$/.test(path))
    throw new Error(`${name}: got path ${path}; expected one without parameters`);
  return { name, method, path, isTarget: false };
}

// Stryker disable ConditionalExpression,BooleanLiteral: a value that is copied without need is written as it is.
/** Whether something of a value is written otherwise than JSON writes it. Most is not, and looking takes less than copying. */
function holdsOther(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Uint8Array || value instanceof Date) return true;
  // By their places lists are walked through several times as fast.
  if (Array.isArray(value)) return value.some(holdsOther);
  for (const name in value) if (holdsOther((value as Record<string, unknown>)[name])) return true;
  return false;
}
// Stryker restore ConditionalExpression,BooleanLiteral

/** As JSON carries it: bytes as base64, times as seconds. What is undefined is left out by JSON itself. */
function wireValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(wireValue);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Date) return value.getTime() / 1000;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, member] of Object.entries(value)) copy[name] = wireValue(member);
  return copy;
}

interface Reading {
  readonly errors: ErrorClasses;
  readonly isRest: boolean;
  /** Whether the request's signature was out of AWS's time. */
  readonly wasSkewed: boolean;
}

function answerOf(reply: Reply, reading: Reading): Answer {
  const requestId = reply.header("x-amzn-requestid") ?? reply.header("x-amzn-request-id");
  const $metadata: Metadata = {
    httpStatusCode: reply.status,
    ...(requestId !== undefined && { requestId }),
  };
  const document = documentOf(reply);
  if (reply.status < 300) {
    if (document === undefined)
      throw withMetadata(new Error("AWS answered with something that is not JSON"), $metadata);
    return { output: { ...document, $metadata } };
  }
  const metadata = { ...$metadata, ...(reading.wasSkewed && { clockSkewCorrected: true }) };
  throw errorOf(reply, document ?? {}, metadata, reading);
}

/** Undefined for what is no JSON object; a proxy's page, or an answer that was cut off. */
function documentOf({ text }: Reply): Readonly<Record<string, unknown>> | undefined {
  if (text === "") return {};
  // Stryker disable BlockStatement: what returns nothing returns undefined.
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
  // Stryker restore BlockStatement
}

function errorOf(
  reply: Reply,
  document: Readonly<Record<string, unknown>>,
  $metadata: Metadata,
  { errors, isRest }: Reading,
): Error {
  const { status } = reply;
  const header = reply.header("x-amzn-errortype");
  const type = isRest
    ? (header ?? document.code ?? document.__type)
    : (document.__type ?? document.code ?? header);
  // "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "NotFoundException:http://…/#…"
  const name = typeof type === "string" ? type.replace(/[,:].*/s, "").replace(/.*#/s, "") : "UnknownError";
  const said = document.message ?? document.Message;
  const message = typeof said === "string" ? said : `HTTP status ${status}`;
  const known = Object.hasOwn(errors, name) ? errors[name] : undefined;
  if (known !== undefined) return new known({ ...document, message, $metadata } as never);
  return withMetadata(Object.assign(new Error(message), { name }), $metadata);
}

function withMetadata(error: Error, $metadata: Metadata): Error {
  return Object.assign(error, { $metadata });
}
