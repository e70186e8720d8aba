import { runAsked } from "../commandLine";
import { chaosLine, NO_FAULTS, readCommandLine } from "./commandLine";
import { faultKinds, type FaultKind } from "./faults";
import { isBroken, PROMISES, type Figures } from "./judge";
import { runChaos, type Plan, type Run } from "./run";
import { shrink } from "./shrink";
import { NotDeployed } from "./stack";

/** More is another seed's: that many are through in half a minute, and each seed strikes other calls. */
const ORDERS_A_SEED = 5_000;
/** A shorter run is looked for this long. */
const SHRINKING_MS = 10 * 60_000;
/** What runs side by side may go well by chance. */
const TRIES = 2;

type Outcome =
  { readonly kind: "judged"; readonly run: Run } | { readonly kind: "broken"; readonly reason: string };

/** Ends with 0 when every promise was kept, 1 when one was not. */
async function chaos(args: readonly string[]): Promise<number> {
  const options = readCommandLine(args, Date.now() >>> 0);
  const end = performance.now() + options.minutes * 60_000;
  const total = new Total(options.seed);
  let failed: Plan | undefined;
  for (let left = options.orders; left > 0 && performance.now() < end && failed === undefined;) {
    const orders = Math.min(left, ORDERS_A_SEED);
    const plan: Plan = { seed: (options.seed + total.seeds) >>> 0, orders, kinds: options.kinds };
    const outcome = await outcomeOf(plan);
    total.add(plan, outcome);
    console.log(describe(plan, outcome));
    if (isFailure(outcome)) failed = plan;
    left -= orders;
  }
  if (failed !== undefined) await tellShortest(failed);
  if (options.json) console.log(JSON.stringify(total.report()));
  return failed === undefined ? 0 : 1;
}

async function outcomeOf(plan: Plan): Promise<Outcome> {
  try {
    return { kind: "judged", run: await runChaos(plan) };
  } catch (error) {
    if (error instanceof NotDeployed) throw error;
    return {
      kind: "broken",
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function isFailure(outcome: Outcome): boolean {
  return outcome.kind === "broken" || isBroken(outcome.run.verdict);
}

async function tellShortest(plan: Plan): Promise<void> {
  console.log(`\nlooking for the shortest run that fails, for at most ${SHRINKING_MS / 60_000} minutes`);
  const end = performance.now() + SHRINKING_MS;
  const fails = async (candidate: Plan) => {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const outcome = await outcomeOf(candidate);
      if (!isFailure(outcome)) continue;
      console.log(describe(candidate, outcome));
      return true;
    }
    return false;
  };
  const shortest = await shrink(plan, fails, () => performance.now() < end);
  console.log(`\nthe shortest that fails:\n  ${commandOf(shortest)}`);
}

function commandOf({ seed, orders, kinds }: Plan): string {
  const faults =
    kinds.size === faultKinds.length
      ? ""
      : ` --faults "${kinds.size === 0 ? NO_FAULTS : [...kinds].join(",")}"`;
  return `npm run chaos -- --seed ${seed} --orders ${orders}${faults}`;
}

function describe({ seed, orders }: Plan, outcome: Outcome): string {
  if (outcome.kind === "broken") return `seed ${seed}, ${orders} messages: ${outcome.reason}`;
  const { verdict, struck } = outcome.run;
  const broken = PROMISES.filter((promise) => verdict[promise] > 0);
  const faults = [...struck.values()].reduce((sum, count) => sum + count, 0);
  const well = `${verdict.stored} stored, ${verdict.deadLettered} dead-lettered, nothing lost, doubled or oversold`;
  const found = broken.map((promise) => `${promise} ${verdict[promise]}`).join(", ");
  return [
    `seed ${seed}, ${orders} messages, ${faults} faults: ${broken.length === 0 ? well : found}`,
    ...verdict.complaints.map((complaint) => `  ${complaint}`),
  ].join("\n");
}

/** The sums over all runs. */
class Total {
  seeds = 0;
  #orders = 0;
  #failures = 0;
  readonly #struck = new Map<FaultKind, number>();
  readonly #figures: Partial<Record<keyof Figures, number>> = {};

  constructor(private readonly firstSeed: number) {}

  add({ orders }: Plan, outcome: Outcome): void {
    this.seeds++;
    this.#orders += orders;
    if (isFailure(outcome)) this.#failures++;
    if (outcome.kind === "broken") return;
    const { complaints: _complaints, ...figures } = outcome.run.verdict;
    for (const [name, value] of Object.entries(figures) as [keyof Figures, number][])
      this.#figures[name] = (this.#figures[name] ?? 0) + value;
    for (const [kind, count] of outcome.run.struck)
      this.#struck.set(kind, (this.#struck.get(kind) ?? 0) + count);
  }

  report(): object {
    return {
      orders: this.#orders,
      seed: this.firstSeed,
      seeds: this.seeds,
      failures: this.#failures,
      faults: [...this.#struck.values()].reduce((sum, count) => sum + count, 0),
      ...this.#figures,
      byKind: Object.fromEntries(this.#struck),
    };
  }
}

void runAsked(chaosLine, chaos);
