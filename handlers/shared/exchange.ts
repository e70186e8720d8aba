import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import { SOCKETS } from "./retry";

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  /** By their lower-case names; undefined for what came more than once. */
  header(name: string): string | undefined;
  readonly text: string;
}

/** How long things may take, in milliseconds. */
export interface Timeouts {
  readonly connectionTimeout: number;
  /** From the call to the answer's last byte. */
  readonly requestTimeout: number;
}

/** One endpoint, and the connections that are kept to it. */
export interface Exchange {
  /** As the `Host` header names it. */
  readonly host: string;
  /** What stands before every path; mostly nothing. */
  readonly basePath: string;
  /**
   * Sends a request, once. Rejects as the SDK's clients do: with Node's error where a connection fails, with
   * `TimeoutError` when connecting or answering takes too long, and with `AbortError`. Beyond what they do, with
   * `AnswerTooLarge`.
   */
  send(request: Outgoing, signal: AbortSignal | undefined): Promise<Reply>;
}

/** DynamoDB's largest answer, a batch's, has 16 MB (API reference, `BatchGetItem`); what is twice that is not AWS's. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * A connection that was idle for longer is not used again. Lambda freezes a function between invocations, for minutes, and
 * what the other end or a gateway between has closed meanwhile looks open: a request on it is lost, or waits for its
 * time-out.
 */
const LONGEST_IDLE_MS = 20_000;

/** @param now the time in milliseconds, by a clock that goes on while the process is frozen. */
export function createExchange(endpoint: URL, timeouts: Timeouts, now: () => number = Date.now): Exchange {
  const { request, Agent } = endpoint.protocol === "http:" ? http : https;
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const { port, host } = endpoint;
  // Of "[::1]" a socket takes what is between the brackets.
  const hostname = endpoint.hostname.replace(/^\[(.*)\]$/, "$1");
  const place = { hostname, agent, ...(port !== "" && { port }) };
  const idleSince = new WeakMap<Socket, number>();
  agent.on("free", (socket: Socket) => idleSince.set(socket, now()));
  const dropIdle = () => {
    const oldest = now() - LONGEST_IDLE_MS;
    for (const sockets of Object.values(agent.freeSockets))
      for (const socket of sockets ?? []) if ((idleSince.get(socket) ?? oldest) < oldest) socket.destroy();
  };
  return {
    host,
    basePath: endpoint.pathname.replace(/\/$/, ""),
    send: ({ method, path, headers, body }, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(failure("AbortError", "Request aborted"));
          return;
        }
        dropIdle();
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
        const answering = giveUp("the answer", timeouts.requestTimeout, () => true);
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
          connecting = giveUp("connecting", timeouts.connectionTimeout, () => socket.connecting);
          socket.once("connect", () => clearTimeout(connecting));
        });
        sent.on("response", (response) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes <= MOST_BYTES) chunks.push(chunk);
            else if (!ended) {
              fail(
                failure("AnswerTooLarge", `got more than ${MOST_BYTES} bytes; expected an answer of AWS's`),
              );
              sent.destroy();
            }
          });
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
    header(name) {
      const value = headers[name];
      return typeof value === "string" ? value : undefined;
    },
    text,
  };
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
