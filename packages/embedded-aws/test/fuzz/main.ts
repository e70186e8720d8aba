import { parseArgs } from "node:util";
import { fuzz, type FuzzResult } from "./fuzz";

const megabytes = (bytes: number | undefined) => `${((bytes ?? 0) / 1024 / 1024).toFixed(1)} MB`;

function report({ requests, statuses, faults, slowest, heaps }: FuzzResult): string {
  const answers = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  return [
    `${requests} requests; answers ${answers.join(", ")}; ${faults.length} faults`,
    `slowest ${slowest.map(({ ms }) => `${ms.toFixed(0)} ms`).join(", ")}: ${slowest[0]?.request ?? ""}`,
    // The client of the last large body may still hold it when a round is over; what stays is in every round.
    `heap after the first round ${megabytes(heaps[0])}, least after one of the last ten ${megabytes(Math.min(...heaps.slice(-10)))}`,
  ].join("\n");
}

/** What was asked for; undefined when it was asked wrongly. */
function readOptions(): { readonly minutes: number; readonly seed: number } | undefined {
  try {
    const { values } = parseArgs({
      options: { minutes: { type: "string", default: "10" }, seed: { type: "string", default: "1" } },
    });
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
    return minutes > 0 && Number.isInteger(seed) ? { minutes, seed } : undefined;
  } catch {
    return undefined;
  }
}

/** `npm run fuzz -- [--minutes M] [--seed S]`: 10 minutes of seed 1, if nothing else is said. Exit 1 for any fault. */
async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) {
    process.stderr.write(
      "usage: npm run fuzz -- [--minutes M] [--seed S]: a number above 0, default 10, and a whole number, default 1\n",
    );
    process.exitCode = 2;
    return;
  }
  const { minutes, seed } = options;
  const result = await fuzz({ seed, seconds: minutes * 60 });
  process.stdout.write(`${report(result)}\n`);
  for (const fault of new Set(result.faults)) process.stdout.write(`\n${fault}\n`);
  process.exitCode = result.faults.length === 0 ? 0 : 1;
}

void main();
