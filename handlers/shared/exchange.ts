import * as http from "node:http";
import * as https from "node:https";
import { clientConfig, SOCKETS } from "./retry";

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly errorType: string | undefined;
  readonly text: string;
}

/** One endpoint, and the connections that are kept to it. */
export interface Exchange {
  /** As the `Host` header names it. */
  readonly host: string;
  /** What stands before every path; mostly nothing. */
  readonly basePath: string;
  /**
   * Sends a request, once. Rejects as the SDK's clients do: with Node's error where a connection fails, with
   * `TimeoutError` when connecting or answering takes longer than `clientConfig` allows, and with `AbortError`.
   */
  send(request: Outgoing, signal: AbortSignal | undefined): Promise<Reply>;
}

export function createExchange(endpoint: URL): Exchange {
  const { request, Agent } = endpoint.protocol === "http:" ? http : https;
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const { hostname, port, host } = endpoint;
  const place = { hostname, agent, ...(port !== "" && { port }) };
  return {
    host,
    basePath: endpoint.pathname.replace(/\/$/, ""),
    send: ({ method, path, headers, body }, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(failure("AbortError", "Request aborted"));
          return;
        }
        const sent = request({
          ...place,
          method,
          path,
          headers: { ...headers, "content-length": Buffer.byteLength(body) },
        });
        let ended = false;
        const giveUp = (what: string, ms: number, isLate: () => boolean) =>
          setTimeout(() => {
            // Timers come first in Node's loop: an answer that arrived while the process stood still is read before this.
            setImmediate(() => {
              if (!ended && isLate())
                sent.destroy(failure("TimeoutError", `${what} took more than ${ms} ms`));
            });
          }, ms);
        const { requestTimeout, connectionTimeout } = clientConfig.requestHandler;
        const answering = giveUp("the answer", requestTimeout, () => true);
        let connecting: NodeJS.Timeout | undefined;
        const abort = () => void sent.destroy(failure("AbortError", "Request aborted"));
        signal?.addEventListener("abort", abort);
        const end = () => {
          ended = true;
          clearTimeout(answering);
          clearTimeout(connecting);
          signal?.removeEventListener("abort", abort);
        };
        const fail = (error: Error) => {
          end();
          reject(error);
        };
        sent.on("error", fail);
        sent.on("socket", (socket) => {
          if (!socket.connecting) return;
          connecting = giveUp("connecting", connectionTimeout, () => socket.connecting);
          socket.once("connect", () => clearTimeout(connecting));
        });
        sent.on("response", (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", fail);
          response.on("end", () => {
            end();
            resolve(replyOf(response, Buffer.concat(chunks).toString("utf8")));
          });
        });
        sent.end(body);
      }),
  };
}

function replyOf({ statusCode = 0, headers }: http.IncomingMessage, text: string): Reply {
  return {
    status: statusCode,
    requestId: textOf(headers["x-amzn-requestid"]),
    errorType: textOf(headers["x-amzn-errortype"]),
    text,
  };
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
