import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { kind, startCloud, type Cloud, type CloudEvent } from "embedded-aws";
import { deploy, type CloudDeployment } from "embedded-pulumi";
import type { Order } from "../../handlers/orders/order";
import { assumptions } from "../../tools/cost/workload";
import { sendOrders } from "../../tools/shop/sendOrders";
import { setStock } from "../../tools/shop/stockLevels";
import { localCredentials, stringOutput } from "../../tools/target";
import { Meter, type Reading } from "./meter";

/** What orders are like; what they cost depends on it. */
export interface OrderKind {
  readonly name: string;
  /** Distinct goods in an order. */
  readonly items: number;
  readonly confirmed: boolean;
}

const PLAIN_TABLE = "plain";
const PUTS_AT_ONCE = 50;
const PLENTY = 1_000_000_000;

/** What is left of a batch of confirmations beside its look-up and its notes. */
const MAILS_MS = assumptions.confirmationBatchMs - assumptions.putMs - assumptions.batchOfPutsMs;

/** How late AWS answers a function, in milliseconds: what `npm run cost` assumes. Functions are paid while they wait. */
const ANSWERS_LATE_MS: Readonly<Record<string, number>> = {
  PutItem: assumptions.putMs,
  UpdateItem: assumptions.putMs,
  BatchExecuteStatement: assumptions.batchOfPutsMs,
  BatchGetItem: assumptions.putMs,
  TransactWriteItems: assumptions.largeTransactionMs,
  SendEmail: MAILS_MS,
  SendBulkEmail: MAILS_MS,
};

/** The program in a cloud that answers as late as AWS does, and beside it a table that orders are put straight into. */
export class Shop {
  readonly #cloud: Cloud;
  readonly #deployment: CloudDeployment;
  readonly #sqs: SQSClient;
  readonly #dynamodb: DynamoDBDocumentClient;
  #serial = 0;

  private constructor(cloud: Cloud, deployment: CloudDeployment) {
    const { region } = cloud.context;
    const settings = { region, endpoint: cloud.endpoint, credentials: localCredentials };
    this.#cloud = cloud;
    this.#deployment = deployment;
    this.#sqs = new SQSClient(settings);
    this.#dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(settings));
  }

  static async open(): Promise<Shop> {
    const cloud = await startCloud({ port: 0, conditions: kind });
    const deployment = await deploy(cloud, { stack: "dev" });
    const shop = new Shop(cloud, deployment);
    try {
      await deployment.programEnded;
      await cloud.call("dynamodb", "CreateTable", {
        TableName: PLAIN_TABLE,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "orderId", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "orderId", AttributeType: "S" }],
      });
      await setStock(shop.#dynamodb, shop.#output("inventoryTableName"), { sku: "SKU-TEA", stock: PLENTY });
      cloud.wire.faults = ({ operation }) => {
        const ms = Object.hasOwn(ANSWERS_LATE_MS, operation) ? ANSWERS_LATE_MS[operation] : undefined;
        return ms === undefined ? undefined : { kind: "late-answer", ms };
      };
      return shop;
    } catch (error) {
      await shop.close();
      throw error;
    }
  }

  /** Of the functions of orders. */
  async memoryMegabytes(): Promise<number> {
    const { MemorySize = 128 } = await this.#cloud.call("lambda", "GetFunctionConfiguration", {
      FunctionName: this.#output("processOrdersFunctionName"),
    });
    return MemorySize;
  }

  /** Sends orders and resolves, once all that follows from them is done, with what that used. */
  async sell(count: number, of: OrderKind): Promise<Reading> {
    const ordersTable = this.#output("ordersTableName");
    const meter = await Meter.start(
      this.#cloud,
      [ordersTable, this.#output("inventoryTableName")],
      ["processOrdersFunctionName", "confirmOrdersFunctionName"].map((name) => this.#output(name)),
    );
    const queueName = this.#output("orderQueueUrl").split("/").at(-1);
    const stored = this.#times(
      count,
      (event) => event.type === "item-inserted" && event.tableName === ordersTable,
    );
    const deleted = this.#times(
      count,
      (event) => event.type === "message-deleted" && event.queueName === queueName,
    );
    const noted = this.#times(
      of.confirmed ? count : 0,
      (event) => event.type === "item-modified" && event.tableName === ordersTable,
    );
    const bodies = this.#orders(count, of).map((order) => JSON.stringify(order));
    await sendOrders({ client: this.#sqs, queueUrl: this.#output("orderQueueUrl"), bodies });
    await Promise.all([stored, deleted, noted]);
    return await meter.stop();
  }

  /** The write units of as many orders that nothing but a condition guards, put straight into a table. */
  async putPlainly(count: number, of: OrderKind): Promise<number> {
    const { capacity } = this.#cloud.dynamoDb;
    const before = capacity.of(PLAIN_TABLE).writeUnits;
    const left = this.#orders(count, of).values();
    const worker = async () => {
      for (const order of left) {
        const Item = { ...order, status: "Processed", createdAt: new Date().toISOString() };
        const ConditionExpression = "attribute_not_exists(orderId)";
        await this.#dynamodb.send(new PutCommand({ TableName: PLAIN_TABLE, Item, ConditionExpression }));
      }
    };
    await Promise.all(Array.from({ length: PUTS_AT_ONCE }, worker));
    return capacity.of(PLAIN_TABLE).writeUnits - before;
  }

  async close(): Promise<void> {
    this.#sqs.destroy();
    this.#dynamodb.destroy();
    await this.#deployment.close();
  }

  #output(name: string): string {
    return stringOutput({ outputs: this.#deployment.outputs }, name);
  }

  #orders(count: number, { items, confirmed }: OrderKind): Order[] {
    return Array.from({ length: count }, () => ({
      orderId: `order-${++this.#serial}`,
      customerName: "Customer 1",
      totalAmount: 12.5,
      ...(confirmed && { customerEmail: `customer-${this.#serial}@example.com` }),
      ...(items > 0 && { items: [{ sku: "SKU-TEA", quantity: 1 }] }),
    }));
  }

  /** Resolves when there were so many such events. */
  #times(count: number, isOne: (event: CloudEvent) => boolean): Promise<void> {
    if (count === 0) return Promise.resolve();
    let left = count;
    return new Promise((resolve) => {
      const end = this.#cloud.context.events.subscribe((event) => {
        if (!isOne(event) || --left > 0) return;
        end();
        resolve();
      });
    });
  }
}
