import { callOrderApi } from "../../../tools/shop/callOrderApi";
import type { Deployment } from "./deployment";
import { findFunction, telemetryScenarios, type Subject } from "./scenario";

/** The roles around the order API: the customer that calls it, the integration that sends, the function that reads. */
export async function apiSubjects(deployment: Deployment): Promise<Subject[]> {
  const { cloud, output } = deployment;
  const { roleName, invoke } = await findFunction(deployment, output("getOrderFunctionName"));
  let orders = 0;
  const call = async (expected: number, method: string, path: string, body?: object, role?: string) => {
    const client =
      role === undefined ? cloud.client : cloud.clientAs(cloud.context.issueCredentials(role, "session"));
    const target = { url: output("orderApiUrl"), clientConfig: client };
    const answer = await callOrderApi(target, method, path, body && JSON.stringify(body));
    if (answer.status !== expected) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  };
  const place = (role?: string) =>
    call(202, "POST", "/orders", { orderId: `api-${++orders}`, customerName: "Ann", totalAmount: 1 }, role);
  const ask = (role?: string) => call(404, "GET", "/orders/none", undefined, role);
  const recover = () => Promise.resolve();
  return [
    {
      roleName: output("customerRoleName"),
      scenarios: [
        {
          title: "a customer places an order, and asks for one",
          needs: ["execute-api:Invoke"],
          async run() {
            await place(output("customerRoleName"));
            await ask(output("customerRoleName"));
          },
        },
      ],
      recover,
    },
    {
      roleName: output("apiSendRoleName"),
      scenarios: [{ title: "the API sends an order", needs: ["sqs:SendMessage"], run: () => place() }],
      recover,
    },
    {
      roleName,
      scenarios: [
        { title: "an order is read", needs: ["dynamodb:GetItem"], run: () => ask() },
        ...telemetryScenarios(deployment, output("getOrderFunctionName"), () =>
          invoke({ pathParameters: {}, requestContext: {} }),
        ),
      ],
      recover,
    },
  ];
}
