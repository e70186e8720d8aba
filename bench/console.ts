import type { ParsedArguments } from "embedded-pulumi/cli";
import { get } from "node:http";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { startCloud } from "embedded-aws";
import { deploy } from "embedded-pulumi";
import { sendOrders } from "../tools/shop/sendOrders";
import { setStock } from "../tools/shop/stockLevels";
import { localCredentials, stringOutput } from "../tools/target";
import { tell } from "./progress";
import { median, medianRatio } from "./statistics";
import { printTable } from "./table";

/** Both ways in turn, so that what else the machine does falls on both. */
const PAIRS = { quick: 3, whole: 7 };
const ORDERS = { quick: 300, whole: 1_500 };

/** What an open page of the console costs: orders a second, from the first sent to the last stored, with and without. */
export async function benchConsole(args: ParsedArguments): Promise<object> {
  const size = args.has("quick") ? "quick" : "whole";
  const cloud = await startCloud({ port: 0 });
  const deployment = await deploy(cloud, { stack: "dev" });
  const settings = { region: cloud.context.region, endpoint: cloud.endpoint, credentials: localCredentials };
  const sqs = new SQSClient(settings);
  const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(settings));
  const outputs = { outputs: deployment.outputs };
  try {
    await setStock(dynamodb, stringOutput(outputs, "inventoryTableName"), {
      sku: "SKU-TEA",
      stock: 1_000_000,
    });
    const ordersTable = stringOutput(outputs, "ordersTableName");
    let run = 0;
    const throughput = async () => {
      const prefix = `bench-${++run}-`;
      const stored = Promise.withResolvers<undefined>();
      let left = ORDERS[size];
      const end = cloud.context.events.subscribe((event) => {
        if (event.type === "item-inserted" && event.tableName === ordersTable && --left === 0)
          stored.resolve(undefined);
      });
      const bodies = Array.from({ length: ORDERS[size] }, (_, place) =>
        JSON.stringify({
          orderId: `${prefix}${place}`,
          customerName: "Customer 1",
          totalAmount: 12.5,
          items: [{ sku: "SKU-TEA", quantity: 1 }],
        }),
      );
      const started = performance.now();
      const queueUrl = stringOutput(outputs, "orderQueueUrl");
      await sendOrders({ client: sqs, queueUrl, bodies, signal: new AbortController().signal });
      await stored.promise;
      end();
      return (ORDERS[size] * 1000) / (performance.now() - started);
    };
    // Functions warm up and the compiler settles before anything counts.
    await throughput();
    const closed: number[] = [];
    const open: number[] = [];
    for (let pair = 0; pair < PAIRS[size]; pair++) {
      tell(`${ORDERS[size]} orders with the page open, and without`, pair, PAIRS[size]);
      const openNow = async () => {
        const close = await openPage(cloud.console.address);
        open.push(await throughput());
        close();
      };
      // The order alternates, too.
      if (pair % 2 === 0) await openNow();
      closed.push(await throughput());
      if (pair % 2 === 1) await openNow();
    }
    const figures = {
      orders: ORDERS[size],
      pairs: PAIRS[size],
      closedPerSecond: median(closed),
      openPerSecond: median(open),
      ratio: medianRatio(open, closed),
    };
    console.log(`\nThe console: ${PAIRS[size]} pairs of ${ORDERS[size]} orders\n`);
    printTable(
      ["", "value"],
      [
        ["orders a second, no page open, median", String(Math.round(figures.closedPerSecond))],
        ["orders a second, a page open, median", String(Math.round(figures.openPerSecond))],
        ["ratio of a pair, median", figures.ratio.toFixed(3)],
      ],
    );
    return figures;
  } finally {
    sqs.destroy();
    dynamodb.destroy();
    await deployment.close();
  }
}

/** Reads the page's stream as a browser does, and drops it; returns what closes it. */
function openPage(address: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const request = get(`${address}/feed`, (response) => {
      response.resume();
      resolve(() => {
        request.destroy();
      });
    });
    request.on("error", reject);
  });
}
