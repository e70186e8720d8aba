import { SESv2Client } from "@aws-sdk/client-sesv2";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { expect } from "chai";
import fc from "fast-check";
import { createConfirmationLog } from "../../../handlers/orders/confirmationLog";
import { createConfirmOrders } from "../../../handlers/orders/confirmBatch";
import { createOrderStore } from "../../../handlers/orders/orderStore";
import { createMailer } from "../../../handlers/orders/mailer";
import { AwsError } from "embedded-aws";
import { seededRandom } from "embedded-aws/support";
import type { StoredOrder } from "../../../tools/demonstration/audit";
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
import { storeOne } from "../../support/storeOne";

const SENDER = "orders@shop.example";

/** SES refuses what goes to this domain, for good. */
const REFUSED_DOMAIN = "rejected.example";

const scenario = fc.record({
  /** What follows the @ in each order's address. */
  domains: fc.array(fc.constantFrom("customer.example", "customer.example", REFUSED_DOMAIN, undefined), {
    minLength: 1,
    maxLength: 8,
  }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  faults: fc.constantFrom(0, 0.1, 0.3),
  crashes: fc.constantFrom(0, 0.1, 0.3),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** Runs that are sure to meet throttles and lost answers. */
const STORMS: readonly Scenario[] = [1, 2].map((seed) => ({
  domains: Array.from({ length: 8 }, () => "customer.example"),
  seed,
  faults: 0.3,
  crashes: 0.3,
}));

/** Deliveries that go wrong by chance; after them all goes well, so that each run comes to an end. */
const CHAOTIC_ROUNDS = 4;

interface Outcome {
  readonly orders: readonly { readonly orderId: string; readonly customerEmail?: string }[];
  readonly before: readonly StoredOrder[];
  readonly after: readonly (StoredOrder & { readonly confirmationFailedAt?: string })[];
  /** Ids of orders by the mails that were sent to their addresses. */
  readonly mailed: readonly string[];
  readonly failures: readonly { readonly orderId: string; readonly reason: string }[];
  /** Mails that left once every order's confirmation had ended. */
  readonly late: number;
  readonly throttled: number;
}

async function run(tables: OrderTables, given: Scenario): Promise<Outcome> {
  const names = await tables.create();
  const random = seededRandom(given.seed);
  const timing = fastTiming(random);
  const inbox = tables.cloud.inbox;
  const documents = DynamoDBDocumentClient.from(tables.client);
  const store = createOrderStore({ ...names, client: tables.client, timing });
  const orders = given.domains.map((domain, index) => {
    const orderId = `${names.ordersTableName}-${index}`;
    return { orderId, ...(domain === undefined ? {} : { customerEmail: `${orderId}@${domain}` }) };
  });
  for (const order of orders) {
    const stored = await storeOne(
      store,
      { ...order, customerName: "Ann", totalAmount: 1 },
      timing.now() + INVOCATION_MS,
    );
    expect(stored.kind).to.equal("processed");
  }
  const before = await scanTable<StoredOrder>(documents, names.ordersTableName);

  let chaos: Pick<Scenario, "faults" | "crashes"> = given;
  let throttled = 0;
  const failures: { orderId: string; reason: string }[] = [];
  const attempt = <T>(call: () => Promise<T>) => mayCrash(random, chaos.crashes, call);
  const ses = new SESv2Client({ ...tables.cloud.client, maxAttempts: 1 });
  ses.middlewareStack.add((next) => (args) => attempt(() => next(args)), { step: "initialize" });
  const handle = createConfirmOrders({
    confirmations: createConfirmationLog({
      ...names,
      timing,
      client: tables.clientThrough(attempt),
    }),
    mailer: createMailer({ client: ses, letterhead: { sender: SENDER }, timing, log: silentTelemetry.log }),
    async sendToFailureQueue({ dynamodb }, { name }) {
      const orderId = dynamodb?.NewImage?.orderId?.S ?? "";
      await attempt(() => Promise.resolve(failures.push({ orderId, reason: name })));
    },
    telemetry: silentTelemetry,
    timing,
  });
  const inject = () => {
    tables.dynamoDb.faults = dynamoDbFaults(random, chaos.faults);
    inbox.fault = () => {
      if (random.next() >= chaos.faults) return undefined;
      throttled++;
      return new AwsError("TooManyRequestsException", "Rate exceeded", 429);
    };
  };
  const deliver = async (Records: readonly DynamoDBRecord[]) => {
    const answer = await handle({ Records: [...Records] }, { getRemainingTimeInMillis: () => INVOCATION_MS });
    return new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  };

  const records = await streamRecords(tables, names.ordersTableName);
  let left = records;
  let late: number;
  try {
    for (let round = 0; left.length > 0; round++) {
      if (round === CHAOTIC_ROUNDS) chaos = { faults: 0, crashes: 0 };
      expect(round, "rounds").to.be.at.most(CHAOTIC_ROUNDS + 1);
      inject();
      const failed = await deliver(left);
      // An invocation that dies before it answers leaves all its records to the next one.
      if (random.next() >= chaos.crashes)
        left = left.filter(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ""));
    }
    chaos = { faults: 0, crashes: 0 };
    inject();
    const sent = inbox.total;
    await deliver(records);
    late = inbox.total - sent;
  } finally {
    inbox.fault = undefined;
    tables.dynamoDb.faults = undefined;
    ses.destroy();
  }
  return {
    orders,
    before,
    after: await scanTable(documents, names.ordersTableName),
    mailed: inbox.emails
      .flatMap(({ to }) => to)
      .filter((address) => address.startsWith(`${names.ordersTableName}-`))
      .map((address) => address.split("@")[0] ?? ""),
    failures,
    late,
    throttled,
  };
}

/** The stream of a table from its beginning, as Lambda hands it to a function. */
async function streamRecords(tables: OrderTables, TableName: string): Promise<DynamoDBRecord[]> {
  const { cloud } = tables;
  const { Streams } = await cloud.call("dynamodb", "ListStreams", { TableName });
  const StreamArn = Streams?.[0]?.StreamArn ?? "";
  const { StreamDescription } = await cloud.call("dynamodb", "DescribeStream", { StreamArn });
  const { ShardIterator } = await cloud.call("dynamodb", "GetShardIterator", {
    StreamArn,
    ShardId: StreamDescription?.Shards?.[0]?.ShardId,
    ShardIteratorType: "TRIM_HORIZON",
  });
  const { Records } = await cloud.call("dynamodb", "GetRecords", { ShardIterator });
  return Records as unknown as DynamoDBRecord[];
}

function check({ orders, before, after, mailed, failures, late }: Outcome): void {
  const stored = new Map(before.map((order) => [order.orderId, order]));
  expect(after.length, "orders").to.equal(orders.length);
  for (const { confirmationSentAt, confirmationFailedAt, confirmationFailure, ...order } of after) {
    // A confirmation touches nothing of the order but its own mark.
    expect(order).to.deep.equal(stored.get(order.orderId));
    const { orderId, customerEmail } = order;
    const reasons = failures.filter((failure) => failure.orderId === orderId).map(({ reason }) => reason);
    const sent = mailed.includes(orderId);
    if (customerEmail === undefined) {
      expect([sent, confirmationSentAt, confirmationFailedAt, reasons.length], orderId).to.deep.equal([
        false,
        undefined,
        undefined,
        0,
      ]);
    } else if (customerEmail.endsWith(REFUSED_DOMAIN)) {
      expect([sent, confirmationSentAt], orderId).to.deep.equal([false, undefined]);
      expect(confirmationFailedAt, orderId).to.be.a("string");
      expect(confirmationFailure, orderId).to.equal("MessageRejected");
      expect([...new Set(reasons)], orderId).to.deep.equal(["MessageRejected"]);
    } else {
      expect([sent, confirmationFailedAt, reasons.length], orderId).to.deep.equal([true, undefined, 0]);
      expect(confirmationSentAt, orderId).to.be.a("string");
    }
  }
  expect(late, "mails after the mark").to.equal(0);
}

describe("confirmations under crashes, throttles and redeliveries", function () {
  this.timeout(60_000);
  let tables: OrderTables;
  before(async () => {
    tables = await startOrderTables();
    await tables.cloud.call("ses", "CreateEmailIdentity", { EmailIdentity: SENDER });
  });
  after(() => tables.close());

  it("are sent at least once, or end in the failure queue with the reason", async () => {
    let throttled = 0;
    let repeated = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const outcome = await run(tables, given);
        check(outcome);
        throttled += outcome.throttled;
        repeated += outcome.mailed.length - new Set(outcome.mailed).size;
      }),
      { numRuns: runs(30), examples: STORMS.map((storm) => [storm]) },
    );
    // Runs without throttles, or without answers lost between a mail and its mark, would prove little.
    expect(throttled, "throttles").to.be.at.least(1);
    expect(repeated, "mails sent twice").to.be.at.least(1);
  });

  it("follow a record of the stream, and so never come before their order", async () => {
    const { ordersTableName } = await tables.create();
    const { cloud, client, dynamoDb } = tables;
    const timing = fastTiming(seededRandom(1));
    const store = createOrderStore({ ordersTableName, inventoryTableName: "none", client, timing });
    dynamoDb.faults = () => new AwsError("InternalServerError", "down", 500);
    const order = { orderId: "unstored", customerName: "Ann", totalAmount: 1, customerEmail: "a@b.example" };
    const failure = await storeOne(store, order, timing.now() + 1_000).catch((error: unknown) => error);
    dynamoDb.faults = undefined;
    expect(failure).to.have.property("name", "InternalServerError");
    expect(await streamRecords(tables, ordersTableName)).to.deep.equal([]);
    expect(cloud.inbox.emails.filter(({ to }) => to.includes("a@b.example"))).to.deep.equal([]);
  });
});
