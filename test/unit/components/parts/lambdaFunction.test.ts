import { createHash } from "node:crypto";
import { expect } from "chai";
import { LambdaFunction, type LambdaFunctionArgs } from "../../../../components/parts/lambdaFunction";
import { unpack, type DeployedHandler } from "../../support/deployedHandler";
import { startFakeAws, type FakeAws } from "../../support/fakeAws";
import { recordResources } from "../../support/recordResources";

const NAMES = { customerName: "Ada Lovelace", customerEmail: "ada@example.com" };

function record(messageId: string, body: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { messageId, body: text, messageAttributes: {}, receiptHandle: "r", eventSource: "aws:sqs" };
}

const md5 = (text: string) => createHash("md5").update(text).digest("hex");

type ProcessOrders = typeof import("../../../../handlers/processOrders");

const REST = {
  handler: "processOrders",
  description: "d",
  statements: [],
  timeoutSeconds: 30,
  memoryMegabytes: 512,
  logRetentionDays: 7,
};

describe("a function's environment", () => {
  it("must be what its handler reads; the compiler refuses less and more", () => {
    const tables = { ORDERS_TABLE_NAME: "o", INVENTORY_TABLE_NAME: "i" };
    const whole = { ...tables, DEAD_LETTER_QUEUE_URL: "d" };
    const args: LambdaFunctionArgs<ProcessOrders>[] = [
      { ...REST, environment: whole },
      // @ts-expect-error One is missing.
      { ...REST, environment: tables },
      // @ts-expect-error Nobody reads it.
      { ...REST, environment: { ...whole, ORDER_TABLE: "o" } },
    ];
    expect(args).to.have.length(3);
  });
});

describe("the package of processOrders, as deployed", () => {
  let deployed: DeployedHandler;
  let aws: FakeAws;
  const environment = () => ({
    AWS_ENDPOINT_URL: aws.endpoint,
    ORDERS_TABLE_NAME: "orders",
    INVENTORY_TABLE_NAME: "inventory",
    DEAD_LETTER_QUEUE_URL: `${aws.endpoint}/123456789012/dead-letters`,
    POWERTOOLS_SERVICE_NAME: "test",
    POWERTOOLS_METRICS_NAMESPACE: "Test",
  });

  before(async () => {
    const recorder = recordResources();
    const part = new LambdaFunction<ProcessOrders>("p", {
      ...REST,
      environment: { ORDERS_TABLE_NAME: "o", INVENTORY_TABLE_NAME: "i", DEAD_LETTER_QUEUE_URL: "d" },
    });
    deployed = await unpack(part.function.code);
    await recorder.settled();
    aws = await startFakeAws(({ operation, input }) => {
      switch (operation) {
        case "PutItem": {
          const { orderId } = input.Item as { orderId: { S: string } };
          return orderId.S === "denied"
            ? {
                status: 400,
                body: { __type: "com.amazon.coral.service#AccessDeniedException", message: "no" },
              }
            : { body: {} };
        }
        case "BatchExecuteStatement": {
          const statements = input.Statements as { Parameters: { S?: string }[] }[];
          const Error = { Code: "AccessDenied", Message: "no" };
          return {
            body: {
              Responses: statements.map(({ Parameters }) =>
                Parameters.some(({ S }) => S === "denied") ? { Error } : {},
              ),
            },
          };
        }
        case "TransactWriteItems":
          return { body: {} };
        case "SendMessageBatch": {
          const entries = input.Entries as { Id: string; MessageBody: string }[];
          return {
            body: {
              Successful: entries.map(({ Id, MessageBody }) => ({
                Id,
                MessageId: "m",
                MD5OfMessageBody: md5(MessageBody),
              })),
            },
          };
        }
        default:
          return { status: 400, body: { __type: "UnknownOperationException" } };
      }
    });
  });
  after(async () => {
    deployed.remove();
    await aws.close();
  });

  it("holds the program's entry, one bundle and its source map, and no packages", () => {
    expect(deployed.files).to.deep.equal([
      ".local/bundles/processOrders.js",
      ".local/bundles/processOrders.js.map",
      "__index.js",
    ]);
  });

  it("runs a batch and answers with what is to be delivered again", async () => {
    const event = {
      Records: [
        record("stored", { orderId: "a", totalAmount: 1.5, ...NAMES }),
        record("reserved", { orderId: "b", totalAmount: 2, ...NAMES, items: [{ sku: "tea", quantity: 2 }] }),
        record("malformed", "{ not json"),
        record("denied", { orderId: "denied", totalAmount: 3, ...NAMES }),
      ],
    };
    const { answer, output } = await deployed.invoke(event, environment());
    expect(answer).to.deep.equal({ result: { batchItemFailures: [{ itemIdentifier: "denied" }] } });
    expect(aws.requests.map(({ operation }) => operation).sort()).to.deep.equal([
      "BatchExecuteStatement",
      // What the batch could not tell of.
      "PutItem",
      "SendMessageBatch",
      "TransactWriteItems",
    ]);
    const letters = aws.requests.find(({ operation }) => operation === "SendMessageBatch");
    expect(letters?.input).to.have.property("QueueUrl", environment().DEAD_LETTER_QUEUE_URL);
    expect(letters?.input).to.have.nested.property("Entries[0].MessageBody", "{ not json");

    const lines = output.map((line) => JSON.parse(line) as Record<string, unknown>);
    const orders = lines.filter(({ message }) => message === "order");
    expect(Object.fromEntries(orders.map(({ messageId, outcome }) => [messageId, outcome]))).to.deep.equal({
      stored: "processed",
      reserved: "processed",
      malformed: "refused",
      denied: "failed",
    });
    expect(lines.find((line) => "_aws" in line)).to.include({
      OrdersProcessed: 2,
      OrdersRejected: 0,
      OrdersDuplicate: 0,
      OrdersRefused: 1,
      OrdersFailed: 1,
      OrdersUnconfirmable: 0,
    });
    expect(output.join("\n")).not.to.match(/Ada|Lovelace|ada@/);
  });

  it("throws when nothing could be processed, with a stack that names the source", async () => {
    const event = { Records: [record("denied", { orderId: "denied", totalAmount: 3, ...NAMES })] };
    const { answer } = await deployed.invoke(event, environment());
    expect(answer)
      .to.have.property("error")
      .that.matches(
        /^Error: none of 1 orders could be processed: AccessDeniedException\n.*handlers\/orders\/processBatch\.ts:\d+:\d+/s,
      );
  });

  it("does not start without its environment, and says what is missing", async () => {
    const { INVENTORY_TABLE_NAME: _, ...rest } = environment();
    const failed: unknown = await deployed.invoke({ Records: [] }, rest).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(String(failed)).to.contain(
      "INVENTORY_TABLE_NAME: not set; expected in the function's environment",
    );
  });
});
