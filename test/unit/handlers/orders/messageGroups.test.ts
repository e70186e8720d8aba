import type { SQSRecord } from "aws-lambda";
import { expect } from "chai";
import fc from "fast-check";
import type { DeadLetter } from "../../../../handlers/orders/deadLetter";
import { createProcessOrders } from "../../../../handlers/orders/processBatch";
import type { StoreOutcome } from "../../../../handlers/orders/storeOutcome";
import {
  awsError,
  invocation,
  recordTelemetry,
  sendEach,
  sqsRecord,
  steppedTiming,
  storeEach,
} from "../../support/handlerFakes";

function message(id: string, group: string, body?: string, queue = "orders.fifo"): SQSRecord {
  const record = sqsRecord(id, body ?? { orderId: id, customerName: group, totalAmount: 1 });
  return {
    ...record,
    attributes: { ...record.attributes, MessageGroupId: group },
    eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${queue}`,
  };
}

/**
 * @param fails which orders, or letters, cannot be stored just now.
 * @param outcome what becomes of an order that can.
 */
function setUp(
  fails: (id: string) => boolean,
  outcome: (id: string) => StoreOutcome = () => ({ kind: "processed" }),
) {
  const handled: string[] = [];
  const telemetry = recordTelemetry();
  const settle = async (id: string) => {
    // Others have their turn: what runs at once meets here.
    await new Promise(setImmediate);
    if (fails(id)) throw awsError("ThrottlingException");
    handled.push(id);
  };
  const handler = createProcessOrders({
    store: storeEach(async ({ orderId }) => {
      await settle(orderId);
      return outcome(orderId);
    }),
    sendToDeadLetterQueue: sendEach((letter: DeadLetter) => settle(letter.MessageDeduplicationId ?? "")),
    telemetry,
    timing: steppedTiming(),
  });
  /** The ids to be delivered again. */
  const run = async (records: SQSRecord[]): Promise<string[]> => {
    try {
      const { batchItemFailures } = await handler({ Records: records }, invocation());
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    } catch {
      return records.map(({ messageId }) => messageId);
    }
  };
  return { run, handled, telemetry };
}

describe("message groups", () => {
  it("stop at the first that fails, and hold up no other group", async () => {
    const { run, handled, telemetry } = setUp((id) => id === "a2");
    const failed = await run([
      message("a1", "a"),
      message("a2", "a"),
      message("b1", "b"),
      message("a3", "a"),
      message("b2", "b"),
    ]);
    expect(failed).to.deep.equal(["a2", "a3"]);
    expect(handled).to.have.members(["a1", "b1", "b2"]);
    const held = telemetry.lines.find(({ fields }) => fields.messageId === "a3");
    expect(held?.fields).to.deep.include({ outcome: "failed" });
    expect(held?.fields.failure).to.have.property("name", "HeldUp");
  });

  it("are stopped by an order that cannot be set aside, too", async () => {
    const { run, handled } = setUp((id) => id === "a1");
    expect(await run([message("a1", "a", "not JSON"), message("a2", "a"), message("b1", "b")])).to.deep.equal(
      ["a1", "a2"],
    );
    expect(handled).to.deep.equal(["b1"]);
  });

  it("go on behind an order that was set aside", async () => {
    const { run, handled } = setUp(() => false);
    expect(await run([message("a1", "a", "not JSON"), message("a2", "a")])).to.deep.equal([]);
    expect(handled).to.deep.equal(["a1", "a2"]);
  });

  const decided: StoreOutcome[] = [
    { kind: "rejected", rejection: { reason: "insufficientStock", sku: "tea" } },
    { kind: "duplicate" },
    { kind: "conflict" },
  ];
  for (const outcome of decided) {
    it(`go on behind an order that is decided for good: ${outcome.kind}`, async () => {
      const { run, handled, telemetry } = setUp(
        () => false,
        (id) => (id === "a1" ? outcome : { kind: "processed" }),
      );
      expect(await run([message("a1", "a"), message("a2", "a"), message("a3", "a")])).to.deep.equal([]);
      expect(handled.slice(-2)).to.deep.equal(["a2", "a3"]);
      expect(telemetry.counts[0]).to.include({ OrdersProcessed: 2, OrdersFailed: 0 });
    });
  }

  it("hold up nothing in a standard queue, which only shares itself out by them", async () => {
    const { run, handled } = setUp((id) => id === "a1");
    expect(
      await run([message("a1", "a", undefined, "orders"), message("a2", "a", undefined, "orders")]),
    ).to.deep.equal(["a1"]);
    expect(handled).to.deep.equal(["a2"]);
  });

  it("keep their order, and lose nothing, whatever fails", async () => {
    const scenario = fc.record({
      groups: fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 30 }),
      malformed: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      failures: fc.array(fc.boolean(), { maxLength: 80 }),
      sizes: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ groups, malformed, failures, sizes }) => {
        let tries = 0;
        const { run, handled } = setUp(() => failures[tries++] ?? false);
        const sent = groups.map((group, place) =>
          message(`${group}-${place}`, group, malformed[place] === true ? "not JSON" : undefined),
        );
        // What a FIFO queue hands out: the oldest first, and of a group nothing behind what is not done.
        let left = sent;
        for (let round = 0; left.length > 0; round++) {
          expect(round, "rounds").to.be.below(500);
          const batch = left.slice(0, sizes[round % sizes.length]);
          const failed = new Set(await run(batch));
          left = left.filter((record) => !batch.includes(record) || failed.has(record.messageId));
        }
        for (const group of new Set(groups)) {
          const ofGroup = (ids: readonly string[]) => ids.filter((id) => id.startsWith(group));
          expect(ofGroup(handled)).to.deep.equal(ofGroup(sent.map(({ messageId }) => messageId)));
        }
      }),
    );
  });
});
