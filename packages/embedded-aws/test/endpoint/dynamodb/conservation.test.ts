import { expect } from "chai";
import fc from "fast-check";
import { AwsError } from "../../../src/core/errors";
import { N, S, startTestDatabase, type TestDatabase } from "./support";
import { runs } from "../../support/runs";

const TOTAL = 20;

/** Steps between a ledger of orders and a stock of two articles; whatever leaves the stock stands in an order. */
type Step =
  | {
      readonly kind: "reserve";
      readonly order: string;
      readonly sku: string;
      readonly quantity: number;
      readonly token?: string;
    }
  | { readonly kind: "return"; readonly order: string; readonly sku: string; readonly quantity: number }
  | { readonly kind: "open"; readonly order: string };

const order = fc.constantFrom("o1", "o2", "o3");
const sku = fc.constantFrom("pen", "ink");
const quantity = fc.integer({ min: 1, max: 8 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record(
    { kind: fc.constant("reserve" as const), order, sku, quantity, token: fc.constantFrom("t1", "t2") },
    { requiredKeys: ["kind", "order", "sku", "quantity"] },
  ),
  fc.record({ kind: fc.constant("return" as const), order, sku, quantity }),
  fc.record({ kind: fc.constant("open" as const), order }),
);

function requestOf(step: Step): readonly [operation: string, input: object] {
  if (step.kind === "open") {
    return [
      "PutItem",
      {
        TableName: "orders",
        Item: { id: S(step.order), held: N(0) },
        ConditionExpression: "attribute_not_exists(id)",
      },
    ];
  }
  const change = (TableName: string, id: string, name: string, sign: "+" | "-") => ({
    Update: {
      TableName,
      Key: { id: S(id) },
      UpdateExpression: `SET ${name} = ${name} ${sign} :q`,
      ConditionExpression: sign === "-" ? `${name} >= :q` : `attribute_exists(${name})`,
      ExpressionAttributeValues: { ":q": N(step.quantity) },
    },
  });
  const [stock, held] = step.kind === "reserve" ? (["-", "+"] as const) : (["+", "-"] as const);
  return [
    "TransactWriteItems",
    {
      TransactItems: [
        change("orders", step.order, "held", held),
        change("stock", step.sku, "inStock", stock),
      ],
      ...(step.kind === "reserve" && step.token !== undefined && { ClientRequestToken: step.token }),
    },
  ];
}

const EXPECTED = new Set([
  "ConditionalCheckFailedException",
  "TransactionCanceledException",
  "IdempotentParameterMismatchException",
]);

async function total(database: TestDatabase, tableName: string, name: string): Promise<number> {
  let sum = 0;
  for (const item of await database.items(tableName)) {
    const amount = Number(item[name]?.N);
    expect(amount, `${tableName} ${JSON.stringify(item)}`).to.be.at.least(0);
    sum += amount;
  }
  return sum;
}

describe("goods that transactions move between two tables", () => {
  it("are neither lost nor made, whatever happens at once", async () => {
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        async (steps, width) => {
          const database = await startTestDatabase();
          try {
            await database.createTable("orders");
            await database.createTable("stock");
            await database.untyped(...requestOf({ kind: "open", order: "o1" }));
            for (const id of ["pen", "ink"])
              await database.call("PutItem", { TableName: "stock", Item: { id: S(id), inStock: N(TOTAL) } });
            for (let i = 0; i < steps.length; i += width) {
              await Promise.all(
                steps.slice(i, i + width).map(async (next) => {
                  try {
                    await database.untyped(...requestOf(next));
                    if (next.kind !== "open") moved++;
                  } catch (error) {
                    if (!(error instanceof AwsError && EXPECTED.has(error.code))) throw error;
                  }
                }),
              );
            }
            expect(
              (await total(database, "orders", "held")) + (await total(database, "stock", "inStock")),
            ).to.equal(2 * TOTAL);
          } finally {
            await database.close();
          }
        },
      ),
      { numRuns: runs(100) },
    );
    // Steps that are nearly all refused would prove nothing.
    expect(moved).to.be.greaterThan(runs(50));
  });
});
