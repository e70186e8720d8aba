/** SQLite's code for a database that somebody has locked. */
export const SQLITE_BUSY = 5;

/** Without the warning that some versions of Node print: what is experimental about the module is not used here. */
export function sqlite(): typeof import("node:sqlite") {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** The code of an error of SQLite's; undefined for any other. */
export function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode
    : undefined;
}
