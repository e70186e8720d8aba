import type { SQSRecord } from "aws-lambda";
import { expect } from "chai";
import type { OrderEvent } from "../../../../handlers/orders/orderEvents";
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
import { expectPublished } from "../../support/eventSchemas";

const good = JSON.stringify({ orderId: "a", customerName: "Ada", totalAmount: 1 });
const nameless = '{"orderId":"a-1","totalAmount":1}';

/** What happens, in its order: "letter" or "event"; `busFails` for so many events. */
function setUp(options: { store?: StoreOutcome; letterFails?: boolean; busFails?: number } = {}) {
  const happened: string[] = [];
  const events: OrderEvent[] = [];
  const telemetry = recordTelemetry();
  let failures = options.busFails ?? 0;
  const handler = createProcessOrders({
    store: storeEach(() => Promise.resolve(options.store ?? { kind: "processed" })),
    sendToDeadLetterQueue: sendEach(() => {
      if (options.letterFails === true) return Promise.reject(awsError("ThrottlingException"));
      happened.push("letter");
      return Promise.resolve();
    }),
    sendEvents: sendEach((event: OrderEvent) => {
      if (failures-- > 0) return Promise.reject(awsError("ThrottlingException"));
      events.push(event);
      happened.push("event");
      return Promise.resolve();
    }),
    telemetry,
    timing: steppedTiming(),
  });
  const runRecords = (Records: SQSRecord[]) => handler({ Records }, invocation());
  const run = (...bodies: string[]) =>
    runRecords(bodies.map((body, index) => sqsRecord(String(index), body)));
  return { run, runRecords, happened, events, telemetry };
}

describe("refused orders", () => {
  const cases: [
    what: string,
    body: string,
    store: StoreOutcome,
    code: string,
    orderId: string | undefined,
  ][] = [
    ["a message that is not JSON", "Ada Lovelace", { kind: "processed" }, "invalidOrder", undefined],
    ["an order without a name", nameless, { kind: "processed" }, "invalidOrder", "a-1"],
    [
      "an order with a text that is none",
      '{"orderId":"a-2","customerName":"Ada\\u202e","totalAmount":1}',
      { kind: "processed" },
      "invalidOrder",
      "a-2",
    ],
    [
      "an order with half a character",
      '{"orderId":"a-3","customerName":"Ada\\ud83d","totalAmount":1}',
      { kind: "processed" },
      "invalidOrder",
      "a-3",
    ],
    ["an order with a bad id", '{"orderId":"Ada L."}', { kind: "processed" }, "invalidOrder", undefined],
    ["an order that conflicts", good, { kind: "conflict" }, "conflictingOrder", "a"],
  ];
  for (const [what, body, store, code, orderId] of cases) {
    it(`announce ${what}, once it stands in the dead-letter queue`, async () => {
      const { run, happened, events } = setUp({ store });
      await run(body);
      expect(happened).to.deep.equal(["letter", "event"]);
      const [event] = events;
      if (event?.type !== "OrderRefused") throw new Error("expected OrderRefused");
      expect(event.detail.refusal.code).to.equal(code);
      expect(event.detail.orderId).to.equal(orderId);
      expectPublished(event.type, event.detail);
      expect(JSON.stringify(event)).not.to.contain("Ada");
    });
  }

  it("are counted and logged as refused once they are announced", async () => {
    const { run, telemetry } = setUp();
    await run(nameless);
    expect(telemetry.counts[0]).to.deep.include({ OrdersRefused: 1, OrdersFailed: 0 });
    expect(telemetry.lines[0]?.fields).to.deep.include({ outcome: "refused" });
    expect(telemetry.lines[0]?.fields.refusal).to.include({ code: "invalidOrder" });
  });

  it("are announced with the time they were sent, which for one that a person invokes by hand is now", async () => {
    const { runRecords, events } = setUp();
    const record = sqsRecord("1", nameless);
    const SentTimestamp = String(Date.parse("2026-11-24T11:00:00.000Z"));
    await runRecords([{ ...record, attributes: { ...record.attributes, SentTimestamp } }]);
    const { attributes: _, ...byHand } = record;
    const before = Date.now();
    await runRecords([byHand as SQSRecord]);
    expect(events[0]?.detail.occurredAt).to.equal("2026-11-24T11:00:00.000Z");
    expect(Date.parse(events[1]?.detail.occurredAt ?? "")).to.be.within(before, Date.now());
  });

  it("are announced by no other outcome", async () => {
    for (const kind of ["processed", "duplicate"] as const) {
      const { run, events } = setUp({ store: { kind } });
      await run(good);
      expect(events).to.deep.equal([]);
    }
  });

  it("are announced only once they stand in the dead-letter queue", async () => {
    const { run, events } = setUp({ letterFails: true });
    expect((await run("bad", good)).batchItemFailures).to.deep.equal([{ itemIdentifier: "0" }]);
    expect(events).to.deep.equal([]);
  });

  it("come again when the bus does not take the event, which then has the same id", async () => {
    const { run, happened, events } = setUp({ busFails: 1 });
    expect((await run("bad", good)).batchItemFailures).to.deep.equal([{ itemIdentifier: "0" }]);
    expect((await run("bad", good)).batchItemFailures).to.deep.equal([]);
    expect((await run("bad", good)).batchItemFailures).to.deep.equal([]);
    expect(happened).to.deep.equal(["letter", "letter", "event", "letter", "event"]);
    expect(new Set(events.map(({ detail }) => detail.eventId)).size).to.equal(1);
  });

  it("of one batch are set aside and announced together, and only those that stand in the queue are announced", async () => {
    const letters: (string | undefined)[][] = [];
    const announced: (string | undefined)[][] = [];
    const handler = createProcessOrders({
      store: storeEach(() => Promise.resolve({ kind: "processed" })),
      sendToDeadLetterQueue(given) {
        letters.push(given.map(({ MessageBody }) => MessageBody));
        return Promise.resolve([undefined, awsError("ThrottlingException"), undefined, undefined]);
      },
      sendEvents(events) {
        announced.push(events.map(({ detail }) => detail.orderId));
        return Promise.resolve([undefined, awsError("ThrottlingException"), undefined]);
      },
      telemetry: recordTelemetry(),
      timing: steppedTiming(),
    });
    const bodies = ["a", "b", "c", "d"].map((id) => `{"orderId":"${id}"}`);
    const Records = [...bodies, good.replace('"a"', '"e"')].map((body, index) =>
      sqsRecord(String(index), body),
    );
    expect(await handler({ Records }, invocation())).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "1" }, { itemIdentifier: "2" }],
    });
    expect(letters).to.deep.equal([bodies]);
    expect(announced).to.deep.equal([["a", "c", "d"]]);
  });

  it("are not announced where orders do not announce themselves", async () => {
    const handler = createProcessOrders({
      store: storeEach(() => Promise.reject(new Error("not called"))),
      sendToDeadLetterQueue: sendEach(() => Promise.resolve()),
      telemetry: recordTelemetry(),
      timing: steppedTiming(),
    });
    const answer = await handler({ Records: [sqsRecord("1", "bad")] }, invocation());
    expect(answer).to.deep.equal({ batchItemFailures: [] });
  });
});
