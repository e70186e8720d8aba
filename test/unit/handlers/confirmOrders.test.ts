import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { DynamoDBStreamEvent } from "aws-lambda";
import { expect } from "chai";
import { useFakeTimers } from "sinon";

// It reads its environment as it is loaded.
type ConfirmOrders = typeof import("../../../handlers/confirmOrders");

/** Beyond what other calls may take, 3 s. */
const SLOW_MS = 3_500;

describe("handlers/confirmOrders", () => {
  // Each mail that is given up may have been sent: SES answers late and takes it all the same.
  it("sends one mail to a customer whose mail SES takes slowly", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      request.resume();
      const operation = String(request.headers["x-amz-target"] ?? request.url);
      asked.push(operation.replace(/^.*\./, ""));
      setTimeout(() => response.end("{}"), operation.startsWith("/v2/email") ? SLOW_MS : 0);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const before = { ...process.env };
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      ORDERS_TABLE_NAME: "orders",
      CONFIRMATION_SENDER: "orders@example.com",
      FAILURE_QUEUE_URL: "http://127.0.0.1/queue",
      POWERTOOLS_LOG_LEVEL: "SILENT",
      POWERTOOLS_METRICS_DISABLED: "true",
    });
    try {
      const { handler } = createRequire(__filename)("../../../handlers/confirmOrders") as ConfirmOrders;
      const event: DynamoDBStreamEvent = {
        Records: [
          {
            eventName: "INSERT",
            dynamodb: {
              SequenceNumber: "1",
              NewImage: {
                orderId: { S: "o-1" },
                customerName: { S: "Ada" },
                customerEmail: { S: "ada@example.com" },
                totalAmount: { N: "1" },
                status: { S: "Processed" },
              },
            },
          },
        ],
      };
      const handling = Promise.resolve(handler(event, { getRemainingTimeInMillis: () => 30_000 }));
      let answer;
      while (answer === undefined) {
        clock.tick(100);
        // What goes over the wire goes there meanwhile.
        for (let turn = 0; turn < 20 && answer === undefined; turn++)
          answer = await Promise.race([handling, setImmediate(undefined)]);
      }
      expect(answer).to.deep.equal({ batchItemFailures: [] });
      expect(asked).to.deep.equal(["BatchGetItem", "/v2/email/outbound-emails", "UpdateItem"]);
    } finally {
      clock.restore();
      process.env = before;
      server.closeAllConnections();
      server.close();
    }
  });
});
