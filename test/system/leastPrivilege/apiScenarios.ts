import { callOrderApi } from "../../../tools/shop/callOrderApi";
import type { Deployment } from "./deployment";
import { findFunction, telemetryScenarios, type Subject } from "./scenario";

/** An order API of the program, by its outputs. */
export interface ApiOutputs {
  readonly url: string;
  readonly sendRoleName: string;
  readonly getFunctionName: string;
}

/** The roles around an order API: the integration that sends, the function that reads, a customer that calls both. */
export async function apiSubjects(
  deployment: Deployment,
  api: ApiOutputs,
  customerRoleName?: string,
): Promise<Subject[]> {
  const { cloud } = deployment;
  const { roleName, invoke } = await findFunction(deployment, api.getFunctionName);
  let orders = 0;
  const call = async (expected: number, method: string, path: string, body?: object, role?: string) => {
    const client =
      role === undefined ? cloud.client : cloud.clientAs(cloud.context.issueCredentials(role, "session"));
    const target = { url: api.url, clientConfig: client };
    const answer = await callOrderApi(target, method, path, body && JSON.stringify(body));
    if (answer.status !== expected) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  };
  const place = (role?: string) =>
    call(202, "POST", "/orders", { orderId: `api-${++orders}`, customerName: "Ann", totalAmount: 1 }, role);
  const ask = (role?: string) => call(404, "GET", "/orders/none", undefined, role);
  const recover = () => Promise.resolve();
  const customer = (customerRole: string): Subject => ({
    roleName: customerRole,
    scenarios: [
      {
        title: "a customer places an order, and asks for one",
        needs: ["execute-api:Invoke"],
        async run() {
          await place(customerRole);
          await ask(customerRole);
        },
      },
    ],
    recover,
  });
  return [
    ...(customerRoleName === undefined ? [] : [customer(customerRoleName)]),
    {
      roleName: api.sendRoleName,
      scenarios: [{ title: "the API sends an order", needs: ["sqs:SendMessage"], run: () => place() }],
      recover,
    },
    {
      roleName,
      scenarios: [
        { title: "an order is read", needs: ["dynamodb:GetItem"], run: () => ask() },
        ...telemetryScenarios(deployment, api.getFunctionName, () =>
          invoke({ pathParameters: {}, requestContext: {} }),
        ),
      ],
      recover,
    },
  ];
}
