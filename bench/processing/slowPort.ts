import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Takes each put of DynamoDB's, alone or in a batch, stores nothing, and answers as late as a service behind a network does. */
export interface SlowPort {
  /** "http://127.0.0.1:34567" */
  readonly endpoint: string;
  /** From a call's last byte to its answer, at least; in milliseconds. */
  latencyMs: number;
  /** How many items were put since the last time that this was asked. */
  takePuts(): number;
  close(): void;
}

/** Listens on the loopback interface: what a call takes a client, its request's bytes and sockets, is real. */
export async function openSlowPort(): Promise<SlowPort> {
  let puts = 0;
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const answered = answerTo(String(request.headers["x-amz-target"]), body);
      puts += answered?.items ?? 0;
      const answer = () => {
        response.writeHead(answered === undefined ? 400 : 200, {
          "content-type": "application/x-amz-json-1.0",
        });
        response.end(JSON.stringify(answered?.document ?? { __type: "UnknownOperationException" }));
      };
      if (port.latencyMs === 0) answer();
      else setTimeout(answer, port.latencyMs);
    });
  });
  // An environment that is busy keeps its connections; while others take their turn, so does one here.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port: SlowPort = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    latencyMs: 0,
    takePuts() {
      const taken = puts;
      puts = 0;
      return taken;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return port;
}

/** What is answered, and how many items were put; undefined for what is no put. */
function answerTo(
  target: string,
  body: Buffer,
): { readonly items: number; readonly document: object } | undefined {
  if (target === "DynamoDB_20120810.PutItem") return { items: 1, document: {} };
  if (target !== "DynamoDB_20120810.BatchExecuteStatement") return undefined;
  const { Statements } = JSON.parse(body.toString()) as { readonly Statements: readonly object[] };
  return {
    items: Statements.length,
    document: { Responses: Statements.map(() => ({ TableName: "orders" })) },
  };
}
