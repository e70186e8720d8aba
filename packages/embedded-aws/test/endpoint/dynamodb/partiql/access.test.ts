import { expect } from "chai";
import type { Answer } from "../../../../src/wire/operation";
import { untyped } from "../../../support/untyped";
import { S, startTestDatabase, type TestDatabase } from "../support";
import { createWorker, type Worker } from "../worker";

describe("access to DynamoDB by PartiQL", () => {
  const orders = "arn:aws:dynamodb:us-east-1:000000000000:table/orders";
  const stock = "arn:aws:dynamodb:us-east-1:000000000000:table/stock";
  let database: TestDatabase;
  let worker: Worker;

  beforeEach(async () => {
    database = await startTestDatabase();
    for (const table of ["orders", "stock"]) {
      await database.createTable(table);
      await database.call("PutItem", { TableName: table, Item: { id: S("a") } });
    }
    worker = await createWorker(database);
  });

  afterEach(() => database.close());

  const allow: Worker["allow"] = (...statements) => worker.allow(...statements);
  const outcome: Worker["outcome"] = (operation, input) => worker.outcome(operation, input);

  const batch = (...statements: readonly string[]) => ({
    Statements: statements.map((Statement) => ({ Statement })),
  });

  const needs: Readonly<Record<string, string>> = {
    PartiQLInsert: `INSERT INTO "orders" VALUE {'id': 'b'}`,
    PartiQLUpdate: `UPDATE "orders" SET n = 1 WHERE id = 'a'`,
    PartiQLDelete: `DELETE FROM "orders" WHERE id = 'a'`,
    PartiQLSelect: `SELECT * FROM "orders" WHERE id = 'a'`,
  };
  for (const [name, Statement] of Object.entries(needs)) {
    for (const [operation, input] of [
      ["ExecuteStatement", { Statement }],
      ["BatchExecuteStatement", batch(Statement)],
    ] as const) {
      it(`of ${operation} needs ${name}, and nothing else`, async () => {
        const others = Object.keys(needs).filter((other) => other !== name);
        const Action = `dynamodb:${name}`;
        await allow({
          Action: [...others.map((other) => `dynamodb:${other}`), "dynamodb:*Item", "dynamodb:Query"],
          Resource: "*",
        });
        expect(await outcome(operation, input))
          .to.contain("AccessDeniedException")
          .and.to.contain(Action)
          .and.to.contain(orders);
        await allow({ Action, Resource: stock });
        expect(await outcome(operation, input)).to.contain("AccessDeniedException");
        await allow({ Action, Resource: orders });
        expect(await outcome(operation, input)).to.equal("allowed");
      });
    }
  }

  it("is refused to a whole batch where one statement may not be made", async () => {
    await allow({ Action: "dynamodb:PartiQLInsert", Resource: orders });
    const insert = (table: string) => `INSERT INTO "${table}" VALUE {'id': 'b'}`;
    expect(await outcome("BatchExecuteStatement", batch(insert("orders"), insert("stock"))))
      .to.contain("AccessDeniedException")
      .and.to.contain(stock);
    expect(await database.items("orders")).to.deep.equal([{ id: S("a") }]);
  });

  it("may be bound to partition keys", async () => {
    await allow({
      Action: ["dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate"],
      Resource: orders,
      Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["a", "mine"] } },
    });
    for (const [statement, expected] of [
      [`INSERT INTO "orders" VALUE {'id': 'mine'}`, "allowed"],
      [`INSERT INTO "orders" VALUE {'id': 'yours'}`, "AccessDenied"],
      [`UPDATE "orders" SET n = 1 WHERE id = 'a'`, "allowed"],
      [`UPDATE "orders" SET n = 1 WHERE n IS MISSING AND id = 'yours'`, "AccessDenied"],
    ] as const)
      expect(await outcome("ExecuteStatement", { Statement: statement }), statement).to.contain(expected);
  });

  it("of an index is access to that index", async () => {
    const Statement = `SELECT * FROM "orders"."byName" WHERE name = 'x'`;
    await allow({ Action: "dynamodb:PartiQLSelect", Resource: orders });
    expect(await outcome("ExecuteStatement", { Statement })).to.contain(`${orders}/index/byName`);
  });

  it("fails the statements on a table whose key may not be used, and no other", async () => {
    const { KeyMetadata } = await database.cloud.call("kms", "CreateKey", {});
    await database.createTable("secret", {
      SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId: KeyMetadata?.KeyId },
    });
    await allow({ Action: "dynamodb:PartiQLInsert", Resource: "*" });
    const insert = (table: string) => `INSERT INTO "${table}" VALUE {'id': 'b'}`;
    const answer = (await untyped(database.cloud.context.call)(
      "dynamodb",
      "BatchExecuteStatement",
      batch(insert("secret"), insert("orders")),
      worker.principal,
    )) as Answer<"dynamodb", "BatchExecuteStatement">;
    expect(answer.Responses?.map(({ Error: error }) => error?.Code)).to.deep.equal([
      "AccessDenied",
      undefined,
    ]);
    expect(await outcome("ExecuteStatement", { Statement: insert("secret") })).to.contain("KMS key access");
  });

  it("is refused before a table is looked for", async () => {
    await allow({ Action: "dynamodb:PartiQLSelect", Resource: orders });
    expect(await outcome("ExecuteStatement", { Statement: "SELECT * FROM absent" })).to.contain(
      "AccessDeniedException",
    );
  });
});
