import { expect } from "chai";
import { definitions, keys, N, refusal, S, startTestDatabase, type TestDatabase } from "./support";

const all = { ProjectionType: "ALL" as const };

/** The key p and s, a global index by g and h, a local one by l. */
const indexed = {
  AttributeDefinitions: definitions({ p: "S", s: "S", g: "S", h: "B", l: "S" }),
  KeySchema: keys(["p"], ["s"]),
  GlobalSecondaryIndexes: [
    {
      IndexName: "global",
      KeySchema: keys(["g"], ["h"]),
      Projection: { ProjectionType: "INCLUDE" as const, NonKeyAttributes: ["x"] },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: "local",
      KeySchema: keys(["p"], ["l"]),
      Projection: { ProjectionType: "KEYS_ONLY" as const },
    },
  ],
};

describe("DynamoDB's checks of requests", () => {
  let database: TestDatabase;
  const TableName = "table";

  before(async () => {
    database = await startTestDatabase();
    await database.createTable(TableName, indexed);
    await database.untyped("PutItem", {
      TableName,
      Item: { p: S("1"), s: S("1"), g: S("g"), h: { B: new Uint8Array([1]) }, l: S("l"), x: N(1), y: N(2) },
    });
  });

  after(() => database.close());

  const messageOf = async (operation: string, input: object) =>
    (await refusal(database.untyped(operation, { TableName, ...input }))).message;
  const put = (item: object) => messageOf("PutItem", { Item: { p: S("1"), s: S("1"), ...item } });

  describe("of keys", () => {
    const empty = (key: string, type = "string") =>
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type} value. Key: ${key}`;
    const emptyIndexed = (index: string, key: string, type = "string") =>
      `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${type} value. IndexName: ${index}, IndexKey: ${key}`;
    const emptyUpdated =
      "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value.";

    it("refuse empty ones, wherever they are written", async () => {
      expect(await put({ p: S("") })).to.equal(empty("p"));
      expect(await put({ g: S("") })).to.equal(emptyIndexed("global", "g"));
      expect(await put({ h: { B: new Uint8Array() } })).to.equal(emptyIndexed("global", "h", "binary"));
      expect(await put({ l: S("") })).to.equal(emptyIndexed("local", "l"));
      const update = (UpdateExpression: string) =>
        messageOf("UpdateItem", {
          Key: { p: S("1"), s: S("1") },
          UpdateExpression,
          ExpressionAttributeValues: { ":e": S("") },
        });
      expect(await update("SET g = :e")).to.equal(emptyUpdated);
      expect(await update("SET l = if_not_exists(zz, :e)")).to.equal(emptyUpdated);
    });

    it("refuse empty ones, wherever they are read", async () => {
      const Key = { p: S("1"), s: S("") };
      for (const operation of ["GetItem", "UpdateItem", "DeleteItem"]) {
        expect(await messageOf(operation, { Key }), operation).to.equal(empty("s"));
      }
      const query = (KeyConditionExpression: string, IndexName?: string) =>
        messageOf("Query", {
          KeyConditionExpression,
          ...(IndexName !== undefined && { IndexName }),
          ExpressionAttributeValues: {
            ":e": S(""),
            ...(KeyConditionExpression.includes(":p") && { ":p": S("1") }),
          },
        });
      expect(await query("p = :e")).to.equal(empty("p"));
      expect(await query("p = :p AND begins_with(s, :e)")).to.equal(empty("s"));
      expect(await query("g = :e", "global")).to.equal(emptyIndexed("global", "g"));
      expect(await query("p = :p AND l > :e", "local")).to.equal(emptyIndexed("local", "l"));
    });

    it("refuse empty ones in transactions and batches, as requests", async () => {
      const Key = { p: S(""), s: S("1") };
      const actions = [
        { Put: { TableName, Item: Key } },
        { Delete: { TableName, Key } },
        { Update: { TableName, Key, UpdateExpression: "REMOVE x" } },
        { ConditionCheck: { TableName, Key, ConditionExpression: "attribute_exists(p)" } },
      ];
      for (const action of actions) {
        const error = await refusal(database.untyped("TransactWriteItems", { TransactItems: [action] }));
        expect(error).to.include({ code: "ValidationException", message: empty("p") });
      }
      const others: [operation: string, input: object][] = [
        ["TransactGetItems", { TransactItems: [{ Get: { TableName, Key } }] }],
        ["BatchGetItem", { RequestItems: { [TableName]: { Keys: [Key] } } }],
        ["BatchWriteItem", { RequestItems: { [TableName]: [{ DeleteRequest: { Key } }] } }],
      ];
      for (const [operation, input] of others) {
        const error = await refusal(database.untyped(operation, input));
        expect(error, operation).to.include({ code: "ValidationException", message: empty("p") });
      }
      const indexKey = { Put: { TableName, Item: { p: S("1"), s: S("1"), g: S("") } } };
      const error = await refusal(database.untyped("TransactWriteItems", { TransactItems: [indexKey] }));
      expect(error).to.include({ code: "ValidationException", message: emptyIndexed("global", "g") });
    });

    it("measure them in bytes", async () => {
      const hash =
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes";
      const range =
        "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes";
      const item = (p: string, s: string) => ({ p: S(p), s: S(s) });
      await database.untyped("PutItem", { TableName, Item: item("é".repeat(1024), "é".repeat(512)) });
      expect(await put(item("é".repeat(1025), "1"))).to.equal(hash);
      expect(await put(item("1", "é".repeat(513)))).to.equal(range);
      expect(await put({ g: S("é".repeat(1025)) })).to.equal(hash);
      expect(await put({ g: S("g"), h: { B: new Uint8Array(1025) } })).to.equal(range);
      expect(await messageOf("GetItem", { Key: item("é".repeat(1025), "1") })).to.equal(hash);
      expect(
        await messageOf("UpdateItem", {
          Key: item("1", "1"),
          UpdateExpression: "SET l = :l",
          ExpressionAttributeValues: { ":l": S("é".repeat(513)) },
        }),
      ).to.equal(
        "The update expression attempted to update the secondary index key beyond allowed size limits",
      );
      await database.untyped("DeleteItem", { TableName, Key: item("é".repeat(1024), "é".repeat(512)) });
    });
  });

  describe("of what is selected", () => {
    const query = (more: object) => ({
      TableName,
      KeyConditionExpression: "p = :p",
      ExpressionAttributeValues: { ":p": S("1") },
      ...more,
    });
    const ofGlobal = (more: object) => ({
      TableName,
      IndexName: "global",
      KeyConditionExpression: "g = :p",
      ExpressionAttributeValues: { ":p": S("g") },
      ...more,
    });
    const refused: [what: string, operation: string, input: object, message: string][] = [
      [
        "SPECIFIC_ATTRIBUTES that are not said",
        "Query",
        query({ Select: "SPECIFIC_ATTRIBUTES" }),
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
      ],
      [
        "COUNT of some attributes",
        "Scan",
        { TableName, Select: "COUNT", ProjectionExpression: "x" },
        "Cannot specify the ProjectionExpression when choosing to get only the Count",
      ],
      [
        "ALL_ATTRIBUTES and some",
        "Scan",
        { TableName, Select: "ALL_ATTRIBUTES", AttributesToGet: ["x"] },
        "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES",
      ],
      [
        "ALL_PROJECTED_ATTRIBUTES of a table",
        "Query",
        query({ Select: "ALL_PROJECTED_ATTRIBUTES" }),
        "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
      ],
      [
        "ALL_ATTRIBUTES of a global index that lacks some",
        "Query",
        ofGlobal({ Select: "ALL_ATTRIBUTES" }),
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index global because its projection type is not ALL",
      ],
      [
        "an attribute that a global index lacks",
        "Query",
        ofGlobal({ ProjectionExpression: "y, x" }),
        "One or more parameter values were invalid: Global secondary index global does not project [y]",
      ],
      [
        "a filter by an attribute that a global index lacks",
        "Scan",
        { TableName, IndexName: "global", FilterExpression: "attribute_exists(y)" },
        "One or more parameter values were invalid: Secondary index global does not project one or more filter attributes: [y]",
      ],
      [
        "something else",
        "Scan",
        { TableName, Select: "SOME" },
        "1 validation error detected: Value 'SOME' at 'select' failed to satisfy constraint: Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
      ],
    ];
    for (const [what, operation, input, message] of refused) {
      it(`refuse ${what}`, async () => {
        const error = await refusal(database.untyped(operation, input));
        expect(error).to.include({ code: "ValidationException", message });
      });
    }

    it("let a local index fetch from the table what it lacks", async () => {
      const filtered = query({
        IndexName: "local",
        ProjectionExpression: "y",
        FilterExpression: "attribute_exists(x)",
      });
      const { Items } = (await database.untyped("Query", filtered)) as { Items: object[] };
      expect(Items).to.deep.equal([{ y: N(2) }]);
      const whole = (await database.untyped(
        "Query",
        query({ IndexName: "local", Select: "ALL_ATTRIBUTES" }),
      )) as { Items: object[] };
      expect(whole.Items[0]).to.include.keys("x", "y", "g");
      const only = (await database.untyped("Query", query({ IndexName: "local" }))) as { Items: object[] };
      expect(only.Items).to.deep.equal([{ p: S("1"), s: S("1"), l: S("l") }]);
    });
  });

  describe("of new tables", () => {
    const create = (settings: object) =>
      refusal(database.createTable("other", settings)).then(({ message }) => message);

    it("refuse definitions of attributes that nothing is keyed by", async () => {
      const AttributeDefinitions = definitions({ id: "S", b: "S", c: "S" });
      expect(await create({ AttributeDefinitions })).to.equal(
        "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
      );
      const GlobalSecondaryIndexes = [{ IndexName: "byB", KeySchema: keys(["b"]), Projection: all }];
      expect(await create({ AttributeDefinitions, GlobalSecondaryIndexes })).to.equal(
        "One or more parameter values were invalid: Some AttributeDefinitions are not used. AttributeDefinitions: [id, b, c], keys used: [id, b]",
      );
    });

    const bad: [what: string, hash: string[], range: string[], message: string][] = [
      [
        "five HASH attributes",
        ["a", "b", "c", "d", "e"],
        [],
        "Too many partition keys. GSI can have at most 4 partition keys",
      ],
      [
        "five RANGE attributes",
        ["id"],
        ["a", "b", "c", "d", "e"],
        "Too many sort keys. GSI can have at most 4 sort keys",
      ],
      ["one attribute twice", ["a", "b"], ["a"], "Two keys can not have the same name"],
      [
        "no HASH attribute",
        [],
        ["a", "b", "c"],
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
      ],
    ];
    for (const member of ["AttributeDefinitions", "KeySchema"]) {
      it(`refuse a table without ${member}`, async () => {
        const input = { TableName: "new", ...indexed, BillingMode: "PAY_PER_REQUEST", [member]: undefined };
        const error = await refusal(database.untyped("CreateTable", input));
        expect(error.code).to.equal("ValidationException");
        expect(error.message).to.match(
          /^1 validation error detected: Value null at '(attributeDefinitions|keySchema)'/,
        );
      });
    }

    for (const [what, hash, range, message] of bad) {
      it(`refuse a global index with ${what}`, async () => {
        const used = Object.fromEntries(["id", ...hash, ...range].map((name) => [name, "S" as const]));
        const GlobalSecondaryIndexes = [
          { IndexName: "index", KeySchema: keys(hash, range), Projection: all },
        ];
        expect(await create({ AttributeDefinitions: definitions(used), GlobalSecondaryIndexes })).to.equal(
          message,
        );
      });
    }
  });
});
