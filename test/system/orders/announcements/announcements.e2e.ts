import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import { displayMap } from "embedded-pulumi";
import { EventLog, startTestCloud, type TestCloud } from "embedded-aws/testing";
import {
  cancelOrder,
  eraseOrder,
  findOrder,
  orderIdsOf,
  ordersOf,
  type OrderTables,
} from "../../../../tools/shop/orders";
import { setStock } from "../../../../tools/shop/stockLevels";
import { expectPublished } from "../../../unit/support/eventSchemas";
import { deployProgram } from "../../support/deployProgram";

interface Announced {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: { readonly orderId?: string; readonly eventId: string; readonly messageId?: string };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Long enough for a loaded machine; a message comes in a fraction of a second. */
const LONGEST_WAIT_SECONDS = 20;

describe("orders that announce themselves", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let log: EventLog;
  let sqs: SQSClient;
  let tables: OrderTables;
  let output: (name: string) => string;
  const received = new Map<string, Announced[]>();

  before(async () => {
    cloud = await startTestCloud();
    log = new EventLog(cloud.context.events);
    const outputs = displayMap(
      (await deployProgram(cloud, "test/system/orders/announcements/program")).outputs,
    );
    output = (name) => {
      const value = outputs[name];
      if (typeof value !== "string") throw new Error(`the program has no output ${name}`);
      return value;
    };
    sqs = new SQSClient(cloud.client);
    tables = {
      client: DynamoDBDocumentClient.from(new DynamoDBClient(cloud.client)),
      ordersTableName: output("ordersTableName"),
      inventoryTableName: output("inventoryTableName"),
      customerIndexName: output("customerIndexName"),
    };
  });
  after(async () => {
    sqs.destroy();
    tables.client.destroy();
    await cloud.close();
  });

  async function process(order: object | string): Promise<string> {
    const MessageBody = typeof order === "string" ? order : JSON.stringify(order);
    const { MessageId = "" } = await cloud.call("sqs", "SendMessage", {
      QueueUrl: output("orderQueueUrl"),
      MessageBody,
    });
    await log.first("message-deleted", ({ messageId }) => messageId === MessageId);
    return MessageId;
  }

  /** The first event in a queue that `isWanted`; what came before it is kept for others. */
  async function announced(queue: string, isWanted: (event: Announced) => boolean): Promise<Announced> {
    const seen = received.get(queue) ?? [];
    received.set(queue, seen);
    const end = Date.now() + LONGEST_WAIT_SECONDS * 1000;
    for (;;) {
      const found = seen.find(isWanted);
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`not announced; there were: ${JSON.stringify(seen)}`);
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: output(queue),
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 2,
          VisibilityTimeout: 600,
        }),
      );
      seen.push(...Messages.map(({ Body = "" }) => JSON.parse(Body) as Announced));
    }
  }

  const byType = (type: string, orderId: string) => (event: Announced) =>
    event["detail-type"] === type && event.detail.orderId === orderId;

  const ann = { customerName: "Ann Archer", customerEmail: "ann@announced.example", totalAmount: 9.5 };
  const items = [{ sku: "TEA", quantity: 2 }];

  it("are announced when they are processed, to the subscriber of the documents too", async () => {
    await setStock(tables.client, tables.inventoryTableName, { sku: "TEA", stock: 5 });
    await process({ orderId: "A-1", ...ann, items });
    const stored = await findOrder(tables, "A-1");
    for (const queue of ["everythingQueueUrl", "shippingQueueUrl"]) {
      const event = await announced(queue, byType("OrderProcessed", "A-1"));
      expect(event.source).to.equal("orders");
      expect(event.detail).to.deep.equal({
        schemaVersion: 1,
        eventId: `OrderProcessed/A-1/${stored?.createdAt}`,
        occurredAt: stored?.createdAt,
        orderId: "A-1",
        totalAmount: 9.5,
        items,
      });
    }
  });

  it("are announced without an address that could be one too, are listed by it, and not again when they are redelivered", async () => {
    const order = { orderId: "B-1", customerName: "Ann", customerEmail: "ann at home", totalAmount: 1 };
    await process(order);
    await process(order);
    const event = await announced("everythingQueueUrl", byType("OrderProcessed", "B-1"));
    expect(JSON.stringify(event)).not.to.contain("ann");
    const listed: string[] = [];
    for await (const { orderId } of ordersOf(tables, "ANN at home")) listed.push(orderId);
    expect(listed).to.deep.equal(["B-1"]);
    // What comes later is announced after what a redelivery would have announced.
    await process({ ...order, orderId: "B-2" });
    await announced("everythingQueueUrl", byType("OrderProcessed", "B-2"));
    const all = (received.get("everythingQueueUrl") ?? []).filter(byType("OrderProcessed", "B-1"));
    expect(new Set(all.map(({ detail }) => detail.eventId)).size).to.equal(1);
  });

  it("are announced when there is no stock for them", async () => {
    await process({ orderId: "A-2", ...ann, items: [{ sku: "TEA", quantity: 100 }] });
    const event = await announced("everythingQueueUrl", byType("OrderRejected", "A-2"));
    expect(event.detail).to.deep.include({ rejection: { reason: "insufficientStock", sku: "TEA" } });
  });

  it("are announced when they are refused, by their message", async () => {
    const nameless = await process({ orderId: "A-3", totalAmount: 1 });
    const event = await announced("everythingQueueUrl", ({ detail }) => detail.messageId === nameless);
    expect(event["detail-type"]).to.equal("OrderRefused");
    expect(event.detail).to.include({ orderId: "A-3", eventId: `OrderRefused/${nameless}` });
    const conflicting = await process({ orderId: "A-1", ...ann, totalAmount: 10 });
    const other = await announced("everythingQueueUrl", ({ detail }) => detail.messageId === conflicting);
    expect(other.detail).to.have.nested.property("refusal.code", "conflictingOrder");
  });

  it("are announced when they are cancelled, and their goods are back", async () => {
    const result = await cancelOrder(tables, "A-1");
    expect(result.kind).to.equal("cancelled");
    expect((await cancelOrder(tables, "A-1")).kind).to.equal("cancelledBefore");
    expect((await cancelOrder(tables, "A-2")).kind).to.equal("notProcessed");
    expect((await cancelOrder(tables, "A-0")).kind).to.equal("unknown");
    const stored = await findOrder(tables, "A-1");
    expect(stored).to.include({ status: "Cancelled" });
    const event = await announced("shippingQueueUrl", byType("OrderCancelled", "A-1"));
    expect(event.detail.eventId).to.equal(`OrderCancelled/A-1/${stored?.cancelledAt}`);
    const { Item } = await cloud.call("dynamodb", "GetItem", {
      TableName: tables.inventoryTableName,
      Key: { sku: { S: "TEA" } },
    });
    expect(Item?.stock).to.deep.equal({ N: "5" });
    // Delivered once more, it stays cancelled.
    await process({ orderId: "A-1", ...ann, items });
    expect(await findOrder(tables, "A-1")).to.deep.equal(stored);
  });

  it("are listed by their customer, newest first, through all pages", async () => {
    await process({ orderId: "A-4", ...ann, customerEmail: "ANN@announced.example" });
    await process({ orderId: "A-5", ...ann, customerEmail: "other@announced.example" });
    const { length: stored } = await collect(ordersOf(tables, "other@announced.example"));
    expect(stored).to.equal(1);
    const listed = await collect(ordersOf(tables, "Ann@Announced.example"));
    expect(listed.map(({ orderId, status }) => `${orderId} ${status}`)).to.deep.equal([
      "A-4 Processed",
      "A-2 Rejected",
      "A-1 Cancelled",
    ]);
    expect(await collect(ordersOf(tables, "nobody@announced.example"))).to.deep.equal([]);
    const one = Object.keys(listed[0] ?? {});
    expect(one).to.have.members(["orderId", "customerKey", "createdAt", "status", "totalAmount"]);
  });

  it("lose what tells who the customer is, and nothing else, when that is erased", async () => {
    const before = await findOrder(tables, "A-4");
    const ids = await collect(orderIdsOf(tables, "ann@ANNOUNCED.example"));
    expect(ids).to.have.members(["A-1", "A-2", "A-4"]);
    expect(await eraseOrder(tables, "A-4")).to.equal("erased");
    expect(await eraseOrder(tables, "A-4")).to.equal("erasedBefore");
    expect(await eraseOrder(tables, "A-0")).to.equal("unknown");
    const { erasedAt, ...left } = (await findOrder(tables, "A-4")) ?? { erasedAt: undefined };
    expect(erasedAt).to.be.a("string");
    const { customerName: _name, customerEmail: _email, ...figures } = before ?? {};
    expect(left).to.deep.equal(
      Object.fromEntries(Object.entries(figures).filter(([name]) => name !== "customerKey")),
    );
    // Delivered once more, it is the same order still, and brings nothing back.
    await process({ orderId: "A-4", ...ann, customerEmail: "ANN@announced.example" });
    expect(await findOrder(tables, "A-4")).to.deep.equal({ ...left, erasedAt });
    expect((await collect(ordersOf(tables, "ann@announced.example"))).length).to.equal(2);
    // A cancelled order that is erased stays announced as it was.
    expect(await eraseOrder(tables, "A-1")).to.equal("erased");
    await process({ orderId: "A-6", ...ann });
    await announced("everythingQueueUrl", byType("OrderProcessed", "A-6"));
    const cancellations = (received.get("everythingQueueUrl") ?? []).filter(byType("OrderCancelled", "A-1"));
    expect(new Set(cancellations.map(({ detail }) => detail.eventId)).size).to.equal(1);
    // One that was erased can be cancelled still, and that is announced.
    expect((await cancelOrder(tables, "A-4")).kind).to.equal("cancelled");
    await announced("everythingQueueUrl", byType("OrderCancelled", "A-4"));
  });

  it("may be deleted by their time to live, 30 days after they were stored, and that is announced to nobody", async () => {
    const stored = (await findOrder(tables, "A-6")) as { createdAt: string; expiresAt: number } | undefined;
    const days = ((stored?.expiresAt ?? 0) - Date.parse(stored?.createdAt ?? "") / 1000) / (24 * 60 * 60);
    expect(days).to.be.closeTo(30, 0.001);
    await cloud.call("dynamodb", "DeleteItem", {
      TableName: tables.ordersTableName,
      Key: { orderId: { S: "A-6" } },
    });
    await process({ orderId: "A-7", ...ann });
    await announced("everythingQueueUrl", byType("OrderProcessed", "A-7"));
    const events = (received.get("everythingQueueUrl") ?? []).filter(
      ({ detail }) => detail.orderId === "A-6",
    );
    expect(new Set(events.map(({ detail }) => detail.eventId)).size).to.equal(1);
  });

  it("say what the published schemas say, and nothing of who the customer is", () => {
    const all = [...received.values()].flat();
    expect(new Set(all.map((event) => event["detail-type"])).size).to.equal(4);
    for (const event of all) {
      expectPublished(event["detail-type"], event.detail);
      expect(JSON.stringify(event)).not.to.match(/Ann|announced\.example/);
    }
  });
});
