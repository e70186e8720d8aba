import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { createExchange } from "../../../../handlers/shared/exchange";
import { clientConfig } from "../../../../handlers/shared/retry";

const request = { method: "POST", path: "/", headers: {}, body: "{}" };

describe("createExchange", () => {
  let server: Server;
  let connections: number;
  let bytes: number;

  before(async () => {
    server = createServer((incoming, response) => {
      incoming.resume();
      const part = "x".repeat(Math.min(bytes, 1024 * 1024));
      let left = bytes;
      const write = () => {
        while (left > 0) {
          left -= part.length;
          if (!response.write(part)) {
            response.once("drain", write);
            return;
          }
        }
        response.end();
      };
      write();
    });
    server.on("connection", () => connections++);
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  beforeEach(() => {
    connections = 0;
    bytes = 2;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (now?: () => number) =>
    createExchange(
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      clientConfig.requestHandler,
      now,
    );

  it("keeps a connection, and opens another after one that was idle for long: it may have been frozen away", async () => {
    let now = 0;
    const exchange = open(() => now);
    for (const idleMs of [0, 10_000, 19_000]) {
      now += idleMs;
      expect((await exchange.send(request, undefined)).text).to.equal("xx");
      // The agent takes a connection back after the answer has been told.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(connections).to.equal(1);
    now += 21_000;
    await exchange.send(request, undefined);
    expect(connections).to.equal(2);
  });

  it("drops only what was idle, not what is under way", async () => {
    let now = 0;
    const exchange = open(() => now);
    const first = exchange.send(request, undefined);
    now += 60_000;
    const second = exchange.send(request, undefined);
    expect([(await first).status, (await second).status]).to.deep.equal([200, 200]);
  });

  it("reaches an endpoint that is named by an address of version 6", async function () {
    const other = createServer((_, response) => response.end("six"));
    const problem = await Promise.race([
      once(other.listen(0, "::1"), "listening").then(() => undefined),
      once(other, "error").then(([error]) => error as Error),
    ]);
    // Containers may have none.
    if (problem !== undefined) return this.skip();
    try {
      const url = new URL(`http://[::1]:${(other.address() as AddressInfo).port}`);
      expect((await createExchange(url, clientConfig.requestHandler).send(request, undefined)).text).to.equal(
        "six",
      );
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });

  it("takes no answer that is larger than AWS's largest", async () => {
    bytes = 16 * 1024 * 1024;
    expect((await open().send(request, undefined)).text).to.have.length(bytes);
    bytes = 33 * 1024 * 1024;
    const failure: unknown = await open()
      .send(request, undefined)
      .catch((error: unknown) => error);
    expect(failure).to.include({ name: "AnswerTooLarge" });
  });
});
