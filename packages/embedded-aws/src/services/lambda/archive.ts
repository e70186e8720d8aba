import { webcrypto } from "node:crypto";
import { mkdir, open, realpath, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32, createInflateRaw } from "node:zlib";
import { AwsError } from "../../core/errors";
import type { FunctionCode } from "./lambdaFunction";
import { MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES, requestTooLarge } from "./limits";
import { BadArchive, readZip, type ZipEntry } from "./zip";

/** For their owner alone. */
export const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const PRIVATE_PROGRAM = 0o700;

/** Unpacked in pieces of at most so many bytes, so that other requests are answered in between. */
const PIECE_BYTES = 256 * 1024;

/** What a file system says of a path that it cannot hold: too long, or the same as another one to it. */
const PATH_ERRORS: ReadonlySet<string | undefined> = new Set([
  "EEXIST",
  "EILSEQ",
  "EINVAL",
  "EISDIR",
  "ENAMETOOLONG",
  "ENOENT",
  "ENOTDIR",
]);

/**
 * Unpacks a function's archive into `directory`, which is made new and holds nothing when this rejects: with
 * Lambda's own error for an archive that is too large, or that is none, with the reason in brackets.
 */
export async function unpackArchive(archive: Uint8Array, directory: string): Promise<FunctionCode> {
  if (archive.byteLength > MAX_ZIPPED_BYTES) throw requestTooLarge();
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: PRIVATE_FOLDER });
  try {
    for (const entry of checkedEntries(archive)) await unpack(entry, directory);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    if (!(error instanceof BadArchive)) throw error;
    throw invalid(
      `Could not unzip uploaded file. Please check your file, then try to upload again. (${error.message})`,
    );
  }
  // Not node:crypto's own, which would stand in everybody's way for a tenth of a second.
  const digest = await webcrypto.subtle.digest("SHA-256", Buffer.from(archive));
  // As the function's own traces name it.
  return {
    directory: await realpath(directory),
    sha256: Buffer.from(digest).toString("base64"),
    size: archive.byteLength,
  };
}

function checkedEntries(archive: Uint8Array): ZipEntry[] {
  const entries = archive.byteLength === 0 ? [] : readZip(archive);
  if (entries.length === 0) throw invalid("Uploaded file must be a non-empty zip");
  // What the archive states; `unpack` holds each entry to it.
  const unzippedBytes = entries.reduce((sum, { size }) => sum + size, 0);
  if (unzippedBytes > MAX_UNZIPPED_BYTES)
    throw invalid(`Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`);
  return entries;
}

async function unpack(entry: ZipEntry, directory: string): Promise<void> {
  const target = join(directory, ...entry.path.split("/"));
  try {
    const folder = entry.kind === "folder" ? target : dirname(target);
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    if (entry.kind === "file") await writeEntry(entry, target);
  } catch (error) {
    if (error instanceof BadArchive || !PATH_ERRORS.has((error as NodeJS.ErrnoException).code)) throw error;
    throw new BadArchive(
      `entry ${JSON.stringify(entry.path)} cannot be written: ${(error as NodeJS.ErrnoException).code ?? ""}`,
    );
  }
}

async function writeEntry(entry: ZipEntry, target: string): Promise<void> {
  // Never through what is there already.
  const file = await open(target, "wx", entry.executable ? PRIVATE_PROGRAM : PRIVATE_FILE);
  try {
    let size = 0;
    let checksum = 0;
    for await (const piece of piecesOf(entry)) {
      size += piece.byteLength;
      if (size > entry.size) break;
      checksum = crc32(piece, checksum);
      await file.write(piece);
    }
    if (size !== entry.size)
      throw new BadArchive(
        `entry ${JSON.stringify(entry.path)} does not have the ${entry.size} bytes it states`,
      );
    if (checksum !== entry.crc32)
      throw new BadArchive(`entry ${JSON.stringify(entry.path)} does not have the checksum it states`);
  } finally {
    await file.close();
  }
}

async function* piecesOf({ path, data, size, compression }: ZipEntry): AsyncGenerator<Uint8Array> {
  if (compression === "stored") {
    for (let from = 0; from < data.byteLength; from += PIECE_BYTES)
      yield data.subarray(from, from + PIECE_BYTES);
    return;
  }
  const chunkSize = Math.min(PIECE_BYTES, Math.max(1024, size + 1));
  const inflate = createInflateRaw({ chunkSize });
  try {
    inflate.end(data);
    for await (const piece of inflate) yield piece as Uint8Array;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("Z_") !== true) throw error;
    throw new BadArchive(`entry ${JSON.stringify(path)} cannot be inflated: ${message}`);
  }
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
