import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { useFakeTimers } from "sinon";
import { isPassing } from "../../../../../handlers/shared/failure";
import { lean } from "../../../../../handlers/shared/leanClient";
import { realTiming, retryUntil } from "../../../../../handlers/shared/retry";
import { awsServer, get } from "./awsServer";

describe("the times of a lean client", () => {
  const aws = awsServer();

  for (const [what, aheadMs] of [
    ["slow", 10 * 60_000],
    ["fast", -10 * 60_000],
  ] as const) {
    it(`signs by AWS's time once a refusal has shown that this clock is ${what}, as the SDK does`, async () => {
      aws.answer = { aheadMs };
      const sdk = aws.dynamoDb();
      for (const client of [sdk, lean(aws.dynamoDb())]) {
        const refused = await aws.failureOf(client.send(get()));
        expect(refused.name).to.equal("InvalidSignatureException");
        expect(isPassing(refused)).to.equal(true);
        expect(await client.send(get())).to.have.nested.property("$metadata.httpStatusCode", 200);
        // What it is refused now is no longer for the time's sake.
        aws.answer = { aheadMs, status: 400, body: '{"__type":"a#AccessDeniedException"}' };
        if (client !== sdk) expect(isPassing(await aws.failureOf(client.send(get())))).to.equal(false);
        aws.answer = { aheadMs };
      }
    });
  }

  it("leaves its clock alone where an account says so, and where the date is a cache's", async () => {
    for (const [more, headers] of [
      [{ disableClockSkewCorrection: true }, {}],
      [{}, { age: "600" }],
    ]) {
      aws.answer = { aheadMs: 10 * 60_000, headers: headers as Record<string, string> };
      const client = lean(new DynamoDBClient({ ...aws.options(), ...more }));
      for (const _ of [1, 2]) expect(isPassing(await aws.failureOf(client.send(get())))).to.equal(false);
    }
  });

  it("has a retried call pass that was refused for its clock", async () => {
    aws.answer = { aheadMs: 20 * 60_000 };
    const client = lean(aws.dynamoDb());
    await retryUntil(Date.now() + 5_000, realTiming, (abortSignal) => client.send(get(), { abortSignal }));
    expect(aws.seen).to.have.length(2);
  });

  it("gives up earlier or later where it is told to", async () => {
    aws.answer = { fault: "none comes" };
    const failure = await aws.failureOf(lean(aws.dynamoDb(), {}, { requestTimeout: 50 }).send(get()));
    expect(failure).to.include({ name: "TimeoutError", message: "the answer took more than 50 ms" });
  });

  it("gives a call up when its signal aborts", async () => {
    aws.answer = { fault: "none comes" };
    const controller = new AbortController();
    const sending = lean(aws.dynamoDb()).send(get(), { abortSignal: controller.signal });
    while (aws.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect((await aws.failureOf(sending)).name).to.equal("AbortError");
    expect(
      (await aws.failureOf(lean(aws.dynamoDb()).send(get(), { abortSignal: controller.signal }))).name,
    ).to.equal("AbortError");
    expect(aws.seen).to.have.length(1);
  });

  it("gives a call up that is not answered", async () => {
    aws.answer = { fault: "none comes" };
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const sending = lean(aws.dynamoDb()).send(get());
      while (aws.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
      clock.tick(2_999);
      expect(
        await Promise.race([sending, new Promise((resolve) => setImmediate(resolve, "waits"))]),
      ).to.equal("waits");
      clock.tick(1);
      const failure = await aws.failureOf(sending);
      expect(failure.name).to.equal("TimeoutError");
      expect(isPassing(failure)).to.equal(true);
    } finally {
      clock.restore();
    }
  });

  it("takes an answer that came while the process stood still", async () => {
    // A server in a process of its own answers while this one does nothing.
    const other = spawn(process.execPath, [
      "-e",
      `const server = require("http").createServer((request, response) => {
        request.resume();
        console.log("asked");
        setTimeout(() => response.end("{}"), 100);
      }).listen(0, "127.0.0.1", () => console.log(server.address().port));`,
    ]);
    const lines = createInterface({ input: other.stdout })[Symbol.asyncIterator]();
    try {
      const port = String((await lines.next()).value);
      const options = { ...aws.options(), endpoint: `http://127.0.0.1:${port}` };
      const client = lean(new DynamoDBClient(options), {}, { requestTimeout: 200 });
      const sending = client.send(get());
      expect((await lines.next()).value).to.equal("asked");
      // Nothing runs until the answer has long been there, and its time is over.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
      expect(await sending).to.have.nested.property("$metadata.httpStatusCode", 200);
    } finally {
      other.kill();
    }
  });
});
