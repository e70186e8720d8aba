import { isUtf8 } from "node:buffer";

/**
 * Reads a zip archive's directory (PKWARE's APPNOTE 6.3.10), and refuses what a function's code cannot be or what
 * two readers could understand differently: everything is checked before a byte of it is unpacked.
 */
export interface ZipEntry {
  /** Relative, with "/" between folders, without "." or ".."; no two entries share one. */
  readonly path: string;
  readonly kind: "file" | "folder";
  /** Whether its owner may run it. */
  readonly executable: boolean;
  readonly compression: "stored" | "deflated";
  /** As they lie in the archive. */
  readonly data: Uint8Array;
  /** Bytes when it is unpacked, as the archive states them. */
  readonly size: number;
  readonly crc32: number;
}

/** What is wrong with an archive. */
export class BadArchive extends Error {}

const END = { signature: 0x06054b50, bytes: 22, maxComment: 0xffff };
const END_64 = { signature: 0x06064b50, locator: 0x07064b50, locatorBytes: 20, bytes: 56 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const EXTRA_64 = 0x0001;
/** Encrypted; patched data; strongly encrypted; a directory that is masked. */
const UNREADABLE_FLAGS = (1 << 0) | (1 << 5) | (1 << 6) | (1 << 13);
/** Sizes and checksum stand behind the data, not in the local header. */
const DESCRIPTOR_FLAG = 1 << 3;
const [IN_16, IN_32] = [0xffff, 0xffffffff];
/** The systems that keep a Unix mode in the upper half of the external attributes: Unix and macOS. */
const UNIX_SYSTEMS = [3, 19];
const [TYPE_MASK, REGULAR, FOLDER] = [0o170000, 0o100000, 0o040000];
const OWNER_MAY_RUN = 0o100;

/** Every file and folder of an archive. Throws `BadArchive`. */
export function readZip(archive: Uint8Array): ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const directory = findDirectory(view);
  const entries: ZipEntry[] = [];
  const kinds = new Map<string, ZipEntry["kind"]>();
  let at = directory.offset;
  for (let index = 0; index < directory.entries; index++) {
    if (at + CENTRAL.bytes > directory.end || view.getUint32(at, true) !== CENTRAL.signature)
      throw new BadArchive(`its directory ends after ${index} of ${directory.entries} entries`);
    const header = readCentral(view, archive, at);
    at = header.end;
    if (at > directory.end) throw new BadArchive(`entry ${header.name} runs over the end of the directory`);
    const entry = readEntry(view, archive, header, directory.offset);
    // The archive's own root, as "./", is nothing to create.
    if (entry.path === "") continue;
    place(entry, header.name, kinds);
    entries.push(entry);
  }
  if (at !== directory.end) throw new BadArchive("its directory is longer than its entries");
  return entries;
}

interface Directory {
  readonly offset: number;
  readonly end: number;
  readonly entries: number;
}

function findDirectory(view: DataView): Directory {
  const at = findEnd(view);
  const [disk, directoryDisk] = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
  const here = view.getUint16(at + 8, true);
  const entries = view.getUint16(at + 10, true);
  const size = view.getUint32(at + 12, true);
  const offset = view.getUint32(at + 16, true);
  if (entries === IN_16 || size === IN_32 || offset === IN_32) {
    const found = findDirectory64(view, at);
    if (found !== undefined) return found;
  }
  if (disk !== 0 || directoryDisk !== 0 || here !== entries)
    throw new BadArchive("it is one part of an archive of several");
  return checkedDirectory({ offset, end: offset + size, entries }, at);
}

/** The record at the very end, behind which lies only its own comment. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END.bytes;
  for (let at = last; at >= Math.max(0, last - END.maxComment); at--) {
    if (view.getUint32(at, true) === END.signature && view.getUint16(at + 20, true) === last - at) return at;
  }
  throw new BadArchive("it is no zip archive, or its end is missing");
}

/** The directory of an archive with zip64's longer fields; undefined when the short ones are meant as they stand. */
function findDirectory64(view: DataView, end: number): Directory | undefined {
  const locator = end - END_64.locatorBytes;
  if (locator < 0 || view.getUint32(locator, true) !== END_64.locator) return undefined;
  const at = uint64(view, locator + 8);
  if (at + END_64.bytes > locator || view.getUint32(at, true) !== END_64.signature)
    throw new BadArchive("its zip64 record is not where it should be");
  const [entries, size, offset] = [uint64(view, at + 32), uint64(view, at + 40), uint64(view, at + 48)];
  if (view.getUint32(at + 16, true) !== 0 || uint64(view, at + 24) !== entries)
    throw new BadArchive("it is one part of an archive of several");
  return checkedDirectory({ offset, end: offset + size, entries }, at);
}

function checkedDirectory(directory: Directory, endRecord: number): Directory {
  if (directory.end !== endRecord) throw new BadArchive("its directory is not where it should be");
  return directory;
}

interface CentralHeader {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly system: number;
  readonly attributes: number;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly localAt: number;
  readonly end: number;
}

