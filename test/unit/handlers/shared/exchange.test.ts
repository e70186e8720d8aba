import dns from "node:dns";
import { getEventListeners, once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { stub, useFakeTimers } from "sinon";
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
      response.setHeader("set-cookie", ["a", "b"]);
      response.once("close", () => response.writableFinished || server.emit("cut off"));
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

  const failureOf = (sending: Promise<unknown>) =>
    sending.then(
      () => undefined,
      (error: unknown) => error as NodeJS.ErrnoException,
    );

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
    bytes = 64 * 1024 * 1024;
    const cutOff = once(server, "cut off");
    expect(await failureOf(open().send(request, undefined))).to.include({ name: "AnswerTooLarge" });
    // Nor does it read the rest.
    await cutOff;
  });

  it("tells no header that came more than once", async () => {
    const reply = await open().send(request, undefined);
    expect(reply.header("set-cookie")).to.equal(undefined);
    expect(reply.header("transfer-encoding")).to.equal("chunked");
  });

  it("leaves neither timers nor listeners behind, whether it was answered or not", async () => {
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { signal } = new AbortController();
      await open().send(request, signal);
      bytes = 33 * 1024 * 1024;
      await failureOf(open().send(request, signal));
      expect(clock.countTimers()).to.equal(0);
      expect(getEventListeners(signal, "abort")).to.deep.equal([]);
    } finally {
      clock.restore();
    }
  });

  it("gives up to connect in time, and no sooner, and then leaves the answer its own", async () => {
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const lookup = stub(dns, "lookup");
    try {
      const url = new URL(`http://aws.test:${(server.address() as AddressInfo).port}`);
      const failures: unknown[] = [];
      const sending = failureOf(
        createExchange(url, clientConfig.requestHandler).send(request, undefined),
      ).then((failure) => failures.push(failure));
      // One for connecting, one for the answer.
      while (clock.countTimers() < 2) await new Promise((resolve) => setImmediate(resolve));
      clock.tick(999);
      await new Promise((resolve) => setImmediate(resolve));
      expect(failures).to.deep.equal([]);
      clock.tick(1);
      await sending;
      expect(failures[0]).to.include({ name: "TimeoutError", message: "connecting took more than 1000 ms" });

      const answered = open().send(request, undefined);
      while (connections === 0) await new Promise((resolve) => setImmediate(resolve));
      clock.tick(2_000);
      expect((await answered).status).to.equal(200);
    } finally {
      lookup.restore();
      clock.restore();
    }
  });

  it("speaks TLS where the endpoint does", async () => {
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const failure = await failureOf(
      createExchange(url, clientConfig.requestHandler).send(request, undefined),
    );
    expect(failure?.code).to.match(/SSL|EPROTO/);
  });
});
