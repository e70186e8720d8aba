import path from "node:path";

/**
 * Where everything lies that is generated for a project: `.local` in it, or the folder that LOCAL_DIRECTORY names
 * (`--directory` of the command line sets it), for a checkout that cannot be written to.
 */
export function localDirectory(project = "."): string {
  const own = path.resolve(project, ".local");
  const chosen = chosenDirectory();
  // A revision that has been checked out there keeps its files to itself.
  return chosen === undefined || below(chosen, own) !== undefined ? own : chosen;
}

/**
 * The name in a package of the generated file `file`: the same wherever generated files lie, so that the same
 * program gives the same package. Undefined for any other file.
 */
export function nameOfGenerated(file: string): string | undefined {
  const chosen = chosenDirectory();
  const inner = chosen === undefined ? undefined : below(chosen, file);
  return inner === undefined ? undefined : `.local/${inner.replaceAll(path.sep, "/")}`;
}

function chosenDirectory(): string | undefined {
  const chosen = process.env.LOCAL_DIRECTORY ?? "";
  return chosen === "" ? undefined : path.resolve(chosen);
}

/** The way from `folder` down to `file`; undefined when it does not lie there. */
function below(folder: string, file: string): string | undefined {
  if (!path.isAbsolute(file)) return undefined;
  const way = path.relative(folder, file);
  return way === "" || way === ".." || way.startsWith(`..${path.sep}`) || path.isAbsolute(way)
    ? undefined
    : way;
}
