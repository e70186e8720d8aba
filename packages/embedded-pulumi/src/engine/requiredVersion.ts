import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { satisfies, validRange } from "semver";
import { shown } from "./shown";

/** One condition of a range: an operator, which Pulumi also writes "==", "!" and "!=", and a version. */
const CONDITION = /(<=|>=|<|>|==|=|!=|!)?\s*(v?[0-9xX*][0-9A-Za-z.*+-]*)/y;

/**
 * What is wrong with `requiredPulumiVersion`, by Pulumi's syntax: conditions side by side hold together, "||" parts
 * alternatives. It is held against the SDK that the project has installed: the engine here speaks that version's
 * protocol, and there is no CLI. Undefined when all is well.
 */
export function versionProblem(range: string | undefined, directory: string): string | undefined {
  if (range === undefined) return undefined;
  const alternatives = range.split("||").map(conditions);
  if (alternatives.includes(undefined))
    return `got ${shown(range)}; expected a range of versions, such as >=3.100.0 <4.0.0`;
  const version = installedVersion(directory);
  const met = alternatives.some((all) => all?.every((condition) => condition(version)) === true);
  return met
    ? undefined
    : `expected ${range}; got ${version}, the version of @pulumi/pulumi that is installed and that the embedded engine follows`;
}

function conditions(text: string): ((version: string) => boolean)[] | undefined {
  const found: ((version: string) => boolean)[] = [];
  const trimmed = text.trim();
  CONDITION.lastIndex = 0;
  while (CONDITION.lastIndex < trimmed.length) {
    const match = CONDITION.exec(trimmed);
    if (match === null) return undefined;
    const [, operator = "=", version = ""] = match;
    const excluded = operator.startsWith("!");
    const comparator = excluded || operator.startsWith("=") ? version : `${operator}${version}`;
    if (validRange(comparator) === null) return undefined;
    found.push((candidate) => satisfies(candidate, comparator, { includePrerelease: true }) !== excluded);
    while (trimmed[CONDITION.lastIndex] === " " || trimmed[CONDITION.lastIndex] === ",")
      CONDITION.lastIndex++;
  }
  return found.length === 0 ? undefined : found;
}

/** The version of the SDK that the program would load, else of the one beside this engine. */
function installedVersion(directory: string): string {
  const name = "@pulumi/pulumi/package.json";
  const file = (() => {
    try {
      return createRequire(path.join(directory, "package.json")).resolve(name);
    } catch {
      return require.resolve(name);
    }
  })();
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}
