import { preview, previewLine } from "./preview";
import { type Command, runCommandLine } from "./runCommand";
import { start, startLine } from "./start";

const commands = new Map<string, Command>([
  ["start", { line: startLine, run: start }],
  ["preview", { line: previewLine, run: (args, terminal) => preview(args, terminal) }],
]);

/** The command `embedded-pulumi`. `parent`: the process that started this one. */
export function run(parent: number): void {
  runCommandLine(commands, parent);
}
