import { parseTree, printParseErrorCode, type ParseError } from "jsonc-parser";
import { decodeText } from "embedded-pulumi";
import { LARGEST_BATCH_BYTES, tooLarge } from "./shop/sendOrders";

/** An order to send: its text as it stands in the file, and the line on which it begins. */
export interface FileOrder {
  readonly body: string;
  /** Counted from 1; undefined for an order that comes from no file. */
  readonly line: number | undefined;
}

/** A file of orders is not what it should be; each fault names its line. */
export class OrdersFileError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join("\n"));
  }
}

/** No order is nested so deeply; what is would exhaust the stack of whoever reads it. */
const DEEPEST = 100;
/** Faults that are told of one by one. */
const FAULTS_SHOWN = 20;

/**
 * The orders in a file: a JSON array of orders, one order, or one order a line. Each order is sent as it stands,
 * valid or not: judging orders is the pipeline's job, and only it should know the contract.
 *
 * @throws OrdersFileError with everything that is wrong: not UTF-8, not JSON, no object, nested deeper than 100
 *   levels, larger than SQS takes.
 */
export function readOrders(bytes: Uint8Array): readonly FileOrder[] {
  const decoded = decodeText(bytes);
  if ("problem" in decoded) throw new OrdersFileError([`line 1: ${decoded.problem}`]);
  const { text } = decoded;
  if (text.trim() === "") throw new OrdersFileError(["line 1: the file is empty; expected orders as JSON"]);
  const { orders, faults } = text.trimStart().startsWith("[")
    ? readArray(text)
    : isOneOrder(text)
      ? readEntries([entryAt(text, 0, text.length, 1)])
      : readEntries(linesOf(text));
  if (faults.length === 0) return orders;
  const shown = faults.slice(0, FAULTS_SHOWN);
  if (faults.length > FAULTS_SHOWN) shown.push(`… and ${faults.length - FAULTS_SHOWN} more faults`);
  throw new OrdersFileError(shown);
}

/** A stretch of the file that should be an order. */
interface Entry {
  readonly source: string;
  readonly line: number;
}

interface Reading {
  readonly orders: readonly FileOrder[];
  readonly faults: readonly string[];
}

function readEntries(entries: Iterable<Entry>): Reading {
  const orders: FileOrder[] = [];
  const faults: string[] = [];
  for (const { source, line } of entries) {
    const fault = faultOf(source, line);
    if (fault === undefined) orders.push({ body: source, line });
    else faults.push(fault);
  }
  return { orders, faults };
}

/** What keeps an entry from being sent; the first thing that does. */
function faultOf(source: string, line: number): string | undefined {
  if (depthOf(source) > DEEPEST)
    return `line ${line}: nested deeper than ${DEEPEST} levels; expected an order, as a JSON object`;
  if (!isJson(source)) return notJson(source, line);
  if (!source.startsWith("{"))
    return `line ${line}: got ${source.slice(0, 40)}; expected an order, as a JSON object`;
  const bytes = Buffer.byteLength(source);
  return bytes > LARGEST_BATCH_BYTES ? `line ${line}: the order ${tooLarge(bytes)}` : undefined;
}

/** Where exactly the text stops being JSON. It is not nested deeply: the parser calls itself for each level. */
function notJson(source: string, line: number): string {
  const errors: ParseError[] = [];
  parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  const at = line + linesIn(source, 0, error?.offset ?? 0);
  const what = error === undefined ? "no value" : printParseErrorCode(error.error);
  return `line ${at}: not JSON (${what}); expected an order, as a JSON object`;
}

/** The elements of a JSON array, by one pass over the text that knows strings and brackets and no more. */
function readArray(text: string): Reading {
  const entries: Entry[] = [];
  const faults: string[] = [];
  let start = text.indexOf("[") + 1;
  let line = 1 + linesIn(text, 0, start);
  let closed = false;
  let offset = start;
  const take = (end: number, last: boolean) => {
    const entry = entryAt(text, start, end, line);
    if (entry.source !== "") entries.push(entry);
    else if (!last || entries.length > 0)
      faults.push(
        `line ${line + linesIn(text, start, end)}: not JSON (ValueExpected); expected an order, as a JSON object`,
      );
    line += linesIn(text, start, end);
    start = end + 1;
  };
  for (let depth = 0; offset < text.length && !closed; offset++) {
    const character = text.charCodeAt(offset);
    if (character === QUOTE) offset = endOfString(text, offset);
    else if (character === OPEN_OBJECT || character === OPEN_ARRAY) depth++;
    else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) {
      closed = depth === 0;
      if (closed) take(offset, true);
      else depth--;
    } else if (character === COMMA && depth === 0) take(offset, false);
  }
  if (!closed) {
    const rest = entryAt(text, start, text.length, line);
    if (rest.source !== "") entries.push(rest);
    faults.push(`line ${1 + linesIn(text, 0, text.trimEnd().length)}: the file ends before its array does`);
  } else if (text.slice(offset).trim() !== "") {
    faults.push(
      `line ${entryAt(text, offset, text.length, line).line}: text behind the array; expected one array`,
    );
  }
  const reading = readEntries(entries);
  return { orders: reading.orders, faults: [...reading.faults, ...faults] };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** The place of the quote that ends the string at `start`; of the line's end when none does. */
function endOfString(text: string, start: number): number {
  for (let offset = start + 1; offset < text.length; offset++) {
    const character = text.charCodeAt(offset);
    if (character === BACKSLASH) offset++;
    else if (character === QUOTE || character === NEWLINE) return offset;
  }
  return text.length;
}

function depthOf(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (let offset = 0; offset < source.length; offset++) {
    const character = source.charCodeAt(offset);
    if (character === QUOTE) offset = endOfString(source, offset);
    else if (character === OPEN_OBJECT || character === OPEN_ARRAY) deepest = Math.max(deepest, ++depth);
    else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) depth--;
  }
  return deepest;
}

/** One order spread over lines: all of the text is one value, or at least its first line is none. */
function isOneOrder(text: string): boolean {
  if (isJson(text)) return true;
  const [first = ""] = text.trimStart().split("\n", 1);
  return first.trim() === "{";
}

function* linesOf(text: string): Generator<Entry> {
  let line = 1;
  for (let start = 0; start <= text.length; line++) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const source = text.slice(start, end).trim();
    if (source !== "") yield { source, line };
    start = end + 1;
  }
}

/** The text from `start` to `end` without the blanks around it; `line` is that of `start`. */
function entryAt(text: string, start: number, end: number, line: number): Entry {
  const source = text.slice(start, end);
  const trimmed = source.trimStart();
  return {
    source: trimmed.trimEnd(),
    line: line + linesIn(source, 0, source.length - trimmed.length),
  };
}

/** How many lines end between two places. */
function linesIn(text: string, start: number, end: number): number {
  let lines = 0;
  for (let offset = start; offset < end; offset++) if (text.charCodeAt(offset) === NEWLINE) lines++;
  return lines;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
