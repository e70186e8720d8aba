/** A path as EventBridge takes it: `$`, then members (`.a`, `['a']`) and positions (`[0]`). */
const PATH = /^\$(?:\.[A-Za-z0-9_-]+|\[\d+\]|\['[^']+'\]|\["[^"]+"\])*$/;
const STEP = /\.([A-Za-z0-9_-]+)|\[(\d+)\]|\['([^']+)'\]|\["([^"]+)"\]/g;

export function isJsonPath(path: string): boolean {
  return PATH.test(path);
}

/** What stands at `path` in `root`; undefined when nothing does. */
export function atJsonPath(root: unknown, path: string): unknown {
  let value = root;
  for (const [, member, position, quoted, doubleQuoted] of path.matchAll(STEP)) {
    const key = member ?? position ?? quoted ?? doubleQuoted ?? "";
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
