import fc from "fast-check";
import { anyCharacter } from "./anyCharacter";

/** Something that a stranger sends where something else is expected. */
export interface BadInput<Content> {
  readonly name: string;
  readonly content: Content;
}

const MEGABYTE = 1024 * 1024;
const list = (levels: number, inner = "") => "[".repeat(levels) + inner + "]".repeat(levels);
const object = (levels: number) => '{"a":'.repeat(levels) + "1" + "}".repeat(levels);
const inherited = [...Object.getOwnPropertyNames(Object.prototype), "prototype", "then", "toJSON"];

const table = <Content>(rows: Readonly<Record<string, Content>>): readonly BadInput<Content>[] =>
  Object.entries(rows).map(([name, content]) => ({ name, content }));

/** JSON texts of values: each is JSON, and hardly ever what is asked for. */
export const badValues = table({
  null: "null",
  true: "true",
  "an empty list": "[]",
  "an empty object": "{}",
  "a number that is no multiple of anything": "0.1000000000000000055",
  "a number beyond doubles": "1e400",
  "a number below doubles": "-1e400",
  "a number of 10,000 digits": "9".repeat(10_000),
  "a number of 10,000 decimals": `0.${"1".repeat(10_000)}`,
  "a number with a huge exponent": "1e999999999",
  "a number next to nothing": "1e-400",
  "a whole number that doubles do not have": "9007199254740993",
  "minus one": "-1",
  "lists 101 levels deep": list(101),
  "lists 1,001 levels deep": list(1_001),
  "lists 5,000 levels deep": list(5_000),
  "lists 100,000 levels deep": list(100_000),
  "objects 5,000 levels deep": object(5_000),
  "objects 100,000 levels deep": object(100_000),
  "a list of 100,000 objects": `[${Array(100_000).fill("{}").join(",")}]`,
  "a list of 100,000 nulls": `[${Array(100_000).fill("null").join(",")}]`,
  "an object of 20,000 members": `{${Array.from({ length: 20_000 }, (_, n) => `"m${n}":0`).join(",")}}`,
  "an object of a prototype's names": `{${inherited.map((name) => `"${name}":{"polluted":true}`).join(",")}}`,
  "a prototype": '{"__proto__":{"polluted":true}}',
  "an object that says a thing twice": '{"a":1,"a":2}',
  "a text in a list": '["text"]',
});

/** JSON texts of texts: where a text is expected, some will do. */
export const badTexts = table({
  "an empty text": '""',
  "a number as a text": '"12.50"',
  "what is not a number, as a text": '"NaN"',
  "infinity as a text": '"-Infinity"',
  "a number in hexadecimal, as a text": '"0x10"',
  "JSON in a text": JSON.stringify('{"orderId":"a","items":[{"sku":"b"}]}'),
  "deep JSON in a text": JSON.stringify(list(100_000)),
  "200,000 characters": JSON.stringify("x".repeat(200_000)),
  "200,000 bytes of emoji": JSON.stringify("😀".repeat(50_000)),
  "a NUL": '"a\\u0000b"',
  "control characters": '"a\\u0007\\u001b[31m\\r\\nb\\u0085"',
  "half of a surrogate pair": '"a\\ud800"',
  "the other half": '"\\udc00a"',
  "halves in the wrong order": '"\\ude00\\ud83d"',
  "an override of direction": '"a\\u202egpj.exe"',
  "a byte-order mark": '"\\ufeffa"',
  "no characters": '"\\uffff\\ufffe"',
  "white space": '" \\t "',
  "a prototype's name": '"__proto__"',
  "a path": '"../../etc/passwd"',
  markup: '"<script>alert(1)</script>&amp;]]>"',
  expressions: '"${context.accountId} {{7*7}} %s %00 \'; DROP TABLE orders; --"',
});

const utf8 = (text: string) => Buffer.from(text, "utf8");
/** `text` with bytes in place of its first letter "é". */
const withBytes = (text: string, ...bytes: number[]) => {
  const [before = "", ...after] = text.split("é");
  return Buffer.concat([utf8(before), Buffer.from(bytes), utf8(after.join("é"))]);
};

