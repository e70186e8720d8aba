import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createDynamoDb } from "../../../src/services/dynamodb/dynamodb";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { N, S, tableOf } from "./support";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TableName = "orders";

describe("an item's time to live", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  afterEach(() => cloud.close());

  async function start(timeToLiveLagMs?: number): Promise<void> {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createDynamoDb],
      conditions: timeToLiveLagMs === undefined ? {} : { timeToLiveLagMs },
    });
    await cloud.call("dynamodb", "CreateTable", {
      ...tableOf(TableName),
      AttributeDefinitions: (["id", "kind"] as const).map((AttributeName) => ({
        AttributeName,
        AttributeType: "S" as const,
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: "byKind",
          KeySchema: [{ AttributeName: "kind", KeyType: "HASH" }],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    });
  }
  const enable = (Enabled = true) =>
    cloud.call("dynamodb", "UpdateTimeToLive", {
      TableName,
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled },
    });
  const inMs = (ms: number) => N(Math.floor((clock.now() + ms) / 1000));
  const put = (id: string, more: object = {}) =>
    cloud.call("dynamodb", "PutItem", { TableName, Item: { id: S(id), kind: S("k"), ...more } });
  const ids = async (IndexName?: string) => {
    const { Items = [] } = await cloud.call("dynamodb", "Scan", {
      TableName,
      ...(IndexName === undefined ? {} : { IndexName }),
    });
    return Items.map(({ id }) => id?.S ?? "").sort();
  };

  it("ends within a minute where there is no lag, in the indexes too, and only by a number that was given", async () => {
    await start(0);
    await put("before", { expiresAt: inMs(HOUR) });
    await enable();
    await put("after", { expiresAt: inMs(HOUR) });
    await put("later", { expiresAt: inMs(2 * HOUR) });
    await put("kept");
    await put("text", { expiresAt: S("1") });
    await put("ancient", { expiresAt: inMs(-6 * 365 * DAY) });
    await put("prolonged", { expiresAt: inMs(HOUR) });
    await put("prolonged", { expiresAt: inMs(10 * HOUR) });
    await clock.advance(HOUR - 1);
    expect(await ids()).to.include.members(["before", "after"]);
    await clock.advance(MINUTE + 1);
    const left = ["ancient", "kept", "later", "prolonged", "text"];
    expect(await ids()).to.deep.equal(left);
    expect(await ids("byKind")).to.deep.equal(left);
    await clock.advance(HOUR);
    expect(await ids()).not.to.include("later");
    await clock.advance(30 * DAY);
    expect(await ids()).to.deep.equal(["ancient", "kept", "text"]);
  });

  it("ends some time within 48 hours after it is over, for each item another, as AWS has it", async () => {
    await start();
    await enable();
    const all = Array.from({ length: 200 }, (_, index) => `item-${String(index).padStart(3, "0")}`);
    for (const id of all) await put(id, { expiresAt: inMs(0) });
    const gone: number[] = [];
    for (let hours = 0; hours < 48; hours += 12) {
      await clock.advance(12 * HOUR);
      gone.push(all.length - (await ids()).length);
    }
    // A quarter in each of the four parts, give or take.
    for (const [part, count] of gone.entries())
      expect(count, `part ${part}`).to.be.within(50 * part + 25, 50 * part + 75);
    await clock.advance(MINUTE);
    expect(await ids()).to.deep.equal([]);
  });

  it("is told in the stream as DynamoDB's own doing, unlike a deletion", async () => {
    await start(0);
    await enable();
    await put("expired", { expiresAt: inMs(HOUR) });
    await put("deleted");
    await cloud.call("dynamodb", "DeleteItem", { TableName, Key: { id: S("deleted") } });
    await clock.advance(2 * HOUR);
    const { Streams: [{ StreamArn } = {}] = [] } = await cloud.call("dynamodb", "ListStreams", { TableName });
    const { StreamDescription } = await cloud.call("dynamodb", "DescribeStream", { StreamArn });
    const { ShardIterator = "" } = await cloud.call("dynamodb", "GetShardIterator", {
      StreamArn,
      ShardId: StreamDescription?.Shards?.[0]?.ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    });
    const { Records = [] } = await cloud.call("dynamodb", "GetRecords", { ShardIterator });
    const removed = Records.filter(({ eventName }) => eventName === "REMOVE");
    expect(removed.map(({ dynamodb }) => dynamodb?.Keys?.id?.S)).to.deep.equal(["deleted", "expired"]);
    expect(removed.map(({ userIdentity }) => userIdentity)).to.deep.equal([
      undefined,
      { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" },
    ]);
    expect(removed[1]?.dynamodb?.OldImage).to.have.property("expiresAt");
  });

  it("ends no more once it is switched off, and costs no throughput", async () => {
    await start(0);
    await enable();
    await put("a", { expiresAt: inMs(HOUR) });
    const written = cloud.dynamoDb.capacity.of(TableName);
    await clock.advance(2 * HOUR);
    expect(await ids()).to.deep.equal([]);
    expect(cloud.dynamoDb.capacity.of(TableName)).to.deep.include({ writeUnits: written.writeUnits });
    await put("b", { expiresAt: inMs(HOUR) });
    await enable(false);
    await clock.advance(30 * DAY);
    expect(await ids()).to.deep.equal(["b"]);
  });

  it("goes with its table", async () => {
    await start(0);
    await enable();
    await put("a", { expiresAt: inMs(HOUR) });
    await cloud.call("dynamodb", "DeleteTable", { TableName });
    await cloud.call("dynamodb", "CreateTable", tableOf(TableName));
    await put("a", { expiresAt: inMs(HOUR) });
    await clock.advance(2 * HOUR);
    expect(await ids()).to.deep.equal(["a"]);
  });
});
