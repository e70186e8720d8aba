import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import type { Order } from "../../../handlers/orders/order";
import { createOrderStore } from "../../../handlers/orders/orderStore";
import { realTiming } from "../../../handlers/shared/retry";
import { cancelOrder, eraseOrder, findOrder } from "../../../tools/shop/orders";
import { setStock } from "../../../tools/shop/stockLevels";
import { runs } from "../../support/runs";
import { INVOCATION_MS, startOrderTables, type OrderTables } from "./orderTables";
import { storeOne } from "../../support/storeOne";

const SKUS = ["TEA", "COFFEE"] as const;
type Sku = (typeof SKUS)[number];

/** What the shop promises of an order, and no word of how. */
interface Stored {
  readonly order: Order;
  status: "Processed" | "Rejected" | "Cancelled";
  erased: boolean;
}
interface Model {
  readonly stock: Map<Sku, number>;
  readonly orders: Map<string, Stored>;
}
const goodsOf = ({ items = [] }: Order) => items.map(({ sku, quantity }) => [sku as Sku, quantity] as const);
const move = ({ stock }: Model, order: Order, sign: 1 | -1) => {
  for (const [sku, quantity] of goodsOf(order)) stock.set(sku, (stock.get(sku) ?? 0) + sign * quantity);
};
/** Name and address no longer count once they are erased. */
const content = ({ customerName, customerEmail, ...rest }: Order, personal: boolean) =>
  JSON.stringify([
    rest.orderId,
    rest.totalAmount,
    goodsOf(rest as Order).sort(),
    personal && [customerName, customerEmail],
  ]);

function process(model: Model, order: Order): string {
  const there = model.orders.get(order.orderId);
  if (there !== undefined)
    return content(order, !there.erased) === content(there.order, !there.erased) ? "duplicate" : "conflict";
  const filled = goodsOf(order).every(([sku, quantity]) => (model.stock.get(sku) ?? -1) >= quantity);
  if (filled) move(model, order, -1);
  model.orders.set(order.orderId, { order, status: filled ? "Processed" : "Rejected", erased: false });
  return filled ? "processed" : "rejected";
}
function cancel(model: Model, id: string): string {
  const there = model.orders.get(id);
  if (there === undefined) return "unknown";
  if (there.status !== "Processed") return there.status === "Cancelled" ? "cancelledBefore" : "notProcessed";
  there.status = "Cancelled";
  move(model, there.order, 1);
  return "cancelled";
}
function erase(model: Model, id: string): string {
  const there = model.orders.get(id);
  if (there === undefined) return "unknown";
  const before = there.erased;
  there.erased = true;
  return before ? "erasedBefore" : "erased";
}

interface Real {
  readonly names: Awaited<ReturnType<OrderTables["create"]>>;
  readonly client: DynamoDBDocumentClient;
  readonly store: ReturnType<typeof createOrderStore>;
  /** What the answers were, over all runs. */
  readonly met: Set<string>;
}
type Command = fc.AsyncCommand<Model, Real>;
const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  toString: () => name,
  run,
});
const answers = (real: Real, got: string, expected: string) => {
  expect(got).to.equal(expected);
  real.met.add(got);
};
const deadline = () => realTiming.now() + INVOCATION_MS;

const processing = (order: Order): Command =>
  command(`process(${JSON.stringify(order)})`, async (model, real) => {
    const { kind } = await storeOne(real.store, order, deadline());
    answers(real, kind, process(model, order));
  });

/** Deliveries of one message at once: one of them stores it, as one after the other would. */
const processingAtOnce = (order: Order, times: number): Command =>
  command(`process ${times} times at once(${JSON.stringify(order)})`, async (model, real) => {
    const outcomes = await Promise.all(
      Array.from({ length: times }, () => storeOne(real.store, order, deadline())),
    );
    const expected = outcomes.map(() => process(model, order));
    expect(outcomes.map(({ kind }) => kind).sort()).to.deep.equal(expected.sort());
    real.met.add("at once");
  });

/** Several who cancel at once: one of them is told that it did. */
const cancelling = (id: string, times: number): Command =>
  command(`cancel ${times} times at once(${id})`, async (model, real) => {
    const outcomes = await Promise.all(
      Array.from({ length: times }, () => cancelOrder({ ...real.names, client: real.client }, id)),
    );
    const kinds = outcomes.map(({ kind }) => kind as string).sort();
    expect(kinds).to.deep.equal(outcomes.map(() => cancel(model, id)).sort());
    for (const kind of kinds) real.met.add(kind);
  });

