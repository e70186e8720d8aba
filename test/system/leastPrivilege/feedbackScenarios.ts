import type { Deployment } from "./deployment";
import { findFunction, telemetryScenarios, type Subject } from "./scenario";

/** The role of the function that notes bounces and complaints on orders. */
export async function feedbackSubject(
  deployment: Deployment,
  FunctionName: string,
  TableName: string,
): Promise<Subject> {
  const { cloud, clock, next } = deployment;
  const { roleName, invoke } = await findFunction(deployment, FunctionName);
  let orders = 0;
  const bounceOf = (orderId: string) => ({
    detail: {
      eventType: "Bounce",
      bounce: { bounceType: "Permanent", bounceSubType: "General" },
      mail: { tags: { orderId: [orderId] } },
    },
  });
  const ownCall = (operation: string, signal: AbortSignal) =>
    next(
      (event) =>
        event.type === "request" &&
        event.operation === operation &&
        event.caller.kind === "role" &&
        event.caller.roleName === roleName &&
        event.errorCode === undefined,
      signal,
    );
  return {
    roleName,
    scenarios: [
      {
        title: "a bounce is noted on its order",
        needs: ["dynamodb:UpdateItem"],
        async run() {
          const orderId = `bounced-${++orders}`;
          await cloud.call("dynamodb", "PutItem", { TableName, Item: { orderId: { S: orderId } } });
          await invoke(bounceOf(orderId));
          const { Item } = await cloud.call("dynamodb", "GetItem", {
            TableName,
            Key: { orderId: { S: orderId } },
          });
          if (Item?.confirmationBouncedAt === undefined) throw new Error("the bounce is not on the order");
        },
      },
      {
        title: "an event that fails on each of its tries goes to the failure queue",
        needs: ["sqs:SendMessage"],
        async run(signal) {
          const Payload = Buffer.from(JSON.stringify({ detail: {} }));
          const failed = ownCall("SendMessage", signal);
          await cloud.call("lambda", "Invoke", { FunctionName, InvocationType: "Event", Payload });
          // Lambda tries again after one minute and after two more.
          await Promise.all([clock.advance(200_000), failed]);
        },
      },
      // An order that is not there stays away.
      ...telemetryScenarios(deployment, FunctionName, () => invoke(bounceOf("nobody"))),
    ],
    recover: () => Promise.resolve(),
  };
}
