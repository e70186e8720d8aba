import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";

/** Sends one document to X-Ray's daemon, which Lambda runs beside the function. Never throws, and waits for nothing. */
export type SendDocument = (document: string) => void;

/** What a call's middleware sees of an SDK client's answer or error. */
export interface Metadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
  readonly clockSkewCorrected?: boolean;
}

export interface Answer {
  readonly output: { readonly $metadata?: Metadata };
}

export interface Command {
  readonly input: Readonly<Record<string, unknown>>;
}

type Next = (args: Command) => Promise<Answer>;
export type Middleware = (
  next: Next,
  context: { readonly clientName?: string; readonly commandName?: string },
) => Next;

/** The part of an SDK client that tracing uses. */
interface TracedClient {
  readonly middlewareStack: { add(middleware: never, options: { readonly step: "initialize" }): void };
}

/** The daemon's own header: AWS X-Ray developer guide, "Sending segment documents to the X-Ray daemon". */
const HEADER = '{"format": "json", "version": 1}\n';

/**
 * Has each call of a client shown in the invocation's trace, as a subsegment: which service and operation, how long, how
 * it ended. X-Ray's own SDK does this in 127 KB; no call's content is sent here, only the name of its table.
 *
 * Outside of a sampled invocation nothing is sent.
 */
export function traced<Client extends TracedClient>(client: Client, send: SendDocument = toDaemon): Client {
  const middleware: Middleware = (next, context) => async (args) => {
    const trace = traceOf(process.env._X_AMZN_TRACE_ID);
    if (trace === undefined) return next(args);
    const started = Date.now();
    const tell = (metadata: Metadata | undefined, error?: unknown) => {
      const name = (context.clientName ?? "").replace(/Client$/, "");
      const { TableName } = args.input;
      send(
        JSON.stringify({
          ...trace,
          id: randomBytes(8).toString("hex"),
          type: "subsegment",
          namespace: "aws",
          name: SERVICE_NAMES[name] ?? name,
          start_time: started / 1000,
          end_time: Date.now() / 1000,
          aws: {
            operation: (context.commandName ?? "").replace(/Command$/, ""),
            region: process.env.AWS_REGION,
            request_id: metadata?.requestId,
            table_name: TableName,
          },
          ...(metadata?.httpStatusCode === undefined
            ? {}
            : { http: { response: { status: metadata.httpStatusCode } } }),
          ...(error === undefined ? {} : endingOf(error, metadata)),
        }),
      );
    };
    try {
      const answer = await next(args);
      tell(answer.output.$metadata);
      return answer;
    } catch (error) {
      tell((error as { readonly $metadata?: Metadata } | undefined)?.$metadata, error);
      throw error;
    }
  };
  // The stack's type holds every input and output of the client; what is added here looks at none of them.
  // Stryker disable next-line ObjectLiteral: it is the SDK's default.
  client.middlewareStack.add(middleware as never, { step: "initialize" });
  middlewares.set(client, middleware);
  return client;
}

const middlewares = new WeakMap<object, Middleware>();

/** What `traced` has put around a client's calls, for a sender that leaves the client's stack out. */
export function tracingOf(client: object): Middleware | undefined {
  return middlewares.get(client);
}

/** Services by the names that X-Ray's map has for them, where the client's is another. */
const SERVICE_NAMES: Readonly<Record<string, string>> = { SESv2: "SES" };

/** How a call failed, as the map colours it; the error's name alone, for its message may be personal. */
function endingOf(error: unknown, metadata: Metadata | undefined): object {
  const name = error instanceof Error ? error.name : "Error";
  const status = metadata?.httpStatusCode;
  const isThrottle = status === 429 || /Throttl|TooManyRequests|LimitExceeded|ThroughputExceeded/.test(name);
  const isClientError = (status ?? 500) < 500;
  return {
    ...(isClientError ? { error: true } : { fault: true }),
    ...(isThrottle ? { throttle: true } : {}),
    cause: { exceptions: [{ id: randomBytes(8).toString("hex"), type: name }] },
  };
}

interface Trace {
  readonly trace_id: string;
  readonly parent_id: string;
}

/** "Root=1-…;Parent=…;Sampled=1"; undefined unless the invocation is sampled. */
function traceOf(header = ""): Trace | undefined {
  const parts = new Map(header.split(";").map((part) => part.split("=", 2) as [string, string]));
  const trace_id = parts.get("Root");
  const parent_id = parts.get("Parent");
  if (trace_id === undefined || parent_id === undefined || parts.get("Sampled") !== "1") return undefined;
  return { trace_id, parent_id };
}

let socket: ReturnType<typeof createSocket> | undefined;

/** By UDP, as the daemon takes it; without one, nowhere. */
function toDaemon(document: string): void {
  // "169.254.79.129:2000"
  const [host, port] = (process.env.AWS_XRAY_DAEMON_ADDRESS ?? "").split(":");
  if (!host || !port) return;
  // Stryker disable next-line ConditionalExpression,BlockStatement: the tests' process has a socket from the run before.
  if (socket === undefined) {
    socket = createSocket("udp4");
    // A trace is worth no error, and keeps no process up.
    // Stryker disable next-line CallExpression: what a socket fails with by itself, no test brings about.
    socket.on("error", () => undefined);
    // Stryker disable next-line CallExpression: mocha ends its process whatever keeps it up.
    socket.unref();
  }
  socket.send(HEADER + document, Number(port), host, () => undefined);
}
