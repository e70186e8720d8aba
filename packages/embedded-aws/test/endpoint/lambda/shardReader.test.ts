import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { ShardReader } from "../../../src/services/lambda/mappings/shardReader";
import { sequenceNumberOf } from "../../../src/services/lambda/mappings/streamRecord";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const HOUR = 60 * 60_000;

/** How a mapping reads on when it could not read for long: its lanes were full, or its machine slept. */
describe("a reader of a stream's shard", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let StreamArn: string;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock });
    const { TableDescription } = await cloud.call("dynamodb", "CreateTable", {
      TableName: "orders",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
    });
    StreamArn = TableDescription?.LatestStreamArn ?? "";
  });
  afterEach(() => cloud.close());

  const put = async (id: string) => {
    await cloud.call("dynamodb", "PutItem", { TableName: "orders", Item: { id: { S: id } } });
  };
  const newReader = async () => {
    const { StreamDescription } = await cloud.call("dynamodb", "DescribeStream", { StreamArn });
    const { accountId } = cloud.context;
    const caller = { kind: "administrator", accountId } as const;
    return new ShardReader(cloud.context, caller, StreamArn, StreamDescription?.Shards?.[0]?.ShardId ?? "");
  };
  const idsOf = async (reader: ShardReader) =>
    (await reader.read()).map(({ dynamodb }) => (dynamodb.Keys?.id as { readonly S: string }).S);

  it("goes on behind what it has read when its iterator has expired", async () => {
    const reader = await newReader();
    await put("a");
    await reader.seek("TRIM_HORIZON", undefined);
    expect(await idsOf(reader)).to.deep.equal(["a"]);
    await put("b");
    await clock.advance(HOUR);
    expect(await idsOf(reader)).to.deep.equal(["b"]);
  });

  it("goes on at the oldest record that is left when the stream has forgotten what it had not read", async () => {
    const reader = await newReader();
    await put("a");
    await reader.seek("TRIM_HORIZON", undefined);
    expect(await idsOf(reader)).to.deep.equal(["a"]);
    await put("forgotten");
    await clock.advance(25 * HOUR);
    await put("b");
    expect(await idsOf(reader)).to.deep.equal(["b"]);
  });

  it("begins at the oldest record that is left when the stream has forgotten where another reader stopped", async () => {
    const former = await newReader();
    await put("a");
    await former.seek("TRIM_HORIZON", undefined);
    const checkpoint = (await former.read()).map(sequenceNumberOf).at(-1);
    await put("forgotten");
    await clock.advance(25 * HOUR);
    await put("b");
    const reader = await newReader();
    await reader.seek("LATEST", checkpoint);
    expect(await idsOf(reader)).to.deep.equal(["b"]);
  });
});
