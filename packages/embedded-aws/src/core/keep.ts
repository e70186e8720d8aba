import * as v from "valibot";
import { parseOwnJson } from "./parseJson";

/** One kind of what a cloud keeps over its end, such as messages: how it is written, and what it must be when read. */
export interface KeptKind<Value> {
  readonly name: string;
  encode(value: Value): string;
  /** Throws for a text that is none of this kind. */
  decode(text: string): Value;
}

/** A kind whose values are JSON as they are. */
export function keptKind<Value>(name: string, schema: v.GenericSchema<unknown, Value>): KeptKind<Value> {
  return {
    name,
    encode: (value) => JSON.stringify(value),
    decode: (text) => v.parse(schema, parseOwnJson(text)),
  };
}

/** What is kept of one thing, such as a queue: values of one kind, by key. */
export interface Shelf<Value> {
  /** What an earlier cloud has left here, in the order of its keys; each is read when it is asked for. */
  entries(): Iterable<readonly [key: string, value: Value]>;
  /** The value under `key` is another, or gone. What it is then is asked when it is written, a moment later. */
  changed(key: string): void;
  /** The thing is gone, and everything that was kept of it; what changes afterwards concerns nobody. */
  drop(): void;
}

/**
 * Where services keep what outlives the cloud. What a resource had comes back when a resource of its kind and name is
 * made; until then it stays where it is. Everything is written in one turn of the event loop and as one transaction, so
 * that what is kept stood there at one moment.
 */
export interface Keep {
  /** @param valueOf what is kept under a key now; undefined when it is gone. */
  open<Value>(kind: KeptKind<Value>, name: string, valueOf: (key: string) => Value | undefined): Shelf<Value>;
  /** Tells whoever starts the cloud that something could not be taken over. */
  note(line: string): void;
}

const emptyShelf: Shelf<never> = { entries: () => [], changed: () => undefined, drop: () => undefined };

/** For a cloud that leaves nothing behind. */
export const keepsNothing: Keep = { open: () => emptyShelf, note: () => undefined };

/** A number as a key: keys sort as their numbers do. At most 16 digits. */
export function numberKey(value: number): string {
  return String(value).padStart(16, "0");
}
