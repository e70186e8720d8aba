import type { Preset } from "embedded-aws";
import { largest } from "embedded-aws/support";
import { readScalerSettings } from "./demonstration/scalerSettings";
import type { LocalDeployment } from "./deployLocally";
import { optionalOutput, stringOutput } from "./target";

/** What a person sends from the console by one press: every kind of outcome that an order can have. */
export function orderPresets(deployment: Pick<LocalDeployment, "outputs">): readonly Preset[] {
  const target = { kind: "queue", name: nameIn(stringOutput(deployment, "orderQueueUrl")) } as const;
  const order = (orderId: string, sku = "SKU-TEA", quantity = 1) =>
    JSON.stringify({
      orderId,
      customerName: "Ada Lovelace",
      totalAmount: 12.5,
      customerEmail: "ada@example.com",
      items: [{ sku, quantity }],
    });
  const apiUrl = optionalOutput(deployment, "orderApiUrl");
  return [
    {
      name: "One order",
      about: "It is stored, takes a tea from the stock, and is confirmed by e-mail.",
      target,
      body: order("one-{{run}}"),
    },
    ...(apiUrl === undefined
      ? []
      : [
          {
            name: "Over HTTP",
            about: "An order as another shop places it: POST /orders of the order API, signed for IAM.",
            target: { kind: "api", name: nameIn(apiUrl), method: "POST", path: "/orders" },
            body: order("http-{{run}}"),
          } as const,
        ]),
    {
      name: "A burst of 1,000",
      about: "As fast as the queue takes them: watch its depth, and the functions at work.",
      target,
      body: order("burst-{{run}}-{{n}}"),
      count: 1_000,
    },
    {
      name: "A duplicate",
      about: "The same order twice: it is stored once, and its stock is taken once.",
      target,
      body: order("twice-{{run}}"),
      count: 2,
    },
    {
      name: "Malformed",
      about: "An order without an id: it goes to the dead-letter queue, with the reason.",
      target,
      body: '{"customerName":"Ada Lovelace","totalAmount":12.5}',
    },
    {
      name: "Out of stock",
      about: "More cakes than there are: the order is stored as such, and no stock moves.",
      target,
      body: order("cake-{{run}}", "SKU-CAKE", 1000),
    },
    {
      name: "High load",
      about: "10,000 orders: as much as a busy minute.",
      target,
      body: order("load-{{run}}-{{n}}"),
      count: 10_000,
    },
  ];
}

/** Lends the console the scaler's fleet, once nothing else puts load on it. */
export async function offerFleet(deployment: LocalDeployment): Promise<void> {
  const functionName = optionalOutput(deployment, "scaleFleetFunctionName");
  if (functionName === undefined) return;
  const settings = await readScalerSettings(deployment.cloud.context, functionName);
  deployment.cloud.console.offer({
    fleet: {
      tags: { [settings.tag.key]: settings.tag.value },
      mostDemand: largest([settings.maxInstances, ...settings.schedule.map(({ max }) => max)]),
      logGroupName: settings.logGroupName,
      alarmName: settings.alarmName,
      targetCpuPercent: settings.targetCpuPercent,
    },
  });
}

function nameIn(queueUrl: string): string {
  return queueUrl.split("/").at(-1) ?? "";
}
