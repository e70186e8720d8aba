import { expect } from "chai";
import fc from "fast-check";
import { recordOf } from "../../../src/core/record";
import { jsonHeaders, sendRaw } from "../../support/rawRequest";
import { refusal, S, startTestDatabase, tableOf, type TestDatabase } from "./support";
import { runs } from "../../support/runs";

type Members = Record<string, unknown>;

/** Names that every ordinary object answers to, and some of no meaning. */
const inherited = [...Object.getOwnPropertyNames(Object.prototype), "prototype"];
const names = fc.oneof(fc.constantFrom(...inherited), fc.stringMatching(/^[a-z]{3}$/));
const attributes = fc
  .uniqueArray(fc.tuple(names, fc.string({ minLength: 1 }).map(S)), {
    selector: ([name]) => name,
    maxLength: 6,
  })
  .map(recordOf);

describe("DynamoDB attributes with the names of a prototype", () => {
  let database: TestDatabase;

  before(async () => {
    database = await startTestDatabase();
    await database.createTable("table");
  });

  after(async () => {
    await database.close();
  });

  /** Over the wire, as JSON without a prototype's help. */
  async function send(operation: string, input: object): Promise<Members> {
    const { status, text } = await sendRaw(database.cloud.endpoint, {
      service: "dynamodb",
      headers: jsonHeaders(`DynamoDB_20120810.${operation}`),
      body: JSON.stringify(input),
    });
    const answer = JSON.parse(text) as Members;
    expect(status, text).to.equal(200);
    return answer;
  }

  const sorted = (members: unknown) =>
    Object.entries(members as Members).sort(([a], [b]) => (a < b ? -1 : 1));

  it("are kept, at the top and inside, whichever way they are written and read", async () => {
    await fc.assert(
      fc.asyncProperty(attributes, attributes, async (top, inner) => {
        const Key = { id: S("1") };
        const item = recordOf<object>([...Object.entries(top), ["id", S("1")], ["m", { M: inner }]]);
        await send("PutItem", { TableName: "table", Item: item });
        const { Item } = await send("GetItem", { TableName: "table", Key });
        expect(sorted(Item)).to.deep.equal(sorted(JSON.parse(JSON.stringify(item))));

        // By update expressions, from nothing.
        await send("DeleteItem", { TableName: "table", Key });
        const paths = [...Object.keys(top), ...Object.keys(inner)];
        const aliases = recordOf(paths.map((name, n) => [`#n${n}`, name]));
        const update = Object.entries(top).map(([name], n) => [`#n${n}`, `:v${n}`, name] as const);
        if (update.length === 0) return;
        const { Attributes } = await send("UpdateItem", {
          TableName: "table",
          Key,
          UpdateExpression: `SET ${update.map(([alias, value]) => `${alias} = ${value}`).join(", ")}`,
          ExpressionAttributeNames: recordOf(update.map(([alias]) => [alias, aliases[alias] ?? ""])),
          ExpressionAttributeValues: recordOf(update.map(([, value, name]) => [value, top[name]])),
          ReturnValues: "ALL_NEW",
        });
        expect(sorted(Attributes)).to.deep.equal(sorted(recordOf([...Object.entries(top), ["id", S("1")]])));
        const projected = await send("GetItem", {
          TableName: "table",
          Key,
          ProjectionExpression: update.map(([alias]) => alias).join(","),
          ExpressionAttributeNames: recordOf(update.map(([alias]) => [alias, aliases[alias] ?? ""])),
        });
        expect(sorted(projected.Item)).to.deep.equal(sorted(top));
      }),
      { numRuns: runs(50) },
    );
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
    expect(Object.keys(Object)).to.deep.equal([]);
  });

  for (const name of inherited) {
    it(`are absent until they are there: ${name}`, async () => {
      const Key = { id: S(`absent ${name}`) };
      const condition = (ConditionExpression: string) => ({
        TableName: "table",
        ConditionExpression,
        ExpressionAttributeNames: { "#n": name },
      });
      const missing = await refusal(
        database.call("DeleteItem", { Key, ...condition("attribute_exists(#n)") }),
      );
      expect(missing.code).to.equal("ConditionalCheckFailedException");
      await database.call("PutItem", { Item: Key, ...condition("attribute_not_exists(#n.#n)") });
      await send("PutItem", {
        TableName: "table",
        Item: { ...Key, m: { M: recordOf([[name, S("inside")]]) } },
        Expected: recordOf([[name, { Exists: false }]]),
      });
      const { Items } = await send("Scan", {
        TableName: "table",
        FilterExpression: "m.#n = :v AND attribute_not_exists(#n) AND attribute_not_exists(#n.x)",
        ProjectionExpression: "m.#n, #n.x",
        ExpressionAttributeNames: { "#n": name },
        ExpressionAttributeValues: { ":v": S("inside") },
      });
      expect(Items).to.have.length(1);
      const [found] = Items as [{ m: { M: Members } }];
      expect(Object.entries(found.m.M)).to.deep.equal([[name, S("inside")]]);
    });

    it(`may be keys of tables and indexes, and name the index: ${name}`, async () => {
      const tableName = `keyed-by-${name}`;
      await send("CreateTable", {
        ...tableOf(tableName),
        AttributeDefinitions: [
          { AttributeName: name, AttributeType: "S" },
          { AttributeName: "another", AttributeType: "S" },
        ],
        KeySchema: [{ AttributeName: name, KeyType: "HASH" }],
        GlobalSecondaryIndexes: [
          {
            IndexName: name,
            KeySchema: [
              { AttributeName: "another", KeyType: "HASH" },
              { AttributeName: name, KeyType: "RANGE" },
            ],
            Projection: { ProjectionType: "ALL" },
          },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      });
      const item = recordOf([
        [name, S("1")],
        ["another", S("2")],
      ]);
      const key = recordOf([[name, S("1")]]);
      const written = await send("TransactWriteItems", {
        TransactItems: [{ Put: { TableName: tableName, Item: item } }],
        ReturnConsumedCapacity: "INDEXES",
      });
      const [capacity] = written.ConsumedCapacity as [
        { GlobalSecondaryIndexes: Members; CapacityUnits: number },
      ];
      expect(Object.keys(capacity.GlobalSecondaryIndexes)).to.deep.equal([name]);
      expect(capacity.CapacityUnits).to.equal(4);
      const query = await send("Query", {
        TableName: tableName,
        IndexName: name,
        KeyConditionExpression: "another = :o AND #n = :n",
        ExpressionAttributeNames: { "#n": name },
        ExpressionAttributeValues: { ":o": S("2"), ":n": S("1") },
      });
      expect((query.Items as Members[]).map(sorted)).to.deep.equal([sorted(item)]);
      const batch = await send("BatchGetItem", { RequestItems: recordOf([[tableName, { Keys: [key] }]]) });
      expect(sorted((batch.Responses as Record<string, Members[]>)[tableName]?.[0])).to.deep.equal(
        sorted(item),
      );
      const transaction = await send("TransactGetItems", {
        TransactItems: [{ Get: { TableName: tableName, Key: key } }],
      });
      expect(sorted((transaction.Responses as [{ Item: Members }])[0].Item)).to.deep.equal(sorted(item));
      await send("DeleteItem", { TableName: tableName, Key: key });
      expect(await database.items(tableName)).to.deep.equal([]);
    });
  }

  it("may be a table's own name, in batches too", async () => {
    for (const name of ["__proto__", "constructor"]) {
      await send("CreateTable", tableOf(name));
      await send("BatchWriteItem", {
        RequestItems: recordOf([[name, [{ PutRequest: { Item: { id: S("1") } } }]]]),
      });
      const { Responses } = await send("BatchGetItem", {
        RequestItems: recordOf([[name, { Keys: [{ id: S("1") }] }]]),
      });
      expect(Object.entries(Responses as Members)).to.deep.equal([[name, [{ id: S("1") }]]]);
    }
  });

  it("are no members of a request, nor types of a value", async () => {
    for (const name of inherited) {
      const input = recordOf<unknown>([
        ["TableName", "table"],
        ["Key", { id: S("1") }],
        [name, "x"],
      ]);
      expect((await refusal(database.untyped("GetItem", input))).code, name).to.equal(
        "NotSupportedByEmbeddedCloud",
      );
      const value = recordOf([[name, "x"]]);
      const error = await refusal(
        database.untyped("PutItem", { TableName: "table", Item: { id: S("1"), a: value } }),
      );
      expect(error.code, name).to.equal("ValidationException");
    }
  });
});
