import { DynamoDBClient, type ConsumedCapacity } from "@aws-sdk/client-dynamodb";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import { createOrderStore } from "../../../handlers/orders/orderStore";
import type { Order } from "../../../handlers/orders/order";
import { realTiming } from "../../../handlers/shared/retry";
import { setStock } from "../../../tools/shop/stockLevels";
import { peekQueue } from "../../../tools/demonstration/observe";
import { deployedProgram, type DeployedProgram } from "../support/deployedProgram";
import { storeOne } from "../../support/storeOne";

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("the deployed order pipeline", function () {
  this.timeout(60_000);
  const deployed = deployedProgram();
  let program: DeployedProgram;

  before(() => {
    program = deployed();
  });

  async function stockOf(sku: string): Promise<unknown> {
    const { Item } = await program.dynamodb.send(
      new GetCommand({ TableName: program.output("inventoryTableName"), Key: { sku }, ConsistentRead: true }),
    );
    return Item?.stock;
  }

  const fill = (sku: string, stock: number) =>
    setStock(program.dynamodb, program.output("inventoryTableName"), { sku, stock });

  /** The message in the dead-letter queue with this body. */
  async function deadLetter(body: string) {
    const letters = await peekQueue(program.sqs, program.output("orderDeadLetterQueueUrl"));
    const found = letters.filter(({ Body }) => Body === body);
    expect(found, `letters like ${body}`).to.have.length(1);
    const attributes = Object.entries(found[0]?.MessageAttributes ?? {});
    return Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue]));
  }

  const insertions = (orderId: string) =>
    program.log.all("item-inserted").filter(({ tableName, keys }) => {
      const key = keys.orderId as { readonly S?: string } | undefined;
      return tableName === program.output("ordersTableName") && key?.S === orderId;
    });

  it("makes one item of an order, and sending it again changes nothing", async () => {
    const body = JSON.stringify({
      orderId: "pipeline-1",
      customerName: "Ann",
      totalAmount: 42.5,
      gift: true,
    });
    const before = Date.now();
    await program.process(body);
    const stored = await program.order("pipeline-1");
    const { createdAt, ...rest } = stored ?? { createdAt: "" };
    expect(rest).to.deep.equal({
      orderId: "pipeline-1",
      customerName: "Ann",
      totalAmount: 42.5,
      status: "Processed",
    });
    expect(createdAt).to.match(ISO_8601);
    expect(Date.parse(createdAt)).to.be.within(before, Date.now());

    await program.process(body);
    await program.process(
      JSON.stringify({ totalAmount: 42.5, customerName: "Ann", orderId: "pipeline-1", gift: false }),
    );
    expect(await program.order("pipeline-1")).to.deep.equal(stored);
    expect(insertions("pipeline-1")).to.have.length(1);
  });

  const malformed: readonly (readonly [string, string, RegExp])[] = [
    ["text that is not JSON", "pipeline: {not JSON, é ≠ \u{1F375}", /valid JSON/],
    [
      "an order without a name",
      '{"orderId":"pipeline-2",  "totalAmount":1}',
      /^customerName: got nothing; expected a string of 1 to 200 characters$/,
    ],
    [
      "an order of a fraction of a cent",
      '{"orderId":"pipeline-3","customerName":"Ann","totalAmount":1.005}',
      /^totalAmount: got 1.005; expected a number/,
    ],
  ];
  for (const [what, body, reason] of malformed) {
    it(`puts ${what} into the dead-letter queue, byte for byte, with the reason`, async () => {
      await program.process(body);
      const { refusalCode, refusalReason } = await deadLetter(body);
      expect(refusalCode).to.equal("invalidOrder");
      expect(refusalReason).to.match(reason);
    });
  }

  it("puts an order whose id stands there with other content into the dead-letter queue", async () => {
    const order = { orderId: "pipeline-4", customerName: "Ann", totalAmount: 10 };
    await program.process(JSON.stringify(order));
    const stored = await program.order("pipeline-4");
    const other = JSON.stringify({ ...order, totalAmount: 11 });
    await program.process(other);
    expect(await deadLetter(other)).to.deep.equal({
      refusalCode: "conflictingOrder",
      refusalReason: "orderId: stored already with other content",
    });
    expect(await program.order("pipeline-4")).to.deep.equal(stored);
  });

  it("takes an order's goods off stock once, and tells its customer", async () => {
    await fill("PIPELINE-TEA", 5);
    const body = JSON.stringify({
      orderId: "pipeline-5",
      customerName: "Ann",
      totalAmount: 8,
      customerEmail: "ann@pipeline.example",
      items: [{ sku: "PIPELINE-TEA", quantity: 2 }],
    });
    await program.process(body);
    await program.process(body);
    expect(await stockOf("PIPELINE-TEA")).to.equal(3);
    await confirmed("pipeline-5");
    expect(mailsTo("ann@pipeline.example")).to.deep.equal(["Your order pipeline-5 is confirmed"]);
    const order = await program.order("pipeline-5");
    expect(order).to.include({ status: "Processed" });
    expect(order?.items).to.deep.equal([{ sku: "PIPELINE-TEA", quantity: 2 }]);
    expect(order?.confirmationSentAt).to.match(ISO_8601);
  });

  it("stores an order that the stock cannot fill once as rejected, moves no stock, and says so", async () => {
    await fill("PIPELINE-CAKE", 1);
    await fill("PIPELINE-MILK", 9);
    const body = JSON.stringify({
      orderId: "pipeline-6",
      customerName: "Bob",
      totalAmount: 20,
      customerEmail: "bob@pipeline.example",
      items: [
        { sku: "PIPELINE-MILK", quantity: 1 },
        { sku: "PIPELINE-CAKE", quantity: 2 },
      ],
    });
    await program.process(body);
    await fill("PIPELINE-CAKE", 2);
    await program.process(body);
    await confirmed("pipeline-6");
    expect(await program.order("pipeline-6")).to.deep.include({
      status: "Rejected",
      rejection: { reason: "insufficientStock", sku: "PIPELINE-CAKE" },
    });
    expect(insertions("pipeline-6")).to.have.length(1);
    expect([await stockOf("PIPELINE-CAKE"), await stockOf("PIPELINE-MILK")]).to.deep.equal([2, 9]);
    expect(mailsTo("bob@pipeline.example")).to.deep.equal(["Your order pipeline-6 is rejected"]);
  });

  const confirmed = (orderId: string) =>
    program.log.first("item-modified", ({ keys, newImage }) => {
      const key = keys.orderId as { readonly S?: string } | undefined;
      return key?.S === orderId && newImage?.confirmationSentAt !== undefined;
    });

  function mailsTo(address: string): string[] {
    return program.cloud.inbox.emails.filter(({ to }) => to.includes(address)).map(({ subject }) => subject);
  }

  describe("costs", () => {
    /** Write units that both tables have consumed, by the cloud's own accounting. */
    function writeUnits(): number {
      const { dynamoDb } = program.cloud;
      return ["ordersTableName", "inventoryTableName"]
        .map((name) => dynamoDb.capacity.of(program.output(name)).writeUnits)
        .reduce((sum, units) => sum + units);
    }

    /** What DynamoDB itself reports when the same store makes the same calls. */
    async function reportedUnits(order: Order): Promise<number> {
      const reports: ConsumedCapacity[] = [];
      const client = new DynamoDBClient(program.cloud.client);
      client.middlewareStack.add(
        (next) => async (args) => {
          const { output, response } = await next({
            ...args,
            input: { ...args.input, ReturnConsumedCapacity: "TOTAL" },
          });
          const { ConsumedCapacity = [] } = output as {
            readonly ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
          };
          reports.push(...[ConsumedCapacity].flat());
          return { output, response };
        },
        { step: "initialize" },
      );
      const store = createOrderStore({
        client,
        ordersTableName: program.output("ordersTableName"),
        inventoryTableName: program.output("inventoryTableName"),
        timing: realTiming,
      });
      expect(await storeOne(store, order, realTiming.now() + 10_000)).to.deep.equal({ kind: "processed" });
      client.destroy();
      return reports.reduce((sum, { CapacityUnits = NaN }) => sum + CapacityUnits, 0);
    }

    const items = (...skus: string[]) => skus.map((sku) => ({ sku, quantity: 1 }));
    const cases: readonly (readonly [string, Pick<Order, "items">, number])[] = [
      ["without items", {}, 1],
      ["with one SKU", { items: items("PIPELINE-SALT") }, 4],
      ["with two SKUs", { items: items("PIPELINE-SALT", "PIPELINE-RICE") }, 6],
    ];
    for (const [index, [what, content, units]] of cases.entries()) {
      it(`${units} write units for an order ${what}, as DynamoDB reports`, async () => {
        await fill("PIPELINE-SALT", 100);
        await fill("PIPELINE-RICE", 100);
        const order = { orderId: `pipeline-cost-${index}`, customerName: "Ann", totalAmount: 1, ...content };
        const before = writeUnits();
        await program.process(JSON.stringify(order));
        const after = writeUnits();
        expect(after - before).to.equal(units);
        expect(await reportedUnits({ ...order, orderId: `${order.orderId}-reported` })).to.equal(units);
        expect(writeUnits() - after).to.equal(units);
      });
    }
  });
});
