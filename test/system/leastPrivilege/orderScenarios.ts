import type { Deployment } from "./deployment";
import { findFunction, telemetryScenarios, type Scenario, type Subject } from "./scenario";

export const SKU = "TEA";

/** What Lambda asks of a role before it reads a table's stream for it. */
export const STREAM_SET_UP = [
  "dynamodb:DescribeStream",
  "dynamodb:GetShardIterator",
  "dynamodb:ListStreams",
] as const;

/** A pipeline of the program, by its outputs. */
export interface PipelineOutputs {
  readonly queueUrl: string;
  readonly inventoryTableName: string;
  readonly processFunctionName: string;
  readonly confirmFunctionName: string;
}

/** The roles around an order queue: the function that stores, the one that confirms, and a shop that sends. */
export async function orderSubjects(
  deployment: Deployment,
  pipeline: PipelineOutputs,
  shopRoleName?: string,
): Promise<Subject[]> {
  const { cloud, next } = deployment;
  const QueueUrl = pipeline.queueUrl;
  let orders = 0;
  const order = (more: object = {}) => ({
    orderId: `order-${++orders}`,
    customerName: "Ann",
    totalAmount: 1,
    ...more,
  });
  const process = processor(deployment, QueueUrl);
  /** Until the order in the table says what became of its confirmation. */
  const confirm = async (
    customerEmail: string,
    ending: "confirmationSentAt" | "confirmationFailedAt",
    signal: AbortSignal,
    count = 1,
  ) => {
    // Several at once: a stored batch is a batch of the stream, whose mails are noted together.
    const given = Array.from({ length: count }, () => order({ customerEmail }));
    await send(
      deployment,
      QueueUrl,
      given.map((one) => JSON.stringify(one)),
    );
    await Promise.all(
      given.map(({ orderId }) =>
        next(
          (event) =>
            event.type === "item-modified" &&
            (event.keys.orderId as { S?: string }).S === orderId &&
            event.newImage?.[ending] !== undefined,
          signal,
        ),
      ),
    );
  };
  await cloud.call("dynamodb", "PutItem", {
    TableName: pipeline.inventoryTableName,
    Item: { sku: { S: SKU }, stock: { N: "1000" } },
  });

  const processSubject = await consumer(
    deployment,
    pipeline.processFunctionName,
    ["sqs:GetQueueAttributes"],
    processScenarios(order, process),
  );

  const confirmSubject = await consumer(deployment, pipeline.confirmFunctionName, STREAM_SET_UP, [
    {
      title: "a new order's customer is told",
      needs: ["dynamodb:GetRecords", "dynamodb:BatchGetItem", "ses:SendEmail", "dynamodb:UpdateItem"],
      run: (signal) => confirm("ann@example.com", "confirmationSentAt", signal),
    },
    {
      title: "the customers of several orders are told",
      needs: ["ses:SendBulkEmail", "dynamodb:PartiQLUpdate"],
      run: (signal) => confirm("ann@example.com", "confirmationSentAt", signal, 10),
    },
    {
      title: "a confirmation that SES refuses goes to the failure queue",
      needs: ["sqs:SendMessage"],
      run: (signal) => confirm("ann@rejected.example", "confirmationFailedAt", signal),
    },
  ]);
  const shop = shopRoleName === undefined ? [] : [shopSubject(deployment, shopRoleName, QueueUrl)];
  return [...shop, processSubject, confirmSubject];
}

/** A role that sends orders to a queue. */
export function shopSubject({ cloud }: Deployment, roleName: string, QueueUrl: string): Subject {
  let orders = 0;
  return {
    roleName,
    scenarios: [
      {
        title: "the shop sends an order",
        needs: ["sqs:SendMessage"],
        async run() {
          const { accountId } = cloud.context;
          const caller = { kind: "role", accountId, roleName, sessionName: "shop" } as const;
          const order = { orderId: `of-${roleName}-${++orders}`, customerName: "Ann", totalAmount: 1 };
          const input = { QueueUrl, MessageBody: JSON.stringify(order) };
          await cloud.context.call("sqs", "SendMessage", input, caller);
        },
      },
    ],
    recover: () => Promise.resolve(),
  };
}

