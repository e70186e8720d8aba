import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { buildSync, transformSync } from "esbuild";
import { inlineKeys } from "./inlineKeys";

/** Where bundles are written, relative to the program's folder; the same path holds inside the deployed archive. */
const BUNDLE_DIRECTORY = ".local/bundles";

/** What Lambda's nodejs24.x runs. */
const TARGET = "node24";

export interface HandlerBundle {
  /** What the deployed program requires: "./.local/bundles/processOrders.js". */
  readonly module: string;
  /** Every file of the bundle (code, source map), relative to the program's folder. */
  readonly paths: string[];
}

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
  const { outputFiles } = buildSync({
    entryPoints: handlers.map((handler) => `handlers/${handler}.ts`),
    outdir: BUNDLE_DIRECTORY,
    absWorkingDir: process.cwd(),
    bundle: true,
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
    logLevel: "silent",
  });
  return new Map(handlers.map((handler) => [handler, finish(handler, textOf(outputFiles, `${handler}.js`))]));
}

/** Minifies a bundle and writes it with its source map. */
function finish(handler: string, bundled: string): HandlerBundle {
  const file = `${BUNDLE_DIRECTORY}/${handler}.js`;
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
  return { module: `./${file}`, paths: [file, `${file}.map`] };
}

function textOf(files: readonly { readonly path: string; readonly text: string }[], name: string): string {
  const found = files.find((file) => path.basename(file.path) === name);
  if (found === undefined) throw new Error(`esbuild made no ${name}; expected one file a handler`);
  return found.text;
}

/** Another process may be reading the bundle, or writing the same one: it sees the old file or the new one. */
function writeAtomically(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
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
