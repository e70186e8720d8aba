import { expect } from "chai";
import { refusal, S, startTestDatabase, tableOf, type TestDatabase } from "./support";

describe("DynamoDB tables", () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await startTestDatabase();
  });

  afterEach(() => database.close());

  const described = async (name: string) =>
    (await database.call("DescribeTable", { TableName: name })).Table ?? {};

  it("are described as they were asked for", async () => {
    await database.createTable("orders", {
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      SSESpecification: { Enabled: true },
      TableClass: "STANDARD_INFREQUENT_ACCESS",
      DeletionProtectionEnabled: true,
    });
    await database.call("PutItem", { TableName: "orders", Item: { id: S("a") } });

    const { KeyMetadata } = await database.cloud.call("kms", "DescribeKey", { KeyId: "alias/aws/dynamodb" });
    const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders";
    expect(await described("orders")).to.deep.include({
      TableArn: arn,
      TableStatus: "ACTIVE",
      ItemCount: 1,
      TableSizeBytes: 3,
      CreationDateTime: new Date(Date.UTC(2026, 0, 1)),
      DeletionProtectionEnabled: true,
      BillingModeSummary: {
        BillingMode: "PAY_PER_REQUEST",
        LastUpdateToPayPerRequestDateTime: new Date(Date.UTC(2026, 0, 1)),
      },
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      LatestStreamLabel: "2026-01-01T00:00:00.000",
      LatestStreamArn: `${arn}/stream/2026-01-01T00:00:00.000`,
      TableClassSummary: { TableClass: "STANDARD_INFREQUENT_ACCESS" },
      SSEDescription: {
        Status: "ENABLED",
        SSEType: "KMS",
        KMSMasterKeyArn: KeyMetadata?.Arn,
      },
    });
  });

  it("are encrypted with a key, however it is named", async () => {
    const { KeyMetadata: { KeyId = "", Arn = "" } = {} } = await database.cloud.call("kms", "CreateKey", {});
    const alias = "arn:aws:kms:us-east-1:000000000000:alias/shop";
    await database.cloud.call("kms", "CreateAlias", { AliasName: "alias/shop", TargetKeyId: KeyId });
    for (const [at, name] of [KeyId, Arn, "alias/shop", alias].entries()) {
      const SSESpecification = { Enabled: true, KMSMasterKeyId: name };
      await database.createTable(`orders-${at}`, { SSESpecification });
      await database.createTable(`stock-${at}`);
      await database.call("UpdateTable", { TableName: `stock-${at}`, SSESpecification });
      for (const table of [`orders-${at}`, `stock-${at}`])
        expect((await described(table)).SSEDescription?.KMSMasterKeyArn).to.equal(Arn);
    }
    const SSESpecification = { Enabled: true, KMSMasterKeyId: "alias/none" };
    const error = await refusal(database.createTable("none", { SSESpecification }));
    expect(error.code).to.equal("ValidationException");
    expect(error.message).to.include("alias/none");
  });

  it("show nothing that was not asked for", async () => {
    await database.createTable("orders");
    expect(await described("orders")).not.to.have.any.keys(
      "StreamSpecification",
      "LatestStreamArn",
      "SSEDescription",
      "TableClassSummary",
      "GlobalSecondaryIndexes",
    );
  });

  it("are not deleted while they are protected", async () => {
    await database.createTable("orders", { DeletionProtectionEnabled: true });
    const error = await refusal(database.call("DeleteTable", { TableName: "orders" }));
    expect(error.code).to.equal("ValidationException");
    expect(error.message).to.equal(
      "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    );

    await database.call("UpdateTable", { TableName: "orders", DeletionProtectionEnabled: false });
    await database.call("DeleteTable", { TableName: "orders" });
    expect(await database.call("ListTables", {})).to.deep.equal({ TableNames: [] });
  });

  it("are listed page by page, in order", async () => {
    for (const name of ["ccc", "aaa", "bbb"]) await database.createTable(name);
    expect(await database.call("ListTables", { Limit: 2 })).to.deep.equal({
      TableNames: ["aaa", "bbb"],
      LastEvaluatedTableName: "bbb",
    });
    expect(await database.call("ListTables", { ExclusiveStartTableName: "bbb" })).to.deep.equal({
      TableNames: ["ccc"],
    });
  });

  it("turn their stream on and off, and keep showing the latest one", async () => {
    await database.createTable("orders");
    const on = {
      TableName: "orders",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" as const },
    };
    const off = { TableName: "orders", StreamSpecification: { StreamEnabled: false } };
    expect((await refusal(database.call("UpdateTable", off))).message).to.contain("no stream to disable");
    await database.call("UpdateTable", on);
    expect((await refusal(database.call("UpdateTable", on))).message).to.contain(
      "already has an enabled stream",
    );
    const { LatestStreamArn } = await described("orders");
    await database.call("UpdateTable", off);
    expect(await described("orders"))
      .to.include({ LatestStreamArn })
      .and.not.have.property("StreamSpecification");
    await database.call("UpdateTable", on);
    expect(await described("orders"))
      .property("LatestStreamArn")
      .not.to.equal(LatestStreamArn);
  });

  it("keep their tags", async () => {
    await database.createTable("orders", { Tags: [{ Key: "team", Value: "shop" }] });
    const ResourceArn = (await described("orders")).TableArn;
    await database.call("TagResource", {
      ResourceArn,
      Tags: [
        { Key: "env", Value: "dev" },
        { Key: "team", Value: "store" },
      ],
    });
    expect(await database.call("ListTagsOfResource", { ResourceArn })).to.deep.equal({
      Tags: [
        { Key: "team", Value: "store" },
        { Key: "env", Value: "dev" },
      ],
    });
    await database.call("UntagResource", { ResourceArn, TagKeys: ["team"] });
    expect(await database.call("ListTagsOfResource", { ResourceArn })).to.deep.equal({
      Tags: [{ Key: "env", Value: "dev" }],
    });
  });

  it("keep their time to live and their recovery", async () => {
    await database.createTable("orders");
    const TableName = "orders";
    const spec = (AttributeName: string, Enabled: boolean) => ({
      TableName,
      TimeToLiveSpecification: { AttributeName, Enabled },
    });
    expect((await refusal(database.call("UpdateTimeToLive", spec("ttl", false)))).message).to.equal(
      "TimeToLive is already disabled",
    );
    await database.call("UpdateTimeToLive", spec("ttl", true));
    expect((await refusal(database.call("UpdateTimeToLive", spec("ttl", true)))).message).to.equal(
      "TimeToLive is already enabled",
    );
    expect(await database.call("DescribeTimeToLive", { TableName })).to.deep.equal({
      TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName: "ttl" },
    });

    const described = (status: object) => ({
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: "ENABLED",
        PointInTimeRecoveryDescription: status,
      },
    });
    expect(await database.call("DescribeContinuousBackups", { TableName })).to.deep.equal(
      described({ PointInTimeRecoveryStatus: "DISABLED" }),
    );
    await database.call("UpdateContinuousBackups", {
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
    });
    const start = database.clock.now();
    await database.clock.advance(8 * 24 * 3_600_000);
    expect(await database.call("DescribeContinuousBackups", { TableName })).to.deep.equal(
      described({
        PointInTimeRecoveryStatus: "ENABLED",
        RecoveryPeriodInDays: 7,
        EarliestRestorableDateTime: new Date(start + 24 * 3_600_000),
        LatestRestorableDateTime: new Date(start + 8 * 24 * 3_600_000),
      }),
    );
  });

  it("have an error of their own where there is no table to recover", async () => {
    const off = { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } };
    for (const call of [
      database.call("DescribeContinuousBackups", { TableName: "none" }),
      database.call("UpdateContinuousBackups", { TableName: "none", ...off }),
    ]) {
      expect(await refusal(call)).to.include({
        code: "TableNotFoundException",
        message: "Table not found: none",
      });
    }
  });

  it("change from provisioned to on demand and back", async () => {
    await database.createTable("orders", {
      BillingMode: "PROVISIONED",
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 7 },
    });
    expect(await described("orders"))
      .property("ProvisionedThroughput")
      .to.include({ ReadCapacityUnits: 5, WriteCapacityUnits: 7 });
    await database.call("UpdateTable", { TableName: "orders", BillingMode: "PAY_PER_REQUEST" });
    expect(await described("orders"))
      .property("ProvisionedThroughput")
      .to.include({ ReadCapacityUnits: 0, WriteCapacityUnits: 0 });
    const back = { TableName: "orders", BillingMode: "PROVISIONED" as const };
    expect((await refusal(database.call("UpdateTable", back))).message).to.contain("must both be specified");
  });

  const refusals: readonly (readonly [
    why: string,
    operation: string,
    input: object,
    code: string,
    message: string,
  ])[] = [
    [
      "a second table of one name",
      "CreateTable",
      tableOf("orders"),
      "ResourceInUseException",
      "Table already exists: orders",
    ],
    [
      "a name that is too short",
      "CreateTable",
      tableOf("x"),
      "ValidationException",
      "at least 3 characters long",
    ],
    [
      "a stream without a view type",
      "CreateTable",
      { ...tableOf("other"), StreamSpecification: { StreamEnabled: true } },
      "ValidationException",
      "StreamViewType must be specified",
    ],
    [
      "a member that is not supported",
      "CreateTable",
      { ...tableOf("other"), ResourcePolicy: "{}" },
      "NotSupportedByEmbeddedCloud",
      "The member ResourcePolicy of dynamodb:CreateTable is not supported",
    ],
    [
      "a member deep inside that is not supported",
      "CreateTable",
      {
        ...tableOf("other"),
        GlobalSecondaryIndexes: [
          {
            IndexName: "index",
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
            WarmThroughput: { ReadUnitsPerSecond: 1 },
          },
        ],
      },
      "NotSupportedByEmbeddedCloud",
      "The member GlobalSecondaryIndexes[0].WarmThroughput of dynamodb:CreateTable is not supported",
    ],
    [
      "a table that is not there",
      "DescribeTable",
      { TableName: "nope" },
      "ResourceNotFoundException",
      "Table: nope not found",
    ],
    [
      "an update of nothing",
      "UpdateTable",
      { TableName: "orders" },
      "ValidationException",
      "got nothing to update",
    ],
    [
      "transactions in PartiQL",
      "ExecuteTransaction",
      { TransactStatements: [{ Statement: "SELECT" }] },
      "NotSupportedByEmbeddedCloud",
      "dynamodb:ExecuteTransaction",
    ],
    ["backups", "CreateBackup", {}, "NotSupportedByEmbeddedCloud", "dynamodb:CreateBackup"],
  ];
  for (const [why, operation, input, code, message] of refusals) {
    it(`are refused for ${why}`, async () => {
      await database.createTable("orders");
      const error = await refusal(database.untyped(operation, input));
      expect(error.code).to.equal(code);
      expect(error.message).to.contain(message);
    });
  }
});
