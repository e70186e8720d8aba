import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";

/** A file of orders is not what it should be; the message names the line. */
export class OrdersFileError extends Error {}

/**
 * The message bodies in a file of orders: a JSON array of orders, one order, or one order a line. Each order is
 * sent as it stands, valid or not: judging orders is the pipeline's job, and only it should know the contract.
 *
 * @throws OrdersFileError when the text is not JSON or an entry is not an object, with the line number.
 */
export function readOrders(text: string): string[] {
  if (text.trim() === "") throw new OrdersFileError("line 1: the file is empty; expected orders as JSON");
  if (text.trimStart().startsWith("[")) {
    return (parseJson(text, 0).children ?? []).map((entry) => bodyOf(text, entry, 0));
  }
  if (isJson(text)) return [bodyOf(text, parseJson(text, 0), 0)];
  return text
    .split("\n")
    .map((line, index) => ({ line, before: index }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, before }) => bodyOf(line, parseJson(line, before), before));
}

/** `before` is the number of lines that stand before `text` in the file. */
function parseJson(text: string, before: number): Node {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  if (tree !== undefined && error === undefined) return tree;
  const line = before + lineOf(text, error?.offset ?? 0);
  const what = error === undefined ? "no value" : printParseErrorCode(error.error);
  throw new OrdersFileError(`line ${line}: not JSON (${what}); expected an order, as a JSON object`);
}

function bodyOf(text: string, entry: Node, before: number): string {
  const source = text.slice(entry.offset, entry.offset + entry.length);
  if (entry.type === "object") return source;
  const line = before + lineOf(text, entry.offset);
  throw new OrdersFileError(`line ${line}: got ${source.slice(0, 40)}; expected an order, as a JSON object`);
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
