import type { InspectedFunction } from "embedded-aws";
import type { CloudDeployment } from "../deploy";
import { CommandError } from "./commandError";

const FUNCTION_TYPE = "aws:lambda/function:Function";

/** Whether a function is the one that `name` means: its resource's name, or the name that AWS knows it by. */
export function isNamed(name: string, fn: Pick<InspectedFunction, "name">): boolean {
  return (
    fn.name === name ||
    (fn.name.startsWith(`${name}-`) && /^[0-9a-f]{7}$/.test(fn.name.slice(name.length + 1)))
  );
}

/** Throws `CommandError` with the names that there are, when none of a deployment's functions has that name. */
export function demandFunction(name: string, { resources }: Pick<CloudDeployment, "resources">): void {
  const functions = resources.filter(({ type }) => type === FUNCTION_TYPE);
  if (functions.some(({ id = "" }) => isNamed(name, { name: id }))) return;
  const known = functions.map((fn) => fn.name).sort();
  const expected = known.length === 0 ? "a program with functions" : `one of ${known.join(", ")}`;
  throw new CommandError(`--inspect: got ${JSON.stringify(name.slice(0, 200))}; expected ${expected}`);
}

/** What to tell of an inspector that waits for whoever debugs. */
export function describeInspection({ name, port }: { readonly name: string; readonly port: number }): string {
  return `The inspector of ${name} listens at 127.0.0.1:${port} as soon as it runs.`;
}
