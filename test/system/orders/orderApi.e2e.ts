import { expect } from "chai";
import { callOrderApi } from "../../../tools/shop/callOrderApi";
import { deployedProgram } from "../support/deployedProgram";

const order = (orderId: string, more: object = {}) =>
  JSON.stringify({
    orderId,
    customerName: "Ann",
    totalAmount: 42.5,
    customerEmail: "ann@example.com",
    ...more,
  });

describe("the order API, deployed", () => {
  const program = deployedProgram();
  const call = (method: string, path: string, body?: string) =>
    callOrderApi(
      { url: program().output("orderApiUrl"), clientConfig: program().cloud.client },
      method,
      path,
      body,
    );

  it("takes an order, and tells what became of it", async () => {
    const { log } = program();
    const placed = await call("POST", "/orders", order("api-1"));
    expect(placed.status).to.equal(202);
    const id = /<MessageId>(.*)<\/MessageId>/.exec(placed.body)?.[1];
    await log.first("message-deleted", ({ messageId }) => messageId === id);
    expect(await program().order("api-1")).to.include({ status: "Processed", customerName: "Ann" });
    const shown = await call("GET", "/orders/api-1");
    expect(shown.status).to.equal(200);
    const { createdAt, ...rest } = JSON.parse(shown.body) as Record<string, unknown>;
    expect(rest).to.deep.equal({ orderId: "api-1", status: "Processed", totalAmount: 42.5 });
    expect(createdAt).to.match(/^\d{4}-/);
  });

  it("refuses what no order can be read from, before anything is queued", async () => {
    const { log } = program();
    const before = log.all("message-sent").length;
    for (const body of [
      "{",
      "[]",
      '"text"',
      "{}",
      order("white space"),
      order("big", { note: "x".repeat(200_000) }),
    ])
      expect((await call("POST", "/orders", body)).status, body.slice(0, 40)).to.equal(400);
    expect((await call("POST", "/orders", order("huge", { note: "x".repeat(11_000_000) }))).status).to.equal(
      413,
    );
    expect(log.all("message-sent")).to.have.length(before);
  });

  it("leaves to the pipeline what only the pipeline can judge", async () => {
    const { log } = program();
    const placed = await call("POST", "/orders", order("api-3", { totalAmount: -1 }));
    expect(placed.status).to.equal(202);
    const dead = await log.first("message-sent", ({ queueName }) => queueName.includes("dead-letters"));
    expect(dead.queueName).to.contain("orders-queue-dead-letters");
  });

  it("answers 404 for an order that is not there, and 400 for what is no id", async () => {
    const missing = await call("GET", "/orders/none");
    expect([missing.status, JSON.parse(missing.body)]).to.deep.equal([
      404,
      { message: "There is no such order, or it has not been processed yet." },
    ]);
    expect((await call("GET", "/orders/a%20b")).status).to.equal(400);
    expect((await call("GET", "/orders")).status).to.equal(404);
  });

  it("takes nobody who does not sign", async () => {
    const url = `${program().output("orderApiUrl")}/orders`;
    expect((await fetch(url, { method: "POST", body: order("api-4") })).status).to.equal(403);
    expect((await fetch(`${url}/api-1`)).status).to.equal(403);
  });

  it("has an order stored soon after its POST", async () => {
    const { log } = program();
    const times: number[] = [];
    for (let round = 0; round < 10; round++) {
      const orderId = `quick-${round}`;
      const stored = log.first(
        "item-inserted",
        ({ keys }) => (keys.orderId as { S?: string } | undefined)?.S === orderId,
      );
      const started = performance.now();
      await call("POST", "/orders", order(orderId));
      await stored;
      times.push(performance.now() - started);
    }
    console.log(`      from a POST to its order in the table: ${times.map(Math.round).join(", ")} ms`);
    // No more than a poll's wait: how fast it is depends on what else the machine does.
    expect(Math.min(...times)).to.be.below(3_000);
  });
});