/** Bytes that are no JSON object, though somebody may have meant `good`, a JSON object with an "é" in a text. */
export function badDocuments(good: string): readonly BadInput<Buffer>[] {
  if (!good.includes("é") || !good.startsWith("{"))
    throw new RangeError("good: expected an object with an é");
  const open = good.slice(0, -1);
  return table({
    nothing: utf8(""),
    blanks: utf8(" \r\n\t"),
    "a megabyte of blanks": utf8(" ".repeat(MEGABYTE)),
    words: utf8("two cups of tea"),
    markup: utf8("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    null: utf8("null"),
    true: utf8("true"),
    "a number": utf8("17"),
    "a text": utf8(JSON.stringify("tea")),
    "JSON within a text": utf8(JSON.stringify(good)),
    "it in a list": utf8(`[${good}]`),
    "it twice": utf8(good + good),
    "it on two lines": utf8(`${good}\n${good}`),
    "it without its end": utf8(open),
    "half of it": utf8(good.slice(0, good.length / 2)),
    "it with a comma too many": utf8(`${open},}`),
    "it with a comment": utf8(`${open}/* tea */}`),
    "it in single quotes": utf8(good.replaceAll('"', "'")),
    "it with NaN": utf8(`${open},"extra":NaN}`),
    "it with -Infinity": utf8(`${open},"extra":-Infinity}`),
    "it with undefined": utf8(`${open},"extra":undefined}`),
    "it with a hexadecimal number": utf8(`${open},"extra":0x10}`),
    "it with a leading zero": utf8(`${open},"extra":01}`),
    "it with a plus sign": utf8(`${open},"extra":+1}`),
    "it with a line break in a text": utf8(good.replace("é", "\n")),
    "it with a NUL in a text": utf8(good.replace("é", "\0")),
    "it with an unknown escape": utf8(good.replace("é", "\\x41")),
    "it behind a byte-order mark": utf8(`\ufeff${good}`),
    "it behind a NUL": utf8(`\0${good}`),
    "it before NULs": utf8(`${good}\0\0\0`),
    "it in UTF-16": Buffer.from(`\ufeff${good}`, "utf16le"),
    "it in UTF-16 without a mark": Buffer.from(good, "utf16le"),
    "it in big-endian UTF-16": Buffer.from(`\ufeff${good}`, "utf16le").swap16(),
    "it in Latin-1": Buffer.from(good, "latin1"),
    "it with a byte that UTF-8 has not": withBytes(good, 0xff),
    "it with an overlong slash": withBytes(good, 0xc0, 0xaf),
    "it with an encoded surrogate": withBytes(good, 0xed, 0xa0, 0x80),
    "it with a character cut in two": withBytes(good, 0xe2, 0x82),
    "it with a character beyond Unicode": withBytes(good, 0xf4, 0x90, 0x80, 0x80),
    "a hundred thousand brackets": utf8("[".repeat(100_000)),
    "a hundred thousand braces": utf8('{"a":'.repeat(100_000)),
    "a million closing brackets": utf8("]".repeat(MEGABYTE)),
    "a text that does not end": utf8(`{"a":"${"x".repeat(MEGABYTE)}`),
    "a megabyte of backslashes": utf8(`{"a":"${"\\".repeat(MEGABYTE)}`),
    zeros: Buffer.alloc(1_000),
    "what gzip makes of it": Buffer.from("1f8b08000000000000034b04000000", "hex"),
  });
}

/** Whether bytes are UTF-8, and so a text at all. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The JSON text of any value, bad ones of the tables among them; not always a bad one. */
export const anyJsonText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[...badValues, ...badTexts].map(({ content }) => content).filter(({ length }) => length < 20_000),
  ),
  fc.json(),
  fc.string({ unit: anyCharacter, maxLength: 300 }).map((text) => JSON.stringify(text)),
  fc
    .tuple(fc.bigInt(), fc.integer({ min: -400, max: 400 }))
    .map(([digits, exponent]) => `${digits}e${exponent}`),
  fc.tuple(fc.constantFrom(...inherited), fc.json()).map(([name, value]) => `{"${name}":${value}}`),
  fc.integer({ min: 1, max: 300 }).map((levels) => list(levels, "0")),
);

/** `good` with some of its bytes replaced, doubled or gone; mostly no JSON, and often no text. */
export const garbled = (good: string): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.tuple(fc.nat(), fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 4 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((edits) =>
      edits.reduce((bytes, [where, gone, put]) => {
        const at = where % (bytes.length + 1);
        return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]);
      }, utf8(good)),
    );
