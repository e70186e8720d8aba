import { recordOf } from "../../../core/record";
import type { AttributeValue } from "../attributeValue";
import { parseNumber } from "../decimal";
import { ExpressionProblem } from "../expressions/problem";
import { validateValue } from "../validateValue";
import type { StatementReader } from "./statementReader";

/** "Quotas in Amazon DynamoDB", nested attribute depth; the innermost value included. */
const MAX_LEVELS = 32;

/** Whether a value as it is written begins here, but a parameter. */
export function atLiteral(reader: StatementReader): boolean {
  const { kind, text, upper } = reader.token;
  if (kind === "string" || kind === "number") return true;
  if (kind === "word") return upper === "TRUE" || upper === "FALSE" || upper === "NULL";
  if (kind !== "symbol") return false;
  if (text === "-" || text === "+") return reader.next?.kind === "number";
  return text === "[" || text === "{" || text === "<<";
}

/**
 * A value as it is written. Inside lists, maps and sets DynamoDB takes no parameters: a list or a map with values of
 * the request is a parameter as a whole.
 *
 * @throws ExpressionProblem
 */
export function readLiteral(reader: StatementReader): AttributeValue {
  return readValue(reader, "root", 1);
}

/** @param path where the value stands, as DynamoDB's messages say it: `root.items[0]` */
function readValue(reader: StatementReader, path: string, level: number): AttributeValue {
  if (level > MAX_LEVELS) throw new ExpressionProblem("Nesting Levels have exceeded supported limits");
  const { token } = reader;
  if (token.kind === "symbol" && atLiteral(reader)) {
    switch (token.text) {
      case "[":
        return readList(reader, path, level);
      case "{":
        return { M: recordOf(readTuple(reader, (name) => readValue(reader, `${path}.${name}`, level + 1))) };
      case "<<":
        return readSet(reader, path);
      default:
        return readNumber(reader, path);
    }
  }
  if (!atLiteral(reader)) throw unsupported(reader, path);
  if (token.kind === "number") return readNumber(reader, path);
  reader.take();
  if (token.kind === "string") return { S: token.text };
  return token.upper === "NULL" ? { NULL: true } : { BOOL: token.upper === "TRUE" };
}

function readList(reader: StatementReader, path: string, level: number): AttributeValue {
  reader.expect("[");
  const L: AttributeValue[] = [];
  if (!reader.at("]")) {
    do L.push(readValue(reader, `${path}[${L.length}]`, level + 1));
    while (reader.accept(","));
  }
  reader.expect("]");
  return { L };
}

/** The members of `{'name': value, …}`, whose values `read` reads. */
export function readTuple<Value>(
  reader: StatementReader,
  read: (name: string) => Value,
): ReadonlyMap<string, Value> {
  reader.expect("{");
  const members = new Map<string, Value>();
  if (!reader.at("}")) {
    do {
      const token = reader.take();
      if (token.kind !== "string")
        throw reader.problemAt(token, "Tuple keys must be of type String under root");
      const { text: name } = token;
      if (name === "") throw new ExpressionProblem("Path component cannot be an empty string");
      reader.expect(":");
      if (members.has(name))
        throw reader.problemAt(token, `Duplicate keys in tuple. Key: ${name} under root`);
      members.set(name, read(name));
    } while (reader.accept(","));
  }
  reader.expect("}");
  return members;
}

function readSet(reader: StatementReader, path: string): AttributeValue {
  reader.expect("<<");
  if (reader.accept(">>")) throw new ExpressionProblem("Empty bags are not supported");
  const members: AttributeValue[] = [];
  do {
    if (reader.token.kind === "parameter" || ["[", "{", "<<"].some((symbol) => reader.at(symbol)))
      throw wrongMember();
    members.push(readValue(reader, path, 1));
  } while (reader.accept(","));
  reader.expect(">>");
  const value = setOf(members);
  const reason = validateValue(value);
  if (reason !== undefined) throw new ExpressionProblem(reason);
  return value;
}

function setOf(members: readonly AttributeValue[]): AttributeValue {
  const strings = members.flatMap((member) => ("S" in member ? [member.S] : []));
  if (strings.length === members.length) return { SS: strings };
  const numbers = members.flatMap((member) => ("N" in member ? [member.N] : []));
  if (numbers.length === members.length) return { NS: numbers };
  throw wrongMember();
}

function wrongMember(): ExpressionProblem {
  return new ExpressionProblem(
    "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags",
  );
}

function readNumber(reader: StatementReader, path: string): AttributeValue {
  const sign = reader.accept("-") ? "-" : "";
  if (sign === "") reader.accept("+");
  const { text } = reader.take();
  const number = parseNumber(sign + text);
  if (number.outcome === "refused") {
    // What is too long for a number is none to AWS's parser either.
    if (number.reason.endsWith(text)) throw reader.malformed("");
    throw new ExpressionProblem(`${number.reason} under ${path}`);
  }
  return { N: number.text };
}

function unsupported(reader: StatementReader, path: string): ExpressionProblem {
  const { token } = reader;
  const what = token.kind === "parameter" ? "Parameter" : token.text;
  if (token.kind === "end") return reader.malformed("Unexpected end of the statement");
  return reader.problemAt(token, `Unsupported data type: ${what} under key ${path}`);
}
