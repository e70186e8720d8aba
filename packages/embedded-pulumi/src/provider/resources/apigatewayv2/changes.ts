import { retag } from "../../retag";
import type { Change, CreateContext } from "../../resourceType";

/** What a change takes away: API Gateway keeps a member that a call leaves out, and drops one that is empty. */
export function emptied<Inputs extends object>(
  { inputs, old }: Pick<Change<Inputs>, "inputs" | "old">,
  property: keyof Inputs,
): "" | undefined {
  return old[property] !== undefined && inputs[property] === undefined ? "" : undefined;
}

/** A map as a change gives it: what is gone is there, and empty. */
export function remapped<Value>(
  now: Readonly<Record<string, Value>> | undefined,
  then: Readonly<Record<string, Value>> | undefined,
  empty: Value,
): Record<string, Value> | undefined {
  if (now === undefined && then === undefined) return undefined;
  const gone = Object.keys(then ?? {}).map((key): [string, Value] => [key, empty]);
  return { ...Object.fromEntries(gone), ...now };
}

export function retagApi(change: Parameters<typeof retag>[0], ResourceArn: string, context: CreateContext) {
  return retag(
    change,
    (Tags) => context.call("apigateway", "TagResource", { ResourceArn, Tags }),
    (TagKeys) => context.call("apigateway", "UntagResource", { ResourceArn, TagKeys }),
  );
}
