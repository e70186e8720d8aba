import { ReceiveMessageCommand, type Message } from "@aws-sdk/client-sqs";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect } from "chai";
import { createHash, createHmac } from "node:crypto";
import { badDocuments, badTexts, badValues } from "../../../packages/embedded-aws/test/support/badInput";
import { badOrders, oddOrders, orderText } from "../../support/badOrders";
import { deployedProgram } from "../support/deployedProgram";

/** What the order queue takes in a message; what API Gateway's mappings read of a body. */
const LARGEST_MESSAGE_BYTES = 256 * 1024;
/** Far above what any request takes on a machine that is busy. */
const LONGEST_MS = 10_000;

class Sha256 {
  readonly #hash;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Buffer);
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {
    throw new Error("a hash is used once");
  }
}

describe("bad input into the deployed program", function () {
  this.timeout(300_000);
  const deployed = deployedProgram();

  /** Signed over the very bytes: past what a client that knows texts would send. */
  async function request(method: string, path: string, body?: Uint8Array) {
    const program = deployed();
    const url = new URL(program.output("orderApiUrl") + path);
    const signer = new SignatureV4({
      credentials: program.cloud.client.credentials,
      region: program.cloud.client.region,
      service: "execute-api",
      sha256: Sha256,
      uriEscapePath: true,
    });
    const { headers } = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: decodeURI(url.pathname),
      query: {},
      headers: { host: url.host, ...(body && { "content-type": "application/json" }) },
      body,
    });
    const { host: _host, ...sent } = headers;
    const started = performance.now();
    const answer = await fetch(url, { method, headers: sent, ...(body && { body: Buffer.from(body) }) });
    const text = await answer.text();
    expect(performance.now() - started, "milliseconds").to.be.below(LONGEST_MS);
    return { status: answer.status, text };
  }

  /** Takes everything out of the dead-letter queue. */
  async function letters(): Promise<Message[]> {
    const program = deployed();
    const found: Message[] = [];
    for (let empty = 0; empty < 3;) {
      const { Messages = [] } = await program.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: program.output("orderDeadLetterQueueUrl"),
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["All"],
          VisibilityTimeout: 3_600,
        }),
      );
      found.push(...Messages);
      empty = Messages.length === 0 ? empty + 1 : 0;
    }
    return found;
  }

  function checkLetters(found: readonly Message[], bodies: readonly string[]): void {
    expect(found.map(({ Body }) => Body)).to.have.members(bodies);
    for (const { Body = "", MessageAttributes } of found) {
      expect(MessageAttributes?.refusalCode?.StringValue, Body.slice(0, 100)).to.be.oneOf([
        "invalidOrder",
        "conflictingOrder",
      ]);
      expect(MessageAttributes?.refusalReason?.StringValue, Body.slice(0, 100)).to.match(/^[\w.]+: \S/);
    }
  }

  const fits = (body: string) => Buffer.byteLength(body) <= LARGEST_MESSAGE_BYTES && body !== "";

  it("ends in the dead-letter queue, byte for byte and with a reason, whatever it is; good orders beside it are stored", async () => {
    const program = deployed();
    const { log } = program;
    let refusedBySqs = 0;
    const sent: string[] = [];
    const ids: string[] = [];
    for (const [index, { name, body }] of badOrders.filter((one) => fits(one.body)).entries()) {
      try {
        ids.push(await program.send(body));
        sent.push(body);
      } catch (error) {
        // SQS takes only what XML may hold.
        expect(String(error), name).to.match(/InvalidMessageContents/);
        refusedBySqs++;
      }
      if (index % 20 === 0)
        ids.push(
          await program.send(
            orderText({ orderId: `"good-${index}"`, items: "[]" }).replace(/,"items":\[\]/, ""),
          ),
        );
    }
    expect(refusedBySqs).to.be.below(20);
    for (const id of ids) await log.first("message-deleted", ({ messageId }) => messageId === id);
    checkLetters(await letters(), sent);
    const { Items = [] } = await program.dynamodb.send(
      new ScanCommand({ TableName: program.output("ordersTableName") }),
    );
    const good = Math.ceil(badOrders.filter((one) => fits(one.body)).length / 20);
    expect(Items).to.have.length(good);
    for (const { orderId } of Items) expect(orderId).to.match(/^good-\d+$/);
  });

  it("is refused by POST /orders, or taken and judged by the pipeline; nothing is lost between", async () => {
    const { log } = deployed();
    const bodies = [
      ...badDocuments(orderText()).map(({ name, content }) => ({ name, content })),
      ...[...badOrders, ...oddOrders]
        .filter((_, index) => index % 3 === 0)
        .map(({ name, body }) => ({ name, content: Buffer.from(body) })),
    ];
    const taken: { name: string; body: string; id: string }[] = [];
    for (const { name, content } of bodies) {
      const { status, text } = await request("POST", "/orders", content);
      expect(status, `${name}: ${text.slice(0, 300)}`).to.be.oneOf([202, 400]);
      if (status === 400) {
        expect(text, name)
          .to.match(/message/i)
          .and.have.length.below(2_000);
        continue;
      }
      const id = /<MessageId>(.*)<\/MessageId>/.exec(text)?.[1] ?? "";
      taken.push({ name, body: content.toString("utf8"), id });
      expect(Buffer.from(taken.at(-1)!.body).equals(content), `${name}: other bytes were taken`).to.equal(
        true,
      );
    }
    expect(taken.length).to.be.above(20);
    for (const { id } of taken) await log.first("message-deleted", ({ messageId }) => messageId === id);
    const stored = (await deployed().order("bad-1")) === undefined ? 0 : 1;
    const found = await letters();
    // The odd ones say different things by one id: one of them is the order, those that say the same again are it too.
    const bodiesOfLetters = new Set(found.map(({ Body }) => Body));
    checkLetters(
      found,
      taken.map(({ body }) => body).filter((body) => bodiesOfLetters.has(body)),
    );
    for (const { name, body } of taken.filter((one) => !bodiesOfLetters.has(one.body)))
      expect(oddOrders.some((odd) => odd.body === body) && stored === 1, name).to.equal(true);
  });

  it("is answered with 400 or 404 by GET /orders/{orderId}", async () => {
    const ids = [...badTexts, ...badValues]
      .map(({ content }) => content)
      .filter(({ length }) => length < 2_000)
      .map((content) => {
        const value: unknown = JSON.parse(content);
        return encodeURIComponent((typeof value === "string" ? value : content).toWellFormed());
      });
    for (const id of [...ids, "a%2Fb", "%00", "x".repeat(5_000), "%F0%9F%98%80", "__proto__"]) {
      if (id === "" || id === "." || id === "..") continue;
      const { status, text } = await request("GET", `/orders/${id}`);
      expect(status, id).to.be.oneOf([400, 403, 404]);
      expect(text.length).to.be.below(500);
    }
  });
});
