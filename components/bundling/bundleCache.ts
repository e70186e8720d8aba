import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { version } from "esbuild";

/** Where bundles lie inside the deployed archive. */
export const PACKAGED_DIRECTORY = ".local/bundles";

/**
 * Where bundles are written: at the same path in the program's folder. The embedded engine names another place when
 * that folder cannot be written to, and gives the files their usual names in the archive.
 */
function bundleDirectory(): string {
  const elsewhere = process.env.EMBEDDED_ENGINE_DIRECTORY ?? "";
  return elsewhere === "" ? PACKAGED_DIRECTORY : path.join(elsewhere, "bundles");
}

/** Where the code of `handler` is written, and how a program deploys it. */
export function packagedBundle(handler: string): { readonly file: string; readonly bundle: HandlerBundle } {
  const file = `${bundleDirectory()}/${handler}.js`;
  const bundle = { module: `./${PACKAGED_DIRECTORY}/${handler}.js`, paths: [file, `${file}.map`] };
  return { file, bundle };
}

export interface HandlerBundle {
  /** What the deployed program requires: "./.local/bundles/processOrders.js". */
  readonly module: string;
  /** Every file of the bundle (code, source map), relative to the program's folder or absolute. */
  readonly paths: string[];
}

/** The files that went into each bundle, by its handler's name. */
export type Sources = readonly (readonly [handler: string, files: readonly string[]])[];

/** What the bundles that lie there were made from, and how. */
interface Manifest {
  readonly bundles: readonly (readonly [string, HandlerBundle])[];
  readonly sources: Sources;
  /** Of every source, by its file. */
  readonly digests: readonly (readonly [file: string, digest: string])[];
  /** Over all else that says how they are made, and the bundles themselves. */
  readonly fingerprint: string;
}

const manifestFile = () => `${bundleDirectory()}/manifest.json`;
/** How bundles are made is an input, too. */
const MADE_BY = ["awsSdk.ts", "bundling.ts", "importOneByOne.ts", "inlineKeys.ts"].map(
  (file) => `components/bundling/${file}`,
);

/** The bundles that lie there, when nothing that they were made from has changed since. */
export function unchangedBundles(): ReadonlyMap<string, HandlerBundle> | undefined {
  const known = knownSources();
  return known?.changed.size === 0 ? new Map(known.bundles) : undefined;
}

/**
 * What the bundles that lie there were made from, and which of these files have changed since; undefined when more than
 * that is another.
 */
export function knownSources(): (Manifest & { readonly changed: ReadonlySet<string> }) | undefined {
  try {
    const manifest = JSON.parse(readFileSync(manifestFile(), "utf8")) as Manifest;
    if (fingerprintOf(manifest.bundles, handlerFiles()) !== manifest.fingerprint) return undefined;
    const changed = manifest.digests.filter(([file, digest]) => digestOf(file) !== digest);
    return { ...manifest, changed: new Set(changed.map(([file]) => file)) };
  } catch {
    // There is no manifest yet, or a file is gone.
    return undefined;
  }
}

/** What lay there before bundles were made, and when that was. */
interface Beginning {
  /** In milliseconds of Unix time. */
  readonly at: number;
  readonly handlers: string;
}

/** To be taken before anything is read: what is saved while bundles are made may or may not have gone into them. */
export function beginBundling(now: () => number = Date.now): Beginning {
  return { at: now(), handlers: handlerFiles() };
}

/** By how much file systems' times, which go by ticks of the kernel, may be behind the clock, in milliseconds. */
const TICK_MS = 20;

/** Of a source that was saved since the bundling began: as which it went into a bundle, nobody knows. */
const SAVED_MEANWHILE = "saved while it was bundled";

/** Notes what bundles were made from, so that the next run can tell whether they are still what they should be. */
export function rememberBundles(
  bundles: ReadonlyMap<string, HandlerBundle>,
  sources: Sources,
  beginning: Beginning,
): void {
  const files = [...new Set(sources.flatMap(([, its]) => its))];
  const manifest: Manifest = {
    bundles: [...bundles],
    sources,
    digests: files.map((file) => [file, digestUnlessSaved(file, beginning)]),
    fingerprint: fingerprintOf([...bundles], beginning.handlers),
  };
  writeAtomically(manifestFile(), JSON.stringify(manifest));
}

function digestUnlessSaved(file: string, { at }: Beginning): string {
  const digest = digestOf(file);
  // When the file was written or put there by renaming, whatever time it says of itself.
  return statSync(file).ctimeMs < at - TICK_MS ? digest : SAVED_MEANWHILE;
}

function handlerFiles(): string {
  return readdirSync("handlers").sort().join(" ");
}

/**
 * A new handler, other bytes of a bundle, another version of esbuild, a copy of the folder elsewhere: each gives another
 * fingerprint.
 */
function fingerprintOf(bundles: Manifest["bundles"], handlers: string): string {
  const hash = createHash("sha256").update(`${version} ${handlers} ${bundleDirectory()}`);
  for (const file of [...MADE_BY, ...bundles.flatMap(([, { paths }]) => paths)])
    hash.update(file).update(readFileSync(file));
  return hash.digest("hex");
}

/** @throws when the file is gone. */
function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Another process may be reading the bundle, or writing the same one: it sees the old file or the new one. */
export function writeAtomically(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