/** Sends messages by one request, at most ten, and gives their ids. */
async function send({ cloud }: Deployment, QueueUrl: string, bodies: readonly string[]) {
  const Entries = bodies.map((MessageBody, place) => ({ Id: String(place), MessageBody }));
  const { Successful } = await cloud.call("sqs", "SendMessageBatch", { QueueUrl, Entries });
  return Successful.map(({ MessageId }) => MessageId);
}

/** Sends messages by one request, at most ten, and waits until the queue has given each up. */
export function processor(deployment: Deployment, QueueUrl: string): Process {
  return async (bodies, signal) => {
    const ids = await send(deployment, QueueUrl, bodies);
    await Promise.all(
      ids.map((id) =>
        deployment.next((event) => event.type === "message-deleted" && event.messageId === id, signal),
      ),
    );
  };
}

type Process = (bodies: readonly string[], signal: AbortSignal) => Promise<void>;

/** All that the function does that takes orders off the queue: `process` resolves once a message has been given up. */
export function processScenarios(order: (more?: object) => object, process: Process): Scenario[] {
  return [
    {
      title: "an order without items is stored",
      needs: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "dynamodb:PutItem"],
      run: (signal) => process([JSON.stringify(order())], signal),
    },
    {
      title: "an order with items is stored, and its stock reserved",
      needs: ["dynamodb:PutItem", "dynamodb:UpdateItem"],
      run: (signal) => process([JSON.stringify(order({ items: [{ sku: SKU, quantity: 1 }] }))], signal),
    },
    {
      title: "several orders without items are stored",
      needs: ["dynamodb:PartiQLInsert"],
      run: (signal) =>
        process(
          Array.from({ length: 10 }, () => JSON.stringify(order())),
          signal,
        ),
    },
    {
      title: "a duplicate changes nothing",
      needs: ["dynamodb:PutItem"],
      async run(signal) {
        const body = JSON.stringify(order());
        await process([body], signal);
        await process([body], signal);
      },
    },
    {
      title: "a malformed order goes to the dead-letter queue",
      needs: ["sqs:SendMessage"],
      run: (signal) => process(["not an order"], signal),
    },
    {
      title: "an order that conflicts with a stored one goes to the dead-letter queue",
      needs: ["sqs:SendMessage"],
      async run(signal) {
        const stored = order();
        await process([JSON.stringify(stored)], signal);
        await process([JSON.stringify({ ...stored, totalAmount: 2 })], signal);
      },
    },
  ];
}

/** A function with an event source mapping: `setUp` is what Lambda asks of its role before it polls. */
export async function consumer(
  deployment: Deployment,
  FunctionName: string,
  setUp: readonly string[],
  scenarios: readonly Scenario[],
): Promise<Subject> {
  const { cloud } = deployment;
  const { roleName, invoke } = await findFunction(deployment, FunctionName);
  const { EventSourceMappings = [] } = await cloud.call("lambda", "ListEventSourceMappings", {
    FunctionName,
  });
  const [mapping] = EventSourceMappings;
  if (mapping === undefined) throw new Error(`${FunctionName} has no event source mapping`);
  const restart = async () => {
    for (const Enabled of [false, true])
      await cloud.call("lambda", "UpdateEventSourceMapping", { UUID: mapping.UUID, Enabled });
  };
  return {
    roleName,
    scenarios: [
      { title: "its event source mapping is enabled", needs: setUp, run: restart },
      ...scenarios,
      ...telemetryScenarios(deployment, FunctionName, () => invoke({ Records: [] })),
    ],
    // A poller that was refused, or whose function failed, waits; a new one does not.
    recover: restart,
  };
}
