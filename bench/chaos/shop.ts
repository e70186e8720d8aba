import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Random } from "embedded-aws/support";
import { callOrderApi } from "../../tools/shop/callOrderApi";
import { cancelOrder } from "../../tools/shop/orders";
import { localCredentials } from "../../tools/target";
import type { GeneratedMessage } from "../../tools/demonstration/orders";
import type { Faults } from "./faults";
import type { Deployed } from "./stack";

/** The SDK's own is never; what the cloud does not answer is asked again. */
const REQUEST_TIMEOUT_MS = 1_000;
const ATTEMPTS = 100;
const BATCH = 10;
const BATCHES_AT_ONCE = 4;

/**
 * The shop: it sends orders, again where it cannot know whether they arrived, cancels some, and puts goods into stock.
 * It calls over the wire, where its calls go wrong as others' do.
 */
export class Shop {
  /** By SKU: all that was ever put into the inventory. */
  readonly stocked: Record<string, number> = {};
  readonly #sqs: SQSClient;
  readonly #dynamodb: DynamoDBDocumentClient;
  readonly #cancellations = new Map<string, Promise<unknown>>();

  constructor(
    private readonly deployed: Pick<Deployed, "cloud" | "clock" | "stack" | "ending">,
    private readonly faults: Faults,
    private readonly random: Random,
  ) {
    const config = {
      endpoint: deployed.cloud.endpoint,
      region: deployed.cloud.context.region,
      credentials: localCredentials,
      requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
    };
    this.#sqs = new SQSClient(config);
    this.#dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  }

  /** Sends messages until the queue has taken each of them, one through the API and the others in batches. */
  async send(messages: readonly GeneratedMessage[]): Promise<void> {
    const [first, ...others] = messages;
    if (first !== undefined && !(await this.#overTheApi(first))) others.push(first);
    const batches = Array.from({ length: Math.ceil(others.length / BATCH) }, (_, index) =>
      others.slice(index * BATCH, (index + 1) * BATCH),
    );
    const left = batches.values();
    const worker = async () => {
      for (const batch of left) await this.#sendBatch(batch);
    };
    await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, worker));
  }

  /** Asks for an order to be cancelled, whether it is stored yet or not. */
  cancel(orderId: string): void {
    this.faults.strike("cancellation");
    this.#cancellations.set(
      orderId,
      this.#cancelled(orderId).catch(() => undefined),
    );
  }

  /** Asks again for each cancellation: by now everything is stored. Rejects when one cannot be had. */
  async settleCancellations(): Promise<void> {
    for (const [orderId, asked] of this.#cancellations) {
      await asked;
      await this.#cancelled(orderId);
    }
  }

  /** Puts goods into stock, or takes some out again that are there; once, whatever goes wrong. */
  async restock(sku: string, quantity: number): Promise<void> {
    await again(() =>
      this.deployed.cloud.call("dynamodb", "UpdateItem", {
        TableName: this.deployed.stack.inventoryTableName,
        Key: { sku: { S: sku } },
        UpdateExpression: "ADD stock :quantity",
        ExpressionAttributeValues: { ":quantity": { N: String(quantity) } },
      }),
    );
    this.stocked[sku] = (this.stocked[sku] ?? 0) + quantity;
  }

  close(): void {
    this.#sqs.destroy();
    this.#dynamodb.destroy();
  }

  async #overTheApi({ body }: GeneratedMessage): Promise<boolean> {
    const { orderApiUrl } = this.deployed.stack;
    const clientConfig = { region: this.deployed.cloud.context.region, credentials: localCredentials };
    const { status } = await callOrderApi({ url: orderApiUrl, clientConfig }, "POST", "/orders", body);
    return status < 300;
  }

  async #sendBatch(batch: readonly GeneratedMessage[]): Promise<void> {
    let left = batch.map(({ body }, index) => ({ Id: String(index), MessageBody: body }));
    await again(async () => {
      const command = new SendMessageBatchCommand({
        QueueUrl: this.deployed.stack.orderQueueUrl,
        Entries: left,
      });
      const { Failed = [] } = await this.#sqs.send(command);
      const failed = new Set(Failed.map(({ Id }) => Id));
      left = left.filter(({ Id }) => failed.has(Id));
      if (left.length > 0) throw new Error(`not taken: ${Failed[0]?.Code ?? "no code"}`);
    });
  }

  #cancelled(orderId: string): Promise<unknown> {
    const { clock, ending, stack } = this.deployed;
    const tables = { client: this.#dynamodb, ...stack };
    return cancelOrder(tables, orderId, {
      now: () => clock.now(),
      wait: (milliseconds) => clock.sleep(milliseconds, ending),
      random: () => this.random.next(),
    });
  }
}

/** Calls until it succeeds. */
async function again(call: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await call();
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
