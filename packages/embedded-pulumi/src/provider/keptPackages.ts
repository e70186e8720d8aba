import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
/** As in `archiveFiles`. */
type Files = ReadonlyMap<string, Uint8Array>;

/** Packages that are kept at once, the functions of several programs; those made first go first. */
const MOST_KEPT = 64;
const DIGEST_BYTES = 32;

/**
 * The package of `files`, from an earlier start where `directory` has it: compressing is most of what a function's creation
 * takes. A folder that cannot be written to, and a file that was damaged, cost time alone.
 */
export function keptPackage(directory: string, files: Files, make: () => Uint8Array): Uint8Array {
  const file = path.join(directory, `${fingerprintOf(files)}.zip`);
  const known = readPackage(file);
  if (known !== undefined) return known;
  const made = make();
  try {
    writePackage(file, made);
    forgetOldest(directory);
  } catch {
    // The next start makes it again.
  }
  return made;
}

/** Over names and contents, whatever their order, and what makes packages. */
function fingerprintOf(files: Files): string {
  const hash = createHash("sha256").update(compressor());
  for (const name of [...files.keys()].sort()) {
    const content = files.get(name) ?? new Uint8Array();
    hash.update(`\n${JSON.stringify(name)} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

function compressor(): string {
  const manifest = createRequire(__filename).resolve("fflate/package.json");
  return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }).version;
}

function readPackage(file: string): Uint8Array | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const content = readFileSync(file);
    const made = content.subarray(DIGEST_BYTES);
    return digest(made).equals(content.subarray(0, DIGEST_BYTES)) ? made : undefined;
  } catch {
    return undefined;
  }
}

/** Another process may be reading it, or writing the same: it sees all of it or nothing. */
function writePackage(file: string, made: Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, Buffer.concat([digest(made), made]));
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function forgetOldest(directory: string): void {
  const names = readdirSync(directory);
  if (names.length <= MOST_KEPT) return;
  const times = new Map(names.map((name) => [name, statSync(path.join(directory, name)).mtimeMs]));
  const oldest = names.sort((one, other) => (times.get(one) ?? 0) - (times.get(other) ?? 0));
  for (const name of oldest.slice(0, names.length - MOST_KEPT))
    rmSync(path.join(directory, name), { force: true });
}

function digest(content: Uint8Array): Buffer {
  return createHash("sha256").update(content).digest();
}
