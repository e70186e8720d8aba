import { expect } from "chai";
import { AwsError } from "../../../../src/core/errors";
import type { Answer, Input } from "../../../../src/wire/operation";
import { N, refusal, S, startTestDatabase, type TestDatabase } from "../support";

type Batch = Input<"dynamodb", "BatchExecuteStatement">;
type Statement = NonNullable<Batch["Statements"]>[number];

const insert = (id: string, more: Partial<Statement> = {}): Statement => ({
  Statement: `INSERT INTO "orders" VALUE {'id': ?, 'items': ?}`,
  Parameters: [S(id), { L: [{ M: { sku: S("tea"), count: N(2) } }] }],
  ...more,
});
const confirm = (id: string, at: string): Statement => ({
  Statement: `UPDATE "orders" SET confirmationSentAt = ? WHERE id = ? AND confirmationSentAt IS MISSING`,
  Parameters: [S(at), S(id)],
  ReturnValuesOnConditionCheckFailure: "ALL_OLD",
});

describe("PartiQL in batches", () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await startTestDatabase();
    await database.createTable("orders", {
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    });
  });

  afterEach(() => database.close());

  async function run(
    Statements: readonly Statement[],
    more: Partial<Batch> = {},
  ): Promise<Answer<"dynamodb", "BatchExecuteStatement">> {
    return database.call("BatchExecuteStatement", { Statements: [...Statements], ...more });
  }

  const codes = ({ Responses = [] }: Answer<"dynamodb", "BatchExecuteStatement">) =>
    Responses.map(({ Error: error }) => error?.Code);

  it("inserts what is new, and says of the rest that it is there, without showing it", async () => {
    await run([insert("a")]);
    const { Responses } = await run([
      insert("a", { ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
      insert("b"),
    ]);
    expect(Responses).to.deep.equal([
      {
        Error: { Code: "DuplicateItem", Message: "Duplicate primary key exists in table" },
        TableName: "orders",
      },
      { TableName: "orders" },
    ]);
    expect(await database.items("orders")).to.have.length(2);
  });

  it("updates where the condition holds, and shows what stands where it does not", async () => {
    await run([insert("a"), insert("b")]);
    await run([confirm("a", "first")]);
    const { Responses } = await run([confirm("a", "second"), confirm("b", "second"), confirm("c", "second")]);
    const failed = { Code: "ConditionalCheckFailed", Message: "The conditional request failed" };
    const Item = { id: S("a"), items: insert("a").Parameters?.[1], confirmationSentAt: S("first") };
    expect(Responses).to.deep.equal([
      { Error: { ...failed, Item }, TableName: "orders" },
      { TableName: "orders" },
      // An update makes no item.
      { Error: failed, TableName: "orders" },
    ]);
    expect(await database.items("orders")).to.have.length(2);
  });

  it("announces what it changed, and nothing else", async () => {
    const events: string[] = [];
    database.cloud.context.events.subscribe(({ type }) => {
      if (type.startsWith("item-")) events.push(type);
    });
    await run([insert("a"), insert("b")]);
    await run([insert("a"), confirm("b", "now")]);
    expect(events).to.deep.equal(["item-inserted", "item-inserted", "item-modified"]);
  });

  it("goes on after statements that are none, or name what is not there", async () => {
    const { Responses = [] } = await run([
      { Statement: "garbage" },
      { Statement: `INSERT INTO "absent" VALUE {'id': 'x'}` },
      { Statement: `INSERT INTO "orders" VALUE {'id': ?, 'n': ?}`, Parameters: [S("x")] },
      { Statement: `INSERT INTO "orders" VALUE {'name': 'x'}` },
      { Statement: `UPDATE "orders" SET n = 1 WHERE name = 'x'` },
      { Statement: `DELETE FROM "orders" WHERE id = 'x' RETURNING MODIFIED OLD *` },
      insert("y"),
    ]);
    expect(Responses.map(({ Error: error, TableName }) => [error?.Code, TableName])).to.deep.equal([
      ["ValidationError", undefined],
      ["ResourceNotFound", undefined],
      ["ValidationError", undefined],
      ["ValidationError", undefined],
      ["ValidationError", undefined],
      ["ValidationError", undefined],
      [undefined, "orders"],
    ]);
    expect(Responses[0]?.Error?.Message).to.equal(
      "Statement wasn't well formed, can't be processed: Expected data manipulation",
    );
    expect(Responses[2]?.Error?.Message).to.equal(
      "Number of parameters in request and statement don't match.",
    );
  });

  it("reads items by their whole key, and nothing else", async () => {
    await run([insert("a")]);
    const { Responses = [] } = await run([
      { Statement: `SELECT id, items[0].sku FROM "orders" WHERE id = ?`, Parameters: [S("a")] },
      { Statement: `SELECT * FROM "orders" WHERE id = 'none'` },
      { Statement: `SELECT * FROM "orders" WHERE id = 'b' AND n = 1` },
      { Statement: `SELECT * FROM "orders"` },
    ]);
    expect(Responses.slice(0, 2)).to.deep.equal([
      { TableName: "orders", Item: { id: S("a"), items: { L: [{ M: { sku: S("tea") } }] } } },
      { TableName: "orders" },
    ]);
    for (const { Error: error } of Responses.slice(2))
      expect(error).to.deep.equal({
        Code: "ValidationError",
        Message:
          "Select statements within BatchExecuteStatement must specify the primary key in the where clause.",
      });
  });

  it("is refused as a whole where it mixes, repeats, or is empty or too large", async () => {
    const read = { Statement: `SELECT * FROM "orders" WHERE id = 'a'` };
    for (const [Statements, message] of [
      [[insert("a"), read], "Read and write requests together in the same batch is not supported."],
      [[insert("a"), confirm("a", "now")], "Provided list of item keys contains duplicates"],
      [[], "Member must have length greater than or equal to 1"],
      [
        Array.from({ length: 26 }, (_, n) => insert(String(n))),
        "Member must have length less than or equal to 25",
      ],
      [[insert("a", { Parameters: [] })], "Member must have length greater than or equal to 1"],
      [[{ Statement: "x".repeat(8193) }], "Member must have length less than or equal to 8192"],
    ] as const) {
      const error = await refusal(run(Statements));
      expect(error.code).to.equal("ValidationException");
      expect(error.message).to.contain(message);
    }
    expect(await database.items("orders")).to.deep.equal([]);
  });

  it("counts capacity by table, also of what it refused", async () => {
    await run([insert("a")]);
    await database.createTable("others");
    const { ConsumedCapacity } = await run(
      [insert("a"), insert("b"), { Statement: `INSERT INTO "others" VALUE {'id': 'x'}` }],
      { ReturnConsumedCapacity: "TOTAL" },
    );
    expect(ConsumedCapacity).to.deep.equal([
      { TableName: "orders", CapacityUnits: 2 },
      { TableName: "others", CapacityUnits: 1 },
    ]);
    expect(database.dynamoDb.capacity.of("orders").writeUnits).to.equal(3);
  });

  for (const [code, expected] of [
    ["ProvisionedThroughputExceededException", "ProvisionedThroughputExceeded"],
    ["ThrottlingException", "ThrottlingError"],
    ["TransactionConflictException", "TransactionConflict"],
    ["InternalServerError", "InternalServerError"],
  ] as const) {
    it(`fails one statement by ${code} on its item, and carries the others out`, async () => {
      let count = 0;
      database.dynamoDb.faults = (operation, table) =>
        operation === "BatchExecuteStatement" && table === "orders" && ++count === 2
          ? new AwsError(code, "on demand")
          : undefined;
      const answer = await run([insert("a"), insert("b"), insert("c")]);
      expect(codes(answer)).to.deep.equal([undefined, expected, undefined]);
      expect(answer.Responses?.[1]).to.deep.equal({
        Error: { Code: expected, Message: "on demand" },
        TableName: "orders",
      });
      expect((await database.items("orders")).map(({ id }) => id?.S).sort()).to.deep.equal(["a", "c"]);
    });
  }

  it("fails as a whole by a fault that no statement can have", async () => {
    database.dynamoDb.faults = () => new AwsError("UnrecognizedClientException", "who?");
    expect((await refusal(run([insert("a")]))).code).to.equal("UnrecognizedClientException");
  });

  it("is throttled item by item when a partition takes no more", async () => {
    const text = "x".repeat(350_000);
    const large = (id: string) => ({
      Statement: `INSERT INTO "lines" VALUE {'order': 'one', 'line': ?, 'text': ?}`,
      Parameters: [S(id), S(text)],
    });
    await database.createTable("lines", {
      AttributeDefinitions: ["order", "line"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: [
        { AttributeName: "order", KeyType: "HASH" },
        { AttributeName: "line", KeyType: "RANGE" },
      ],
    });
    const answer = await run(["1", "2", "3", "4", "5"].map(large));
    expect(codes(answer)).to.deep.equal([
      undefined,
      undefined,
      undefined,
      "ThrottlingError",
      "ThrottlingError",
    ]);
  });
});
