import { expect } from "chai";
import { definitions, keys, N, refusal, S, startTestDatabase, type TestDatabase } from "./support";

describe("DynamoDB indexes with several HASH and RANGE attributes", () => {
  let database: TestDatabase;
  const TableName = "games";

  before(async () => {
    database = await startTestDatabase();
    await database.createTable(TableName, {
      AttributeDefinitions: definitions({ id: "S", h1: "S", h2: "N", r1: "S", r2: "N" }),
      GlobalSecondaryIndexes: [
        {
          IndexName: "multi",
          KeySchema: keys(["h1", "h2"], ["r1", "r2"]),
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    });
    const items: [id: string, h1: string, h2: number, r1: string, r2?: number][] = [
      ["1", "a", 1, "x", 1],
      ["2", "a", 1, "x", 2],
      ["3", "a", 1, "y", 0],
      ["4", "a", 1, "y"],
      ["5", "a", 2, "x", 1],
      ["6", "a", 1, "x", -5],
      ["7", "a", 1, "xx", 3],
    ];
    for (const [id, h1, h2, r1, r2] of items) {
      await database.untyped("PutItem", {
        TableName,
        Item: {
          id: S(id),
          h1: S(h1),
          h2: N(h2),
          r1: S(r1),
          ...(r2 !== undefined && { r2: N(r2) }),
          note: S("n"),
        },
      });
    }
  });

  after(() => database.close());

  const values = { ":a": S("a"), ":1": N(1), ":x": S("x"), ":2": N(2) };
  const query = (KeyConditionExpression: string, more: object = {}) =>
    database.untyped("Query", {
      TableName,
      IndexName: "multi",
      KeyConditionExpression,
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(values).filter(([name]) => KeyConditionExpression.includes(name)),
      ),
      ...more,
    }) as Promise<{ Items: { id: { S: string } }[]; LastEvaluatedKey?: object }>;

  const found: [condition: string, ids: string][] = [
    ["h1 = :a AND h2 = :1", "6 1 2 7 3"],
    ["h1 = :a AND h2 = :1 AND r1 = :x", "6 1 2"],
    ["h1 = :a AND h2 = :1 AND r1 = :x AND r2 > :1", "2"],
    ["h1 = :a AND h2 = :1 AND r1 = :x AND r2 BETWEEN :1 AND :2", "1 2"],
    ["r2 <= :1 AND r1 = :x AND h2 = :1 AND h1 = :a", "6 1"],
    ["h1 = :a AND h2 = :1 AND begins_with(r1, :x)", "6 1 2 7"],
    ["h1 = :a AND h2 = :1 AND r1 > :x", "7 3"],
  ];
  for (const [condition, ids] of found) {
    it(`find ${ids} where ${condition}`, async () => {
      const { Items } = await query(condition);
      expect(Items.map(({ id }) => id.S).join(" ")).to.equal(ids);
      expect(Items[0]).to.have.all.keys("id", "h1", "h2", "r1", "r2");
    });
  }

  const refused: [condition: string, message: string][] = [
    ["h1 = :a", "HASH key attributes h2 must have equality conditions specified in the query"],
    ["h1 = :a AND h2 > :1", "HASH key attributes h2 must have equality conditions specified in the query"],
    [
      "h1 = :a AND h2 = :1 AND r2 = :1",
      "RANGE key attributes r1 must have equality conditions specified in the query because a condition is present on key attribute r2",
    ],
    [
      "h1 = :a AND h2 = :1 AND r1 >= :x AND r2 > :1",
      "RANGE key attributes r1 must have equality conditions specified in the query because a condition is present on key attribute r2",
    ],
    ["h1 = :a AND h2 = :1 AND r1 = :x AND r2 = :1 AND id = :x", "Query key condition not supported"],
  ];
  for (const [condition, message] of refused) {
    it(`refuse ${condition}`, async () => {
      expect((await refusal(query(condition))).message).to.equal(message);
    });
  }

  it("are read page by page, both ways, and described", async () => {
    const all = "h1 = :a AND h2 = :1";
    for (const [ScanIndexForward, ids] of [
      [true, "6 1 2 7 3"],
      [false, "3 7 2 1 6"],
    ] as const) {
      const seen: string[] = [];
      let start: object | undefined;
      do {
        const page = await query(all, {
          ScanIndexForward,
          Limit: 2,
          ...(start && { ExclusiveStartKey: start }),
        });
        seen.push(...page.Items.map(({ id }) => id.S));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      expect(seen.join(" ")).to.equal(ids);
    }
    const { Table } = (await database.untyped("DescribeTable", {
      TableName,
    })) as { Table: { GlobalSecondaryIndexes: object[] } };
    expect(Table.GlobalSecondaryIndexes[0]).to.deep.include({
      KeySchema: keys(["h1", "h2"], ["r1", "r2"]),
      ItemCount: 6,
    });
  });
});
