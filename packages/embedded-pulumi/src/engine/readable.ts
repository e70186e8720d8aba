import { stripVTControlCharacters } from "node:util";

/** What Node prints behind an error that an `Output` of the SDK was rejected with: the `Output`'s own promise. */
const CIRCULAR = / \{\s+promise: Promise \{ <rejected> \[Circular \*1\] \}\s+\}/g;

/**
 * What the SDK or Node says of a failure, for a person: without colours, blaming the engine that is at work, as the SDK
 * knows of the CLI only, and with those lines of a stack alone that stand in the program's own files.
 */
export function readable(message: string): string {
  const said = stripVTControlCharacters(message)
    .replace(
      /The Pulumi CLI does not support (.+?)\. Please update the Pulumi CLI\.?/g,
      "the embedded engine does not support $1",
    )
    .replaceAll("<ref *1> ", "")
    .replace(CIRCULAR, "");
  return said
    .split("\n")
    .filter((line) => !isForeignFrame(line))
    .join("\n");
}

/** Whether a line of a stack is Node's, of an installed package, or of what this engine loads into the program's process. */
function isForeignFrame(line: string): boolean {
  return /^\s+at (.*[\\/](node_modules[\\/]|quickenSdk\.cjs|programProcess\.cjs)|(.*[( ])?node:|.*<anonymous>\)?$)/.test(
    line,
  );
}
