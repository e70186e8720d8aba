import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { SQSRecord } from "aws-lambda";
import { expect } from "chai";
import fc from "fast-check";
import { createOrderStore } from "../../../handlers/orders/orderStore";
import { createProcessOrders } from "../../../handlers/orders/processBatch";
import { setStock, type StockLevel } from "../../../tools/shop/stockLevels";
import type { CloudEvent } from "embedded-aws";
import { seededRandom } from "embedded-aws/support";
import { auditOrders, type StoredOrder } from "../../../tools/demonstration/audit";
import { auditInventory, goodsOf } from "../../../tools/demonstration/inventory";
import { scanTable } from "../../../tools/demonstration/observe";
import {
  dynamoDbFaults,
  fastTiming,
  INVOCATION_MS,
  mayCrash,
  silentTelemetry,
  startOrderTables,
  type OrderTables,
} from "./orderTables";
import { runs } from "../../support/runs";

const SKUS = ["TEA", "COFFEE"] as const;

/** Few ids, few goods, little stock: orders meet, disagree and run out. */
const body = fc.oneof(
  { weight: 12, arbitrary: order().map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.constantFrom("not JSON", '{"orderId":"order-1"}', "[]") },
);

function order() {
  const items = fc.uniqueArray(
    fc.record({ sku: fc.constantFrom(...SKUS, "UNKNOWN"), quantity: fc.integer({ min: 1, max: 4 }) }),
    { minLength: 1, maxLength: 3, selector: ({ sku }) => sku },
  );
  return fc.record(
    {
      orderId: fc.constantFrom("order-1", "order-2", "order-3", "order-4", "order-5", "order-6"),
      customerName: fc.constantFrom("Ann", "Bob"),
      totalAmount: fc.constantFrom(1, 1.5),
      items,
    },
    { requiredKeys: ["orderId", "customerName", "totalAmount"] },
  );
}

