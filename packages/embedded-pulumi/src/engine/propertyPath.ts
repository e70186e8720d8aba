import { shown } from "./shown";
/**
 * Paths to properties, as `ignoreChanges` and `replaceOnChanges` have them: `tags.Owner`, `rules[0].port`,
 * `variables["a.b"]`, and `*` for every member.
 */
export type PropertyPath = readonly string[];

const STEP = /\[(?:"((?:[^"\\]|\\.)*)"|([^\]"]+))\]|([^.[\]]+)/y;

/** Reads a path. Throws an `Error` that shows it when it is none. */
export function parsePath(text: string): PropertyPath {
  const steps: string[] = [];
  let place = 0;
  while (place < text.length) {
    if (text[place] === "." && steps.length > 0) place++;
    STEP.lastIndex = place;
    const [whole, quoted, index, name] = STEP.exec(text) ?? [];
    if (whole === undefined)
      throw new Error(`got ${shown(text)}; expected a property's path, as in tags.Owner or rules[0]`);
    steps.push(quoted?.replace(/\\(.)/g, "$1") ?? index ?? name ?? "");
    place += whole.length;
  }
  return steps;
}

/** Whether a change at `changed` concerns `path`: it lies below, or the whole of which it is a part has changed. */
export function concerns(path: PropertyPath, changed: PropertyPath): boolean {
  const shorter = Math.min(path.length, changed.length);
  return path.slice(0, shorter).every((step, index) => step === "*" || step === bare(changed[index] ?? ""));
}

/** "[0]" as "0". */
function bare(step: string): string {
  return /^\[\d+\]$/.test(step) ? step.slice(1, -1) : step;
}

type Members = Readonly<Record<string, unknown>>;

/** `after` with what stands at `path` in `before`, there or not: as `ignoreChanges` wants it. */
export function withOld<Value>(after: Value, before: Value, path: PropertyPath): Value {
  return merged(after, before, path) as Value;
}

function merged(after: unknown, before: unknown, [step, ...rest]: PropertyPath): unknown {
  if (step === undefined) return before;
  if (Array.isArray(after)) {
    const old: readonly unknown[] = Array.isArray(before) ? before : [];
    return after.map((element: unknown, index) =>
      (step === "*" || step === String(index)) && index < old.length
        ? merged(element, old[index], rest)
        : element,
    );
  }
  if (!isMembers(after) && !isMembers(before)) return after;
  const [current, old] = [isMembers(after) ? after : {}, isMembers(before) ? before : {}];
  const names = step === "*" ? [...new Set([...Object.keys(current), ...Object.keys(old)])] : [step];
  const replaced = names.map((name) => [name, merged(current[name], old[name], rest)] as const);
  const others = Object.entries(current).filter(([name]) => !names.includes(name));
  const members = Object.fromEntries([...others, ...replaced.filter(([, value]) => value !== undefined)]);
  // Nothing is made of nothing: a parent that neither side has.
  return after === undefined && Object.keys(members).length === 0 ? undefined : members;
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
