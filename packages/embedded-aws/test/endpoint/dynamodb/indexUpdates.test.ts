import { expect } from "chai";
import { definitions, keys, N, refusal, S, startTestDatabase, type TestDatabase } from "./support";

const ALL = { ProjectionType: "ALL" };
const create = (IndexName: string, hash: string, more: object = {}) => ({
  Create: { IndexName, KeySchema: keys([hash]), Projection: ALL, ...more },
});
const units = (ReadCapacityUnits: number) => ({
  ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits: 1 },
});
const TableName = "orders";

describe("UpdateTable of DynamoDB, global indexes", () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await startTestDatabase();
    await database.createTable(TableName, {
      AttributeDefinitions: definitions({ id: "S", day: "S" }),
      GlobalSecondaryIndexes: [
        { IndexName: "byDay", KeySchema: keys(["day"]), Projection: { ProjectionType: "ALL" } },
      ],
    });
  });
  afterEach(() => database.close());

  const update = (updates: readonly object[], types: Record<string, "S" | "N" | "B"> = {}, more = {}) =>
    database.untyped("UpdateTable", {
      TableName,
      GlobalSecondaryIndexUpdates: updates,
      ...(Object.keys(types).length > 0 && { AttributeDefinitions: definitions(types) }),
      ...more,
    });
  const put = (item: object) => database.untyped("PutItem", { TableName, Item: item });
  const described = async () => (await database.call("DescribeTable", { TableName })).Table ?? {};
  const found = async (IndexName: string, key: string, value: object) =>
    (await database.untyped("Query", {
      TableName,
      IndexName,
      KeyConditionExpression: "#k = :v",
      ExpressionAttributeNames: { "#k": key },
      ExpressionAttributeValues: { ":v": value },
    })) as { Items: { id: { S: string } }[] };
  const idsIn = async (...query: Parameters<typeof found>) =>
    (await found(...query)).Items.map(({ id }) => id.S).sort();

  it("builds an index of the items that are there, and keeps it from then on", async () => {
    await put({ id: S("a"), shop: S("x") });
    await put({ id: S("b") });
    // What cannot be a key of the index is left out of it: it was no key when it was written.
    await put({ id: S("c"), shop: N(1) });
    await put({ id: S("d"), shop: S("") });
    const { TableDescription: answer } = (await update([create("byShop", "shop")], { shop: "S" })) as {
      TableDescription: { TableStatus: string; GlobalSecondaryIndexes: { IndexStatus: string }[] };
    };
    expect(answer.TableStatus).to.equal("UPDATING");
    expect(answer.GlobalSecondaryIndexes.map(({ IndexStatus }) => IndexStatus)).to.deep.equal([
      "ACTIVE",
      "CREATING",
    ]);
    expect(await idsIn("byShop", "shop", S("x"))).to.deep.equal(["a"]);

    await put({ id: S("e"), shop: S("x") });
    await database.untyped("DeleteItem", { TableName, Key: { id: S("a") } });
    expect(await idsIn("byShop", "shop", S("x"))).to.deep.equal(["e"]);
    const error = await refusal(put({ id: S("f"), shop: N(1) }));
    expect(error.message).to.include("Type mismatch for Index Key shop");

    const { TableStatus, AttributeDefinitions, GlobalSecondaryIndexes = [] } = await described();
    expect(TableStatus).to.equal("ACTIVE");
    expect(AttributeDefinitions).to.have.deep.members(definitions({ id: "S", day: "S", shop: "S" }));
    expect(GlobalSecondaryIndexes.map((index) => [index.IndexName, index.IndexStatus])).to.deep.equal([
      ["byDay", "ACTIVE"],
      ["byShop", "ACTIVE"],
    ]);
  });

  it("deletes an index, and with it what nothing else is keyed by", async () => {
    const { TableDescription } = (await update([{ Delete: { IndexName: "byDay" } }])) as {
      TableDescription: { GlobalSecondaryIndexes: { IndexStatus: string }[] };
    };
    expect(TableDescription.GlobalSecondaryIndexes.map(({ IndexStatus }) => IndexStatus)).to.deep.equal([
      "DELETING",
    ]);
    const table = await described();
    expect(table).to.not.have.property("GlobalSecondaryIndexes");
    expect(table.AttributeDefinitions).to.deep.equal(definitions({ id: "S" }));
    expect((await refusal(found("byDay", "day", S("x")))).code).to.equal("ValidationException");
    // It is no key any more.
    await put({ id: S("a"), day: N(1) });
  });

  it("makes an index again under a former one's name, of other keys", async () => {
    await put({ id: S("a"), day: S("mon"), shop: S("x") });
    await update([{ Delete: { IndexName: "byDay" } }]);
    await update([create("byDay", "shop", { Projection: { ProjectionType: "KEYS_ONLY" } })], { shop: "S" });
    expect((await found("byDay", "shop", S("x"))).Items).to.deep.equal([{ id: S("a"), shop: S("x") }]);
  });

  it("changes an index's throughput", async () => {
    await update(
      [{ Update: { IndexName: "byDay", ...units(3) } }],
      {},
      {
        BillingMode: "PROVISIONED",
        ...units(2),
      },
    );
    const { GlobalSecondaryIndexes: [index] = [] } = await described();
    expect(index?.ProvisionedThroughput).to.include({ ReadCapacityUnits: 3, WriteCapacityUnits: 1 });
  });

  // The words are DynamoDB Local's, where it refuses the same.
  const refused: [what: string, updates: object[], types: Record<string, "S" | "N">, error: string][] = [
    ["nothing", [], {}, "ValidationException: UpdateTable of orders: got nothing to update"],
    [
      "an action without a name",
      [{}],
      {},
      "ValidationException: Update global secondary index action is null",
    ],
    [
      "an index that is there",
      [create("byDay", "day")],
      {},
      "ValidationException: Attempting to create an index which already exists",
    ],
    [
      "an index that is not there",
      [{ Delete: { IndexName: "none" } }],
      {},
      "ResourceNotFoundException: Requested resource not found",
    ],
    [
      "two new indexes",
      [create("one", "day"), create("two", "day")],
      {},
      "LimitExceededException: Subscriber limit exceeded: Only 1 online index",
    ],
    [
      "one new and one deleted",
      [create("one", "day"), { Delete: { IndexName: "byDay" } }],
      {},
      "LimitExceededException: Subscriber limit exceeded: Only 1 online index",
    ],
    [
      "an index twice",
      [{ Update: { IndexName: "byDay", ...units(1) } }, { Delete: { IndexName: "byDay" } }],
      {},
      "ValidationException: Only one global secondary index update per index",
    ],
    [
      "an attribute's other type",
      [create("one", "day")],
      { day: "N" },
      "ValidationException: invalid attribute, SchemaElement redefined should be of same type",
    ],
    [
      "a key without a definition",
      [create("one", "shop")],
      {},
      "ValidationException: One or more parameter values were invalid: Some index key attributes are not defined",
    ],
    [
      "throughput on demand",
      [create("one", "day", units(1))],
      {},
      "ValidationException: One or more parameter values were invalid: ProvisionedThroughput should not be specified",
    ],
    [
      "throughput of an index that is not there",
      [{ Update: { IndexName: "none", ...units(1) } }],
      {},
      "ValidationException: Invalid global secondary index name",
    ],
    [
      "throughput of an index on demand",
      [{ Update: { IndexName: "byDay", ...units(1) } }],
      {},
      "ValidationException: One or more parameter values were invalid: ProvisionedThroughput should not be specified",
    ],
  ];
  for (const [what, updates, types, expected] of refused) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const before = await described();
      const { code, message } = await refusal(update(updates, types));
      expect(`${code}: ${message}`.slice(0, expected.length)).to.equal(expected);
      expect(await described()).to.deep.equal(before);
    });
  }

  it("wants throughput of a new index of a table that is not on demand", async () => {
    await update(
      [{ Update: { IndexName: "byDay", ...units(1) } }],
      {},
      {
        BillingMode: "PROVISIONED",
        ...units(1),
      },
    );
    const error = await refusal(update([create("one", "day")]));
    expect(error.message).to.include("ProvisionedThroughput must be specified for index: one");
  });
});
