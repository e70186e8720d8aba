import { expect } from "chai";
import type { AwsError } from "../../../../src/core/errors";
import type { Answer, Input } from "../../../../src/wire/operation";
import { definitions, keys, N, refusal, S, startTestDatabase, type TestDatabase } from "../support";

type Request = Input<"dynamodb", "ExecuteStatement">;
type Items = NonNullable<Answer<"dynamodb", "ExecuteStatement">["Items"]>;

describe("a statement of PartiQL", () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await startTestDatabase();
    await database.createTable("orders");
    await database.createTable("lines", {
      AttributeDefinitions: definitions({ order: "S", line: "N", sku: "S" }),
      KeySchema: keys(["order"], ["line"]),
      GlobalSecondaryIndexes: [
        { IndexName: "bySku", KeySchema: keys(["sku"]), Projection: { ProjectionType: "KEYS_ONLY" } },
      ],
    });
  });

  afterEach(() => database.close());

  async function run(
    Statement: string,
    Parameters?: Request["Parameters"],
    more: Partial<Request> = {},
  ): Promise<Items> {
    const answer = await database.call("ExecuteStatement", { Statement, Parameters, ...more });
    return answer.Items ?? [];
  }

  const refused = (
    Statement: string,
    Parameters?: Request["Parameters"],
    more: Partial<Request> = {},
  ): Promise<AwsError> => refusal(database.call("ExecuteStatement", { Statement, Parameters, ...more }));

  const one = { id: S("a"), n: N(5), l: { L: [N(1), N(2)] }, m: { M: { x: N(1), t: { SS: ["p", "q"] } } } };

  it("inserts values of every kind, as they are written and as parameters", async () => {
    expect(
      await run(
        `insert into orders value {'id': ?, 'list': [1, 'x', TRUE, null, {'deep': <<1, 2.50>>}], 'empty': {},
          'text': 'it''s', -- a comment
          'tags': <<'a', 'b'>>, 'small': -1.5e-3, /* and
          another */ 'bytes': ?};`,
        [S("x"), { B: Buffer.from("b") }],
      ),
    ).to.deep.equal([]);
    expect(await database.items("orders")).to.deep.equal([
      {
        id: S("x"),
        list: { L: [N(1), S("x"), { BOOL: true }, { NULL: true }, { M: { deep: { NS: ["1", "2.5"] } } }] },
        empty: { M: {} },
        text: S("it's"),
        tags: { SS: ["a", "b"] },
        small: { N: "-0.0015" },
        bytes: { B: Buffer.from("b") },
      },
    ]);
  });

  it("inserts no item twice", async () => {
    await run(`INSERT INTO orders VALUE {'id': 'a'}`);
    const error = await refused(`INSERT INTO orders VALUE {'id': 'a', 'n': 1}`, undefined, {
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    expect(error.code).to.equal("DuplicateItemException");
    expect(error.message).to.equal("Duplicate primary key exists in table");
    expect(error.details).to.deep.equal({});
    expect(await database.items("orders")).to.deep.equal([{ id: S("a") }]);
  });

  it("updates and shows what it is asked for", async () => {
    await database.call("PutItem", { TableName: "orders", Item: one });
    const update = `UPDATE "orders" SET n = n - ?, m.x = 7 SET l = list_append(l, [3]) REMOVE l[0]`;
    expect((await refused(`${update} WHERE id = 'a'`, [N(1)])).message).to.contain("paths overlap");
    const set = `UPDATE "orders" SET n = n - ?, m.x = 7 SET m.t = set_add(m.t, <<'r'>>) REMOVE l[0] WHERE id = 'a'`;
    expect(await run(`${set} RETURNING ALL NEW *`, [N(1)])).to.deep.equal([
      { id: S("a"), n: N(4), l: { L: [N(2)] }, m: { M: { x: N(7), t: { SS: ["p", "q", "r"] } } } },
    ]);
    const next = `UPDATE "orders" SET n = if_not_exists(n, 0) + 1, l = list_append(l, ?) WHERE id = 'a'`;
    expect(await run(`${next} RETURNING MODIFIED OLD *`, [{ L: [N(9)] }])).to.deep.equal([
      { n: N(4), l: { L: [N(2)] } },
    ]);
    expect(
      await run(
        `UPDATE orders REMOVE l SET m.t = set_delete(m.t, ?) WHERE 'a' = id RETURNING MODIFIED NEW *`,
        [{ SS: ["q", "r"] }],
      ),
    ).to.deep.equal([{ m: { M: { t: { SS: ["p"] } } } }]);
    expect(await run(`UPDATE orders SET "n" = 1 WHERE id = 'a'`)).to.deep.equal([]);
  });

  it("changes what its whole condition holds for, and shows what it does not hold for", async () => {
    await database.call("PutItem", { TableName: "orders", Item: one });
    for (const holds of [
      "n = 5 AND (m.x < 2 OR NOT n > 1)",
      "later IS MISSING",
      "n IS NOT MISSING AND l IS LIST AND m IS STRUCT AND n IS NOT NULL",
      "attribute_not_exists(later) AND attribute_exists(m.x) AND attribute_type(n, 'N')",
      "ATTRIBUTE_EXISTS(n) = true AND contains(l, 2) AND size(l) >= 2 AND begins_with(id, 'a')",
      "n IN [4, ?] AND n BETWEEN 1 AND 9",
      "(n NOT IN (1, ?) OR n <> 6)",
      "m['x'] = 1 AND l[1] != 3",
    ]) {
      const parameters = holds.includes("?") ? [N(5)] : undefined;
      await run(`UPDATE orders SET seen = 1 WHERE id = 'a' AND ${holds}`, parameters);
    }
    for (const fails of ["n = 6", "n IS MISSING", "n IS NULL", "NOT contains(l, 2)", "later = 1"]) {
      const error = await refused(`UPDATE orders SET seen = 2 WHERE ${fails} AND id = 'a'`, undefined, {
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      expect(error.code, fails).to.equal("ConditionalCheckFailedException");
      expect(error.details).to.deep.equal({ Item: { ...one, seen: N(1) } });
    }
    expect((await refused("UPDATE orders SET seen = 1 WHERE id = 'absent'")).code).to.equal(
      "ConditionalCheckFailedException",
    );
  });

  it("deletes, and takes what is not there for deleted", async () => {
    await database.call("PutItem", { TableName: "orders", Item: one });
    expect((await refused("DELETE FROM orders WHERE id = 'a' AND n = 6")).code).to.equal(
      "ConditionalCheckFailedException",
    );
    expect(await run("DELETE FROM orders WHERE id = 'b' AND n = 6")).to.deep.equal([]);
    expect(await run("DELETE FROM orders WHERE id = 'b' RETURNING ALL OLD *")).to.deep.equal([]);
    expect(await run("DELETE FROM orders WHERE id = 'a' AND n = 5 RETURNING ALL OLD *")).to.deep.equal([one]);
    expect(await database.items("orders")).to.deep.equal([]);
  });

  describe("that reads", () => {
    beforeEach(async () => {
      for (const [order, line, sku] of [
        ["a", 1, "tea"],
        ["a", 2, "jam"],
        ["a", 10, "tea"],
        ["b", 1, "tea"],
      ] as const)
        await run(`INSERT INTO lines VALUE {'order': ?, 'line': ?, 'sku': ?, 'd': {'e': [1]}}`, [
          S(order),
          N(line),
          S(sku),
        ]);
    });

    const linesOf = (items: Items) => items.map(({ line }) => Number(line?.N));

    it("finds items by key, by a range of keys, by what they hold, and in an index", async () => {
      for (const [where, lines] of [
        [`"order" = 'a' AND line = 2`, [2]],
        [`"order" = 'a'`, [1, 2, 10]],
        [`"order" = 'a' AND line > 1`, [2, 10]],
        [`line BETWEEN 1 AND 2 AND "order" = 'a' AND sku = 'jam'`, [2]],
        [`"order" = 'a' AND line = 2 AND sku = 'tea'`, []],
        [`"order" = 'a' AND NOT line = 2 ORDER BY line DESC`, [10, 1]],
        [`"order" = 'a' AND line IN [1, 10]`, [1, 10]],
        [`"order" = 'none'`, []],
      ] as const)
        expect(linesOf(await run(`SELECT * FROM lines WHERE ${where}`)), where).to.deep.equal(lines);
      expect(linesOf(await run(`SELECT * FROM lines WHERE sku = 'tea' OR line = 2`)).sort()).to.deep.equal(
        [1, 1, 10, 2].sort(),
      );
      expect(await run(`SELECT * FROM "lines"."bySku" WHERE sku = 'jam'`)).to.deep.equal([
        { order: S("a"), line: N(2), sku: S("jam") },
      ]);
    });

    it("shows columns by their last names", async () => {
      expect(await run(`SELECT d.e, d.e[0], "sku" FROM lines WHERE "order" = 'b'`).catch(String)).to.contain(
        "paths",
      );
      expect(await run(`SELECT d.e[0], "sku", absent FROM lines WHERE "order" = 'b'`)).to.deep.equal([
        { "e[0]": N(1), sku: S("tea") },
      ]);
      expect(await run(`SELECT absent FROM lines WHERE "order" = 'b' AND line = 1`)).to.deep.equal([{}]);
    });

    it("reads page by page, and takes no token of another statement", async () => {
      const Statement = `SELECT * FROM lines WHERE "order" = ?`;
      const request = { Statement, Parameters: [S("a")], Limit: 2 };
      const first = await database.call("ExecuteStatement", request);
      expect(linesOf(first.Items ?? [])).to.deep.equal([1, 2]);
      expect(first.LastEvaluatedKey).to.deep.equal({ order: S("a"), line: N(2) });
      const { NextToken } = first;
      const rest = await database.call("ExecuteStatement", { ...request, NextToken });
      expect(linesOf(rest.Items ?? [])).to.deep.equal([10]);
      expect(rest.NextToken).to.equal(undefined);
      for (const wrong of ["x", Buffer.from("[null,null]").toString("base64url"), NextToken])
        expect((await refused(Statement, [S("b")], { NextToken: wrong })).message).to.equal(
          "NextToken does not match request",
        );
    });

    it("costs what the same read costs", async () => {
      const units = async (Statement: string, ConsistentRead: boolean) =>
        (
          await database.call("ExecuteStatement", {
            Statement,
            ConsistentRead,
            ReturnConsumedCapacity: "TOTAL",
          })
        ).ConsumedCapacity?.CapacityUnits;
      expect(await units(`SELECT * FROM lines WHERE "order" = 'a' AND line = 1`, false)).to.equal(0.5);
      expect(await units(`SELECT * FROM lines WHERE "order" = 'a'`, true)).to.equal(1);
      expect(await units(`SELECT * FROM lines`, false)).to.equal(0.5);
    });
  });

  const refusals: readonly (readonly [statement: string, message: string])[] = [
    ["garbage", "Expected data manipulation"],
    ["SELECT * FROM orders WHERE id = 'a' foo", "Unexpected token after expression"],
    ["SELECT * FROM orders t WHERE id = 'a'", "Aliasing is not supported"],
    ["SELECT * FROM orders WHERE id = 'a' LIMIT 1", "Unsupported clause: LIMIT"],
    ["SELECT id, id FROM orders", "Duplicate identifiers in select clause: id"],
    ["SELECT count(*) FROM orders", "Unexpected path component at 1:8:5"],
    ["SELECT * FROM orders WHERE n", "WHERE clause must contain an expression that resolves to a boolean"],
    ["SELECT * FROM orders WHERE n LIKE 'a'", "Unsupported operator in Condition Expression. Operator: like"],
    ["SELECT * FROM orders WHERE n + 1 = 2", "Unsupported operator in Condition Expression. Operator: +"],
    ["SELECT * FROM orders WHERE n = MISSING", "MISSING must be compared using IS operator"],
    ["SELECT * FROM orders WHERE n < true", "operator or function: <, operand type: BOOL"],
    ["SELECT * FROM orders WHERE exists(n)", "Unrecognized function: exists at 1:28:6"],
    ["SELECT * FROM orders WHERE attribute_exists('n')", "requires a document path"],
    ["SELECT * FROM orders WHERE n IS INT", "Unsupported data type for IS operator: INT."],
    ["SELECT * FROM orders.nope", "The table does not have the specified index: nope"],
    ["SELECT * FROM orders WHERE date = 1", "well formed"],
    ["SELECT * FROM orders WHERE m.inner = 1", "Invalid path dot component"],
    ["UPDATE orders SET n = 1 WHERE m = 1", "Where clause does not contain a mandatory equality"],
    ["UPDATE orders SET n = 1", "Where clause does not contain a mandatory equality"],
    ["UPDATE orders SET n = 1 WHERE id = 'a' OR id = 'b'", "Where clause does not contain a mandatory"],
    [
      "UPDATE orders SET n = 1 WHERE id = 1",
      "data type should match its data type in table's schema: Key id",
    ],
    ["UPDATE orders SET n = 1 WHERE id = ''", "cannot contain an empty string value. Key: id"],
    ["UPDATE orders SET id = 'b' WHERE id = 'a'", "Cannot update attribute id"],
    ["UPDATE orders SET n = 1, n = 2 WHERE id = 'a'", "Two document paths overlap"],
    ["UPDATE orders SET n = 'a' + 1 WHERE id = 'a'", "operator or function: +, operand type: S"],
    ["UPDATE orders SET n = size(m) WHERE id = 'a'", "not allowed in an update expression; function: size"],
    ["UPDATE orders SET n = set_add(m, <<1>>) WHERE id = 'a'", "The first argument to SET_ADD must equal"],
    ["UPDATE orders SET n = set_add(n, 1) WHERE id = 'a'", "must be a value with type SET at 1:31:1"],
    ["UPDATE orders WHERE id = 'a'", "Expected SET or REMOVE"],
    ["UPDATE orders SET n = 1 WHERE id = 'a' RETURNING NEW *", "Expected '*' after ( MODIFIED | ALL )"],
    ["DELETE FROM orders WHERE id = 'a' RETURNING ALL NEW *", "Only RETURNING ALL OLD * is allowed"],
    ["INSERT INTO orders VALUE {'id': 'a'} RETURNING ALL OLD *", "RETURNING is not supported in INSERT"],
    ["INSERT INTO orders VALUE {'n': 1}", "Key attribute should be present in the item: Key id"],
    [
      "INSERT INTO orders VALUE {'id': 'a', 'id': 'b'}",
      "Duplicate keys in tuple. Key: id under root at 1:38:4",
    ],
    ["INSERT INTO orders VALUE {id: 'a'}", "Tuple keys must be of type String"],
    ["INSERT INTO orders VALUE {'id': 'a',}", "Tuple keys must be of type String"],
    ["INSERT INTO orders VALUE ?", "Unsupported format in item expression"],
    [
      "INSERT INTO orders VALUE {'id': 'a', 'm': {'l': [0, ?]}}",
      "Unsupported data type: Parameter under key root.l[1] at 1:53:1",
    ],
    ["INSERT INTO orders VALUE {'id': 'a', 'n': <<>>}", "Empty bags are not supported"],
    [
      "INSERT INTO orders VALUE {'id': 'a', 'n': <<1, 'a'>>}",
      "only supports either numbers or strings in bags",
    ],
    ["INSERT INTO orders VALUE {'id': 'a', 'n': <<1, 1.0>>}", "contains duplicates"],
    ["INSERT INTO orders VALUE {'id': 'a', 'n': {'x': 1e126}}", "supported range under root.x"],
    ["INSERT INTO orders VALUE {'id': 'a', 'n': 1e2147483648}", "well formed"],
    ["INSERT INTO orders VALUE {'id': 'open", "well formed"],
  ];
  for (const [statement, message] of refusals) {
    it(`is refused: ${statement}`, async () => {
      const marks = [...statement.matchAll(/\?/g)];
      const error = await refused(statement, marks.length > 0 ? marks.map(() => N(1)) : undefined);
      expect(error.code).to.equal("ValidationException");
      expect(error.message).to.contain(message);
    });
  }

  it("is refused where its parameters are too few, too many, or no values", async () => {
    const insert = "INSERT INTO orders VALUE {'id': ?}";
    const mismatch = "Number of parameters in request and statement don't match.";
    expect((await refused(insert)).message).to.equal(mismatch);
    expect((await refused(insert, [S("a"), S("b")])).message).to.equal(mismatch);
    for (const wrong of [{ N: "abc" }, { SS: [] }, {}]) {
      const error = await refusal(
        database.untyped("ExecuteStatement", { Statement: insert, Parameters: [wrong] }),
      );
      expect(error.code, JSON.stringify(wrong)).to.equal("ValidationException");
    }
    const large = await refused("INSERT INTO orders VALUE {'id': 'a', 't': ?}", [S("x".repeat(410_000))]);
    expect(large.message).to.equal("Item size has exceeded the maximum allowed size");
  });

  it("names what the embedded cloud leaves out", async () => {
    for (const [statement, message] of [
      ["EXISTS(SELECT * FROM orders WHERE id = 'a')", "PartiQL's EXISTS"],
      ["UPDATE orders SET n = n + 1 + 2 WHERE id = 'a'", "More than one + or -"],
    ] as const) {
      const error = await refused(statement);
      expect(error.code).to.equal("NotSupportedByEmbeddedCloud");
      expect(error.message).to.contain(message);
    }
  });

  it("names no table that is not there", async () => {
    expect((await refused("SELECT * FROM absent")).code).to.equal("ResourceNotFoundException");
  });
});
