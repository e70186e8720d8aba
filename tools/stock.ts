import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { scanTable } from "./demonstration/observe";
import {
  DEFAULT_PORT,
  parseCommandLine,
  sharedOptions,
  UsageError,
  type CommandLine,
  type Terminal,
} from "embedded-pulumi/cli";
import { setStock, type StockLevel } from "./shop/stockLevels";
import { findTarget, stringOutput } from "./target";

const USAGE = "expected: stock -- list, or stock -- set SKU=N [SKU=N …]";

export const stockLine: CommandLine = {
  usage: "npm run stock -- list | set SKU=N [SKU=N …] [options]",
  about: "Lists the inventory, or sets the stock of goods.",
  options: { stack: sharedOptions.target, port: sharedOptions.port, json: sharedOptions.json },
  positionals: true,
};

/** `npm run stock`: shows or sets the inventory of the local cloud or of a deployed stack. */
export async function stock(args: readonly string[], terminal: Terminal): Promise<number> {
  const given = parseCommandLine(args, stockLine);
  const [action, ...rest] = given.positionals;
  const levels = action === "set" ? rest.map(parseLevel) : [];
  if (action === "list" ? rest.length > 0 : levels.length === 0) throw new UsageError(USAGE);

  const target = await findTarget(given.text("stack") ?? "local", given.integer("port") ?? DEFAULT_PORT);
  const table = stringOutput(target, "inventoryTableName");
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(target.clientConfig));
  try {
    for (const level of levels) await setStock(client, table, level);
    const all = await scanTable<StockLevel>(client, table);
    all.sort((a, b) => a.sku.localeCompare(b.sku));
    if (all.length === 0) terminal.print("the inventory is empty; fill it with: npm run stock -- set SKU=N");
    for (const level of all) terminal.print(`${level.sku.padEnd(24)} ${String(level.stock).padStart(10)}`);
    if (given.has("json"))
      terminal.printJson(Object.fromEntries(all.map((level) => [level.sku, level.stock])));
    return 0;
  } finally {
    client.destroy();
  }
}

/** A good that an order can name is 100 characters long at most, and no line or direction breaks in it. */
const LEVEL = /^([^=\s\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]{1,100})=(\d{1,15})$/u;

function parseLevel(text: string): StockLevel {
  const match = LEVEL.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new UsageError(
      `got ${JSON.stringify(text.slice(0, 200))}; expected SKU=N, with N a whole number from 0; ${USAGE}`,
    );
  }
  return { sku: match[1], stock: Number(match[2]) };
}
