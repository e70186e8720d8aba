import type { SendMessageBatchCommand, SendMessageBatchCommandOutput, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { LARGEST_BATCH_BYTES, SendInterrupted, sendOrders } from "../../../tools/shop/sendOrders";

/** A queue that refuses some bodies, and keeps the bodies of each batch. */
function fakeQueue(refusal: (body: string, attempt: number) => { SenderFault: boolean } | undefined) {
  const batches: string[][] = [];
  const attempts = new Map<string, number>();
  const send = ({ input }: SendMessageBatchCommand): Promise<Partial<SendMessageBatchCommandOutput>> => {
    const entries = input.Entries ?? [];
    batches.push(entries.map(({ MessageBody = "" }) => MessageBody));
    const Failed = entries.flatMap(({ Id, MessageBody = "" }) => {
      const attempt = (attempts.get(MessageBody) ?? 0) + 1;
      attempts.set(MessageBody, attempt);
      const refused = refusal(MessageBody, attempt);
      return refused === undefined ? [] : [{ Id, Code: "Refused", Message: `no ${MessageBody}`, ...refused }];
    });
    return Promise.resolve({ Failed });
  };
  return { client: { send } as unknown as Pick<SQSClient, "send">, batches };
}

const bodies = Array.from({ length: 23 }, (_, index) => `order ${index}`);

describe("sendOrders", () => {
  it("sends each body once, ten at most in a batch", async () => {
    const { client, batches } = fakeQueue(() => undefined);
    const progress: number[] = [];
    const summary = await sendOrders({
      client,
      queueUrl: "q",
      bodies,
      onProgress: (done) => progress.push(done),
    });
    expect(batches.map((batch) => batch.length)).to.deep.equal([10, 10, 3]);
    expect(batches.flat()).to.deep.equal(bodies);
    expect(summary).to.deep.include({ sent: 23, refused: [] });
    expect(progress.at(-1)).to.equal(23);
  });

  it("tries a body again that was refused for a passing reason, and no other", async () => {
    const { client, batches } = fakeQueue((body, attempt) =>
      body === "order 4" && attempt < 3 ? { SenderFault: false } : undefined,
    );
    const summary = await sendOrders({
      client,
      queueUrl: "q",
      bodies: bodies.slice(0, 10),
      onProgress: () => undefined,
    });
    expect(summary).to.deep.include({ sent: 10, refused: [] });
    expect(batches.slice(1)).to.deep.equal([["order 4"], ["order 4"]]);
  });

  it("tells of a body that was refused for good, or three times, by its place", async () => {
    const { client, batches } = fakeQueue((body) =>
      body === "order 1" ? { SenderFault: true } : body === "order 2" ? { SenderFault: false } : undefined,
    );
    const summary = await sendOrders({ client, queueUrl: "q", bodies: bodies.slice(0, 4) });
    expect(summary).to.deep.include({
      sent: 2,
      refused: [
        { index: 1, reason: "no order 1" },
        { index: 2, reason: "no order 2" },
      ],
    });
    expect(batches).to.have.length(3);
  });

  it("sends nothing once its signal has aborted", async () => {
    const { client, batches } = fakeQueue(() => undefined);
    const summary = await sendOrders({ client, queueUrl: "q", bodies, signal: AbortSignal.abort() });
    expect(summary.sent).to.equal(0);
    expect(batches).to.deep.equal([]);
  });
});

describe("sendOrders, of large orders", () => {
  it("makes batches by bytes too", async () => {
    const { client, batches } = fakeQueue(() => undefined);
    const large = Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(180_000, "x"));
    const summary = await sendOrders({ client, queueUrl: "q", bodies: large });
    expect(summary.sent).to.equal(30);
    expect(batches.map((batch) => batch.length)).to.deep.equal([5, 5, 5, 5, 5, 5]);
    expect(batches.flat().sort()).to.deep.equal(large.sort());
  });

  it("counts bytes, not characters, and fills a batch to the last one", async () => {
    const { client, batches } = fakeQueue(() => undefined);
    const half = "é".repeat(LARGEST_BATCH_BYTES / 4);
    await sendOrders({ client, queueUrl: "q", bodies: [half, half, half] });
    expect(batches.map((batch) => batch.length)).to.deep.equal([2, 1]);
  });

  it("refuses by itself what no message can hold, and sends the rest", async () => {
    const { client, batches } = fakeQueue(() => undefined);
    const summary = await sendOrders({
      client,
      queueUrl: "q",
      bodies: ["a", "x".repeat(LARGEST_BATCH_BYTES + 1), "b"],
    });
    expect(summary).to.deep.include({
      sent: 2,
      refused: [{ index: 1, reason: "has 1048577 bytes; SQS takes at most 1048576 in a message" }],
    });
    expect(batches).to.deep.equal([["a"], ["b"]]);
  });
});

