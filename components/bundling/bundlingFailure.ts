import type { BuildFailure, Message } from "esbuild";

/** So many faults are told; the others often follow from the first ones. */
const MAX_FAULTS = 10;

/**
 * Why handlers could not be bundled, for a person: each fault with file, line and column (from 1), as an editor opens
 * it, and the line itself. What is no failure of esbuild's is told by its message.
 */
export function describeBundlingFailure(error: unknown): string {
  if (!isBuildFailure(error)) return error instanceof Error ? error.message : JSON.stringify(error);
  const { errors } = error;
  const more = errors.length - MAX_FAULTS;
  return [
    "the handlers do not compile:",
    ...errors.slice(0, MAX_FAULTS).flatMap(describeFault),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join("\n");
}

/** What is said of a file of `handlers/` that is to be deployed, and exports nothing that could be called. */
export function describeMissingExport(handler: string): string {
  return `handlers/${handler}.ts exports no "handler"; expected export const handler = …, which Lambda calls`;
}

function describeFault({ text, location }: Message): string[] {
  if (location === null) return [`  ${text}`];
  const { file, line, column, lineText } = location;
  const source = lineText.trim() === "" ? [] : [`      ${lineText.trim().slice(0, 200)}`];
  return [`  ${file}:${line}:${column + 1}: ${text}`, ...source];
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}
