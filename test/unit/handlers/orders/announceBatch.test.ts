import type { DynamoDBRecord } from "aws-lambda";
import { expect } from "chai";
import { createAnnounceOrders } from "../../../../handlers/orders/announceBatch";
import type { OrderEvent } from "../../../../handlers/orders/orderEvents";
import { awsError, invocation, recordTelemetry, steppedTiming } from "../../support/handlerFakes";

const record = (id: string, more: Partial<DynamoDBRecord> = {}): DynamoDBRecord => ({
  eventName: "INSERT",
  dynamodb: {
    SequenceNumber: `seq-${id}`,
    NewImage: {
      orderId: { S: id },
      status: { S: "Processed" },
      createdAt: { S: "2026-11-24T12:00:00.000Z" },
      customerName: { S: "Ada" },
      totalAmount: { N: "1" },
    },
  },
  ...more,
});

async function announce(records: readonly DynamoDBRecord[], problemOf: (id: string) => Error | undefined) {
  const telemetry = recordTelemetry();
  const sent: OrderEvent[] = [];
  const deadlines: number[] = [];
  const timing = steppedTiming();
  const start = timing.now();
  const handler = createAnnounceOrders({
    sendEvents(events, deadline) {
      sent.push(...events);
      deadlines.push(deadline - start);
      return Promise.resolve(events.map(({ detail }) => problemOf(detail.orderId ?? "")));
    },
    telemetry,
    timing,
  });
  const answer = await handler({ Records: [...records] }, invocation(30_000));
  return { answer, sent, telemetry, deadlines };
}

describe("announceBatch", () => {
  it("sends an event for each change that is one, in their order, and leaves time to answer", async () => {
    const { answer, sent, telemetry, deadlines } = await announce(
      [record("a"), record("x", { eventName: "REMOVE", dynamodb: {} }), record("b")],
      () => undefined,
    );
    expect(answer).to.deep.equal({ batchItemFailures: [] });
    expect(sent.map(({ detail }) => detail.orderId)).to.deep.equal(["a", "b"]);
    expect(telemetry.counts).to.deep.equal([{ EventsSent: 2, EventsSkipped: 1, EventsFailed: 0 }]);
    expect(deadlines).to.deep.equal([29_000]);
  });

  it("reports each record whose event was not taken, by its sequence number", async () => {
    const { answer, telemetry } = await announce([record("a"), record("b"), record("c")], (id) =>
      id === "a" ? undefined : awsError("ThrottlingException"),
    );
    expect(answer.batchItemFailures).to.deep.equal([
      { itemIdentifier: "seq-b" },
      { itemIdentifier: "seq-c" },
    ]);
    expect(telemetry.counts).to.deep.equal([{ EventsSent: 1, EventsSkipped: 0, EventsFailed: 2 }]);
    const told = telemetry.lines.map(({ level, fields }) => [
      level,
      fields.sequenceNumber,
      fields.outcome,
      fields.failure,
    ]);
    expect(told).to.deep.equal([
      ["info", "seq-a", "sent", undefined],
      ["warn", "seq-b", "failed", "ThrottlingException"],
      ["warn", "seq-c", "failed", "ThrottlingException"],
    ]);
  });

  it("puts no personal data into logs", async () => {
    const { telemetry } = await announce([record("a"), record("b")], (id) =>
      id === "a" ? undefined : awsError("InternalFailure"),
    );
    expect(JSON.stringify(telemetry.lines)).not.to.contain("Ada");
  });

  it("answers an empty batch", async () => {
    expect((await announce([], () => undefined)).answer).to.deep.equal({ batchItemFailures: [] });
  });
});
