import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The one HTTP endpoint, on 127.0.0.1 and no other interface: it answers anyone who can reach it. */
export interface CloudServer {
  /** "http://127.0.0.1:4566" */
  readonly endpoint: string;
  /** Hands every request under `prefix` ("/_lambda/") to `handler`. */
  mount(prefix: string, handler: RequestListener): void;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** @param port 0 for any free one. Rejects with a plain message when the port is taken. */
export async function startServer(port: number, handleAws: RequestListener): Promise<CloudServer> {
  const mounts: { readonly prefix: string; readonly handler: RequestListener }[] = [];
  const route = (request: IncomingMessage, response: ServerResponse) => {
    // A client that goes away in mid-answer is no fault of ours; its call is aborted elsewhere.
    response.on("error", () => undefined);
    const mount = mounts.find(({ prefix }) => request.url?.startsWith(prefix) === true);
    (mount?.handler ?? handleAws)(request, response);
  };
  // The Runtime API and long polls hold requests open for as long as they like; AWS clients reuse idle
  // connections for a while, and one that we close just then costs them a retry.
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, noDelay: true }, route);

  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(portError(port, error));
    });
    server.listen(port, "127.0.0.1", () => {
      server.removeAllListeners("error");
      resolve();
    });
  });

  const { port: actualPort } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${actualPort}`,
    mount(prefix, handler) {
      if (!/^\/_[^/]+\/$/.test(prefix)) {
        throw new Error(`mount: got "${prefix}"; expected a prefix like "/_name/"`);
      }
      mounts.push({ prefix, handler });
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

function portError(port: number, error: NodeJS.ErrnoException): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use. Stop the program that uses it, or choose another with --port (0 for any free one).`,
    EACCES: `Port ${port} may not be opened by this user. Choose one above 1023 with --port.`,
  };
  const reason = reasons[error.code ?? ""] ?? `Cannot listen on port ${port}: ${error.message}`;
  return new Error(reason, { cause: error });
}
