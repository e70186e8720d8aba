import path from "node:path";
import { expect } from "chai";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AwsError } from "embedded-aws";
import { seededRandom } from "embedded-aws/support";
import { deploy } from "embedded-pulumi";
import { EventLog, startTestCloud } from "embedded-aws/testing";
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
});