const scenario = fc.record({
  bodies: fc.array(body, { minLength: 1, maxLength: 16 }),
  stock: fc.record({ TEA: fc.integer({ min: 0, max: 8 }), COFFEE: fc.integer({ min: 0, max: 8 }) }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  faults: fc.constantFrom(0, 0.1, 0.3),
  crashes: fc.constantFrom(0, 0.1, 0.3),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** Deliveries that go wrong by chance; after them all goes well, so that each run comes to an end. */
const CHAOTIC_ROUNDS = 4;
const BATCHES_AT_ONCE = 3;

interface Outcome {
  readonly stored: readonly StoredOrder[];
  readonly letters: readonly string[];
  readonly levels: readonly StockLevel[];
  readonly changes: readonly Extract<
    CloudEvent,
    { type: "item-inserted" | "item-modified" | "item-removed" }
  >[];
}

/** Delivers each message, in overlapping batches at once, until the handler has answered for it. */
async function run(
  tables: OrderTables,
  { bodies, stock, seed, faults, crashes }: Scenario,
): Promise<Outcome> {
  const names = await tables.create();
  const random = seededRandom(seed);
  const timing = fastTiming(random);
  const documents = DynamoDBDocumentClient.from(tables.client);
  for (const [sku, level] of Object.entries(stock))
    await setStock(documents, names.inventoryTableName, { sku, stock: level });

  const changes: Outcome["changes"][number][] = [];
  const stop = tables.cloud.context.events.subscribe((event) => {
    if (event.type === "item-inserted" || event.type === "item-modified" || event.type === "item-removed")
      changes.push(event);
  });
  let chaotic = true;
  const letters: string[] = [];
  const attempt = <T>(call: () => Promise<T>) => mayCrash(random, chaotic ? crashes : 0, call);
  const handle = createProcessOrders({
    store: createOrderStore({ ...names, timing, client: tables.clientThrough(attempt) }),
    sendToDeadLetterQueue: (sent) =>
      Promise.all(
        sent.map((letter) =>
          attempt(() => Promise.resolve(letters.push(letter.MessageBody))).then(
            () => undefined,
            (error: unknown) => error as Error,
          ),
        ),
      ),
    telemetry: silentTelemetry,
    timing,
  });
  tables.dynamoDb.faults = dynamoDbFaults(random, faults);

  const left = new Set(bodies.map((text, index) => record(index, text)));
  try {
    for (let round = 0; left.size > 0; round++) {
      if (round === CHAOTIC_ROUNDS) {
        chaotic = false;
        tables.dynamoDb.faults = undefined;
      }
      expect(round, `messages that nobody answers for: ${left.size}`).to.be.at.most(CHAOTIC_ROUNDS + 1);
      const batches = Array.from({ length: BATCHES_AT_ONCE }, (_, index) =>
        // Without chaos each message is delivered; with it, some are late and some come to two batches at once.
        [...left].filter(() => (chaotic ? random.next() < 0.5 : index === 0)),
      );
      const answered = await Promise.all(
        batches.map(async (Records) => {
          const crashed = chaotic && random.next() < crashes;
          try {
            const answer = await handle({ Records }, { getRemainingTimeInMillis: () => INVOCATION_MS });
            const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
            return crashed ? [] : Records.filter(({ messageId }) => !failed.has(messageId));
          } catch {
            return [];
          }
        }),
      );
      for (const message of answered.flat()) left.delete(message);
    }
  } finally {
    stop();
    tables.dynamoDb.faults = undefined;
  }
  return {
    stored: await scanTable<StoredOrder>(documents, names.ordersTableName),
    levels: await scanTable<StockLevel>(documents, names.inventoryTableName),
    letters,
    changes,
  };
}

function record(index: number, text: string): SQSRecord {
  return {
    messageId: `message-${index}`,
    receiptHandle: "handle",
    body: text,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "shop",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:orders",
    awsRegion: "us-east-1",
  };
}

function checkStock({ stored, levels, changes }: Outcome, stock: Scenario["stock"]): void {
  const goods = stored.reduce((total, order) => total + goodsOf(order), 0);
  const { reserved, expected, lowest } = auditInventory(stock, levels, goods);
  expect(reserved, "goods that left the stock").to.equal(expected);
  expect(lowest).to.equal(0);
  for (const { newImage } of changes) {
    const level = (newImage?.stock as { readonly N: string } | undefined)?.N;
    if (level !== undefined) expect(Number(level), "stock").to.be.at.least(0);
  }
}

function checkOrders({ stored, changes }: Outcome): void {
  const ofOrders = changes.filter(({ keys }) => "orderId" in keys);
  expect(ofOrders.map(({ type }) => type)).to.deep.equal(ofOrders.map(() => "item-inserted"));
  const first = new Map(ofOrders.map(({ keys, newImage }) => [keys.orderId, newImage?.createdAt]));
  expect(ofOrders.length, "insertions").to.equal(stored.length);
  expect(first.size).to.equal(stored.length);
  for (const { orderId, createdAt } of stored) {
    const inserted = [...first].find(([key]) => (key as { readonly S: string }).S === orderId);
    expect(inserted?.[1], orderId).to.deep.equal({ S: createdAt });
  }
}

async function checkMessages({ stored, letters }: Outcome, bodies: readonly string[]): Promise<void> {
  // A letter may come twice, after a crash; for each message there is at least one place where it stands.
  for (const text of bodies) {
    const letter = letters.filter((other) => other === text);
    const { lost } = await auditOrders({
      sent: [{ body: text, kind: "order" as const }],
      stored,
      deadLettered: letter,
    });
    expect(lost, `lost: ${text}`).to.equal(0);
    const { lost: notStored } = await auditOrders({
      sent: [{ body: text, kind: "order" as const }],
      stored,
      deadLettered: [],
    });
    if (notStored === 0) expect(letter, "letters of a stored order").to.have.length(0);
  }
  expect(letters.filter((letter) => !bodies.includes(letter))).to.deep.equal([]);
}

describe("orders under crashes, throttles, conflicts and redeliveries", function () {
  this.timeout(60_000);
  let tables: OrderTables;

  before(async () => {
    tables = await startOrderTables();
  });
  after(() => tables.close());

  it("are each stored once or dead-lettered, and their stock moves once", async () => {
    const seen = { processed: 0, rejected: 0, letters: 0 };
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const outcome = await run(tables, given);
        checkStock(outcome, given.stock);
        checkOrders(outcome);
        await checkMessages(outcome, given.bodies);
        for (const { status } of outcome.stored) seen[status === "Processed" ? "processed" : "rejected"]++;
        seen.letters += outcome.letters.length;
      }),
      { numRuns: runs(40) },
    );
    // Runs in which nothing happens would prove nothing.
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).to.be.at.least(1);
  });
});
