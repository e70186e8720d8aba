import { AwsError } from "../../../core/errors";
import { recordOf } from "../../../core/record";
import type { AttributeValue, Item } from "../attributeValue";
import { Bindings } from "../expressions/bind";
import { ExpressionProblem } from "../expressions/problem";
import { Recent } from "../expressions/recent";
import { checkColumns } from "./columns";
import { parameterName } from "./gathered";
import { parseStatement } from "./parser";
import type { Statement, StatementSyntax } from "./tree";

/** Characters, as of expressions: 32 of the longest statements, or some thousand of a program's. */
const KEPT = 256 * 1024;

const statements = new Recent(parseStatement, KEPT);

/**
 * A statement with a request's values in the places of its `?`, in order. Each text is parsed once, and kept for a while.
 *
 * @param parameters checked, and numbers in the form that they are kept in
 * @throws AwsError `ValidationException`
 */
export function readStatement(text: string, parameters: readonly AttributeValue[]): Statement {
  try {
    return bound(statements.of(text), parameters);
  } catch (cause) {
    if (cause instanceof ExpressionProblem) throw new AwsError("ValidationException", cause.message);
    throw cause;
  }
}

function bound(syntax: StatementSyntax, parameters: readonly AttributeValue[]): Statement {
  if (parameters.length !== syntax.parameters)
    throw new ExpressionProblem("Number of parameters in request and statement don't match.");
  const values: Record<string, AttributeValue> = Object.assign(recordOf<AttributeValue>([]), syntax.literals);
  for (const [position, value] of parameters.entries()) values[parameterName(position)] = value;
  const { table } = syntax;
  if (syntax.kind === "insert") return { kind: "insert", table, item: itemOf(syntax.members, values) };
  const bindings = new Bindings(syntax.names, values);
  const where = syntax.where && bindings.condition(syntax.where);
  switch (syntax.kind) {
    case "update": {
      checkSets(syntax.noSets, values);
      const actions = bindings.update(syntax.update);
      return { kind: "update", table, actions, where, returning: syntax.returning };
    }
    case "delete":
      return { kind: "delete", table, where, returning: syntax.returning };
    case "select": {
      checkColumns((syntax.columns ?? []).map((path) => bindings.path(path)));
      const columns = syntax.columns && bindings.projection(syntax.columns);
      return { kind: "select", table, columns, where, order: syntax.order };
    }
  }
}

function itemOf(
  members: ReadonlyMap<string, { readonly name: string }>,
  values: Readonly<Record<string, AttributeValue>>,
): Item {
  const item = recordOf<AttributeValue>([]);
  for (const [name, placeholder] of members) {
    const value = values[placeholder.name];
    if (value !== undefined) item[name] = value;
  }
  return item;
}

/** @throws ExpressionProblem where what must be a set is none: `ADD` takes numbers as well */
function checkSets(noSets: Readonly<Record<string, string>>, values: Item): void {
  for (const [placeholder, refusal] of Object.entries(noSets)) {
    const value = values[placeholder];
    if (value !== undefined && !("SS" in value || "NS" in value || "BS" in value))
      throw new ExpressionProblem(refusal);
  }
}
