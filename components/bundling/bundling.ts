import { readdirSync } from "node:fs";
import path from "node:path";
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { buildSync, transformSync } from "esbuild";
import {
  PACKAGED_DIRECTORY,
  packagedBundle,
  rememberBundles,
  writeAtomically,
  type HandlerBundle,
} from "./bundleCache";
import { inlineKeys } from "./inlineKeys";

/** What Lambda's nodejs24.x runs. */
const TARGET = "node24";

/**
 * Bundles each file of `handlers/` with all that it imports into one CommonJS file, and writes it, with its source
 * map, below the program's folder (the working directory, as Pulumi runs it).
 *
 * The same sources give the same bytes, so an unchanged handler is an unchanged function.
 */
export function bundleHandlers(): ReadonlyMap<string, HandlerBundle> {
  const handlers = readdirSync("handlers")
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.basename(file, ".ts"))
    .sort();
  const { outputFiles, metafile } = buildSync({
    entryPoints: handlers.map((handler) => `handlers/${handler}.ts`),
    // Wherever the files lie: source maps are relative to it, and the same sources give the same bytes.
    outdir: PACKAGED_DIRECTORY,
    absWorkingDir: process.cwd(),
    bundle: true,
    // Where node_modules is a link, packages keep the paths that they have through it: names and order in the bundle, and
    // what the source map leaves out, go by them.
    preserveSymlinks: true,
    write: false,
    platform: "node",
    target: TARGET,
    format: "cjs",
    // ES modules can be tree-shaken, CommonJS cannot; the SDK offers them under the "module" condition, which
    // esbuild drops as soon as others are named.
    mainFields: ["module", "main"],
    conditions: ["module", "import"],
    // Lambda hands over credentials in the environment; the SDK's other providers (SSO, profiles, web
    // identity, instance metadata) are a quarter of the bundle and never asked.
    alias: { "@aws-sdk/credential-provider-node": "./handlers/shared/environmentCredentials.ts" },
    // Imported only by an operation that streams events, which no handler calls. Left outside, it keeps esbuild
    // from wrapping each module that it shares with the rest, which costs a third of the load time.
    external: ["@smithy/core/event-streams"],
    sourcemap: "inline",
    sourcesContent: false,
    metafile: true,
    logLevel: "silent",
  });
  const bundles = new Map(
    handlers.map((handler) => [handler, finish(handler, textOf(outputFiles, `${handler}.js`))]),
  );
  rememberBundles(bundles, Object.keys(metafile.inputs));
  return bundles;
}

/** Minifies a bundle and writes it with its source map. */
function finish(handler: string, bundled: string): HandlerBundle {
  const { file, bundle } = packagedBundle(handler);
  // Twice, because the SDK's schemas can be shaken off only once their keys stand in them.
  const { code, map } = transformSync(inlineKeys(bundled), {
    sourcefile: path.basename(file),
    platform: "node",
    target: TARGET,
    format: "cjs",
    treeShaking: true,
    minify: true,
    sourcemap: "external",
    sourcesContent: false,
    logLevel: "silent",
  });
  writeAtomically(`${file}.map`, withoutPackages(map));
  writeAtomically(file, `${code}//# sourceMappingURL=${handler}.js.map\n`);
  return bundle;
}

function textOf(files: readonly { readonly path: string; readonly text: string }[], name: string): string {
  const found = files.find((file) => path.basename(file.path) === name);
  if (found === undefined) throw new Error(`esbuild made no ${name}; expected one file a handler`);
  return found.text;
}

interface SourceMap {
  readonly version: number;
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** A source map that knows the project's own files only: a tenth of the size, and all that a stack trace needs. */
export function withoutPackages(text: string): string {
  const map = JSON.parse(text) as SourceMap;
  const own = map.sources.filter((source) => !source.includes("node_modules/"));
  const newIndex = map.sources.map((source) => own.indexOf(source));
  const lines = decode(map.mappings).map((line) => {
    const kept: SourceMapSegment[] = [];
    for (const segment of line) {
      const index = segment.length === 1 ? -1 : (newIndex[segment[1]] ?? -1);
      if (segment.length !== 1 && index >= 0) kept.push([segment[0], index, segment[2], segment[3]]);
      // One empty segment ends the reach of the one before it.
      else if (kept.length > 0 && kept.at(-1)?.length !== 1) kept.push([segment[0]]);
    }
    return kept;
  });
  return JSON.stringify({ version: map.version, sources: own, names: [], mappings: encode(lines) });
}
