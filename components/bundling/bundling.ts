import { readdirSync } from "node:fs";
import path from "node:path";
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { build, type BuildOptions, type Metafile } from "esbuild";
import { awsSdk } from "./awsSdk";
import {
  beginBundling,
  PACKAGED_DIRECTORY,
  packagedBundle,
  rememberBundles,
  writeAtomically,
  type HandlerBundle,
} from "./bundleCache";

/** What Lambda's nodejs24.x runs. */
const TARGET = "node24";

/** Stands in for the SDK's default credential chain, a quarter of a bundle that Lambda's environment answers for. */
const CREDENTIALS = { "@aws-sdk/credential-provider-node": "./handlers/shared/environmentCredentials.ts" };

/** Handlers that call AWS through `lean` alone. A call past it throws: their bundles have none of the SDK's layers. */
const LEAN_HANDLERS: ReadonlySet<string> = new Set([
  "announceOrders",
  "confirmOrders",
  "getOrder",
  "processOrders",
  "recordFeedback",
]);

/**
 * What `lean` takes of the SDK, under the SDK's names: a client's settings, AWS's endpoint rules, and what operations and
 * errors are called. The rest is half of a bundle and of its load time, for calls that are never made.
 */
const LEAN_SDK = {
  ...Object.fromEntries(
    ["dynamodb", "eventbridge", "sesv2", "sqs"].flatMap((service) => [
      [`@aws-sdk/client-${service}`, `./handlers/shared/leanSdk/${service}.ts`],
      // Types are found in the one folder, and what they are of in the other.
      [`@aws-sdk/client-${service}/dist-types`, `./node_modules/@aws-sdk/client-${service}/dist-es`],
    ]),
  ),
  // AWS's rules without what looks for settings in files: `leanSdk` reads the environment.
  "@smithy/core/endpoints": "./node_modules/@smithy/core/dist-es/submodules/endpoints/index.browser.js",
};

/** The handlers: the files of `handlers/`, without their extension. */
export function handlerNames(): readonly string[] {
  return readdirSync("handlers")
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.basename(file, ".ts"))
    .sort();
}

/** How handlers are bundled: those that call AWS leanly, or the others. */
function bundlingOptions(
  handlers: readonly string[],
  alias: Readonly<Record<string, string>>,
  importsOneByOne: boolean,
) {
  return {
    entryPoints: handlers.map((handler) => `handlers/${handler}.ts`),
    // Wherever the files lie: source maps are relative to it, and the same sources give the same bytes.
    outdir: PACKAGED_DIRECTORY,
    absWorkingDir: process.cwd(),
    bundle: true,
    // Where node_modules is a link, packages keep the paths that they have through it: names and order in the bundle, and
    // what the source map leaves out, go by them.
    preserveSymlinks: true,
    write: false as const,
    platform: "node" as const,
    target: TARGET,
    format: "cjs" as const,
    // ES modules can be tree-shaken, CommonJS cannot; the SDK offers them under the "module" condition, which
    // esbuild drops as soon as others are named.
    mainFields: ["module", "main"],
    conditions: ["module", "import"],
    alias,
    // Imported only by an operation that streams events, which no handler calls. Left outside, it keeps esbuild
    // from wrapping each module that it shares with the rest, which costs a third of the load time.
    external: ["@smithy/core/event-streams"],
    plugins: [awsSdk({ importsOneByOne })],
    minify: true,
    // A file of its own, which names no other.
    sourcemap: "external" as const,
    sourcesContent: false,
    metafile: true as const,
    logLevel: "silent" as const,
  } satisfies BuildOptions;
}

/** How these handlers are bundled: what esbuild is to build, one after the other. */
export function groupsOf(handlers: readonly string[]) {
  const isLean = (handler: string) => LEAN_HANDLERS.has(handler);
  return [
    { members: handlers.filter(isLean), alias: { ...CREDENTIALS, ...LEAN_SDK }, oneByOne: false },
    { members: handlers.filter((handler) => !isLean(handler)), alias: CREDENTIALS, oneByOne: true },
  ].flatMap(({ members, alias, oneByOne }) =>
    members.length > 0 ? [bundlingOptions(members, alias, oneByOne)] : [],
  );
}

