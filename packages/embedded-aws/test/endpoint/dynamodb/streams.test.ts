import { expect } from "chai";
import type { StreamViewType } from "../../../src/services/dynamodb/streamRecord";
import { N, refusal, S, startTestDatabase, type TestDatabase } from "./support";
import type { Answer, Input } from "../../../src/wire/operation";

const HOUR = 3_600_000;

type Page = Answer<"dynamodb", "GetRecords">;

describe("DynamoDB streams", () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await startTestDatabase();
  });

  afterEach(() => database.close());

  const withStream = (StreamViewType: StreamViewType) =>
    database.createTable("orders", { StreamSpecification: { StreamEnabled: true, StreamViewType } });
  const put = (id: string, n: number) =>
    database.call("PutItem", { TableName: "orders", Item: { id: S(id), n: N(n) } });
  const remove = (id: string) => database.call("DeleteItem", { TableName: "orders", Key: { id: S(id) } });

  async function describeStream() {
    const { Streams } = await database.call("ListStreams", { TableName: "orders" });
    const { StreamDescription } = await database.call("DescribeStream", {
      StreamArn: Streams?.at(-1)?.StreamArn,
    });
    return StreamDescription!;
  }

  async function iterator(
    position: Pick<Input<"dynamodb", "GetShardIterator">, "ShardIteratorType" | "SequenceNumber">,
  ): Promise<string> {
    const { StreamArn, Shards } = await describeStream();
    const answer = await database.call("GetShardIterator", {
      StreamArn,
      ShardId: Shards?.[0]?.ShardId,
      ...position,
    });
    return answer.ShardIterator ?? "";
  }

  const read = (ShardIterator: string, Limit?: number) =>
    database.call("GetRecords", { ShardIterator, ...(Limit && { Limit }) });
  const records = async () => {
    const { Records = [] } = await read(await iterator({ ShardIteratorType: "TRIM_HORIZON" }));
    return Records;
  };

  const [old, changed] = [
    { id: S("a"), n: N(1) },
    { id: S("a"), n: N(2) },
  ];
  const views: readonly (readonly [StreamViewType, readonly object[]])[] = [
    ["KEYS_ONLY", [{}, {}, {}]],
    ["NEW_IMAGE", [{ NewImage: old }, { NewImage: changed }, {}]],
    ["OLD_IMAGE", [{}, { OldImage: old }, { OldImage: changed }]],
    ["NEW_AND_OLD_IMAGES", [{ NewImage: old }, { NewImage: changed, OldImage: old }, { OldImage: changed }]],
  ];
  for (const [view, images] of views) {
    it(`record what happened to an item, as ${view}`, async () => {
      await withStream(view);
      await put("a", 1);
      await put("a", 2);
      await remove("a");
      const found = await records();
      expect(found.map(({ eventName }) => eventName)).to.deep.equal(["INSERT", "MODIFY", "REMOVE"]);
      found.forEach(({ dynamodb }, i) => {
        const { SequenceNumber, SizeBytes, ...contents } = dynamodb!;
        expect(contents).to.deep.equal({
          ApproximateCreationDateTime: new Date(database.clock.now()),
          Keys: { id: S("a") },
          StreamViewType: view,
          ...images[i],
        });
        expect(SequenceNumber).to.match(/^\d{21,40}$/);
        expect(SizeBytes).to.equal(3 + 6 * Object.keys(images[i] ?? {}).length);
      });
      const numbers = found.map(({ dynamodb }) => dynamodb?.SequenceNumber);
      expect(numbers)
        .to.deep.equal([...numbers].sort())
        .and.to.have.length(new Set(numbers).size);
      expect(found[0]).to.deep.include({
        eventSource: "aws:dynamodb",
        eventVersion: "1.1",
        awsRegion: "us-east-1",
      });
      expect(new Set(found.map(({ eventID }) => eventID)).size).to.equal(3);
    });
  }

  it("record nothing when nothing changed", async () => {
    await withStream("NEW_IMAGE");
    await put("a", 1);
    await put("a", 1);
    await remove("absent");
    await refusal(
      database.call("TransactWriteItems", {
        TransactItems: [
          { Put: { TableName: "orders", Item: { id: S("b") } } },
          {
            Put: {
              TableName: "orders",
              Item: { id: S("a") },
              ConditionExpression: "attribute_not_exists(id)",
            },
          },
        ],
      }),
    );
    expect(await records()).to.have.length(1);
  });

  it("record each item of a transaction and of a batch", async () => {
    await withStream("KEYS_ONLY");
    const item = (id: string) => ({ id: S(id) });
    await database.call("TransactWriteItems", {
      TransactItems: ["a", "b"].map((id) => ({ Put: { TableName: "orders", Item: item(id) } })),
    });
    await database.call("BatchWriteItem", {
      RequestItems: { orders: [{ PutRequest: { Item: item("c") } }] },
    });
    expect((await records()).map(({ dynamodb }) => dynamodb?.Keys)).to.deep.equal([
      item("a"),
      item("b"),
      item("c"),
    ]);
  });

  it("are read on from every kind of position", async () => {
    await withStream("KEYS_ONLY");
    for (const id of ["a", "b", "c"]) await put(id, 1);
    const latest = await iterator({ ShardIteratorType: "LATEST" });
    await put("d", 1);
    const ids = ({ Records = [] }: Page) => Records.map(({ dynamodb }) => dynamodb?.Keys?.id?.S).join("");
    const [, second] = await records();
    const SequenceNumber = second?.dynamodb?.SequenceNumber;

    expect(ids(await read(latest))).to.equal("d");
    expect(
      ids(await read(await iterator({ ShardIteratorType: "AT_SEQUENCE_NUMBER", SequenceNumber }))),
    ).to.equal("bcd");
    expect(
      ids(await read(await iterator({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber }))),
    ).to.equal("cd");

    const first = await read(await iterator({ ShardIteratorType: "TRIM_HORIZON" }), 3);
    expect(ids(first)).to.equal("abc");
    const next = await read(first.NextShardIterator ?? "");
    expect(ids(next)).to.equal("d");
    expect(ids(await read(next.NextShardIterator ?? ""))).to.equal("");
  });

  it("forget a record after 24 hours", async () => {
    await withStream("KEYS_ONLY");
    await put("a", 1);
    const SequenceNumber = (await records())[0]?.dynamodb?.SequenceNumber;
    await database.clock.advance(12 * HOUR);
    await put("b", 1);
    await database.clock.advance(12 * HOUR - 1);
    expect(await records()).to.have.length(2);
    await database.clock.advance(1);
    expect(await records()).to.have.length(1);
    const trimmed = iterator({ ShardIteratorType: "AT_SEQUENCE_NUMBER", SequenceNumber });
    expect((await refusal(trimmed)).code).to.equal("TrimmedDataAccessException");
    const oldest = await iterator({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber });
    expect((await read(oldest)).Records).to.have.length(1);
  });

  it("refuse an iterator after 15 minutes", async () => {
    await withStream("KEYS_ONLY");
    const start = await iterator({ ShardIteratorType: "TRIM_HORIZON" });
    await database.clock.advance(HOUR / 4);
    await read(start);
    await database.clock.advance(1);
    expect((await refusal(read(start))).code).to.equal("ExpiredIteratorException");
    expect((await refusal(read("nonsense"))).message).to.equal("Invalid ShardIterator");
  });

  it("end when they are turned off or their table goes, and stay readable for 24 hours", async () => {
    await withStream("KEYS_ONLY");
    await put("a", 1);
    const start = await iterator({ ShardIteratorType: "TRIM_HORIZON" });
    await database.call("DeleteTable", { TableName: "orders" });
    expect(await describeStream()).to.include({ StreamStatus: "DISABLED" });
    const page = await read(start);
    expect(page.Records).to.have.length(1);
    expect(page).not.to.have.property("NextShardIterator");
    await database.clock.advance(24 * HOUR);
    expect(await database.call("ListStreams", {})).to.deep.equal({ Streams: [] });
  });

  it("are refused when they are not there", async () => {
    const StreamArn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026";
    expect((await refusal(database.call("DescribeStream", { StreamArn }))).code).to.equal(
      "ResourceNotFoundException",
    );
  });
});