describe("sendOrders, when the queue goes away", () => {
  it("says what was sent, and up to where nothing is missing", async () => {
    let calls = 0;
    const many = Array.from({ length: 200 }, (_, index) => `order ${index}`);
    const client = {
      send: () => (++calls > 12 ? Promise.reject(new Error("connection refused")) : Promise.resolve({})),
    } as unknown as Pick<SQSClient, "send">;
    const error: unknown = await sendOrders({ client, queueUrl: "q", bodies: many }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(SendInterrupted).with.property("message", "connection refused");
    const { summary } = error as SendInterrupted;
    expect(summary).to.deep.include({ sent: 120, complete: 120, interrupted: true, refused: [] });
  });

  it("does not count what lies behind a batch that failed as complete", async () => {
    const many = Array.from({ length: 40 }, (_, index) => `order ${index}`);
    const client = {
      send: ({ input }: SendMessageBatchCommand) =>
        input.Entries?.[0]?.Id === "10" ? Promise.reject(new Error("lost")) : Promise.resolve({}),
    } as unknown as Pick<SQSClient, "send">;
    const error = (await sendOrders({ client, queueUrl: "q", bodies: many }).catch(
      (reason: unknown) => reason,
    )) as SendInterrupted;
    expect(error.summary).to.deep.include({ sent: 30, complete: 10 });
  });

  it("sends to a FIFO queue by customer, one batch after the other, and no two of a customer in one", async () => {
    const order = (orderId: string, more: object) =>
      JSON.stringify({ orderId, customerName: "Ann", ...more });
    const given = [
      order("1", { customerEmail: "ann@example.com" }),
      order("2", { customerEmail: "bob@example.com" }),
      order("3", { customerEmail: "ann@example.com" }),
      order("4", {}),
      "not JSON",
      "null",
    ];
    const entries: NonNullable<SendMessageBatchCommand["input"]["Entries"]>[] = [];
    let running = 0;
    const client = {
      async send({ input }: SendMessageBatchCommand) {
        expect(++running).to.equal(1);
        entries.push(input.Entries ?? []);
        await new Promise(setImmediate);
        running--;
        return {};
      },
    } as unknown as Pick<SQSClient, "send">;
    const summary = await sendOrders({
      client,
      queueUrl: "https://sqs/orders.fifo",
      bodies: given,
      deduplicationId: (index) => `message-${index}`,
    });
    expect(summary.sent).to.equal(6);
    expect(entries.flat().map(({ MessageBody }) => MessageBody)).to.deep.equal(given);
    expect(entries.map((batch) => batch.length)).to.deep.equal([2, 4]);
    const groups = entries.flat().map(({ MessageGroupId = "" }) => MessageGroupId);
    for (const group of groups) expect(group).to.match(/^customer-[0-9a-f]{32}$/);
    expect(groups[0]).to.equal(groups[2]);
    expect(new Set(groups).size).to.equal(5);
    expect(entries.flat()[2]?.MessageDeduplicationId).to.equal("message-2");
    expect(groups.join()).not.to.match(/ann|bob/i);
  });
});
