import { expect } from "chai";
import { capacityAndIndexUpdates, type IndexedTable } from "../../src/provider/resources/tableIndexes";

type Index = NonNullable<IndexedTable["globalSecondaryIndexes"]>[number];

const attributes = [
  { name: "id", type: "S" },
  { name: "customer", type: "S" },
] as const satisfies IndexedTable["attributes"];

const index = (name: string, given: Partial<Index> = {}): Index => ({
  name,
  hashKey: "customer",
  projectionType: "ALL",
  nonKeyAttributes: undefined,
  ...given,
});

const table = (given: Partial<IndexedTable> = {}): IndexedTable => ({
  hashKey: "id",
  attributes: [...attributes],
  billingMode: "PAY_PER_REQUEST",
  ...given,
});

const created = (name: string) => ({ create: name });
const deleted = (name: string) => ({ delete: name });
/** What each request does, in order. */
function requests(old: IndexedTable, inputs: IndexedTable): unknown[] {
  return capacityAndIndexUpdates(old, inputs).map(({ BillingMode, GlobalSecondaryIndexUpdates = [] }) => {
    const [{ Create, Delete } = {}] = GlobalSecondaryIndexUpdates;
    if (Create !== undefined) return created(Create.IndexName ?? "");
    if (Delete !== undefined) return deleted(Delete.IndexName ?? "");
    return {
      ...(BillingMode !== undefined && { mode: BillingMode }),
      resized: GlobalSecondaryIndexUpdates.map(({ Update }) => [
        Update?.IndexName,
        Update?.ProvisionedThroughput?.ReadCapacityUnits,
        Update?.ProvisionedThroughput?.WriteCapacityUnits,
      ]),
    };
  });
}

const provisioned = { billingMode: "PROVISIONED", readCapacity: 1, writeCapacity: 1 } as const;

describe("the updates of a table's capacity and indexes", () => {
  const cases: readonly (readonly [string, IndexedTable, IndexedTable, readonly unknown[]])[] = [
    ["are none where nothing differs", table(), table(), []],
    [
      "are none where indexes or their attributes are written in another order",
      table({
        globalSecondaryIndexes: [index("a", { nonKeyAttributes: ["x", "y"] }), index("b")],
      }),
      table({
        globalSecondaryIndexes: [index("b"), index("a", { nonKeyAttributes: ["y", "x"] })],
      }),
      [],
    ],
    [
      "delete before they make, one index a request",
      table({ globalSecondaryIndexes: [index("a"), index("b"), index("c")] }),
      table({ globalSecondaryIndexes: [index("b"), index("d"), index("e")] }),
      [deleted("a"), deleted("c"), created("d"), created("e")],
    ],
    [
      "make an index anew that has another key or projection",
      table({ globalSecondaryIndexes: [index("a"), index("b"), index("c")] }),
      table({
        globalSecondaryIndexes: [
          index("a", { rangeKey: "id" }),
          index("b", { projectionType: "KEYS_ONLY" }),
          index("c"),
        ],
      }),
      [deleted("a"), deleted("b"), created("a"), created("b")],
    ],
    [
      "give throughput to a table and to all the indexes that it keeps in one request",
      table({ globalSecondaryIndexes: [index("a"), index("b")] }),
      table({
        ...provisioned,
        globalSecondaryIndexes: [
          index("a", { readCapacity: 5, writeCapacity: 6 }),
          index("c", { readCapacity: 7, writeCapacity: 8 }),
        ],
      }),
      [deleted("b"), { mode: "PROVISIONED", resized: [["a", 5, 6]] }, created("c")],
    ],
    [
      "change the throughput of an index alone",
      table({
        ...provisioned,
        globalSecondaryIndexes: [index("a", { readCapacity: 5, writeCapacity: 6 }), index("b")],
      }),
      table({
        ...provisioned,
        globalSecondaryIndexes: [index("a", { readCapacity: 5, writeCapacity: 9 }), index("b")],
      }),
      [{ resized: [["a", 5, 9]] }],
    ],
    [
      "take throughput from all at once",
      table({
        ...provisioned,
        globalSecondaryIndexes: [index("a", { readCapacity: 5, writeCapacity: 6 })],
      }),
      table({ globalSecondaryIndexes: [index("a")] }),
      [{ mode: "PAY_PER_REQUEST", resized: [] }],
    ],
  ];
  for (const [title, old, inputs, expected] of cases)
    it(title, () => expect(requests(old, inputs)).to.deep.equal(expected));
});
