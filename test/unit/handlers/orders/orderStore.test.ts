import { expect } from "chai";
import fc from "fast-check";
import { createOrderStore } from "../../../../handlers/orders/orderStore";
import type { Order } from "../../../../handlers/orders/order";
import { fakeOrderTables, type Mishap } from "../../support/fakeOrderTables";
import { awsError, steppedTiming } from "../../support/handlerFakes";
import { runs } from "../../../support/runs";

const order: Order = { orderId: "a", customerName: "Ada", totalAmount: 10 };
const withItems: Order = { ...order, items: [{ sku: "tea", quantity: 2 }] };
const lost = (when: Mishap["when"]): Mishap => ({ when, error: awsError("TimeoutError", 0) });

function setUp(options: Parameters<typeof fakeOrderTables>[0] = {}, random?: () => number) {
  const tables = fakeOrderTables(options);
  const timing = steppedTiming(random);
  const { store } = createOrderStore({
    client: tables.client,
    ordersTableName: "orders",
    inventoryTableName: "inventory",
    timing,
  });
  return { tables, timing, store: (given: Order, ms = 10_000) => store(given, timing.now() + ms) };
}

describe("orderStore", () => {
  it("stores an order without items by one plain put", async () => {
    const { tables, store } = setUp();
    expect(await store(order)).to.deep.equal({ kind: "processed" });
    expect(tables.calls).to.deep.equal(["put"]);
    expect(tables.orders.get("a")?.status).to.deep.equal({ S: "Processed" });
  });

  it("stores an order with items and takes them off stock, in one transaction", async () => {
    const { tables, store } = setUp({ stock: { tea: 5 } });
    expect(await store(withItems)).to.deep.equal({ kind: "processed" });
    expect(tables.calls).to.deep.equal(["transaction"]);
    expect(tables.stock.get("tea")).to.equal(3);
  });

  it("leaves createdAt unchanged when an order is delivered again", async () => {
    const { tables, timing, store } = setUp({ stock: { tea: 5 } });
    for (const given of [order, { ...withItems, orderId: "b" }]) {
      await store(given);
      const before = tables.orders.get(given.orderId);
      timing.advance(60_000);
      expect(await store(given)).to.deep.equal({ kind: "duplicate" });
      expect(tables.orders.get(given.orderId)).to.equal(before);
    }
    expect(tables.stock.get("tea")).to.equal(3);
  });

  it("calls other content under the same id a conflict, and changes nothing", async () => {
    const { tables, store } = setUp({ stock: { tea: 5 } });
    await store(order);
    expect(await store({ ...order, totalAmount: 11 })).to.deep.equal({ kind: "conflict" });
    expect(await store(withItems)).to.deep.equal({ kind: "conflict" });
    expect(tables.stock.get("tea")).to.equal(5);
  });

  it("stores an order that cannot be fulfilled as rejected, and moves no stock", async () => {
    const { tables, store } = setUp({ stock: { tea: 1, cake: 9 } });
    const given = {
      ...order,
      items: [
        { sku: "cake", quantity: 1 },
        { sku: "tea", quantity: 2 },
      ],
    };
    const rejection = { reason: "insufficientStock", sku: "tea" };
    expect(await store(given)).to.deep.equal({ kind: "rejected", rejection });
    expect(tables.orders.get("a")).to.deep.include({
      status: { S: "Rejected" },
      rejection: { M: { reason: { S: "insufficientStock" }, sku: { S: "tea" } } },
    });
    expect([...tables.stock]).to.deep.equal([
      ["tea", 1],
      ["cake", 9],
    ]);
  });

  it("tells a good that nobody knows from one that is out of stock", async () => {
    const { store } = setUp();
    expect(await store(withItems)).to.deep.equal({
      kind: "rejected",
      rejection: { reason: "unknownSku", sku: "tea" },
    });
  });

  it("keeps a rejected order rejected when it is delivered again after stock came back", async () => {
    const { tables, store } = setUp({ stock: { tea: 0 } });
    await store(withItems);
    tables.stock.set("tea", 100);
    expect(await store(withItems)).to.deep.equal({ kind: "duplicate" });
    expect(tables.orders.get("a")?.status).to.deep.equal({ S: "Rejected" });
    expect(tables.stock.get("tea")).to.equal(100);
  });

  it("keeps what another delivery stored between its own look at the stock and its rejection", async () => {
    const { tables, store } = setUp({ stock: { tea: 0 } });
    const first = store(withItems);
    // The first delivery has asked for stock in vain; before it writes the rejection, stock arrives.
    await Promise.resolve();
    await Promise.resolve();
    tables.stock.set("tea", 10);
    const outcomes = await Promise.all([first, store(withItems)]);
    expect(tables.orders.size).to.equal(1);
    const processed = tables.orders.get("a")?.status?.S === "Processed";
    expect(tables.stock.get("tea")).to.equal(processed ? 8 : 10);
    expect(outcomes.filter(({ kind }) => kind === "duplicate")).to.have.length(1);
  });

  it("counts an order as stored when only the answer was lost", async () => {
    for (const given of [order, withItems]) {
      const { tables, store } = setUp({
        stock: { tea: 5 },
        mishap: (call) => (call === 1 ? lost("after") : undefined),
      });
      expect(await store(given)).to.deep.equal({ kind: "processed" });
      expect(tables.calls).to.have.length(2);
      expect(tables.stock.get("tea")).to.equal(given.items === undefined ? 5 : 3);
    }
  });

  it("calls an order that comes again within the same millisecond a duplicate: it is no answer that was lost", async () => {
    for (const given of [order, withItems, { ...withItems, items: [{ sku: "tea", quantity: 99 }] }]) {
      const { tables, store } = setUp({ stock: { tea: 5 } });
      await store(given);
      const before = tables.calls.length;
      expect(await store(given)).to.deep.equal({ kind: "duplicate" });
      expect(tables.calls).to.have.length(before + 1);
    }
  });

  it("counts a rejection as its own when only the answer was lost", async () => {
    const { store } = setUp({
      stock: { tea: 0 },
      mishap: (call) => (call === 2 ? lost("after") : undefined),
    });
    expect(await store(withItems)).to.have.property("kind", "rejected");
  });

  it("tries throttles again with growing, full jitter", async () => {
    const throttled: Mishap = { when: "before", error: awsError("ProvisionedThroughputExceededException") };
    const { timing, store } = setUp({ mishap: (call) => (call <= 4 ? throttled : undefined) }, () => 0.5);
    expect(await store(order)).to.deep.equal({ kind: "processed" });
    expect(timing.sleeps).to.deep.equal([12.5, 25, 50, 100]);
  });

  it("gives up when no time is left, with the error that stood in the way", async () => {
    const throttled: Mishap = { when: "before", error: awsError("ThrottlingException") };
    const { timing, store } = setUp({ mishap: () => throttled }, () => 0.999);
    const began = timing.now();
    const error: unknown = await store(order, 3_000).catch((cause: unknown) => cause);
    expect(error).to.have.property("name", "ThrottlingException");
    expect(timing.now() - began).to.be.at.most(3_000);
  });

  it("does not try again what waiting cannot cure", async () => {
    const denied: Mishap = { when: "before", error: awsError("AccessDeniedException") };
    const { tables, store } = setUp({ mishap: () => denied });
    const error: unknown = await store(order).catch((cause: unknown) => cause);
    expect(error).to.have.property("name", "AccessDeniedException");
    expect(tables.calls).to.have.length(1);
  });

  it("keeps stock and orders in step over any stream of redeliveries, crashes and batches at once", async () => {
    const skus = ["tea", "cake"] as const;
    const anyItems = fc.uniqueArray(
      fc.record({ sku: fc.constantFrom(...skus, "unknown"), quantity: fc.integer({ min: 1, max: 3 }) }),
      {
        minLength: 1,
        maxLength: 3,
        selector: ({ sku }) => sku,
      },
    );
    const anyOrders = fc.array(fc.option(anyItems, { nil: undefined }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        anyOrders,
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.array(fc.constantFrom("before", "after", "none", "none", "none"), { maxLength: 60 }),
        fc.nat(8),
        fc.nat(8),
        async (contents, redeliveries, mishaps, tea, cake) => {
          const orders = contents.map((items, index): Order => ({
            orderId: `o${index}`,
            customerName: "Ada",
            totalAmount: index,
            ...(items === undefined ? {} : { items }),
          }));
          const { tables, store } = setUp({
            stock: { tea, cake },
            mishap: (call) => {
              const what = mishaps[call - 1];
              return what === "before" || what === "after" ? lost(what) : undefined;
            },
          });
          const deliveries = [...orders, ...redeliveries.map((index) => orders[index % orders.length]!)];
          await Promise.all(deliveries.map((given) => store(given)));

          expect(tables.orders.size).to.equal(orders.length);
          for (const [index, sku] of skus.entries()) {
            const left = tables.stock.get(sku) ?? 0;
            expect(left).to.be.at.least(0);
            const reserved = orders
              .filter(({ orderId }) => tables.orders.get(orderId)?.status?.S === "Processed")
              .flatMap(({ items = [] }) => items)
              .filter((item) => item.sku === sku)
              .reduce((sum, { quantity }) => sum + quantity, 0);
            expect(left + reserved).to.equal([tea, cake][index]);
          }
        },
      ),
      { numRuns: runs(200) },
    );
  });
});
