import { gzipSync } from "node:zlib";
import { createHash } from "node:crypto";

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly gzip: Uint8Array;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

let files: Promise<ReadonlyMap<string, PageFile>> | undefined;

/** The page's files by name. Rejects when they were not built and cannot be. */
export function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  files ??= load().catch((error: unknown) => {
    files = undefined;
    throw error;
  });
  return files;
}

async function load(): Promise<ReadonlyMap<string, PageFile>> {
  // A module of its own beside the page: a bundle of the command line leaves it where it is.
  const { pageFiles: read } = await import("embedded-aws/console-page");
  return new Map(
    [...(await read())].map(([name, bytes]) => [
      name,
      {
        type: TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream",
        bytes,
        gzip: gzipSync(bytes, { level: 9 }),
        etag: `"${createHash("sha256").update(bytes).digest("hex").slice(0, 24)}"`,
      },
    ]),
  );
}
