import { benchConsole } from "./console";
import { benchOrders } from "./orders";
import { benchPackages } from "./packages";
import { benchScaler } from "./scaler/main";

/** A measurement: prints what it found against its baseline, in the same run. */
type Bench = (args: readonly string[]) => Promise<void>;

const benches: Readonly<Record<string, Bench>> = {
  packages: benchPackages,
  orders: benchOrders,
  console: benchConsole,
  scaler: benchScaler,
};

/** `npm run bench -- [packages|orders|console|scaler] [--quick] …`: one measurement, or all of them. */
async function main(): Promise<void> {
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || name.startsWith("--")) {
    for (const bench of Object.values(benches)) await bench(process.argv.slice(2));
    return;
  }
  const bench = benches[name];
  if (bench === undefined) {
    process.stderr.write(
      `unknown bench ${JSON.stringify(name)}; expected one of ${Object.keys(benches).join(", ")}\n`,
    );
    process.exitCode = 2;
    return;
  }
  await bench(rest);
}

void main();
