import { ConditionalCheckFailedException, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { createOrderStore } from "../../../../handlers/orders/orderStore";
import type { Order } from "../../../../handlers/orders/order";
import { toItem, type Item } from "../../../../handlers/orders/orderItem";
import type { Mishap } from "../../support/fakeOrderTables";
import { awsError, steppedTiming } from "../../support/handlerFakes";
import { cancelled, lost, order, setUp, withItems } from "./orderStoreSupport";

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

  it("tells of no rejection that could not be stored, and the next delivery decides anew, by the stock of then", async () => {
    for (const name of ["AccessDeniedException", "ThrottlingException"]) {
      let isMended = false;
      const { tables, store } = setUp({
        stock: { tea: 1 },
        mishap: (call) => (call === 1 || isMended ? undefined : { when: "before", error: awsError(name) }),
      });
      const error: unknown = await store(withItems).catch((cause: unknown) => cause);
      expect(error).to.have.property("name", name);
      expect(tables.orders.size).to.equal(0);
      isMended = true;
      tables.stock.set("tea", 9);
      expect(await store(withItems)).to.deep.equal({ kind: "processed" });
      expect(tables.stock.get("tea")).to.equal(7);
    }
  });

  // What stands in the table when an attempt comes whose forerunner got no answer: it may be another delivery's.
  const strangers: [string, Partial<Item>][] = [
    ["at another time", { createdAt: { S: "2026-11-24T11:59:59.999Z" } }],
    ["to another end", { status: { S: "Cancelled" } }],
    ["by nobody knows whom, without time", { createdAt: undefined }],
    ["by nobody knows whom, without an end", { status: undefined }],
  ];
  for (const [what, change] of strangers) {
    it(`calls an order a duplicate that another has stored ${what} while it got no answer`, async () => {
      for (const given of [order, withItems]) {
        const { tables, timing, store } = setUp({
          mishap(call) {
            if (call > 1) return undefined;
            const item = { ...toItem(given, new Date(timing.now()).toISOString()), ...change } as Item;
            tables.orders.set("a", item);
            return lost("before");
          },
        });
        expect(await store(given)).to.deep.equal({ kind: "duplicate" });
        expect(tables.calls).to.have.length(2);
      }
    });
  }

  it("says when an order may be deleted, rejected or not: so many days after it was stored, or never", async () => {
    for (const given of [order, withItems, { ...withItems, items: [{ sku: "none", quantity: 1 }] }]) {
      for (const timeToLiveDays of [undefined, 0, 1, 400]) {
        const { tables, timing, store } = setUp({
          stock: { tea: 5 },
          ...(timeToLiveDays !== undefined && { timeToLiveDays }),
        });
        timing.advance(1);
        const from = Math.floor(timing.now() / 1000);
        await store(given);
        const { expiresAt } = tables.orders.get("a") ?? {};
        const never = timeToLiveDays === undefined || timeToLiveDays === 0;
        // Whole seconds, and none too early.
        expect(expiresAt?.N).to.equal(never ? undefined : String(from + 1 + timeToLiveDays * 86_400));
      }
    }
  });

  it("tries a transaction again that another writer, or a limit, stood in the way of", async () => {
    for (const code of ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]) {
      const { tables, store } = setUp({
        stock: { tea: 5 },
        mishap: (call) => (call === 1 ? cancelled("None", code) : undefined),
      });
      expect(await store(withItems)).to.deep.equal({ kind: "processed" });
      expect(tables.calls).to.have.length(2);
      expect(tables.stock.get("tea")).to.equal(3);
    }
  });

  it("fails at once, by its name, on what is neither the order's fault nor passes", async () => {
    const untold: Mishap = {
      when: "before",
      error: new ConditionalCheckFailedException({ message: "exists", $metadata: {} }),
    };
    const cases: [Order, Mishap, RegExp][] = [
      [withItems, cancelled("None", "ValidationError"), /cancelled with ValidationError/],
      [withItems, cancelled(), /cancelled with None/],
      [withItems, cancelled("ConditionalCheckFailed", "None"), /did not return the order/],
      [order, untold, /did not return the order/],
    ];
    for (const [given, mishap, said] of cases) {
      const { tables, store } = setUp({ mishap: () => mishap });
      const error: unknown = await store(given).catch((cause: unknown) => cause);
      expect(String(error)).to.match(said);
      expect(tables.calls).to.have.length(1);
    }
  });

  for (const [what, count] of [
    ["of one", 1],
    ["of several orders, and tries none of them by itself", 3],
  ] as const) {
    it(`lets go of a call that does not end, at its deadline: ${what}`, async () => {
      for (const given of [order, withItems]) {
        const timing = steppedTiming();
        let calls = 0;
        // As the SDK's clients, and the lean one, tell of an abort, whatever its reason.
        const hangs = (_command: unknown, { abortSignal }: { readonly abortSignal: AbortSignal }) =>
          new Promise((_, reject) => {
            calls++;
            abortSignal.addEventListener("abort", () =>
              reject(Object.assign(new Error("Request aborted"), { name: "AbortError" })),
            );
          });
        const store = createOrderStore({
          client: { send: hangs as DynamoDBClient["send"] },
          ordersTableName: "orders",
          inventoryTableName: "inventory",
          timing,
        });
        const orders = Array.from({ length: count }, (_, index) => ({ ...given, orderId: `o${index}` }));
        const results = await store.store(orders, timing.now() + 5);
        expect(
          results.map((result) => result.status === "rejected" && (result.reason as Error).name),
        ).to.deep.equal(orders.map(() => "TimeoutError"));
        expect(calls).to.equal(1);
      }
    });
  }

  it("begins nothing once its deadline is over", async () => {
    const { tables, storeAll } = setUp();
    expect(await storeAll([order, { ...withItems, orderId: "b" }], 0)).to.deep.equal([
      "TimeoutError",
      "TimeoutError",
    ]);
    expect(tables.calls).to.deep.equal([]);
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
});
