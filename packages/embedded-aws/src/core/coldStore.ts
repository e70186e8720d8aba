import { closeSync, openSync, readSync, writeSync } from "node:fs";

/** Bytes that are seldom read, and lie where they cost least. */
export interface Piece {
  /** Bytes of this process's memory that they take. */
  readonly memory: number;
  read(): Buffer;
  /** Gives their place to others. They are not read again. */
  free(): void;
}

/** Where bytes go that are seldom read. */
export interface ColdStore {
  put(bytes: Uint8Array): Piece;
}

/** Keeps them in memory, as is. */
export const inMemory: ColdStore = {
  put(bytes) {
    // In memory of their own: bytes of Node's pool would keep the whole pool, several times their size.
    const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
    copy.set(bytes);
    return { memory: copy.length, read: () => copy, free: () => undefined };
  },
};

/** Pieces begin at multiples of this, so that one fits where another of about its size was. */
const UNIT_BYTES = 512;
/** A piece takes a free place of up to so many times its size. */
const MOST_TOO_LARGE = 1.5;

/** Units of the file. */
interface Place {
  readonly first: number;
  readonly units: number;
}

/**
 * Keeps them in one file, so that a cloud needs no more memory for a million orders than for some thousands. What is
 * read often is in the system's cache of files. A piece that the disk does not take, as it is full, stays in memory.
 */
export class ColdFile implements ColdStore {
  readonly #path: string;
  #descriptor: number | undefined;
  #closed = false;
  #units = 0;
  /** First units of what was given back, by the number of units. */
  readonly #free = new Map<number, number[]>();

  /** @param path of a file that does not exist; it is made by the first piece, and whoever gave the path removes it. */
  constructor(path: string) {
    this.#path = path;
  }

  put(bytes: Uint8Array): Piece {
    if (this.#closed) return inMemory.put(bytes);
    const place = this.#take(Math.ceil(bytes.byteLength / UNIT_BYTES));
    try {
      // Of its owner alone, as everything that a cloud holds.
      this.#descriptor ??= openSync(this.#path, "wx+", 0o600);
      writeAll(this.#descriptor, bytes, place.first * UNIT_BYTES);
    } catch {
      this.#give(place);
      return inMemory.put(bytes);
    }
    const { byteLength } = bytes;
    return {
      memory: 0,
      read: () => this.#read(place.first * UNIT_BYTES, byteLength),
      free: () => {
        this.#give(place);
      },
    };
  }

  /** From here on nothing of the file can be read. */
  close(): void {
    this.#closed = true;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #read(position: number, length: number): Buffer {
    if (this.#descriptor === undefined) throw new Error(`${this.#path} is closed`);
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const count = readSync(this.#descriptor, bytes, done, length - done, position + done);
      if (count === 0) throw new Error(`${this.#path} was cut off at byte ${position + done}`);
      done += count;
    }
    return bytes;
  }

  #take(wanted: number): Place {
    for (let units = wanted; units <= wanted * MOST_TOO_LARGE + 1; units++) {
      const first = this.#free.get(units)?.pop();
      if (first !== undefined) return { first, units };
    }
    const first = this.#units;
    this.#units += wanted;
    return { first, units: wanted };
  }

  #give({ first, units }: Place): void {
    const free = this.#free.get(units);
    if (free === undefined) this.#free.set(units, [first]);
    else free.push(first);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength;)
    done += writeSync(descriptor, bytes, done, bytes.byteLength - done, position + done);
}
