import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, normalize, sep } from "node:path";
import { unzipSync } from "fflate";
import { AwsError } from "../core/errors";
import type { FunctionCode } from "./lambdaFunction";
import { MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES, MEGABYTE } from "./limits";

/** Unpacks a function's archive into `directory`, which is made new. */
export function unpackArchive(archive: Uint8Array, directory: string): FunctionCode {
  if (archive.byteLength > MAX_ZIPPED_BYTES) {
    throw new AwsError(
      "RequestEntityTooLargeException",
      `Code.ZipFile: got ${archive.byteLength} bytes; expected at most ${MAX_ZIPPED_BYTES / MEGABYTE} MB`,
      413,
    );
  }
  const files = openArchive(archive);
  const unzippedBytes = Object.values(files).reduce((sum, content) => sum + content.byteLength, 0);
  if (unzippedBytes > MAX_UNZIPPED_BYTES) throw tooLargeUnzipped(unzippedBytes);

  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const target = join(directory, safePath(path));
    if (path.endsWith("/")) mkdirSync(target, { recursive: true });
    else {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }
  return {
    directory,
    sha256: createHash("sha256").update(archive).digest("base64"),
    size: archive.byteLength,
  };
}

function openArchive(archive: Uint8Array): Record<string, Uint8Array> {
  let announced = 0;
  try {
    return unzipSync(archive, {
      // The sizes in the archive's own directory, so that a bomb is refused before it is unpacked.
      filter({ originalSize }) {
        announced += originalSize;
        if (announced > MAX_UNZIPPED_BYTES) throw tooLargeUnzipped(announced);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError("InvalidParameterValueException", `Could not unzip uploaded file: ${String(error)}`);
  }
}

function tooLargeUnzipped(bytes: number): AwsError {
  return new AwsError(
    "InvalidParameterValueException",
    `Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes; got ${bytes}`,
  );
}

/** A path may not lead out of the function's directory. */
function safePath(path: string): string {
  const normal = normalize(path);
  if (isAbsolute(normal) || normal === ".." || normal.startsWith(`..${sep}`)) {
    throw new AwsError(
      "InvalidParameterValueException",
      `The archive's entry "${path}" lies outside of the archive`,
    );
  }
  return normal;
}
