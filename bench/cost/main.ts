import type { ParsedArguments } from "embedded-pulumi/cli";
import { PRICES_DATE, PRICES_REGION, prices } from "../../tools/cost/prices";
import { tell } from "../progress";
import { median, medianRatio } from "../statistics";
import { ofTurns, printTable } from "../table";
import { estimatedDollarsPerMillion } from "./estimated";
import type { Reading } from "./meter";
import { combineUsages, dollarsPerMillion, sumOf, usageOfOne } from "./perOrder";
import { Shop, type OrderKind } from "./shop";

const KINDS: readonly OrderKind[] = [
  { name: "an order", items: 0, confirmed: false },
  { name: "an order of one good", items: 1, confirmed: false },
  { name: "an order, confirmed by mail", items: 0, confirmed: true },
];

/** As `sendOrders` sends them. */
const ORDERS_A_SEND = 10;
const MILLION = 1_000_000;

interface Turn extends Reading {
  readonly plainWriteUnits: number;
}

/**
 * What an order uses, counted in the embedded cloud while stack dev works on it, and what a million of them would cost at
 * list prices: against as many plain conditional puts straight into a table, the least that stores an order once, and
 * against what `npm run cost` says of the same load. Without the mails themselves and without what costs the same each month.
 */
export async function benchCost(args: ParsedArguments): Promise<object> {
  const quick = args.has("quick");
  const orders = quick ? 100 : 500;
  const turns = quick ? 1 : 3;
  const shop = await Shop.open();
  try {
    const memoryMegabytes = await shop.memoryMegabytes();
    const readings = KINDS.map((): Turn[] => []);
    // Cold starts are few, and thousands of orders share one.
    for (const kind of KINDS) await shop.sell(ORDERS_A_SEND * 10, kind);
    for (let turn = 0; turn < turns; turn++) {
      for (const [index, kind] of KINDS.entries()) {
        tell(`${kind.name}, ${orders} times`, turn, turns);
        const reading = await shop.sell(orders, kind);
        readings[index]?.push({ ...reading, plainWriteUnits: await shop.putPlainly(orders, kind) });
      }
    }
    const rows = KINDS.map((kind, index) => ({
      ...kind,
      ...figuresOf(kind, readings[index] ?? [], orders, memoryMegabytes),
    }));
    console.log(
      `\nCost of an order at list prices of ${PRICES_REGION}, ${PRICES_DATE}, without its mail; ${ofTurns(turns)} of ${orders} orders\n`,
    );
    printTable(
      [
        "",
        "SQS req.",
        "invocations",
        "write units",
        "read units",
        "GB-s",
        "$ a million",
        "× plain put",
        "× npm run cost",
      ],
      rows.map(({ name, ofOne, dollars, ratio }) => [
        name,
        ofOne.sqsRequests.toFixed(3),
        ofOne.invocations.toFixed(3),
        ofOne.writeUnits.toFixed(2),
        ofOne.readUnits.toFixed(2),
        ofOne.gigabyteSeconds.toFixed(5),
        dollars.toFixed(2),
        ratio.toPlainPut.toFixed(2),
        ratio.toEstimate.toFixed(2),
      ]),
    );
    return { orders, turns, memoryMegabytes, kinds: rows };
  } finally {
    await shop.close();
  }
}

function figuresOf(kind: OrderKind, turns: readonly Turn[], orders: number, memoryMegabytes: number) {
  const dollars = turns.map((turn) => sumOf(dollarsPerMillion(usageOfOne(turn, orders))));
  const plain = turns.map((turn) => (turn.plainWriteUnits / orders) * prices.dynamoWriteUnit * MILLION);
  const estimated = turns.map(({ batchSize }) =>
    estimatedDollarsPerMillion({
      batchSize,
      items: kind.items,
      confirmations: kind.confirmed,
      sendBatchSize: ORDERS_A_SEND,
      memoryMegabytes,
    }),
  );
  const ofOne = usageOfOne(combineUsages(turns, median), orders);
  return {
    ofOne,
    dollarsBy: dollarsPerMillion(ofOne),
    ordersABatch: median(turns.map(({ batchSize }) => batchSize)),
    dollars: median(dollars),
    plainPutDollars: median(plain),
    estimatedDollars: median(estimated),
    ratio: { toPlainPut: medianRatio(dollars, plain), toEstimate: medianRatio(dollars, estimated) },
  };
}
