import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { version } from "esbuild";

/** Where bundles are written, relative to the program's folder; the same path holds inside the deployed archive. */
export const BUNDLE_DIRECTORY = ".local/bundles";

export interface HandlerBundle {
  /** What the deployed program requires: "./.local/bundles/processOrders.js". */
  readonly module: string;
  /** Every file of the bundle (code, source map), relative to the program's folder. */
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

const MANIFEST = `${BUNDLE_DIRECTORY}/manifest.json`;
/** How bundles are made is an input, too. */
const MADE_BY = ["bundling.ts", "inlineKeys.ts"].map((file) => `components/parts/${file}`);

/** The bundles that lie there, when nothing that they were made from has changed since. */
export function unchangedBundles(): ReadonlyMap<string, HandlerBundle> | undefined {
  try {
    const { bundles, inputs, fingerprint } = JSON.parse(readFileSync(MANIFEST, "utf8")) as Manifest;
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
  writeAtomically(MANIFEST, JSON.stringify(manifest));
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
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}
