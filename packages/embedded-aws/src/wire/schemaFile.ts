import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { compileFunction } from "node:vm";

/** [kind, namespace, name, traits, …]; kinds: 1 list, 2 map, 3 structure, 4 union, 9 operation, -3 error. */
export type Static = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  ...rest: unknown[],
];

export interface SchemaFile {
  readonly operations: ReadonlyMap<string, () => Static>;
  readonly errors: ReadonlyMap<string, () => Static>;
}

/** How a declaration begins: those of shapes that operations only refer to are not exported. */
const keywords = ["const ", "export var ", "export const ", "var "];

/**
 * The file of schemas in an SDK client's package. Requiring a client would load its middleware and credential
 * providers too, ten times as long, and even this file alone takes 100 ms to compile for EC2, of whose 4,000 shapes
 * a handful is asked for. So its declarations are found by the beginnings of their lines, and each is compiled when
 * it is asked for.
 */
export function schemaFile(packageName: string): SchemaFile {
  const root = join(createRequire(__filename).resolve(`${packageName}/package.json`), "..");
  const filename = join(root, "dist-es", "schemas", "schemas_0.js");
  const text = readFileSync(filename, "utf8");
  const starts = startsOf(text);
  const values = new Map<string, unknown>();

  const valueOf = (name: string): unknown => {
    const start = starts.get(name);
    if (start === undefined) throw new Error(`${filename}: found no "${name}"`);
    let value = values.get(name);
    if (value === undefined) {
      const source = text.slice(start, text.indexOf(";\n", start));
      // Most are constants: texts, and plain ones.
      value = /^"[^"\\]*"$/.test(source) ? source.slice(1, -1) : evaluate(source);
      values.set(name, value);
    }
    return value;
  };
  /** What a declaration refers to by name is looked up when it is evaluated, or when its functions are called. */
  const evaluate = (source: string) =>
    (
      compileFunction(`with (scope) { return ${source}; }`, ["scope"], { filename }) as (
        scope: object,
      ) => unknown
    )(scope);
  const scope = new Proxy(Object.freeze({}), {
    has: (_, name) => typeof name === "string" && starts.has(name),
    get: (_, name) => (typeof name === "string" ? valueOf(name) : undefined),
  });

  const beginning = (head: string) => {
    const found = new Map<string, () => Static>();
    for (const [name, start] of starts) {
      if (!text.startsWith(head, start)) continue;
      // [9, n0, _SM, …: the third is the name, mostly a constant.
      const [, constant, literal] =
        /^\[[^,]+,[^,]+,\s*(?:(\w+)|"([^"]*)")/.exec(text.slice(start, start + 200)) ?? [];
      const shapeName = constant === undefined ? literal : valueOf(constant);
      if (typeof shapeName !== "string") throw new Error(`${filename}: cannot read the name of ${name}`);
      found.set(shapeName, () => valueOf(name) as Static);
    }
    return found;
  };
  return { operations: beginning("[9,"), errors: beginning("[-3,") };
}

/** Where the value of each declaration stands. */
function startsOf(text: string): Map<string, number> {
  const starts = new Map<string, number>();
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at);
    // Most lines go on with what an earlier one declares.
    const goesOn = text.startsWith(" ", at) || text.startsWith("]", at);
    const keyword = goesOn ? undefined : keywords.find((word) => text.startsWith(word, at));
    if (keyword !== undefined) {
      const name = at + keyword.length;
      const equals = text.indexOf(" = ", name);
      starts.set(text.slice(name, equals), equals + 3);
    }
    if (end < 0) break;
    at = end + 1;
  }
  return starts;
}