const erasing = (id: string): Command =>
  command(`erase(${id})`, async (model, real) => {
    answers(real, await eraseOrder({ ...real.names, client: real.client }, id), erase(model, id));
  });

const restocking = (sku: Sku, quantity: number): Command =>
  command(`restock(${sku}, ${quantity})`, async (model, { client, names }) => {
    await client.send(
      new UpdateCommand({
        TableName: names.inventoryTableName,
        Key: { sku },
        UpdateExpression: "ADD stock :quantity",
        ExpressionAttributeValues: { ":quantity": quantity },
      }),
    );
    model.stock.set(sku, (model.stock.get(sku) ?? 0) + quantity);
  });

/** Everything that anybody can see is what the model says. */
const looking: Command = command("look", async (model, { client, names }) => {
  for (const [id, { order, status, erased }] of model.orders) {
    const found = await findOrder({ ...names, client }, id);
    expect(found).to.deep.include({ orderId: id, status, totalAmount: order.totalAmount });
    expect(found?.items).to.deep.equal(order.items);
    expect(found?.customerName).to.equal(erased ? undefined : order.customerName);
    expect(found?.customerEmail).to.equal(erased ? undefined : order.customerEmail);
  }
  for (const sku of SKUS) {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: names.inventoryTableName,
        Key: { sku },
        UpdateExpression: "ADD stock :none",
        ExpressionAttributeValues: { ":none": 0 },
        ReturnValues: "ALL_NEW",
      }),
    );
    expect(Attributes?.stock, sku).to.equal(model.stock.get(sku) ?? 0);
    expect(Attributes?.stock, sku).to.be.at.least(0);
  }
});

const id = fc.constantFrom("A", "B", "C");
const order: fc.Arbitrary<Order> = fc.record(
  {
    orderId: id,
    customerName: fc.constantFrom("Ann", "Bob"),
    totalAmount: fc.constantFrom(1, 1.5),
    customerEmail: fc.constant("ann@example.com"),
    items: fc.uniqueArray(
      fc.record({ sku: fc.constantFrom(...SKUS, "UNKNOWN"), quantity: fc.integer({ min: 1, max: 3 }) }),
      { minLength: 1, maxLength: 2, selector: ({ sku }) => sku },
    ),
  },
  { requiredKeys: ["orderId", "customerName", "totalAmount"] },
);
/** The same few again and again: what is delivered twice must say the same now and then. */
const fewOrders = fc.oneof(
  order,
  fc.constant<Order>({
    orderId: "A",
    customerName: "Ann",
    totalAmount: 1,
    customerEmail: "ann@example.com",
    items: [{ sku: "TEA", quantity: 2 }],
  }),
);
const commands = fc.commands(
  [
    fewOrders.map(processing),
    fewOrders.map(processing),
    fc
      .tuple(fewOrders, fc.integer({ min: 2, max: 4 }))
      .map(([given, times]) => processingAtOnce(given, times)),
    fc.tuple(id, fc.integer({ min: 1, max: 3 })).map(([given, times]) => cancelling(given, times)),
    id.map(erasing),
    fc
      .tuple(fc.constantFrom(...SKUS), fc.integer({ min: 1, max: 3 }))
      .map(([sku, quantity]) => restocking(sku, quantity)),
    fc.constant(looking),
  ],
  { maxCommands: 40, size: "max" },
);

describe("the order store", function () {
  this.timeout(180_000);
  let tables: OrderTables;
  before(async () => {
    tables = await startOrderTables();
  });
  after(() => tables.close());

  it("does what its model does, over the wire, one after the other and at once", async () => {
    const met = new Set<string>();
    const client = DynamoDBDocumentClient.from(tables.client);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 6 }), commands, async (stock, steps) => {
        const names = await tables.create();
        for (const sku of SKUS) await setStock(client, names.inventoryTableName, { sku, stock });
        const model: Model = { stock: new Map(SKUS.map((sku) => [sku, stock])), orders: new Map() };
        const real: Real = {
          names,
          client,
          store: createOrderStore({ ...names, client: tables.client, timing: realTiming }),
          met,
        };
        await fc.asyncModelRun(() => ({ model, real }), steps);
        await looking.run(model, real);
        for (const TableName of Object.values(names))
          await tables.cloud.call("dynamodb", "DeleteTable", { TableName });
      }),
      { numRuns: runs(100) },
    );
    // Runs in which little happens would prove little.
    expect([...met]).to.include.members([
      ...["processed", "rejected", "duplicate", "conflict", "at once", "unknown"],
      ...["cancelled", "cancelledBefore", "notProcessed", "erased", "erasedBefore"],
    ]);
  });
});
