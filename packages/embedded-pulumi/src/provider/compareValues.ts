import type { Wire } from "../engine/values";
import { canonical, isMembers } from "./canonical";
import { isPolicyDocument, matchedStatements } from "./statements";

/** One value that differs; undefined on the side where it is not there. */
export interface ValueChange {
  /** Where it stands: ["environment", "variables", "LOG_LEVEL"]. */
  readonly path: readonly string[];
  readonly before: Wire | undefined;
  readonly after: Wire | undefined;
}

type Members = Readonly<Record<string, Wire>>;

/**
 * The smallest values that differ. JSON text is compared as what it says, IAM documents statement by
 * statement, lists of objects place by place when no element was added, and otherwise whole.
 */
export function comparedValues(before: Members, after: Members): readonly ValueChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .flatMap((key) => differences([key], before[key], after[key]));
}

function differences(
  path: readonly string[],
  before: Wire | undefined,
  after: Wire | undefined,
): readonly ValueChange[] {
  if (canonical(before) === canonical(after)) return [];
  const [old, current] = [opened(before), opened(after)];
  if (isPolicyDocument(old) && isPolicyDocument(current)) {
    const { Statement: oldStatements, ...oldRest } = old;
    const { Statement: statements, ...rest } = current;
    return [
      ...comparedValues(oldRest, rest).map((change) => ({ ...change, path: [...path, ...change.path] })),
      ...matchedStatements(oldStatements, statements).map(({ label, ...sides }) => ({
        path: [...path, `Statement[${label}]`],
        ...sides,
      })),
    ];
  }
  if (isMembers(old) && isMembers(current)) {
    return comparedValues(old, current).map((change) => ({ ...change, path: [...path, ...change.path] }));
  }
  if (
    Array.isArray(old) &&
    Array.isArray(current) &&
    old.length === current.length &&
    [...old, ...current].some(isMembers)
  ) {
    return old.flatMap((element, index) => differences([...path, `[${index}]`], element, current[index]));
  }
  return [{ path, before, after }];
}

/** Objects that stand as JSON text, as what they are. */
function opened(value: Wire | undefined): Wire | undefined {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  try {
    return JSON.parse(value) as Wire;
  } catch {
    return value;
  }
}
