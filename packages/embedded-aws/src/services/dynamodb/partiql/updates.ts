import { notSupported } from "../../../core/errors";
import type { ActionOf, Operand, Path, Sum, UpdateSyntax, ValuePlaceholder } from "../expressions/tree";
import { type Operands, samePath, UPDATE_FUNCTIONS } from "./operands";

/** Functions that stand for actions of update expressions, in capitals. */
const SET_FUNCTIONS: ReadonlyMap<string, "ADD" | "DELETE"> = new Map([
  ["SET_ADD", "ADD"],
  ["SET_DELETE", "DELETE"],
] as const);

/**
 * What follows the table of an `UPDATE`: `SET path = value, …` and `REMOVE path`, as often as one likes.
 *
 * @throws ExpressionProblem
 */
export function readUpdate(operands: Operands): UpdateSyntax {
  const { reader } = operands;
  const actions: ActionOf<ValuePlaceholder>[] = [];
  for (;;) {
    if (reader.acceptWord("SET")) {
      do actions.push(readAssignment(operands));
      while (reader.accept(","));
    } else if (reader.acceptWord("REMOVE")) {
      actions.push({ kind: "REMOVE", path: operands.path().path });
    } else if (actions.length > 0) {
      return actions;
    } else throw reader.malformed("Expected SET or REMOVE");
  }
}

function readAssignment(operands: Operands): ActionOf<ValuePlaceholder> {
  const { reader } = operands;
  const { path } = operands.path();
  reader.expect("=");
  const kind = reader.next?.text === "(" ? SET_FUNCTIONS.get(reader.token.upper) : undefined;
  if (kind !== undefined) return readSetFunction(operands, path, kind);
  return { kind: "SET", path, value: readSum(operands) };
}

/** `SET tags = set_add(tags, <<'new'>>)` */
function readSetFunction(operands: Operands, path: Path, kind: "ADD" | "DELETE"): ActionOf<ValuePlaceholder> {
  const { reader } = operands;
  const token = reader.take();
  reader.countOperator();
  const noSet = `The second argument to ${token.upper} must be a value with type SET`;
  const two = `${token.upper} must have exactly two arguments`;
  return reader.inParentheses(() => {
    const first = reader.token;
    if (operands.atValue() || !samePath(operands.path().path, path))
      throw reader.problemAt(token, `The first argument to ${token.upper} must equal the assignment value`);
    if (!reader.accept(",")) throw reader.problemAt(token, two);
    if (!operands.atValue()) throw reader.problemAt(first, noSet);
    const value = operands.value();
    operands.gathered.noSets[value.name] = reader.problemAt(first, noSet).message;
    if (!reader.at(")")) throw reader.problemAt(token, two);
    return { kind, path, value };
  });
}

function readSum(operands: Operands): Operand<ValuePlaceholder> | Sum<ValuePlaceholder> {
  const { reader } = operands;
  const left = reader.at("(")
    ? reader.inParentheses(() => readSum(operands))
    : operands.operand(UPDATE_FUNCTIONS);
  const { kind, text } = reader.token;
  if (kind !== "symbol" || (text !== "+" && text !== "-")) return left;
  reader.take();
  reader.countOperator();
  const right = operands.operand(UPDATE_FUNCTIONS);
  if (left.kind === "sum" || reader.at("+") || reader.at("-"))
    throw notSupported("More than one + or - in a value that PartiQL's SET assigns");
  return { kind: "sum", operator: text, left, right };
}
