import { expect } from "chai";
import { spy } from "sinon";
import { givenStream, type GivenStream } from "./givenStream";

/** Until Lambda reads a shard again. */
const READ_INTERVAL_MS = 250;

describe("a table's stream with an event source mapping", () => {
  let clock: GivenStream["clock"];
  let cloud: GivenStream["cloud"];
  let consumer: GivenStream["consumer"];
  let map: GivenStream["map"];
  let put: GivenStream["put"];
  let seen: GivenStream["seen"];

  beforeEach(async () => {
    ({ clock, cloud, consumer, map, put, seen } = await givenStream());
  });
  afterEach(() => cloud.close());

  it("begins with what comes after it, when it shall start at the latest record", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    await put("before");
    await map({ StartingPosition: "LATEST" });
    await put("after");
    await clock.settle();
    expect(seen()).to.deep.equal([["after"]]);
  });

  it("is woken by each write, and after hours of none", async () => {
    await consumer("exports.handler = async (e) => see(e);");
    await map({ StartingPosition: "LATEST" });
    await put("a");
    await clock.settle();
    await clock.advance(3 * 3_600_000);
    await put("b");
    await clock.settle();
    expect(seen()).to.deep.equal([["a"], ["b"]]);
  });

  it("is read four times a second while the clock runs, and what came meanwhile together", async () => {
    clock.runs = true;
    await consumer("exports.handler = async (e) => see(e);");
    await map({ StartingPosition: "LATEST" });
    await clock.advance(1_000);
    await put("a");
    await clock.settle();
    await put("b");
    await clock.advance(READ_INTERVAL_MS - 2);
    await put("c", "d");
    await clock.settle();
    expect(seen()).to.deep.equal([["a"]]);
    await clock.advance(2);
    expect(seen()).to.deep.equal([["a"], ["b", "c", "d"]]);
    await put("e");
    await clock.advance(READ_INTERVAL_MS - 1);
    expect(seen()).to.have.length(2);
    await clock.advance(1);
    expect(seen()[2]).to.deep.equal(["e"]);
  });

  for (const runs of [true, false]) {
    const when = runs ? "while the clock runs" : "while it stands still";

    it(`is read on behind an answer that ends before it does, and of which the function is given nothing, ${when}`, async () => {
      clock.runs = runs;
      await consumer("exports.handler = async (e) => see(e);");
      const Pattern = JSON.stringify({ dynamodb: { NewImage: { email: { S: [{ exists: true }] } } } });
      for (let from = 0; from < 2_000; from += 25) {
        const orders = Array.from({ length: 25 }, (_, index) => ({
          PutRequest: { Item: { id: { S: `plain-${from + index}` } } },
        }));
        await cloud.call("dynamodb", "BatchWriteItem", { RequestItems: { orders } });
      }
      await put("mail-1");
      await map({ FilterCriteria: { Filters: [{ Pattern }] } });
      await (runs ? clock.advance(3 * READ_INTERVAL_MS) : clock.settle());
      expect(seen()).to.deep.equal([["mail-1"]]);
    });

    it(`fills a batch by reading on, answer by answer, ${when}`, async () => {
      clock.runs = runs;
      await consumer("exports.handler = async (e) => see(e);");
      const filler = { S: "x".repeat(300_000) };
      for (let n = 0; n < 8; n++)
        await cloud.call("dynamodb", "PutItem", {
          TableName: "orders",
          Item: { id: { S: `large-${n}` }, filler },
        });
      await map({ BatchSize: 8, MaximumBatchingWindowInSeconds: 60 });
      await clock.advance(3 * READ_INTERVAL_MS);
      expect(seen()).to.deep.equal([Array.from({ length: 8 }, (_, n) => `large-${n}`)]);
    });
  }

  it("leaves in the stream what the function cannot take yet", async () => {
    const items = Array.from({ length: 2_000 }, (_, index) => ({ id: { S: `order-${String(index)}` } }));
    for (let from = 0; from < items.length; from += 25) {
      const requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
      await cloud.call("dynamodb", "BatchWriteItem", { RequestItems: { orders: requests } });
    }
    const reads = spy(cloud.context, "call");
    const readsAtEachBatch: number[] = [];
    cloud.context.events.subscribe(({ type }) => {
      if (type === "stream-batch-sent")
        readsAtEachBatch.push(
          reads.getCalls().filter(({ args }) => (args as readonly unknown[])[1] === "GetRecords").length,
        );
    });
    await consumer("exports.handler = async (e) => {};");
    await map({ BatchSize: 250 });
    await clock.settle();
    expect(readsAtEachBatch).to.deep.equal([1, 1, 1, 1, 2, 2, 2, 2]);
  });
});
