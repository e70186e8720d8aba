import { runCommandLine, type Command } from "embedded-pulumi/cli";
import { cost, costLine } from "./cost";
import { order, orderLine } from "./order";
import { prepare, prepareLine } from "./prepare";
import { preview, previewLine } from "./preview";
import { pulumiLocal, pulumiLocalLine } from "./pulumiLocal";
import { start, startLine } from "./start";
import { stock, stockLine } from "./stock";

const commands = new Map<string, Command>([
  ["start", { run: start, line: startLine }],
  ["preview", { run: preview, line: previewLine }],
  ["pulumi:local", { run: pulumiLocal, line: pulumiLocalLine }],
  ["order", { run: order, line: orderLine }],
  ["stock", { run: stock, line: stockLine }],
  ["cost", { run: cost, line: costLine }],
  ["prepare", { run: prepare, line: prepareLine }],
]);

/** Runs the command that the process's arguments name. `parent`: the process that started this one. */
export function run(parent: number): void {
  runCommandLine(commands, parent);
}
