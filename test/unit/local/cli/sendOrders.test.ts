import type { SendMessageBatchCommand, SendMessageBatchCommandOutput, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { sendOrders } from "../../../../local/cli/sendOrders";

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
