/** A path as EventBridge takes it: `$`, then members (`.a`, `['a']`), positions (`[0]`), and all items (`[*]`). */
const PATH = /^\$(?:\.[A-Za-z0-9_-]+|\[\d+\]|\[\*\]|\['[^']+'\]|\["[^"]+"\])*$/;
const STEP = /\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[(\*)\]|\['([^']+)'\]|\["([^"]+)"\]/g;

export function isJsonPath(path: string): boolean {
  return PATH.test(path);
}

/** What stands at `path` in `root`, undefined when nothing does; with `[*]` a list of what stands at each place. */
export function atJsonPath(root: unknown, path: string): unknown {
  let values: unknown[] = [root];
  let many = false;
  for (const [, member, position, all, quoted, doubleQuoted] of path.matchAll(STEP)) {
    if (all !== undefined) {
      many = true;
      values = values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : []));
      continue;
    }
    const key = member ?? position ?? quoted ?? doubleQuoted ?? "";
    values = values.flatMap((value) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? [(value as Readonly<Record<string, unknown>>)[key]]
        : [],
    );
  }
  return many ? values : values[0];
}
