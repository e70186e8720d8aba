import { benchLine, readMeasurements, runAsked, type Bench } from "./commandLine";
import { benchConsole } from "./console";
import { benchCost } from "./cost/main";
import { benchDeveloper } from "./developer/main";
import { benchOrders } from "./orders";
import { benchPackages } from "./packages";
import { benchProcessing } from "./processing/main";
import { benchScaler } from "./scaler/main";
import { scalerOptions } from "./scaler/options";

const benches: Readonly<Record<string, Bench>> = {
  packages: { run: benchPackages },
  processing: { run: benchProcessing },
  orders: { run: benchOrders },
  cost: { run: benchCost },
  console: { run: benchConsole },
  developer: { run: benchDeveloper },
  scaler: { run: benchScaler, options: scalerOptions },
};

/** `npm run bench`: the measurements that are named, or all of them. */
async function main(given: readonly string[]): Promise<undefined> {
  const { names, args } = readMeasurements(given, benches);
  const figures: Record<string, object> = {};
  for (const name of names) figures[name] = (await benches[name]?.run(args)) ?? {};
  const [only, ...others] = Object.values(figures);
  if (args.has("json")) console.log(JSON.stringify(others.length === 0 ? only : figures, fourDigits));
}

/** Counts as they are; what was measured or divided is not known to more digits. */
function fourDigits(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

void runAsked(benchLine(benches), main);
