import type { Deployment } from "./deployment";
import { consumer, processor, processScenarios, shopSubject, SKU, STREAM_SET_UP } from "./orderScenarios";
import { findFunction, type Subject } from "./scenario";

/** The roles around an encrypted pipeline whose orders announce themselves: what events and a key add to what it may do. */
export async function announcedSubjects(deployment: Deployment): Promise<Subject[]> {
  const { cloud, next, output } = deployment;
  const QueueUrl = output("announcedQueueUrl");
  let orders = 0;
  const order = (more: object = {}) => ({
    orderId: `announced-${++orders}`,
    customerName: "Ann",
    totalAmount: 1,
    ...more,
  });
  const process = processor(deployment, QueueUrl);
  await cloud.call("dynamodb", "PutItem", {
    TableName: output("announcedInventoryTableName"),
    Item: { sku: { S: SKU }, stock: { N: "1000" } },
  });

  const processSubject = await consumer(
    deployment,
    output("announcedProcessFunctionName"),
    ["sqs:GetQueueAttributes"],
    [
      ...processScenarios(order, process),
      {
        title: "a refused order is announced",
        needs: ["events:PutEvents"],
        run: (signal) => process(["not an order"], signal),
      },
    ],
  );

  const FunctionName = output("announceFunctionName");
  const { roleName, variables } = await findFunction(deployment, FunctionName);
  /** Stores an order, and waits until the function's role has made this call. */
  const storeUntil = async (operation: string, signal: AbortSignal) => {
    const made = next(
      (event) =>
        event.type === "request" &&
        event.operation === operation &&
        event.caller.kind === "role" &&
        event.caller.roleName === roleName &&
        event.errorCode === undefined,
      signal,
    );
    const MessageBody = JSON.stringify(order());
    await Promise.all([made, cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody })]);
  };
  const announceSubject = await consumer(deployment, FunctionName, STREAM_SET_UP, [
    {
      title: "a stored order is announced",
      needs: ["dynamodb:GetRecords", "events:PutEvents"],
      run: (signal) => storeUntil("PutEvents", signal),
    },
    {
      title: "what the function cannot announce goes to the failure queue",
      needs: ["sqs:SendMessage"],
      async run(signal) {
        const set = (Variables: Readonly<Record<string, string>>) =>
          cloud.call("lambda", "UpdateFunctionConfiguration", { FunctionName, Environment: { Variables } });
        // Without the bus's name it does not start.
        const { EVENT_BUS_NAME: _bus, ...others } = variables;
        await set(others);
        try {
          await storeUntil("SendMessage", signal);
        } finally {
          await set(variables);
        }
      },
    },
  ]);
  return [shopSubject(deployment, output("keyedShopRoleName"), QueueUrl), processSubject, announceSubject];
}
