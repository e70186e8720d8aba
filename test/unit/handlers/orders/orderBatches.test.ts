import { expect } from "chai";
import fc from "fast-check";
import type { Order } from "../../../../handlers/orders/order";
import { awsError } from "../../support/handlerFakes";
import { runs } from "../../../support/runs";
import { cancelled, lost, order, setUp } from "./orderStoreSupport";

describe("orderStore", () => {
  describe("of several orders", () => {
    const plain = (...ids: string[]): Order[] => ids.map((orderId) => ({ ...order, orderId }));
    const of = (orderId: string, items: Readonly<Record<string, number>>): Order => ({
      ...order,
      orderId,
      items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })),
    });
    const many = (count: number) => plain(...Array.from({ length: count }, (_, index) => `o${index}`));

    it("stores those without items by batches of 25", async () => {
      const { tables, storeAll } = setUp();
      expect(new Set(await storeAll(many(51)))).to.deep.equal(new Set(["processed"]));
      expect(tables.calls).to.deep.equal(["batch", "batch", "batch"]);
      expect(tables.sizes).to.deep.equal([25, 25, 1]);
      expect(tables.orders.size).to.equal(51);
    });

    for (const tellsItem of [true, false]) {
      it(`tells duplicates and conflicts from what is new${tellsItem ? "" : ", where DynamoDB does not say what stands there"}`, async () => {
        const { tables, storeAll } = setUp({ tellsItem });
        await storeAll(plain("a", "b"));
        const before = [tables.orders.get("a"), tables.orders.get("b")];
        const [a, b, c, d] = plain("a", "b", "c", "d");
        expect(await storeAll([c!, a!, { ...b!, totalAmount: 11 }, d!])).to.deep.equal([
          "processed",
          "duplicate",
          "conflict",
          "processed",
        ]);
        expect(tables.calls.slice(1)).to.deep.equal(tellsItem ? ["batch"] : ["batch", "put", "put"]);
        expect([tables.orders.get("a"), tables.orders.get("b")]).to.deep.equal(before);
      });

      it(`counts a batch whose answer was lost as stored, once${tellsItem ? "" : ", where DynamoDB does not say what stands there"}`, async () => {
        const { tables, storeAll } = setUp({
          tellsItem,
          mishap: (call) => (call === 1 ? lost("after") : undefined),
        });
        expect(await storeAll(plain("a", "b"))).to.deep.equal(["processed", "processed"]);
        expect(tables.orders.size).to.equal(2);
      });
    }

    it("tries again what of a batch passes, and only that", async () => {
      const passing = [
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "InternalServerError",
        "TransactionConflict",
      ] as const;
      for (const code of passing) {
        const { tables, storeAll } = setUp({
          verdict: (call, id) => (call === 1 && id !== "b" ? code : undefined),
        });
        expect(await storeAll(plain("a", "b", "c"))).to.deep.equal(["processed", "processed", "processed"]);
        expect(tables.sizes, code).to.deep.equal([3, 2]);
      }
    });

    it("leaves to the next delivery what of a batch does not pass in time, by its name", async () => {
      const { storeAll } = setUp({ verdict: (_, id) => (id === "b" ? "ThrottlingError" : undefined) });
      expect(await storeAll(plain("a", "b", "c"), 3_000)).to.deep.equal([
        "processed",
        "ThrottlingError",
        "processed",
      ]);
    });

    it("puts by itself what a batch cannot tell of", async () => {
      const { tables, storeAll } = setUp({
        verdict: (_, id) => (id === "b" ? "ValidationError" : undefined),
      });
      expect(await storeAll(plain("a", "b", "c"))).to.deep.equal(["processed", "processed", "processed"]);
      expect(tables.calls).to.deep.equal(["batch", "put"]);
    });

    it("puts each by itself when the whole batch is refused", async () => {
      const { tables, storeAll } = setUp({
        mishap: (call) =>
          call === 1 ? { when: "before", error: awsError("ValidationException") } : undefined,
      });
      expect(await storeAll(plain("a", "b"))).to.deep.equal(["processed", "processed"]);
      expect(tables.calls).to.deep.equal(["batch", "put", "put"]);
    });

    it("takes their goods off stock in one transaction, each good once", async () => {
      const { tables, storeAll } = setUp({ stock: { tea: 9, cake: 3 } });
      const given = [of("a", { tea: 2 }), of("b", { cake: 1, tea: 3 }), of("c", { cake: 2 })];
      expect(await storeAll(given)).to.deep.equal(["processed", "processed", "processed"]);
      expect(tables.calls).to.deep.equal(["transaction"]);
      expect(Object.fromEntries(tables.stock)).to.deep.equal({ tea: 4, cake: 0 });
    });

    it("takes as many into a transaction as have a hundred actions", async () => {
      const stock = Object.fromEntries(Array.from({ length: 300 }, (_, sku) => [`s${sku}`, 9]));
      const cases: [orders: Order[], sizes: number[]][] = [
        [many(100).map(({ orderId }) => of(orderId, { s1: 0 })), [99, 1]],
        [many(60).map(({ orderId }, index) => of(orderId, { [`s${index}`]: 1 })), [50, 10]],
        [many(5).map(({ orderId }, place) => of(orderId, bundle(place * 50))), [1, 1, 1, 1, 1]],
        [many(5).map(({ orderId }, place) => of(orderId, bundle(place * 49))), [2, 2, 1]],
      ];
      function bundle(from: number): Record<string, number> {
        return Object.fromEntries(
          Array.from({ length: from % 50 === 0 && from > 0 ? 50 : 49 }, (_, index) => [
            `s${from + index}`,
            1,
          ]),
        );
      }
      for (const [given, sizes] of cases) {
        const { tables, storeAll } = setUp({ stock });
        expect(new Set(await storeAll(given))).to.deep.equal(new Set(["processed"]));
        expect(tables.sizes).to.deep.equal(sizes);
      }
    });

    it("gives scarce goods to the first, and says of each other that they were not enough", async () => {
      const { tables, storeAll } = setUp({ stock: { tea: 5 } });
      const given = [1, 2, 3, 2, 9].map((quantity, index) => of(`o${index}`, { tea: quantity }));
      expect(await storeAll(given)).to.deep.equal([
        "processed",
        "processed",
        "rejected",
        "processed",
        "rejected",
      ]);
      expect(tables.stock.get("tea")).to.equal(0);
      // All; those that fit; the one that waited, in vain; and the rejected.
      expect(tables.calls).to.deep.equal(["transaction", "transaction", "transaction", "batch"]);
    });

    it("gives scarce goods to the first, whichever transaction the others are in", async () => {
      const { tables, storeAll } = setUp({ stock: { tea: 120 } });
      // A transaction takes 99 of them. The first is made again without the one that wants too much, before the second.
      const given = Array.from({ length: 130 }, (_, index) =>
        of(`o${index}`, { tea: index === 7 ? 121 : 1 }),
      );
      expect(await storeAll(given)).to.deep.equal(
        given.map((_, index) => (index === 7 || index > 120 ? "rejected" : "processed")),
      );
      expect(tables.stock.get("tea")).to.equal(0);
    });

    it("decides what stands there already, and stores the others", async () => {
      const { tables, storeAll } = setUp({ stock: { tea: 9 } });
      await storeAll([of("a", { tea: 1 }), of("b", { tea: 1 })]);
      const given = [of("c", { tea: 1 }), of("a", { tea: 1 }), of("b", { tea: 2 }), of("d", { tea: 1 })];
      expect(await storeAll(given)).to.deep.equal(["processed", "duplicate", "conflict", "processed"]);
      expect(tables.stock.get("tea")).to.equal(5);
      expect(tables.calls).to.deep.equal(["transaction", "transaction", "transaction"]);
    });

    it("counts a transaction whose answer was lost as stored, though its group is divided afterwards", async () => {
      const { tables, storeAll } = setUp({
        stock: { tea: 9 },
        mishap: (call) => (call === 2 ? lost("after") : undefined),
      });
      await storeAll([of("a", { tea: 1 })]);
      expect(await storeAll([of("b", { tea: 1 }), of("c", { tea: 1 })])).to.deep.equal([
        "processed",
        "processed",
      ]);
      expect(tables.stock.get("tea")).to.equal(6);
    });

    it("tries each by itself when their transaction is broken, so that one fails and not all", async () => {
      const broken = cancelled("None", "None", "None", "ValidationError", "None");
      const { tables, storeAll } = setUp({
        stock: { tea: 9, cake: 9 },
        mishap: (call) =>
          call === 1 ? broken : call === 3 ? cancelled("None", "ValidationError") : undefined,
      });
      const given = [of("a", { tea: 1 }), of("b", { cake: 1 }), of("c", { tea: 1 })];
      expect(await storeAll(given)).to.deep.equal(["processed", "Error", "processed"]);
      expect(tables.sizes).to.deep.equal([3, 1, 1, 1]);
      expect(tables.orders.has("b")).to.equal(false);
    });

    it("leaves to the next delivery what a conflict keeps back to the end, and tries none by itself", async () => {
      const { tables, storeAll } = setUp({
        stock: { tea: 9 },
        mishap: () => cancelled("None", "None", "TransactionConflict"),
      });
      expect(await storeAll([of("a", { tea: 1 }), of("b", { tea: 1 })], 3_000)).to.deep.equal([
        "TransactionConflict",
        "TransactionConflict",
      ]);
      expect(new Set(tables.sizes)).to.deep.equal(new Set([2]));
    });

    it("stores one of two with the same id, as a FIFO queue's batch of two message groups may hold them", async () => {
      for (const items of [undefined, { tea: 1 }]) {
        const { tables, storeAll } = setUp({ stock: { tea: 9 } });
        const [a, b, c] = ["a", "b", "a"].map((id) => (items === undefined ? plain(id)[0]! : of(id, items)));
        expect(await storeAll([a!, b!, { ...c!, customerName: "Eve" }, { ...a! }])).to.deep.equal([
          "processed",
          "processed",
          "conflict",
          "duplicate",
        ]);
        expect(tables.orders.size).to.equal(2);
        // No call is refused for it, and their neighbours need none of their own.
        expect(tables.sizes[0]).to.equal(2);
        expect(tables.stock.get("tea")).to.equal(items === undefined ? 9 : 7);
      }
    });

    it("keeps the orders' places in what it tells, whatever becomes of them", async () => {
      const { storeAll } = setUp({ stock: { tea: 1 } });
      await storeAll(plain("p1"));
      const given = [of("r1", { tea: 2 }), ...plain("p1", "p2"), of("g1", { tea: 1 }), of("u1", { none: 1 })];
      expect(await storeAll(given)).to.deep.equal([
        "rejected",
        "duplicate",
        "processed",
        "processed",
        "rejected",
      ]);
    });
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
    /** Deliveries in batches of these sizes, or smaller: none holds an order twice. */
    const batchesOf = (deliveries: readonly Order[], sizes: readonly number[]): Order[][] => {
      const batches: Order[][] = [];
      for (const given of deliveries) {
        const last = batches.at(-1);
        const isFull = last === undefined || last.length >= sizes[batches.length % sizes.length]!;
        if (isFull || last.includes(given)) batches.push([given]);
        else last.push(given);
      }
      return batches;
    };
    await fc.assert(
      fc.asyncProperty(
        anyOrders,
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.array(fc.constantFrom("before", "after", "none", "none", "none"), { maxLength: 60 }),
        fc.nat(8),
        fc.nat(8),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }),
        fc.boolean(),
        async (contents, redeliveries, mishaps, tea, cake, sizes, tellsItem) => {
          const orders = contents.map((items, index): Order => ({
            orderId: `o${index}`,
            customerName: "Ada",
            totalAmount: index,
            ...(items === undefined ? {} : { items }),
          }));
          const { tables, storeAll } = setUp({
            tellsItem,
            stock: { tea, cake },
            mishap: (call) => {
              const what = mishaps[call - 1];
              return what === "before" || what === "after" ? lost(what) : undefined;
            },
          });
          const deliveries = [...orders, ...redeliveries.map((index) => orders[index % orders.length]!)];
          const outcomes = await Promise.all(batchesOf(deliveries, sizes).map((batch) => storeAll(batch)));
          const counted = outcomes.flat();
          for (const kind of counted) expect(kind).to.be.oneOf(["processed", "rejected", "duplicate"]);

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
