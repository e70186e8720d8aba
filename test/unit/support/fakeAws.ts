import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** One request in AWS's JSON protocol. */
export interface FakeRequest {
  /** "PutItem", or the path of a REST request. */
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly body: object;
}

export interface FakeAws {
  readonly endpoint: string;
  readonly requests: FakeRequest[];
  close(): Promise<void>;
}

/** An endpoint on a free port that answers AWS's JSON requests as the test says. */
export async function startFakeAws(answer: (request: FakeRequest) => FakeAnswer): Promise<FakeAws> {
  const requests: FakeRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void readText(incoming).then((text) => {
      const target = incoming.headers["x-amz-target"];
      const operation =
        typeof target === "string" ? target.slice(target.lastIndexOf(".") + 1) : (incoming.url ?? "");
      const request = { operation, input: JSON.parse(text) as Record<string, unknown> };
      requests.push(request);
      const { status = 200, body } = answer(request);
      outgoing.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
      outgoing.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
