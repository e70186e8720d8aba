import type { IncomingMessage, ServerResponse } from "node:http";
import { isSameSecret } from "../../core/secret";
import type { CloudContext } from "../../core/service";
import { MAX_SYNC_PAYLOAD_BYTES } from "./limits";

export const RUNTIME_API_PREFIX = "/_lambda/";

/** What an environment's process tells through the Runtime API. */
export interface RuntimeClient {
  /** What its process, and nobody else, knows: part of the address that it is given. */
  readonly runtimeSecret: string;
  /** It is ready for an invocation; answer `response` with `sendInvocation` when there is one. */
  onNext(response: ServerResponse): void;
  /** False when it answers an invocation that is not its own. */
  onReply(requestId: string, reply: Reply): boolean;
  onInitError(payload: string): void;
}

export interface Reply {
  readonly kind: "response" | "error";
  readonly payload: string;
  /** The most memory that the process has had so far. */
  readonly usedMemoryMb: number;
}

/** What one invocation brings with it, beside its payload. */
export interface InvocationHeaders {
  readonly requestId: string;
  readonly functionArn: string;
  readonly traceId: string;
  /** The cloud's time, and how fast its clock runs: the process takes both over. */
  readonly nowMs: number;
  readonly rate: number;
  readonly timeoutMs: number;
}

export function sendInvocation(
  response: ServerResponse,
  headers: InvocationHeaders,
  payload: Uint8Array,
): void {
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": payload.byteLength,
    "lambda-runtime-aws-request-id": headers.requestId,
    "lambda-runtime-invoked-function-arn": headers.functionArn,
    "lambda-runtime-trace-id": headers.traceId,
    "lambda-runtime-deadline-ms": String(Math.floor(headers.nowMs) + headers.timeoutMs),
    "cloud-now-ms": String(Math.floor(headers.nowMs)),
    "cloud-rate": String(headers.rate),
  });
  response.end(payload);
}

/**
 * Serves Lambda's Runtime API (Lambda developer guide, "Using the Lambda runtime API") to all environments, each
 * below a path of its own that no other can guess: `/_lambda/<environment>/<secret>/2018-06-01/runtime/…`. It is
 * in the path because runtimes know nothing of credentials: they put `AWS_LAMBDA_RUNTIME_API` before theirs.
 */
export function serveRuntimeApi(
  context: Pick<CloudContext, "mount" | "conditions">,
  find: (environmentId: string) => RuntimeClient | undefined,
): void {
  context.mount(RUNTIME_API_PREFIX, (request, response) => {
    const mostBytes = context.conditions.payloadLimits ? MAX_SYNC_PAYLOAD_BYTES : Infinity;
    const [environmentId = "", secret = "", version, runtime, ...rest] = (request.url ?? "")
      .slice(RUNTIME_API_PREFIX.length)
      .split("/");
    const client = find(environmentId);
    // A wrong secret is answered as a wrong environment is, so that it does not tell which there are.
    const isKnown = client !== undefined && isSameSecret(client.runtimeSecret, secret);
    if (!isKnown || version !== "2018-06-01" || runtime !== "runtime") {
      answer(response, 404, "NotFound");
      return;
    }
    const [subject = "", idOrNext = "", what] = rest;
    if (request.method === "GET" && subject === "invocation" && idOrNext === "next") client.onNext(response);
    else if (request.method === "POST" && subject === "init" && idOrNext === "error") {
      void readAnswer(request, mostBytes).then(({ text }) => {
        client.onInitError(text);
        answer(response, 202, "OK");
      });
    } else if (
      request.method === "POST" &&
      subject === "invocation" &&
      (what === "response" || what === "error")
    ) {
      void readAnswer(request, mostBytes).then((given) => {
        const accepted = client.onReply(idOrNext, limited(what, given, mostBytes, usedMemory(request)));
        answer(response, accepted ? 202 : 400, accepted ? "OK" : "InvalidRequestID");
      });
    } else answer(response, 404, "NotFound");
  });
}

/** A response above the limit becomes the error that Lambda gives for it. */
function limited(
  kind: "response" | "error",
  { text, bytes: size }: Answer,
  mostBytes: number,
  usedMemoryMb: number,
): Reply {
  if (size <= mostBytes) return { kind, payload: text, usedMemoryMb };
  const error = {
    errorType: "Function.ResponseSizeTooLarge",
    errorMessage: `Response payload size (${size} bytes) exceeded maximum allowed payload size (${mostBytes} bytes).`,
  };
  return { kind: "error", payload: JSON.stringify(error), usedMemoryMb };
}

function usedMemory(request: IncomingMessage): number {
  return Number(/max-memory-used-mb=(\d+)/.exec(request.headers["content-type"] ?? "")?.[1] ?? 0);
}

/** An answer as it came, as far as it is of use: what is larger than the limit is refused whatever it says. */
interface Answer {
  readonly text: string;
  /** Of all of it. */
  readonly bytes: number;
}

/** Never rejects: a process that dies while it answers is dealt with when it has exited. */
function readAnswer(request: IncomingMessage, mostBytes: number): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes - chunk.length <= mostBytes) chunks.push(chunk);
    });
    request.on("end", () => resolve({ text: Buffer.concat(chunks).toString("utf8"), bytes }));
  });
}

function answer(response: ServerResponse, status: number, text: string): void {
  const body = JSON.stringify({ status: text });
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