function readCentral(view: DataView, archive: Uint8Array, at: number): CentralHeader {
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
    view.getUint16(at + field, true),
  ) as [number, number, number];
  const nameEnd = at + CENTRAL.bytes + nameLength;
  const extraEnd = nameEnd + extraLength;
  const end = extraEnd + commentLength;
  if (end > view.byteLength) throw new BadArchive("an entry of its directory runs over its end");
  const nameBytes = archive.subarray(at + CENTRAL.bytes, nameEnd);
  const long = longFields(view, nameEnd, extraEnd);
  // Zip64's field holds, in this order, those of the values that do not fit.
  const value = (field: number) => {
    const short = view.getUint32(at + field, true);
    return short === IN_32 ? (long.shift() ?? short) : short;
  };
  const [size, compressedSize, localAt] = [value(24), value(20), value(42)];
  return {
    name: JSON.stringify(textOf(nameBytes)),
    nameBytes,
    system: view.getUint8(at + 5),
    attributes: view.getUint32(at + 38, true),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc32: view.getUint32(at + 16, true),
    compressedSize,
    size,
    localAt,
    end,
  };
}

/** The numbers of zip64's extra field. */
function longFields(view: DataView, from: number, end: number): number[] {
  for (let at = from; at + 4 <= end;) {
    const length = view.getUint16(at + 2, true);
    const next = at + 4 + length;
    if (next > end) return [];
    if (view.getUint16(at, true) === EXTRA_64)
      return Array.from({ length: Math.floor(length / 8) }, (_, index) => uint64(view, at + 4 + 8 * index));
    at = next;
  }
  return [];
}

function readEntry(
  view: DataView,
  archive: Uint8Array,
  header: CentralHeader,
  directoryAt: number,
): ZipEntry {
  const { name, flags, method, size, compressedSize, crc32 } = header;
  if ((flags & UNREADABLE_FLAGS) !== 0) throw new BadArchive(`entry ${name} is encrypted`);
  if (method !== 0 && method !== 8)
    throw new BadArchive(
      `entry ${name} is compressed by method ${method}; expected 0 (stored) or 8 (deflated)`,
    );
  const data = dataOf(view, archive, header, directoryAt);
  if (method === 0 && compressedSize !== size)
    throw new BadArchive(`entry ${name} is stored in ${compressedSize} bytes and states ${size}`);
  const text = textOf(header.nameBytes);
  const mode = UNIX_SYSTEMS.includes(header.system) ? header.attributes >>> 16 : 0;
  const type = mode & TYPE_MASK;
  const kind = text.endsWith("/") ? "folder" : "file";
  if (type !== 0 && type !== (kind === "folder" ? FOLDER : REGULAR))
    throw new BadArchive(`entry ${name} is a link or a device; expected a file or a folder`);
  if (kind === "folder" && size !== 0) throw new BadArchive(`entry ${name} is a folder with content`);
  return {
    path: checkedPath(text, name),
    kind,
    executable: (mode & OWNER_MAY_RUN) !== 0,
    compression: method === 0 ? "stored" : "deflated",
    data,
    size,
    crc32,
  };
}

/** The entry's bytes, when its local header says the same as the directory. */
function dataOf(view: DataView, archive: Uint8Array, header: CentralHeader, directoryAt: number): Uint8Array {
  const { name, nameBytes, localAt: at, compressedSize } = header;
  if (at + LOCAL.bytes > directoryAt || view.getUint32(at, true) !== LOCAL.signature)
    throw new BadArchive(`entry ${name} is not where the directory says`);
  const flags = view.getUint16(at + 6, true);
  const nameAt = at + LOCAL.bytes;
  const nameEnd = nameAt + view.getUint16(at + 26, true);
  const dataAt = nameEnd + view.getUint16(at + 28, true);
  if (dataAt + compressedSize > directoryAt) throw new BadArchive(`entry ${name} runs into the directory`);
  const stated = [14, 18, 22].map((field) => view.getUint32(at + field, true));
  const expected = [header.crc32, compressedSize, header.size];
  const same =
    Buffer.compare(archive.subarray(nameAt, nameEnd), nameBytes) === 0 &&
    view.getUint16(at + 8, true) === header.method &&
    (flags & UNREADABLE_FLAGS) === 0 &&
    ((flags & DESCRIPTOR_FLAG) !== 0 ||
      stated.every((value, index) => value === expected[index] || (index > 0 && value === IN_32)));
  if (!same) throw new BadArchive(`entry ${name} differs from what the directory says of it`);
  return archive.subarray(dataAt, dataAt + compressedSize);
}

/** A path that stays inside of the folder that it is unpacked into, on every system. */
function checkedPath(text: string, name: string): string {
  const refuse = (why: string) => new BadArchive(`entry ${name} ${why}`);
  if (text === "") throw refuse("has no name");
  if (text.includes("\0")) throw refuse("has a zero byte in its name");
  if (text.includes("\\")) throw refuse('has a backslash in its name; expected "/" between folders');
  if (text.startsWith("/") || /^[A-Za-z]:/.test(text)) throw refuse("has an absolute path");
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw refuse("leads outside of the archive");
  return parts.join("/");
}

/** Refuses a second file of one name, and a file where a folder is. */
function place({ path, kind }: ZipEntry, name: string, kinds: Map<string, ZipEntry["kind"]>): void {
  const former = kinds.get(path);
  if (former !== undefined && (former === "file" || kind === "file"))
    throw new BadArchive(`entry ${name} is there twice`);
  kinds.set(path, kind);
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const folder = path.slice(0, slash);
    const known = kinds.get(folder);
    if (known === "folder") return;
    if (known === "file") throw new BadArchive(`entry ${name} lies in a file`);
    kinds.set(folder, "folder");
  }
}

/** Names are UTF-8 today; what is none is of an older code page, of which only ASCII is certain. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    isUtf8(bytes) ? "utf8" : "latin1",
  );
}

/** Exact up to 2^53, and far above any archive beyond that. */
function uint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}
