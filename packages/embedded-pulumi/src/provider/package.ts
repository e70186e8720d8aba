import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "embedded-aws/support";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { nameOfGenerated } from "../engine/localDirectory";
import { ResourceFailure } from "../engine/provider";
import type { Archive } from "../engine/values";
import { Asset } from "../engine/values";
import { keptPackage } from "./keptPackages";

/** Every file's time in a package: the earliest that the format can hold, so that the same files give the same bytes. */
const MODIFIED = new Date(1980, 0, 1);

/** The files of an archive by their paths inside it, with "/" between folders. */
export type Files = ReadonlyMap<string, Uint8Array>;

/**
 * The zip that is uploaded for a function: the same archive always gives the same bytes.
 * Paths are relative to `directory`. Throws when a path does not exist or a part has to be fetched.
 * `keptIn`: the folder where packages are kept from one start to the next; by default they are not.
 */
export async function packageArchive(
  archive: Archive,
  directory: string,
  keptIn?: string,
): Promise<Uint8Array> {
  const files = await archiveFiles(archive, directory);
  return keptIn === undefined ? compressed(files) : keptPackage(keptIn, files, () => compressed(files));
}

function compressed(files: Files): Uint8Array {
  const names = [...files.keys()].sort();
  const entries: Zippable = {};
  for (const name of names)
    entries[name] = [files.get(name) ?? new Uint8Array(), { level: 9, mtime: MODIFIED, os: 0 }];
  return zipSync(entries);
}

/** Every file of an archive, nested archives and folders included. */
export async function archiveFiles(archive: Archive, directory: string): Promise<Files> {
  const { source } = archive;
  if ("uri" in source) throw notFetched(source.uri);
  if ("path" in source) return pathFiles(path.resolve(directory, source.path));
  const files = new Map<string, Uint8Array>();
  for (const [name, part] of Object.entries(source.assets)) {
    if (part instanceof Asset) files.set(inside(name), await assetContent(part, directory));
    else
      for (const [inner, content] of await archiveFiles(part, directory))
        files.set(inside(`${name}/${inner}`), content);
  }
  return files;
}

async function assetContent(asset: Asset, directory: string): Promise<Uint8Array> {
  const { source } = asset;
  if ("uri" in source) throw notFetched(source.uri);
  if ("text" in source) return Buffer.from(source.text);
  const file = path.resolve(directory, source.path);
  return await readFile(file).catch(absent(file));
}

async function pathFiles(root: string): Promise<Files> {
  if (!(await stat(root).catch(absent(root))).isDirectory()) return unzipped(root, await readFile(root));
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if ((await stat(file)).isFile())
      files.set(path.relative(root, file).replaceAll(path.sep, "/"), await readFile(file));
  }
  return files;
}

/** A path as it may stand in the package: relative and never upwards. */
function inside(name: string): string {
  const normal = path.posix.normalize((nameOfGenerated(name) ?? name).replaceAll("\\", "/"));
  if (normal.startsWith("../") || path.posix.isAbsolute(normal)) {
    throw new Error(`the package holds "${name}"; expected a path inside the package`);
  }
  return normal;
}

function unzipped(file: string, content: Uint8Array): Files {
  try {
    return new Map(Object.entries(unzipSync(content)));
  } catch (error) {
    throw new ResourceFailure(`the package is made of ${file}, which is no zip archive: ${messageOf(error)}`);
  }
}

/** What a program packs has often to be built before. */
function absent(file: string): (error: unknown) => never {
  return (error) => {
    if (!isMissing(error)) throw error;
    throw new ResourceFailure(
      `the package is made of ${file}, which does not exist; if it is built, build it first`,
    );
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function notFetched(uri: string): Error {
  return new Error(`the package needs ${uri}; the embedded cloud fetches nothing from the network`);
}
