import { stripVTControlCharacters } from "node:util";

/** What Node prints behind an error that an `Output` of the SDK was rejected with: the `Output`'s own promise. */
const CIRCULAR = / \{\s+promise: Promise \{ <rejected> \[Circular \*1\] \}\s+\}/g;

/**
 * What the SDK or Node says of a failure, for a person: without colours, blaming the engine that is at work, as the SDK
 * knows of the CLI only, and with those lines of a stack alone that stand in the program's own files; of a stack without any, with one.
 */
export function readable(message: string): string {
  const said = stripVTControlCharacters(message)
    .replace(
      /The Pulumi CLI does not support (.+?)\. Please update the Pulumi CLI\.?/g,
      "the embedded engine does not support $1",
    )
    .replaceAll("<ref *1> ", "")
    .replace(CIRCULAR, "");
  return withOwnFrames(said.split("\n")).join("\n");
}

/** A line of a stack: it ends in a line and a column, or in what V8 has no place for. A person's "at port node:8080" is none. */
const FRAME = /^\s+at .*(:\d+:\d+\)?|<anonymous>\)?|\(index \d+\))( \{)?$/;

/** Those that are Node's, an installed package's, or of what this engine loads into the program's process. */
const FOREIGN =
  /[\\/](node_modules[\\/]|quickenSdk\.cjs|programProcess\.cjs)|[( ]node:|(<anonymous>\)?|\(index \d+\))( \{)?$/;

/** The lines, of each stack the program's own; of one without any, the first of an installed package, else the first. */
function withOwnFrames(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let stack: string[] = [];
  const endStack = () => {
    const own = stack.filter((frame) => !FOREIGN.test(frame));
    const [first = stack[0]] = stack.filter((frame) => /[\\/]node_modules[\\/]/.test(frame));
    if (own.length === 0 && first !== undefined) own.push(first);
    for (const frame of own) kept.push(frame);
    stack = [];
  };
  for (const line of lines) {
    if (FRAME.test(line)) {
      stack.push(line);
      continue;
    }
    endStack();
    kept.push(line);
  }
  endStack();
  return kept;
}
