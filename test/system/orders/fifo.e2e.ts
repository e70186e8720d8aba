import path from "node:path";
import { expect } from "chai";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AwsError } from "embedded-aws";
import { seededRandom } from "embedded-aws/support";
import { deploy } from "embedded-pulumi";
import { EventLog, startTestCloud } from "embedded-aws/testing";
import { callOrderApi } from "../../../tools/shop/callOrderApi";
import { sendOrders } from "../../../tools/shop/sendOrders";

const CUSTOMERS = 4;
const ORDERS = 60;

describe("a pipeline with ordersFifo", function () {
  this.timeout(90_000);

  it("stores each customer's orders in the order in which they were sent, under throttles, and refuses in turn", async () => {
    const cloud = await startTestCloud();
    const sqs = new SQSClient(cloud.client);
    try {
      const log = new EventLog(cloud.context.events);
      const { outputs, programEnded } = await deploy(cloud, {
        directory: ".",
        stack: "dev",
        config: { "event-driven-aws:ordersFifo": "true" },
        cacheDirectory: path.resolve(".local/cache"),
      });
      await programEnded;
      const queueUrl = String(outputs.orderQueueUrl);
      const deadLetterUrl = String(outputs.orderDeadLetterQueueUrl);
      expect(queueUrl).to.match(/\.fifo$/);
      expect(deadLetterUrl).to.match(/\.fifo$/);
      const random = seededRandom(7);
      const ids = Array.from({ length: ORDERS }, (_, place) => `order-${place % CUSTOMERS}-${place}`);
      const bodies = ids.map((orderId, place) =>
        JSON.stringify({ orderId, customerName: `Customer ${place % CUSTOMERS}`, totalAmount: 1 }),
      );
      const conflict = bodies[0]?.replace('"totalAmount":1', '"totalAmount":2') ?? "";
      cloud.dynamoDb.faults = () =>
        random.next() < 0.2 ? new AwsError("ThrottlingException", "not now", 400) : undefined;
      const summary = await sendOrders({ client: sqs, queueUrl, bodies: [...bodies, conflict, "not JSON"] });
      expect(summary.refused).to.deep.equal([]);
      const queueName = queueUrl.split("/").at(-1);
      const handled = () => log.all("message-deleted").filter((event) => event.queueName === queueName);
      await log.first("message-deleted", () => handled().length === ORDERS + 2);
      cloud.dynamoDb.faults = undefined;
      const stored = log
        .all("item-inserted")
        .map(({ keys }) => (keys.orderId as { S?: string } | undefined)?.S ?? "")
        .filter((id) => id.startsWith("order-"));
      expect(stored).to.have.members(ids);
      for (let customer = 0; customer < CUSTOMERS; customer++) {
        const own = (all: readonly string[]) => all.filter((id) => id.startsWith(`order-${customer}-`));
        expect(own(stored), `customer ${customer}`).to.deep.equal(own(ids));
      }
      const letters: string[] = [];
      for (let tries = 0; letters.length < 2 && tries < 10; tries++) {
        const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
          QueueUrl: deadLetterUrl,
          MaxNumberOfMessages: 10,
        });
        letters.push(...Messages.map(({ Body = "" }) => Body));
      }
      expect(letters).to.have.members([conflict, "not JSON"]);
    } finally {
      sqs.destroy();
      await cloud.close();
    }
  });

  it("keeps each customer's orders over HTTP in their order, takes one twice once, and refuses one without a group", async () => {
    const cloud = await startTestCloud();
    try {
      const log = new EventLog(cloud.context.events);
      const { outputs, programEnded } = await deploy(cloud, {
        directory: ".",
        stack: "dev",
        config: { "event-driven-aws:ordersFifo": "true", "event-driven-aws:ordersApi": "true" },
        cacheDirectory: path.resolve(".local/cache"),
      });
      await programEnded;
      const target = { url: String(outputs.orderApiUrl), clientConfig: cloud.client };
      const place = async (order: object) =>
        (await callOrderApi(target, "POST", "/orders", JSON.stringify(order))).status;
      const order = (place: number) => ({
        orderId: `order-${place}`,
        customerName: "Ann",
        customerEmail: `customer-${place % 2}@example.com`,
        totalAmount: 1,
      });
      const random = seededRandom(8);
      cloud.dynamoDb.faults = () =>
        random.next() < 0.2 ? new AwsError("ThrottlingException", "not now", 400) : undefined;
      for (let index = 0; index < 12; index++) expect(await place(order(index))).to.equal(202);
      // The same body of the same customer, within five minutes.
      expect(await place(order(0))).to.equal(202);
      expect(await place({ orderId: "order-x", customerName: "Ann", totalAmount: 1 })).to.equal(400);
      expect(await place({ ...order(1), orderId: "order-y", customerEmail: "a b" })).to.equal(400);
      const queueName = String(outputs.orderQueueUrl).split("/").at(-1);
      const handled = () => log.all("message-deleted").filter((event) => event.queueName === queueName);
      await log.first("message-deleted", () => handled().length === 12);
      cloud.dynamoDb.faults = undefined;
      const stored = log
        .all("item-inserted")
        .map(({ keys }) => Number((keys.orderId as { S?: string } | undefined)?.S?.split("-")[1]));
      for (const customer of [0, 1]) {
        const own = stored.filter((index) => index % 2 === customer);
        expect(own).to.deep.equal([0, 2, 4, 6, 8, 10].map((index) => index + customer));
      }
      expect(handled()).to.have.length(12);
    } finally {
      await cloud.close();
    }
  });
});
