import { AwsError } from "../../core/errors";

/**
 * Bounds of expressions: "Quotas in Amazon DynamoDB", expression parameters; words as AWS's DynamoDB Local has them.
 * They are checked on the text, before it is parsed.
 */
const MAX_BYTES = 4096;
const MAX_OPERATORS = 300;
const MAX_PATH_LEVELS = 32;
const MAX_IN_OPERANDS = 100;
/** Every pair of parentheses but the innermost needs an operator or a function inside it; one that has none is redundant. */
const MAX_PARENTHESES = MAX_OPERATORS + 1;

const TOKEN = /[#:]?[A-Za-z0-9_]+|<=|>=|<>|\S/g;
const WORD = /^[#:]?[A-Za-z0-9_]/;
const KEYWORDS: ReadonlySet<string> = new Set(["AND", "OR", "NOT", "BETWEEN", "IN"]);
const COMPARATORS: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);
const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-"]);

/** Throws DynamoDB's `ValidationException` for an expression that is too large in some respect. */
export function checkExpression(member: string, expression: string): void {
  const refuse = (reason: string) => {
    return new AwsError("ValidationException", `Invalid ${member}: ${reason}`);
  };
  const bytes = Buffer.byteLength(expression);
  if (bytes > MAX_BYTES) {
    throw refuse(`Expression size has exceeded the maximum allowed size; expression size: ${bytes}`);
  }
  const counted = member === "UpdateExpression" ? ARITHMETIC : COMPARATORS;
  const tokens = expression.match(TOKEN) ?? [];
  let operators = 0;
  let betweens = 0;
  let pathLevels = 0;
  /** Commas of each open pair of parentheses, and whether it is the list of an IN. */
  const open: { commas: number; readonly isList: boolean }[] = [];
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    const after = tokens[at + 1];
    if (WORD.test(token)) {
      const inPath = before === "." || before === "[";
      pathLevels = inPath ? pathLevels + 1 : 1;
      if (pathLevels > MAX_PATH_LEVELS) {
        throw refuse(
          `The document path has too many nesting levels; nesting levels: ${levelsFrom(tokens, at, pathLevels)}`,
        );
      }
      if (inPath) continue;
      const word = token.toUpperCase();
      if (word === "BETWEEN") betweens++;
      // The AND of a BETWEEN belongs to it.
      if (word === "AND" && betweens > 0) betweens--;
      else if (KEYWORDS.has(word) || after === "(") operators++;
    } else if (counted.has(token)) {
      operators++;
    } else if (token === "(") {
      open.push({ commas: 0, isList: before?.toUpperCase() === "IN" });
    } else if (token === ")") {
      const closed = open.pop();
      if (closed?.isList === true && closed.commas >= MAX_IN_OPERANDS) {
        throw refuse(
          `The IN operator is provided with too many operands; number of operands: ${closed.commas + 1}`,
        );
      }
    } else if (token === ",") {
      const list = open.at(-1);
      if (list !== undefined) list.commas++;
    }
    // AWS counts no further.
    if (operators > MAX_OPERATORS) {
      throw refuse(`The expression contains too many operators; operator count: ${operators}`);
    }
    if (open.length > MAX_PARENTHESES) throw refuse("The expression has redundant parentheses;");
  }
}

/** The levels of a whole path, of which `levels` end at the token `at`. */
function levelsFrom(tokens: readonly string[], at: number, levels: number): number {
  let count = levels;
  for (let next = at + 1; next < tokens.length; next++) {
    const token = tokens[next] ?? "";
    if (WORD.test(token)) {
      if (tokens[next - 1] !== "." && tokens[next - 1] !== "[") break;
      count++;
    } else if (token !== "." && token !== "[" && token !== "]") {
      break;
    }
  }
  return count;
}
