import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { decideAdmission, type OriginRule } from "./door";

/** The one HTTP endpoint, on 127.0.0.1 and no other interface, for programs on this machine and not for web pages. */
export interface CloudServer {
  /** "http://127.0.0.1:4566" */
  readonly endpoint: string;
  /**
   * Hands every request under `prefix` ("/_lambda/") to `handler`, once it has passed the door (`door.ts`), which lets
   * pages in there of the origins that `named` knows: none by default.
   */
  mount(prefix: string, handler: RequestListener, named?: OriginRule): void;
  /** Ends every connection, and answers nothing from now on: what is done afterwards nobody learns of. */
  stopAnswering(): void;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** What a client may take up. An answer may take as long as it likes: the Runtime API and long polls wait. */
export interface ServerLimits {
  /** For the head of a request to arrive, from the first byte or, on a new connection, from its start. */
  readonly headersTimeoutMs: number;
  /** For a whole request to arrive, its body included. */
  readonly requestTimeoutMs: number;
  /** How often connections are checked for the two. */
  readonly checkIntervalMs: number;
  /** Open at a time; further ones are closed at once. */
  readonly maxConnections: number;
}

/** Everything comes from this machine, so that what takes longer than this has been given up. */
const defaultLimits: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  checkIntervalMs: 2_000,
  // A thousand environments, AWS's limit for an account, with a connection to the Runtime API and a few others.
  maxConnections: 4_096,
};

/** On every answer: no page may embed it, or have it taken for a script. None allows another origin. */
const isolation = {
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
} as const;

interface Mount {
  readonly prefix: string;
  readonly handler: RequestListener;
  readonly named: OriginRule | undefined;
}

/** @param port 0 for any free one. Rejects with a plain message when the port is taken. */
export async function startServer(
  port: number,
  handleAws: RequestListener,
  limits: ServerLimits = defaultLimits,
): Promise<CloudServer> {
  const mounts: Mount[] = [];
  const server = createServer({
    // AWS clients reuse idle connections for a while, and one that we close just then costs them a retry.
    keepAliveTimeout: 60_000,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    noDelay: true,
  });
  server.maxConnections = limits.maxConnections;

  let actualPort = port;
  let answering = true;
  const mountOf = (target = "") => mounts.find(({ prefix }) => isBelow(target, prefix));
  const named: OriginRule = (target, origin) => mountOf(target)?.named?.(target, origin) ?? false;
  const reasonAgainst = ({ method = "", url = "", rawHeaders }: IncomingMessage) => {
    const admission = decideAdmission({ method, target: url, rawHeaders }, actualPort, named);
    return admission.kind === "refused" ? admission.reason : undefined;
  };
  const receive = (request: IncomingMessage, response: ServerResponse, whenAdmitted?: () => void) => {
    // A client that goes away in mid-answer is no fault of ours; its call is aborted elsewhere.
    response.on("error", () => undefined);
    if (!answering) {
      request.destroy();
      return;
    }
    const reason = reasonAgainst(request);
    if (reason !== undefined) {
      response.writeHead(403, refusalHeaders(reason)).end(`${reason}\n`);
      return;
    }
    whenAdmitted?.();
    for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
    (mountOf(request.url)?.handler ?? handleAws)(request, response);
  };
  const refuse = (request: IncomingMessage, socket: Duplex) => {
    const what = request.method === "CONNECT" ? "CONNECT" : `Upgrade: ${request.headers.upgrade ?? ""}`;
    refuseConnection(socket, reasonAgainst(request) ?? `${what} is not answered here`);
  };
  server.on("request", receive);
  // A client that asks first is told to send its body only when it may.
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    receive(request, response, () => {
      response.writeContinue();
    });
  });
  server.on("upgrade", refuse);
  server.on("connect", refuse);

  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      reject(portError(port, error));
    };
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", fail);
      resolve();
    });
  });

  actualPort = (server.address() as AddressInfo).port;
  return {
    endpoint: `http://127.0.0.1:${actualPort}`,
    mount(prefix, handler, named) {
      if (!/^\/_[^/]+\/$/.test(prefix)) {
        throw new Error(`mount: got "${prefix}"; expected a prefix like "/_name/"`);
      }
      mounts.push({ prefix, handler, named });
    },
    stopAnswering() {
      answering = false;
      server.closeAllConnections();
    },
    close() {
      return new Promise((resolve, reject) => {
        server.close((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
        server.closeAllConnections();
      });
    },
  };
}

/** The connection ends with it, as the body is left unread. */
function refusalHeaders(reason: string): Record<string, string> {
  return {
    ...isolation,
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(Buffer.byteLength(reason) + 1),
    connection: "close",
  };
}

/** Refuses a request that would take the connection out of HTTP. */
function refuseConnection(socket: Duplex, reason: string): void {
  const headers = Object.entries(refusalHeaders(reason)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on("error", () => undefined);
  socket.end(`HTTP/1.1 403 Forbidden\r\n${headers.join("")}\r\n${reason}\n`, () => socket.destroy());
}

/** Whether a request's target lies below "/_name/", or is "/_name" itself. */
function isBelow(target: string, prefix: string): boolean {
  if (target.startsWith(prefix)) return true;
  const folder = prefix.slice(0, -1);
  return target === folder || target.startsWith(`${folder}?`);
}

function portError(port: number, error: NodeJS.ErrnoException): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use. Stop the program that uses it, or choose another with --port (0 for any free one).`,
    EACCES: `Port ${port} may not be opened by this user. Choose one above 1023 with --port.`,
  };
  const reason = reasons[error.code ?? ""] ?? `Cannot listen on port ${port}: ${error.message}`;
  return new Error(reason, { cause: error });
}
