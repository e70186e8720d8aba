import { sep } from "node:path";

/** Lines of a trace, and characters of a line, that are looked at: both are the function's own words. */
const [MAX_LINES, MAX_CHARACTERS] = [100, 2000];

/** Sources as people write them; what is bundled into a function for itself is JavaScript. */
const WRITTEN_BY_PEOPLE = /\.[mc]?tsx?:\d+$/;

/**
 * Where an error came up: file, relative to the function's folder, and line, of the first frame of its trace that is
 * in the function's own code and not in one of its packages. Undefined when there is none, as for an error of the
 * runtime's own.
 *
 * Node names sources, not bundles, where source maps are there and enabled (`NODE_OPTIONS=--enable-source-maps`).
 */
export function sourcePlace(trace: readonly string[], taskRoot: string): string | undefined {
  const places = trace
    .slice(0, MAX_LINES)
    .flatMap((line) => placeIn(line.slice(0, MAX_CHARACTERS), taskRoot));
  return places.find((place) => WRITTEN_BY_PEOPLE.test(place)) ?? places[0];
}

/** "    at handler (/task/handlers/a.ts:12:9)", "/task/index.js:1", "file:///task/index.mjs:3:1". */
function placeIn(line: string, taskRoot: string): string[] {
  const inside = `${taskRoot.replaceAll(sep, "/")}/`;
  const plain = line.replaceAll(sep, "/");
  const from = plain.lastIndexOf(inside);
  if (from < 0) return [];
  const match = /^([^:]+):(\d+)(?::\d+)?\)?$/.exec(plain.slice(from + inside.length));
  const [, file = "", number = ""] = match ?? [];
  return match === null || file.split("/").includes("node_modules") ? [] : [`${file}:${number}`];
}
