import { crc32, deflateRawSync } from "node:zlib";

/** An entry as it is to stand in an archive, lies included. */
export interface MadeEntry {
  readonly name: string | Uint8Array;
  readonly content?: Uint8Array | string;
  readonly stored?: boolean;
  /** Of Unix, with the file's type. */
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly size?: number;
  readonly crc?: number;
  /** Instead of what the directory says. */
  readonly local?: { readonly name?: string; readonly size?: number; readonly method?: number };
  /** Sizes and place in zip64's field. */
  readonly zip64?: boolean;
  readonly localAt?: number;
}

export interface MadeArchive {
  readonly prefix?: Uint8Array;
  readonly comment?: string;
  readonly zip64?: boolean;
  readonly disk?: number;
  readonly entries?: number;
}

/** A zip archive, written byte by byte: what archivers would not make, attackers do. */
export function makeZip(entries: readonly MadeEntry[], archive: MadeArchive = {}): Buffer {
  const parts: Uint8Array[] = [archive.prefix ?? Buffer.alloc(0)];
  const central: Buffer[] = [];
  let at = parts[0]?.byteLength ?? 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name as string);
    const content = Buffer.from((entry.content ?? "") as string);
    const data = entry.stored === true ? content : deflateRawSync(content);
    const method = entry.method ?? (entry.stored === true ? 0 : 8);
    const size = entry.size ?? content.length;
    const crc = entry.crc ?? crc32(content);
    const localName = Buffer.from(entry.local?.name ?? name);
    const localHeader = Buffer.concat([
      numbers([4, 0x04034b50], [2, 20], [2, entry.flags ?? 0], [2, entry.local?.method ?? method], [4, 0]),
      numbers([4, crc], [4, data.length], [4, entry.local?.size ?? size], [2, localName.length], [2, 0]),
      localName,
    ]);
    const localAt = entry.localAt ?? at;
    const long = entry.zip64 === true;
    const extra = long
      ? numbers([2, 1], [2, 24], [8, size], [8, data.length], [8, localAt])
      : Buffer.alloc(0);
    const [max, attributes] = [0xffffffff, ((entry.mode ?? 0) << 16) >>> 0];
    central.push(
      numbers([4, 0x02014b50], [1, 20], [1, entry.mode === undefined ? 0 : 3], [2, 20]),
      numbers([2, entry.flags ?? 0], [2, method], [4, 0], [4, crc]),
      numbers([4, long ? max : data.length], [4, long ? max : size], [2, name.length], [2, extra.length]),
      numbers([2, 0], [2, 0], [2, 0], [4, attributes], [4, long ? max : localAt]),
      name,
      extra,
    );
    parts.push(localHeader, data);
    at += localHeader.length + data.length;
  }
  const directory = Buffer.concat(central);
  const count = archive.entries ?? entries.length;
  const comment = Buffer.from(archive.comment ?? "");
  const long = archive.zip64 === true;
  const end64 = long
    ? Buffer.concat([
        numbers([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count]),
        numbers([8, directory.length], [8, at]),
        numbers([4, 0x07064b50], [4, 0], [8, at + directory.length], [4, 1]),
      ])
    : Buffer.alloc(0);
  const [many, most] = long ? [0xffff, 0xffffffff] : [count, undefined];
  return Buffer.concat([
    ...parts,
    directory,
    end64,
    numbers([4, 0x06054b50], [2, archive.disk ?? 0], [2, archive.disk ?? 0], [2, many], [2, many]),
    numbers([4, most ?? directory.length], [4, most ?? at], [2, comment.length]),
    comment,
  ]);
}

function numbers(...fields: readonly (readonly [bytes: number, value: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([bytes, value]) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64LE(BigInt(value));
      return buffer.subarray(0, bytes);
    }),
  );
}
