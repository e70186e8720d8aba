import type { PropertyChange } from "../engine/provider";
import type { Wire } from "../engine/values";
import { comparedValues } from "./compareValues";
import { replaces } from "./replacements";

export type { PropertyChange } from "../engine/provider";

/** What differs between a resource's inputs and those that it is to have: the one comparison, of previews and updates. */
export function propertyChanges(
  type: string,
  before: Readonly<Record<string, Wire>>,
  after: Readonly<Record<string, Wire>>,
): readonly PropertyChange[] {
  return comparedValues(before, after).map((change) => ({
    ...change,
    replaces: replaces(type, change.path[0] ?? ""),
  }));
}
