import type { SQSEvent } from "aws-lambda";
import { expect } from "chai";
import fc from "fast-check";
import type { DeadLetter } from "../../../../handlers/orders/deadLetter";
import type { Order } from "../../../../handlers/orders/order";
import { createProcessOrders } from "../../../../handlers/orders/processBatch";
import { fulfilled, type StoreOutcome } from "../../../../handlers/orders/storeOutcome";
import {
  awsError,
  invocation,
  recordTelemetry,
  sendEach,
  sqsRecord,
  steppedTiming,
  storeEach,
} from "../../support/handlerFakes";

const person = { customerName: "Ada Lovelace", customerEmail: "ada@example.com" };
const order = (orderId: string, more: object = {}) => ({ orderId, totalAmount: 12.5, ...person, ...more });

function setUp(
  options: {
    readonly store?: (order: Order) => Promise<StoreOutcome>;
    readonly sendFails?: boolean;
  } = {},
) {
  const timing = steppedTiming();
  const telemetry = recordTelemetry();
  const stored: string[] = [];
  const letters: DeadLetter[] = [];
  const handler = createProcessOrders({
    store: storeEach((given) => {
      stored.push(given.orderId);
      return options.store?.(given) ?? Promise.resolve({ kind: "processed" });
    }),
    sendToDeadLetterQueue: sendEach((letter: DeadLetter) => {
      if (options.sendFails === true) return Promise.reject(awsError("ThrottlingException"));
      letters.push(letter);
      return Promise.resolve();
    }),
    telemetry,
    timing,
  });
  const run = (records: SQSEvent["Records"], remainingMs?: number) =>
    handler({ Records: records }, invocation(remainingMs));
  return { run, timing, telemetry, stored, letters };
}

const NOTHING = {
  OrdersProcessed: 0,
  OrdersRejected: 0,
  OrdersDuplicate: 0,
  OrdersRefused: 0,
  OrdersFailed: 0,
  OrdersUnconfirmable: 0,
};

