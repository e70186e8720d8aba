import { tracingOf, type Answer, type Command as TracedCommand, type Metadata } from "./tracing";
import { createExchange, type Exchange, type Reply } from "./exchange";
import { createSigner, type Credentials } from "./signature";

/** What is needed of an SDK client: its configuration, as the SDK has read and completed it. */
interface Configuration {
  readonly serviceId: string;
  readonly defaultSigningName: string;
  readonly protocol: { getShapeId(): string };
  readonly protocolSettings?: { readonly serviceTarget?: string };
  region(): Promise<string>;
  credentials(): Promise<Credentials>;
  useFipsEndpoint(): Promise<boolean>;
  useDualstackEndpoint(): Promise<boolean>;
  /** Only where one was given in code. */
  readonly endpoint?: () => Promise<{ protocol: string; hostname: string; port?: number; path: string }>;
  /** What the environment says: AWS_ENDPOINT_URL and its like. */
  serviceConfiguredEndpoint(): Promise<string | undefined>;
  endpointProvider(parameters: Readonly<Record<string, string | boolean>>): { readonly url: URL };
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
 */
export function lean<Client extends { readonly send: unknown }>(
  client: Client,
  errors: ErrorClasses = {},
): Pick<Client, "send"> {
  const { config } = client as unknown as { readonly config: Configuration };
  const protocol = config.protocol.getShapeId();
  const contentType = CONTENT_TYPES[protocol];
  if (contentType === undefined)
    throw new Error(`${config.serviceId}: got protocol ${protocol}; expected one of AWS's JSON protocols`);
  const tracing = tracingOf(client);
  const sign = createSigner(config.defaultSigningName);
  let found: Promise<{ readonly region: string; readonly exchange: Exchange }> | undefined;
  const find = async () => {
    const region = await config.region();
    return { region, exchange: createExchange(await endpointOf(config, region)) };
  };

  const call = async (command: Command, signal: AbortSignal | undefined): Promise<Answer> => {
    const { region, exchange } = await (found ??= find());
    const { name, method, path, isTarget } = operationOf(command);
    const request = {
      method,
      path: exchange.basePath + path,
      body: JSON.stringify(wireValue(command.input)),
      headers: {
        "content-type": contentType,
        host: exchange.host,
        ...(isTarget && { "x-amz-target": `${config.protocolSettings?.serviceTarget ?? ""}.${name}` }),
      },
    };
    const headers = sign(request, region, await config.credentials());
    // As the SDK passes it on: outside of the signature.
    const traceId = process.env._X_AMZN_TRACE_ID;
    if (traceId !== undefined) headers["x-amzn-trace-id"] = traceId;
    return answerOf(await exchange.send({ ...request, headers }, signal), errors);
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

async function endpointOf(config: Configuration, Region: string): Promise<URL> {
  const given = await config.endpoint?.();
  if (given !== undefined) {
    const port = given.port === undefined ? "" : `:${given.port}`;
    return new URL(`${given.protocol}//${given.hostname}${port}${given.path}`);
  }
  const configured = await config.serviceConfiguredEndpoint();
  if (configured !== undefined) return new URL(configured);
  const UseFIPS = await config.useFipsEndpoint();
  const UseDualStack = await config.useDualstackEndpoint();
  return config.endpointProvider({ Region, UseFIPS, UseDualStack }).url;
}

function operationOf({ schema = [] }: Command): Operation {
  const [, , name, traits] = schema;
  if (typeof name !== "string")
    throw new Error("got a command without a model; expected one of the AWS SDK's");
  const bound = (traits as { readonly http?: readonly [string, string, number] } | undefined)?.http;
  if (bound === undefined) return { name, method: "POST", path: "/", isTarget: true };
  const [method, path] = bound;
  if (!/^[A-Za-z0-9/_.-]+$/.test(path))
    throw new Error(`${name}: got path ${path}; expected one without parameters`);
  return { name, method, path, isTarget: false };
}

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

function answerOf(reply: Reply, errors: ErrorClasses): Answer {
  const $metadata: Metadata = {
    httpStatusCode: reply.status,
    ...(reply.requestId !== undefined && { requestId: reply.requestId }),
  };
  const document = documentOf(reply);
  if (reply.status < 300) {
    if (document === undefined)
      throw withMetadata(new Error("AWS answered with something that is not JSON"), $metadata);
    return { output: { ...document, $metadata } };
  }
  throw errorOf(reply, document ?? {}, $metadata, errors);
}

/** Undefined for what is no JSON object; a proxy's page, or an answer that was cut off. */
function documentOf({ text }: Reply): Readonly<Record<string, unknown>> | undefined {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function errorOf(
  { status, errorType }: Reply,
  document: Readonly<Record<string, unknown>>,
  $metadata: Metadata,
  errors: ErrorClasses,
): Error {
  const type = errorType ?? document.__type ?? document.code;
  // "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "NotFoundException:http://…"
  const name =
    typeof type === "string" ? type.slice(type.indexOf("#") + 1).replace(/:.*$/, "") : "UnknownError";
  const said = document.message ?? document.Message;
  const message = typeof said === "string" ? said : `HTTP status ${status}`;
  const known = Object.hasOwn(errors, name) ? errors[name] : undefined;
  if (known !== undefined) return new known({ ...document, message, $metadata } as never);
  return withMetadata(Object.assign(new Error(message), { name }), $metadata);
}

function withMetadata(error: Error, $metadata: Metadata): Error {
  return Object.assign(error, { $metadata });
}
