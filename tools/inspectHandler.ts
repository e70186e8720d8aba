import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { InspectedFunction } from "embedded-aws";
import { UsageError } from "embedded-pulumi/cli";

/** Where a function's package has the bundle of its handler. */
const BUNDLES = path.join(".local", "bundles");

/**
 * The inspector of the function that runs `handlers/<name>.ts` listens at `port`. Throws `UsageError` with the names
 * that there are, when that is none.
 */
export function inspectHandler({
  name,
  port,
}: {
  readonly name: string;
  readonly port: number;
}): (fn: InspectedFunction) => number | undefined {
  const handlers = readdirSync("handlers")
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.basename(file, ".ts"));
  if (!handlers.includes(name))
    throw new UsageError(
      `--inspect: got ${JSON.stringify(name.slice(0, 200))}; expected one of ${handlers.sort().join(", ")}`,
    );
  return ({ directory }) => (existsSync(path.join(directory, BUNDLES, `${name}.js`)) ? port : undefined);
}