describe("processOrders", () => {
  it("stores every order of a batch and reports no failure", async () => {
    const { run, stored, telemetry } = setUp();
    expect(await run([sqsRecord("1", order("a")), sqsRecord("2", order("b"))])).to.deep.equal({
      batchItemFailures: [],
    });
    expect(stored).to.deep.equal(["a", "b"]);
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, OrdersProcessed: 2 }]);
  });

  it("logs one line an order: id, message, outcome, duration", async () => {
    const { run, telemetry, timing } = setUp({
      store: () => {
        timing.advance(7.4);
        return Promise.resolve({ kind: "duplicate" });
      },
    });
    await run([sqsRecord("1", order("a"))]);
    expect(telemetry.lines).to.deep.equal([
      {
        level: "info",
        message: "order",
        fields: { orderId: "a", messageId: "1", outcome: "duplicate", durationMs: 7 },
      },
    ]);
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, OrdersDuplicate: 1 }]);
  });

  it("counts an order that was rejected as handled, and logs why", async () => {
    const rejection = { reason: "insufficientStock", sku: "tea" } as const;
    const { run, telemetry } = setUp({ store: () => Promise.resolve({ kind: "rejected", rejection }) });
    expect(await run([sqsRecord("1", order("a"))])).to.deep.equal({ batchItemFailures: [] });
    expect(telemetry.lines[0]?.fields).to.deep.include({ outcome: "rejected", rejection });
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, OrdersRejected: 1 }]);
  });

  it("sends what can never succeed to the dead-letter queue at first receipt, byte for byte, and counts it as handled", async () => {
    const body = '{ "orderId": "a",  "totalAmount": 1.005 }\n';
    const { run, letters, stored, telemetry } = setUp();
    expect(await run([sqsRecord("1", body), sqsRecord("2", "not JSON")])).to.deep.equal({
      batchItemFailures: [],
    });
    expect(stored).to.deep.equal([]);
    expect(letters.map(({ MessageBody }) => MessageBody)).to.deep.equal([body, "not JSON"]);
    expect(letters[0]?.MessageAttributes.refusalCode?.StringValue).to.equal("invalidOrder");
    expect(letters[0]?.MessageAttributes.refusalReason?.StringValue).to.equal(
      "customerName: got nothing; expected a string of 1 to 200 characters; " +
        "totalAmount: got 1.005; expected a number from 0 to 1000000000 with at most two decimals",
    );
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, OrdersRefused: 2 }]);
    const [first] = telemetry.lines;
    expect(first?.fields).to.deep.include({
      outcome: "refused",
      refusal: {
        code: "invalidOrder",
        reason: letters[0]?.MessageAttributes.refusalReason?.StringValue,
      },
    });
  });

  it("sends an order whose id is taken by other content to the dead-letter queue", async () => {
    const { run, letters } = setUp({ store: () => Promise.resolve({ kind: "conflict" }) });
    const record = sqsRecord("1", order("a"));
    expect(await run([record])).to.deep.equal({ batchItemFailures: [] });
    expect(letters).to.have.length(1);
    expect(letters[0]?.MessageBody).to.equal(record.body);
    expect(letters[0]?.MessageAttributes.refusalCode?.StringValue).to.equal("conflictingOrder");
    // SQS takes no empty attribute, and a person needs the field.
    expect(letters[0]?.MessageAttributes.refusalReason?.StringValue).to.match(/^orderId: \S/);
  });

  it("reports a record whose way to the dead-letter queue fails, instead of losing it", async () => {
    const { run, telemetry } = setUp({ sendFails: true });
    const answer = await run([sqsRecord("bad", "not JSON"), sqsRecord("good", order("a"))]);
    expect(answer).to.deep.equal({ batchItemFailures: [{ itemIdentifier: "bad" }] });
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, OrdersProcessed: 1, OrdersFailed: 1 }]);
    // By its name: whoever is woken looks at the queue, and not at the function's time.
    const failed = telemetry.lines.find(({ level }) => level === "warn");
    expect(failed?.fields.failure).to.have.property("name", "ThrottlingException");
  });

  it("reports exactly the records that failed for a passing reason", async () => {
    const { run, telemetry } = setUp({
      store: ({ orderId }) =>
        orderId === "b"
          ? Promise.reject(awsError("ThrottlingException"))
          : Promise.resolve({ kind: "processed" }),
    });
    const answer = await run([
      sqsRecord("1", order("a")),
      sqsRecord("2", order("b")),
      sqsRecord("3", order("c")),
    ]);
    expect(answer).to.deep.equal({ batchItemFailures: [{ itemIdentifier: "2" }] });
    expect(telemetry.lines.find(({ level }) => level === "warn")?.fields).to.deep.include({
      messageId: "2",
      outcome: "failed",
      failure: { name: "ThrottlingException", message: "ThrottlingException: refused" },
    });
  });

  it("stores an order whose address is none, and counts and logs that its customer cannot be told", async () => {
    const { run, stored, letters, telemetry } = setUp();
    await run([sqsRecord("1", order("a", { customerEmail: "Ada at home" })), sqsRecord("2", order("b"))]);
    expect(stored).to.deep.equal(["a", "b"]);
    expect(letters).to.deep.equal([]);
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, OrdersProcessed: 2, OrdersUnconfirmable: 1 }]);
    expect(telemetry.lines[0]?.fields.unconfirmable).to.match(
      /^customerEmail: got a string of 11 characters/,
    );
    expect(telemetry.lines[1]?.fields).not.to.have.property("unconfirmable");
    expect(JSON.stringify(telemetry.lines)).not.to.contain("Ada");
  });

  it("counts one that was rejected, too: its customer is to be told that", async () => {
    const rejection = { reason: "insufficientStock", sku: "tea" } as const;
    const { run, telemetry } = setUp({ store: () => Promise.resolve({ kind: "rejected", rejection }) });
    await run([sqsRecord("1", order("a", { customerEmail: "Ada at home" }))]);
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, OrdersRejected: 1, OrdersUnconfirmable: 1 }]);
  });

  it("counts such an order once, however often it comes", async () => {
    const { run, telemetry } = setUp({ store: () => Promise.resolve({ kind: "duplicate" }) });
    await run([sqsRecord("1", order("a", { customerEmail: "Ada at home" }))]);
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, OrdersDuplicate: 1 }]);
  });

  it("throws when the only record of a batch failed, as it does when all of many did", async () => {
    const { run } = setUp({ store: () => Promise.reject(awsError("ThrottlingException")) });
    const error: unknown = await run([sqsRecord("1", order("a"))]).catch((cause: unknown) => cause);
    expect(error)
      .to.be.instanceOf(Error)
      .with.property("message", "none of 1 orders could be processed: ThrottlingException");
  });

  it("throws when every record failed, so that the poller backs off, and still counts them", async () => {
    const { run, telemetry } = setUp({ store: () => Promise.reject(awsError("ThrottlingException")) });
    const error: unknown = await run([sqsRecord("1", order("a")), sqsRecord("2", order("b"))]).catch(
      (cause: unknown) => cause,
    );
    expect(error)
      .to.be.instanceOf(Error)
      .with.property("message", "none of 2 orders could be processed: ThrottlingException");
    expect(telemetry.counts).to.deep.equal([{ ...NOTHING, OrdersFailed: 2 }]);
  });

  it("answers an empty batch", async () => {
    expect(await setUp().run([])).to.deep.equal({ batchItemFailures: [] });
  });

  it("lets deliveries of one order in a batch take turns, and other orders run beside them", async () => {
    const running = new Set<string>();
    let most = 0;
    const { run, stored } = setUp({
      store: async ({ orderId }) => {
        expect(running.has(orderId), orderId).to.equal(false);
        running.add(orderId);
        most = Math.max(most, running.size);
        await new Promise(setImmediate);
        running.delete(orderId);
        return { kind: "processed" };
      },
    });
    await run(["a", "b", "a", "c", "a"].map((id, index) => sqsRecord(String(index), order(id))));
    expect(stored.filter((id) => id === "a")).to.have.length(3);
    expect(most).to.equal(3);
  });

  it("tries a later delivery of an order though one before it failed: no order is to be kept here", async () => {
    let calls = 0;
    const { run, stored } = setUp({
      store: () =>
        ++calls === 1
          ? Promise.reject(awsError("ThrottlingException"))
          : Promise.resolve({ kind: "processed" }),
    });
    expect(await run([sqsRecord("1", order("a")), sqsRecord("2", order("a"))])).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(stored).to.deep.equal(["a", "a"]);
  });

  it("gives the store all orders of a batch at once, no id twice", async () => {
    const calls: string[][] = [];
    const timing = steppedTiming();
    const handler = createProcessOrders({
      store: {
        store: (orders) => {
          calls.push(orders.map(({ orderId }) => orderId));
          return Promise.resolve(orders.map(() => fulfilled({ kind: "processed" })));
        },
      },
      sendToDeadLetterQueue: sendEach(() => Promise.resolve()),
      telemetry: recordTelemetry(),
      timing,
    });
    const ids = ["a", "b", "a", "c", "a", "c"];
    const Records = ids.map((id, index) => sqsRecord(String(index), order(id)));
    await handler({ Records: [...Records, sqsRecord("bad", "not JSON")] }, invocation());
    expect(calls).to.deep.equal([["a", "b", "c"], ["a", "c"], ["a"]]);
  });

  it("reports an order that the store does not tell of", async () => {
    const handler = createProcessOrders({
      store: {
        store: (orders) => Promise.resolve(orders.slice(1).map(() => fulfilled({ kind: "processed" }))),
      },
      sendToDeadLetterQueue: sendEach(() => Promise.resolve()),
      telemetry: recordTelemetry(),
      timing: steppedTiming(),
    });
    const Records = [sqsRecord("1", order("a")), sqsRecord("2", order("b"))];
    expect(await handler({ Records }, invocation())).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "2" }],
    });
  });

  it("starts no record near the function's deadline, and reports what it did not start", async () => {
    const { run, timing, stored, telemetry } = setUp({
      store: () => {
        timing.advance(400);
        return Promise.resolve({ kind: "processed" });
      },
    });
    // The same order each time, so that the records run in turn. 3.5 s are left: one is kept for the answer, and a
    // record needs two, so that the last may start after 0.5 s.
    const records = ["1", "2", "3", "4"].map((id) => sqsRecord(id, order("a")));
    expect(await run(records, 3_500)).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "3" }, { itemIdentifier: "4" }],
    });
    expect(stored).to.have.length(2);
    expect(telemetry.lines.at(-1)?.fields).to.deep.include({
      outcome: "failed",
      durationMs: 0,
      failure: { name: "NotStarted", message: "the function's time was nearly over" },
    });
  });

  it("gives the store a deadline that leaves time to answer", async () => {
    const timing = steppedTiming();
    const deadlines: number[] = [];
    const handler = createProcessOrders({
      store: {
        store: (orders, deadline) => {
          deadlines.push(deadline - timing.now());
          return Promise.resolve(orders.map(() => fulfilled({ kind: "processed" })));
        },
      },
      sendToDeadLetterQueue: sendEach(() => Promise.resolve()),
      telemetry: recordTelemetry(),
      timing,
    });
    await handler({ Records: [sqsRecord("1", order("a"))] }, invocation(30_000));
    expect(deadlines).to.deep.equal([29_000]);
  });

  it("puts no personal data into logs, whatever becomes of an order", async () => {
    const outcomes: (() => Promise<StoreOutcome>)[] = [
      () => Promise.resolve({ kind: "processed" }),
      () => Promise.resolve({ kind: "rejected", rejection: { reason: "unknownSku", sku: "tea" } }),
      () => Promise.resolve({ kind: "duplicate" }),
      () => Promise.resolve({ kind: "conflict" }),
      // The SDK hangs the whole item on such errors.
      () =>
        Promise.reject(
          awsError("ConditionalCheckFailedException", 400, { Item: order("a"), cause: order("a") }),
        ),
    ];
    for (const store of outcomes) {
      const { run, telemetry } = setUp({ store });
      await run([
        sqsRecord("1", order("a")),
        sqsRecord("2", `Ada Lovelace ada@example.com`),
        sqsRecord("3", order("Ada Lovelace", { customerName: 1, customerEmail: "Ada Lovelace" })),
      ]);
      expect(JSON.stringify(telemetry.lines)).not.to.match(/Ada|Lovelace|ada@/);
      expect(telemetry.lines).to.have.length(3);
    }
  });

  it("accounts for each record of any batch exactly once: handled, or reported", async () => {
    const outcomes: Readonly<Record<string, StoreOutcome | undefined>> = {
      processed: { kind: "processed" },
      rejected: { kind: "rejected", rejection: { reason: "unknownSku", sku: "tea" } },
      duplicate: { kind: "duplicate" },
      conflict: { kind: "conflict" },
      fails: undefined,
    };
    const anyRecord = fc.record({
      id: fc.constantFrom("a", "b", "c"),
      becomes: fc.constantFrom("malformed", ...Object.keys(outcomes)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        async (kinds, sendFails) => {
          const { run, telemetry, letters } = setUp({
            sendFails,
            // An amount tells which record it is.
            store: ({ totalAmount }) => {
              const outcome = outcomes[kinds[totalAmount]?.becomes ?? ""];
              return outcome === undefined
                ? Promise.reject(awsError("Throttling"))
                : Promise.resolve(outcome);
            },
          });
          const records = kinds.map(({ id, becomes }, index) =>
            sqsRecord(
              String(index),
              becomes === "malformed" ? `{${index}` : order(id, { totalAmount: index }),
            ),
          );
          const isRefused = (becomes: string) => becomes === "malformed" || becomes === "conflict";
          const expected = kinds.flatMap(({ becomes }, index) =>
            becomes === "fails" || (isRefused(becomes) && sendFails) ? [String(index)] : [],
          );
          const answer = await run(records).catch(() => "thrown" as const);
          if (answer === "thrown") expect(expected).to.have.length(kinds.length);
          else
            expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).to.deep.equal(
              expected.sort(),
            );
          const counted = Object.values(telemetry.counts[0] ?? {}).reduce((sum, count) => sum + count, 0);
          expect(counted).to.equal(kinds.length);
          const setAside = records.filter((_, index) => isRefused(kinds[index]!.becomes));
          expect(letters.map(({ MessageBody }) => MessageBody)).to.have.members(
            sendFails ? [] : setAside.map(({ body }) => body),
          );
        },
      ),
    );
  });
});
