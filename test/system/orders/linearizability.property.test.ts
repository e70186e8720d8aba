import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import { createOrderStore } from "../../../handlers/orders/orderStore";
import type { StoreOutcome } from "../../../handlers/orders/storeOutcome";
import { realTiming } from "../../../handlers/shared/retry";
import { cancelOrder, type Cancellation } from "../../../tools/shop/orders";
import { setStock } from "../../../tools/shop/stockLevels";
import { runs } from "../../support/runs";
import { isLinearizable, type Operation } from "./linearizable";
import { INVOCATION_MS, startOrderTables, type OrderTables } from "./orderTables";
import { storeOne } from "../../support/storeOne";

/** What the shop knows: how much there is of the one good, and what became of each order. */
interface State {
  readonly stock: number;
  readonly orders: Readonly<Record<string, "Processed" | "Rejected" | "Cancelled">>;
}
type Step = Operation<State>["steps"][number];

const QUANTITY = 2;
const when = (condition: boolean, state: () => State) => (condition ? state() : undefined);
const becomes = (state: State, id: string, status: State["orders"][string], change = 0): State => ({
  stock: state.stock + change,
  orders: { ...state.orders, [id]: status },
});

/** A rejection is two looks: there was not enough, and then it was still not stored. */
const stored = (id: string): Readonly<Record<StoreOutcome["kind"], readonly Step[]>> => ({
  processed: [
    (s) => when(!(id in s.orders) && s.stock >= QUANTITY, () => becomes(s, id, "Processed", -QUANTITY)),
  ],
  rejected: [
    (s) => when(!(id in s.orders) && s.stock < QUANTITY, () => s),
    (s) => when(!(id in s.orders), () => becomes(s, id, "Rejected")),
  ],
  duplicate: [(s) => when(id in s.orders, () => s)],
  conflict: [() => undefined],
});
const cancelled = (id: string): Readonly<Record<Cancellation["kind"], readonly Step[]>> => ({
  cancelled: [(s) => when(s.orders[id] === "Processed", () => becomes(s, id, "Cancelled", QUANTITY))],
  cancelledBefore: [(s) => when(s.orders[id] === "Cancelled", () => s)],
  notProcessed: [(s) => when(s.orders[id] === "Rejected", () => s)],
  unknown: [(s) => when(!(id in s.orders), () => s)],
});

const id = fc.constantFrom("A", "B");
const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("order" as const), id }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("cancel" as const), id }) },
  fc.record({ kind: fc.constant("restock" as const), quantity: fc.integer({ min: 1, max: 3 }) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Two shops, each with one thing after the other. */
const scenario = fc.record({
  stock: fc.integer({ min: 0, max: 3 }),
  shops: fc.array(fc.array(action, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
});

describe("a history", () => {
  const order = (start: number, end: number, kind: StoreOutcome["kind"]) => ({
    name: kind,
    start,
    end,
    steps: stored("A")[kind],
  });

  it("is explained by an order of its operations, or is not", () => {
    const initial = { stock: 2, orders: {} };
    expect(isLinearizable([order(0, 1, "processed"), order(2, 3, "duplicate")], initial)).to.equal(true);
    expect(isLinearizable([order(0, 3, "duplicate"), order(1, 2, "processed")], initial)).to.equal(true);
    expect(isLinearizable([order(0, 1, "duplicate"), order(2, 3, "processed")], initial)).to.equal(false);
    expect(isLinearizable([order(0, 2, "processed"), order(1, 3, "processed")], initial)).to.equal(false);
    expect(isLinearizable([order(0, 2, "rejected")], initial)).to.equal(false);
    expect(isLinearizable([order(0, 2, "rejected")], { stock: 1, orders: {} })).to.equal(true);
  });
});

describe("orders, cancellations and restocking at once, over the wire", function () {
  this.timeout(120_000);
  let tables: OrderTables;
  before(async () => {
    tables = await startOrderTables();
  });
  after(() => tables.close());

  it("leave histories that one order of them explains", async () => {
    const met = new Set<string>();
    await fc.assert(
      fc.asyncProperty(scenario, async ({ stock, shops }) => {
        const names = await tables.create();
        const client = DynamoDBDocumentClient.from(tables.client);
        const store = createOrderStore({ ...names, client: tables.client, timing: realTiming });
        await setStock(client, names.inventoryTableName, { sku: "TEA", stock });
        const history: Operation<State>[] = [];
        let moment = 0;
        const perform = async (given: Action): Promise<readonly [string, readonly Step[]]> => {
          if (given.kind === "restock") {
            const { quantity } = given;
            await client.send(
              new UpdateCommand({
                TableName: names.inventoryTableName,
                Key: { sku: "TEA" },
                UpdateExpression: "ADD stock :quantity",
                ExpressionAttributeValues: { ":quantity": quantity },
              }),
            );
            return ["restocked", [(s) => ({ ...s, stock: s.stock + quantity })]];
          }
          if (given.kind === "cancel") {
            const { kind } = await cancelOrder({ ...names, client }, given.id);
            return [kind, cancelled(given.id)[kind]];
          }
          const items = [{ sku: "TEA", quantity: QUANTITY }];
          const order = { orderId: given.id, customerName: "Ann", totalAmount: 1, items };
          const { kind } = await storeOne(store, order, realTiming.now() + INVOCATION_MS);
          return [kind, stored(given.id)[kind]];
        };
        await Promise.all(
          shops.map(async (actions) => {
            for (const given of actions) {
              const start = moment++;
              const [name, steps] = await perform(given);
              history.push({ name: `${JSON.stringify(given)}: ${name}`, start, end: moment++, steps });
              met.add(name);
            }
          }),
        );
        const told = history.map(({ name, start, end }) => `${start}-${end} ${name}`).join("\n");
        expect(isLinearizable(history, { stock, orders: {} }), `stock ${stock}\n${told}`).to.equal(true);
      }),
      { numRuns: runs(300) },
    );
    // Histories in which little happens would prove little.
    for (const name of ["processed", "rejected", "duplicate", "cancelled", "restocked"])
      expect(met.has(name), name).to.equal(true);
  });
});