/**
 * Bundles each file of `handlers/` with all that it imports into one CommonJS file, and writes it, with its source
 * map, below the program's folder (the working directory, as Pulumi runs it).
 *
 * The same sources give the same bytes, so an unchanged handler is an unchanged function. A file that exports no `handler`
 * is left out.
 */
export async function bundleHandlers(): Promise<ReadonlyMap<string, HandlerBundle>> {
  const beginning = beginBundling();
  const handlers = handlerNames();
  const builds = await Promise.allSettled(groupsOf(handlers).map((group) => build(group)));
  const built = builds.map((settled) => {
    // Of several that fail, the first is told, whichever was faster.
    if (settled.status === "rejected") throw settled.reason;
    return settled.value;
  });
  const outputFiles = built.flatMap((result) => result.outputFiles);
  const bundles = new Map(
    handlers.flatMap((handler) => {
      const bundled = bundledText(outputFiles, handler);
      return exportsHandler(bundled.code) ? [[handler, writeBundle(handler, bundled)]] : [];
    }),
  );
  // Each group has inputs of its own: an alias leads the same import elsewhere.
  const inputsOf = new Map(
    built.flatMap(({ metafile: { inputs, outputs } }) =>
      Object.values(outputs).flatMap(({ entryPoint }) =>
        entryPoint === undefined ? [] : [[entryPoint, inputs] as const],
      ),
    ),
  );
  rememberBundles(
    bundles,
    handlers.map((handler) => {
      const entry = `handlers/${handler}.ts`;
      return [handler, filesFrom(entry, inputsOf.get(entry) ?? {})];
    }),
    beginning,
  );
  return bundles;
}

/** What makes an ES module's exports those of a CommonJS file, and the list of their names that Node reads. */
const EXPORTED = /(?:^|[;}\n])module\.exports=[\w$]+\([\w$]+\);/;
const EXPORTED_NAMES = /(?:^|[;}\n])0&&\(module\.exports=\{([^}]*)\}\);/g;

/**
 * Whether a bundle exports `handler`, which Lambda would find missing only when it is called. Read from how esbuild writes an
 * ES module's exports as CommonJS; of what is written otherwise nothing is said against it.
 */
export function exportsHandler(code: string): boolean {
  if (!EXPORTED.test(code)) return /\bexports\b/.test(code);
  const names = [...code.matchAll(EXPORTED_NAMES)].at(-1)?.[1]?.split(",") ?? [];
  // All that a package exports may be among it.
  return names.some((name) => name === "handler" || name.startsWith("..."));
}

/** A file and all that it imports, directly or not. */
function filesFrom(entry: string, inputs: Metafile["inputs"]): string[] {
  const found = new Set([entry]);
  for (const file of found)
    for (const { path: imported } of inputs[file]?.imports ?? []) if (imported in inputs) found.add(imported);
  return [...found];
}

/** A handler's code and its source map, as esbuild gives them. */
export interface BundledText {
  readonly code: string;
  readonly map: string;
}

export function writeBundle(handler: string, { code, map }: BundledText): HandlerBundle {
  const { file, bundle } = packagedBundle(handler);
  writeAtomically(`${file}.map`, withoutPackages(map));
  writeAtomically(file, `${code}//# sourceMappingURL=${handler}.js.map\n`);
  return bundle;
}

export function bundledText(
  files: readonly { readonly path: string; readonly text: string }[],
  handler: string,
): BundledText {
  const textOf = (name: string) => {
    const found = files.find((file) => path.basename(file.path) === name);
    if (found === undefined) throw new Error(`esbuild made no ${name}; expected one file a handler`);
    return found.text;
  };
  return { code: textOf(`${handler}.js`), map: textOf(`${handler}.js.map`) };
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
