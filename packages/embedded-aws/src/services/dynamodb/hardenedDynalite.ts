import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";

/**
 * dynalite as its package has it, but for two faults that requests of strangers reach. Its files are changed as
 * they are loaded; each change must find what it is for, so that another version of dynalite cannot slip past it.
 *
 * - It keeps attributes in ordinary objects: an attribute `__proto__` vanishes or breaks the request,
 *   `constructor` seems to exist in every item, and a projection of `m.__proto__.x` writes to the prototype of all
 *   objects. Here every such object has none.
 * - Its parsers (PEG.js) go back over what they have read, which takes 2^n steps for n parentheses in one another.
 *   Here they remember what each rule made of each place, as PEG.js does by itself with its option `cache`; the time
 *   is then linear in the expression's length.
 *
 * Both go away with dynalite's evaluator.
 */
type Change = (source: string) => string;

const requireHere = createRequire(__filename);
const folder = dirname(requireHere.resolve("dynalite/package.json"));

const replaced = (pattern: RegExp, by: string): Change => {
  return (source) => {
    const result = source.replace(pattern, by);
    if (result === source)
      throw new Error(`dynalite: ${String(pattern)} is not there; expected version 4.0.0`);
    return result;
  };
};

/** An empty object that something is put into, or looked up in. */
const withoutPrototypes = replaced(/(=|\|\||,) \{\}/g, "$1 Object.create(null)");

const knownFunctionsOnly = replaced(
  /= functions\[name\]/g,
  "= Object.prototype.hasOwnProperty.call(functions, name) ? functions[name] : undefined",
);

/** Rules that go back a word at most are as fast without. */
const remembering: Change = (source) => {
  const rules = replaced(
    /^ {2}function peg\$parse(?!Identifier|AttributePart|ReservedWord|Comparator|Start)([A-Z]\w*)(?<!Token)\(\) \{/gm,
    [
      '  function peg$$parse$1() { return peg$$remembered("$1", peg$$read$1); }',
      "  function peg$$read$1() {",
    ].join("\n"),
  )(source);
  return replaced(
    /^ {2}peg\$result = peg\$startRuleFunction\(\);/m,
    `
  var peg$$results = new Map();
  function peg$$remembered(name, read) {
    var ofRule = peg$$results.get(name);
    if (ofRule === undefined) peg$$results.set(name, ofRule = new Map());
    var start = peg$$currPos;
    var known = ofRule.get(start);
    if (known !== undefined) {
      peg$$currPos = known.end;
      return known.result;
    }
    var result = read();
    ofRule.set(start, { result: result, end: peg$$currPos });
    return result;
  }
  peg$$result = peg$$startRuleFunction();`,
  )(rules);
};

const changes: ReadonlyMap<string, readonly Change[]> = new Map([
  ["db/index.js", [withoutPrototypes]],
  ["db/conditionParser.js", [withoutPrototypes, knownFunctionsOnly, remembering]],
  ["db/updateParser.js", [withoutPrototypes, knownFunctionsOnly, remembering]],
  ["db/projectionParser.js", [withoutPrototypes, remembering]],
  ["actions/query.js", [withoutPrototypes]],
  ["actions/scan.js", [withoutPrototypes]],
  ["actions/updateItem.js", [withoutPrototypes]],
  ["validations/index.js", [withoutPrototypes]],
]);

const loaded = new Map<string, { exports: unknown }>();

/** A file of dynalite, by its path without the extension: "actions/putItem". */
export function loadDynalite(name: string): unknown {
  return load(requireHere.resolve(join(folder, name)));
}

function load(file: string): unknown {
  const known = loaded.get(file);
  if (known !== undefined) return known.exports;
  const own = file.slice(folder.length + 1).replaceAll("\\", "/");
  const source = (changes.get(own) ?? []).reduce((text, change) => change(text), readFileSync(file, "utf8"));
  const module = { exports: {} as unknown };
  loaded.set(file, module);
  const requireThere = createRequire(file);
  const run = compileFunction(source, ["exports", "require", "module"], { filename: file }) as (
    ...names: unknown[]
  ) => void;
  run(
    module.exports,
    (id: string) => (id.startsWith(".") ? load(requireThere.resolve(id)) : (requireThere(id) as unknown)),
    module,
  );
  return module.exports;
}
