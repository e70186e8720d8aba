import type { Clock } from "../../src/core/clock";
import type { Topology } from "../../src/console/graph";
import type { Asks, Frame } from "../../src/console/protocol";
import { startTestCloud, type TestCloud } from "../../src/testing/testCloud";
import { CONSUME, createFunction, createQueue, createRole } from "../endpoint/lambda/support";

/**
 * Orders from a queue: each is stored in a table and confirmed by e-mail. One whose body has no `id` fails, and goes to
 * the dead-letter queue after its first receive.
 */
const STORE = `
const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");
const { SESv2Client, SendEmailCommand } = require("@aws-sdk/client-sesv2");
const table = new DynamoDBClient();
const mail = new SESv2Client();
exports.handler = async ({ Records = [] }) => {
  const batchItemFailures = [];
  for (const { messageId, body } of Records) {
    try {
      const { id } = JSON.parse(body);
      if (typeof id !== "string") throw new Error("id: got nothing; expected a string");
      await table.send(new PutItemCommand({ TableName: "stored", Item: { id: { S: id }, body: { S: body } } }));
      await mail.send(new SendEmailCommand({
        FromEmailAddress: "shop@example.com",
        Destination: { ToAddresses: ["ada@example.com"] },
        Content: { Simple: {
          Subject: { Data: "Order " + id + " is confirmed" },
          Body: { Html: { Data: "<p style='color: green'>Thank you</p><script>parent.document.title = 'taken'</script>" } },
        } },
      }));
      console.log(JSON.stringify({ level: "INFO", message: "stored", orderId: id }));
    } catch (error) {
      console.log(JSON.stringify({ level: "ERROR", message: error.message, messageId }));
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};`;

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;

/** What an engine would tell of the shop. */
const shopTopology: Topology = {
  project: "shop",
  stack: "test",
  resources: [
    resource("pulumi:pulumi:Stack", "stack"),
    resource("shop:index:Orders", "orders", { parent: "stack" }),
    custom("aws:sqs/queue:Queue", "dead", "http://127.0.0.1/000000000000/dead", arn("sqs", "dead")),
    custom("aws:sqs/queue:Queue", "queue", "http://127.0.0.1/000000000000/queue", arn("sqs", "queue"), {
      redrivePolicy: ["dead"],
    }),
    custom("aws:dynamodb/table:Table", "stored", "stored", arn("dynamodb", "table/stored")),
    custom("aws:iam/role:Role", "role", "store-role"),
    custom("aws:iam/rolePolicy:RolePolicy", "policy", "store-role:policy", undefined, {
      role: ["role"],
      policy: ["stored", "queue"],
    }),
    custom("aws:lambda/function:Function", "store", "store", arn("lambda", "function:store"), {
      role: ["role"],
    }),
    custom("aws:lambda/eventSourceMapping:EventSourceMapping", "mapping", "uuid", undefined, {
      eventSourceArn: ["queue"],
      functionName: ["store"],
    }),
  ],
};

function resource(type: string, name: string, more: { parent?: string } = {}) {
  return { urn: name, type, name, custom: false, propertyDependencies: {}, ...more };
}

function custom(
  type: string,
  name: string,
  id: string,
  itsArn?: string,
  propertyDependencies: Readonly<Record<string, readonly string[]>> = {},
) {
  const more = itsArn === undefined ? {} : { arn: itsArn };
  return { urn: name, type, name, parent: "orders", custom: true, id, propertyDependencies, ...more };
}

/** The shop, deployed into a cloud of its own, and told to its console. */
export async function startShop(options: { clock?: Clock; port?: number } = {}): Promise<TestCloud> {
  const cloud = await startTestCloud({
    ...options,
    conditions: { iamPropagationMs: 0, queueDepthLagMs: 0 },
  });
  const dead = await createQueue(cloud, "dead");
  const queue = await createQueue(cloud, "queue", {
    VisibilityTimeout: "2",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
  });
  await cloud.call("dynamodb", "CreateTable", {
    TableName: "stored",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  });
  await cloud.call("ses", "CreateEmailIdentity", { EmailIdentity: "shop@example.com" });
  const Role = await createRole(cloud, "store-role", [
    CONSUME,
    { Action: "dynamodb:PutItem", Resource: arn("dynamodb", "table/stored") },
    { Action: "ses:SendEmail", Resource: "*" },
    { Action: "sns:Publish", Resource: "*" },
  ]);
  await createFunction(cloud, "store", STORE, { Role, Timeout: 2 });
  await cloud.call("lambda", "CreateEventSourceMapping", {
    EventSourceArn: queue.arn,
    FunctionName: "store",
    FunctionResponseTypes: ["ReportBatchItemFailures"],
  });
  cloud.console.show(shopTopology);
  cloud.console.offer({
    presets: [
      {
        name: "One order",
        about: "It is stored and confirmed.",
        target: { kind: "queue", name: "queue" },
        body: '{"id":"one-{{run}}"}',
      },
      {
        name: "Malformed",
        about: "It goes to the dead-letter queue.",
        target: { kind: "queue", name: "queue" },
        body: '{"name":"nobody"}',
      },
      {
        name: "Burst",
        about: "A hundred at once.",
        target: { kind: "queue", name: "queue" },
        body: '{"id":"burst-{{run}}-{{n}}"}',
        count: 100,
      },
    ],
  });
  return cloud;
}

/** One open page, without a browser: its frames as they come. */
export class Watcher {
  readonly frames: { readonly id: string; readonly frame: Frame; readonly at: number }[] = [];
  readonly #stop = new AbortController();
  #wake: () => void = () => undefined;

  constructor(
    private readonly address: string,
    lastEventId?: string,
  ) {
    void this.#read(lastEventId);
  }

  async #read(lastEventId: string | undefined): Promise<void> {
    try {
      const response = await fetch(`${this.address}/feed`, {
        signal: this.#stop.signal,
        ...(lastEventId !== undefined && { headers: { "last-event-id": lastEventId } }),
      });
      let text = "";
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) {
          const id = /^id: (.*)$/m.exec(block)?.[1] ?? "";
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (data !== undefined)
            this.frames.push({ id, frame: JSON.parse(data) as Frame, at: performance.now() });
        }
        this.#wake();
      }
    } catch {
      // It was closed.
    }
  }

  /** The first frame that `isWanted`, past or future; the test's own timeout bounds the wait. */
  async first<Wanted extends Frame>(isWanted: (frame: Frame) => frame is Wanted): Promise<Wanted>;
  async first(isWanted: (frame: Frame) => boolean): Promise<Frame>;
  async first(isWanted: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.frames.find(({ frame }) => isWanted(frame));
      if (found !== undefined) return found.frame;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  hello() {
    return this.first((frame): frame is Extract<Frame, { type: "hello" }> => frame.type === "hello");
  }

  close(): void {
    this.#stop.abort();
  }
}

/** Asks as the page does. Rejects with the console's own words. */
export async function askConsole<Name extends keyof Asks>(
  address: string,
  secret: string,
  ask: Name,
  question: Asks[Name][0],
): Promise<Asks[Name][1]> {
  const response = await fetch(`${address}/ask`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-console-secret": secret },
    body: JSON.stringify({ ask, question }),
  });
  const answer = (await response.json()) as { error?: string };
  if (!response.ok) throw new Error(answer.error);
  return answer as Asks[Name][1];
}
