import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { UsageError, type CommandLine, type ParsedArguments } from "embedded-pulumi/cli";
import { schedule, scheduleProblem } from "../../components/cpuScaler/schedule";
import type { ScheduleEntry } from "../../handlers/scaling/schedule";
import { parseTrace, standardTraces, type Trace } from "./traces";

export interface ScalerBenchOptions {
  readonly traces: readonly Trace[];
  /** Whether the traces are a file's, and not the standard ones. */
  readonly ownTrace: boolean;
  readonly schedule: readonly ScheduleEntry[] | undefined;
  readonly seed: number;
  readonly quick: boolean;
  readonly plot: boolean;
  readonly svg: string | undefined;
}

/** What `npm run bench -- scaler` takes beside what all benches take. */
export const scalerOptions: CommandLine["options"] = {
  trace: { kind: "text", value: "FILE.csv", about: "a load of your own, `minute,demand` a line" },
  schedule: {
    kind: "text",
    value: "JSON",
    about: "limits by time of day, as the stack's configuration has them",
  },
  seed: { kind: "integer", value: "N", min: 0, max: 2 ** 32 - 1, about: "of the traces' noise; default 1" },
  plot: { kind: "flag", about: "demand and supply of each policy, in the terminal" },
  svg: { kind: "text", value: "FILE.svg", about: "the same, as a file" },
};

/** @throws UsageError that names the option, what was given and what is expected. */
export function readOptions(args: ParsedArguments): ScalerBenchOptions {
  const seed = args.integer("seed") ?? 1;
  const [trace, schedule] = [args.text("trace"), args.text("schedule")];
  return {
    traces: trace === undefined ? standardTraces(seed) : [traceOption(trace)],
    ownTrace: trace !== undefined,
    schedule: schedule === undefined ? undefined : scheduleOption(schedule),
    seed,
    quick: args.has("quick"),
    plot: args.has("plot"),
    svg: svgOption(args.text("svg")),
  };
}

/** It is written to after a minute or more, and tried before. */
function svgOption(file: string | undefined): string | undefined {
  try {
    if (file !== undefined) closeSync(openSync(file, "a"));
    return file;
  } catch (error) {
    throw usage(error, "--svg: ");
  }
}

function traceOption(file: string): Trace {
  try {
    return parseTrace(path.basename(file), readFileSync(file, "utf8"));
  } catch (error) {
    throw usage(error, "--trace: ");
  }
}

/** The value of `--schedule`, as the component takes it. */
function scheduleOption(text: string): readonly ScheduleEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = text;
  }
  if (!schedule.accepts(value))
    throw new UsageError(`--schedule: got ${text.slice(0, 200)}; expected ${schedule.expected}`);
  const problem = scheduleProblem(value);
  if (problem !== undefined) throw new UsageError(`--schedule: ${problem}`);
  return value;
}

function usage(error: unknown, prefix: string): UsageError {
  return new UsageError(prefix + (error instanceof Error ? error.message : String(error)));
}
