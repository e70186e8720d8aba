import type { ParsedArguments } from "embedded-pulumi/cli";
import { spawnSync } from "node:child_process";
import { runStart } from "../orders";
import { tell } from "../progress";
import { median, medianRatio } from "../statistics";
import { ofTurns, printTable } from "../table";
import { EditedProject } from "./editedProject";

/** As many as `npm start` demonstrates. */
const ORDERS = 20;

/** What is waited for, as the table names it. */
const WAITS = {
  ready: "npm start, until all is ready",
  firstOrder: "npm start, until the first order is stored",
  preview: "npm run preview",
  tests: "the tests of one handler",
  edit: "a handler's edit, saved until an order meets it",
} as const;
type Wait = keyof typeof WAITS;

/** Milliseconds of one turn. */
type Turn = Readonly<Record<Wait | "baseline", number>>;

/**
 * The baseline is a Node process that loads Pulumi's SDK and its AWS package and ends. Nobody who runs a Pulumi program, by
 * whatever tool, waits less: each of its runs begins with that.
 */
const BASELINE = ["-e", 'require("@pulumi/pulumi"); require("@pulumi/aws");'];

/** What somebody who works on this project waits for, in proportion to the least that any Pulumi program takes. */
export async function benchDeveloper(args: ParsedArguments): Promise<object> {
  const count = args.has("quick") ? 1 : 3;
  const turns: Turn[] = [];
  const project = await EditedProject.open();
  try {
    for (let turn = 0; turn < count; turn++) {
      tell("each wait of a developer", turn, count);
      turns.push(await takeTurn(project));
    }
  } finally {
    await project.close();
  }
  const of = (wait: keyof Turn) => turns.map((turn) => turn[wait]);
  const rows = (Object.keys(WAITS) as Wait[]).map((wait) => ({
    wait,
    milliseconds: median(of(wait)),
    ratio: medianRatio(of(wait), of("baseline")),
  }));
  const baseline = median(of("baseline"));
  console.log(
    `\nWaits of a developer, × loading Pulumi's SDK in a fresh process (${baseline.toFixed(0)} ms); ${ofTurns(count)}\n`,
  );
  printTable(
    ["", "ms", "×"],
    rows.map(({ wait, milliseconds, ratio }) => [WAITS[wait], milliseconds.toFixed(0), ratio.toFixed(2)]),
  );
  return { turns: count, baselineMs: baseline, waits: rows };
}

async function takeTurn(project: EditedProject): Promise<Turn> {
  const baseline = timeOf(BASELINE);
  // Its fleet's demonstration comes after all that is waited for here.
  const { timing } = await runStart(ORDERS, ["--config", "scalerPaused=true"]);
  return {
    baseline,
    ready: timing.readyMs,
    firstOrder: timing.firstOrderStoredMs,
    preview: timeOf(["tools/run.cjs", "preview", "--stack", "dev"]),
    tests: timeOf(["node_modules/mocha/bin/mocha.js", "test/unit/handlers/orders/processBatch.test.ts"]),
    edit: await project.edit(),
  };
}

/** Milliseconds that a Node process takes, from its start to its end. */
function timeOf(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0)
    throw new Error(`node ${args.join(" ")} ended with status ${String(status)}:\n${stdout}${stderr}`);
  return performance.now() - started;
}
