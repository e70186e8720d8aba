import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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

/** What the bundles that lie there were made from, and how. */
interface Manifest {
  readonly bundles: readonly (readonly [string, HandlerBundle])[];
  /** Every file that went into them, or that says how they are made, and the bundles themselves. */
  readonly inputs: readonly string[];
  /** Over the contents of all inputs. */
  readonly fingerprint: string;
}

const manifestFile = () => `${bundleDirectory()}/manifest.json`;
/** How bundles are made is an input, too. */
const MADE_BY = ["bundling.ts", "inlineKeys.ts"].map((file) => `components/bundling/${file}`);

/** The bundles that lie there, when nothing that they were made from has changed since. */
export function unchangedBundles(): ReadonlyMap<string, HandlerBundle> | undefined {
  try {
    const { bundles, inputs, fingerprint } = JSON.parse(readFileSync(manifestFile(), "utf8")) as Manifest;
    return fingerprintOf(inputs) === fingerprint ? new Map(bundles) : undefined;
  } catch {
    // There is no manifest yet, or a file is gone.
    return undefined;
  }
}

export function rememberBundles(
  bundles: ReadonlyMap<string, HandlerBundle>,
  sources: readonly string[],
): void {
  const made = [...bundles.values()].flatMap(({ paths }) => paths);
  const inputs = [...sources, ...MADE_BY, ...made];
  const manifest: Manifest = { bundles: [...bundles], inputs, fingerprint: fingerprintOf(inputs) };
  writeAtomically(manifestFile(), JSON.stringify(manifest));
}

/** A new handler, a changed source, another version of a package or of esbuild: each gives another fingerprint. */
function fingerprintOf(inputs: readonly string[]): string {
  const hash = createHash("sha256").update(`${version} ${readdirSync("handlers").sort().join(" ")}`);
  for (const input of inputs) hash.update(input).update(readFileSync(input));
  return hash.digest("hex");
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
