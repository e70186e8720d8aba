import type { Action, BoundOperand, Condition, Path, Sum, ValueNode } from "./expressions/tree";
import { attributesOf } from "./keyShape";
import type { Table } from "./table";

/** Of paths that go into key attributes, as if those were documents. */
export function nestedKeyRefusal(table: Table, paths: readonly Path[]): string | undefined {
  const nested = paths.filter(({ length }) => length > 1).map(([name]) => name);
  if (nested.length === 0) return undefined;
  const refusal = (kind: string, name: string) =>
    `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ${kind}: ${name}`;
  for (const { name } of attributesOf(table.key)) if (nested.includes(name)) return refusal("Key", name);
  for (const { key } of table.indexShapes) {
    for (const { name } of attributesOf(key)) if (nested.includes(name)) return refusal("IndexKey", name);
  }
  return undefined;
}

/** All that an update writes and reads. */
export function pathsOfUpdate(actions: readonly Action[]): readonly Path[] {
  return actions.flatMap((action) => [
    action.path,
    ...(action.kind === "SET" ? pathsOfOperand(action.value) : []),
  ]);
}

export function pathsOfCondition(condition: Condition): readonly Path[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return [...pathsOfCondition(condition.left), ...pathsOfCondition(condition.right)];
    case "not":
      return pathsOfCondition(condition.inner);
    case "compare":
      return [condition.left, condition.right].flatMap(pathsOfOperand);
    case "between":
      return [condition.operand, condition.low, condition.high].flatMap(pathsOfOperand);
    case "in":
      return [condition.operand, ...condition.choices].flatMap(pathsOfOperand);
    case "call":
      return condition.operands.flatMap(pathsOfOperand);
  }
}

function pathsOfOperand(operand: BoundOperand | Sum<ValueNode>): readonly Path[] {
  switch (operand.kind) {
    case "path":
      return [operand.path];
    case "value":
      return [];
    case "sum":
      return [operand.left, operand.right].flatMap(pathsOfOperand);
    case "call":
      return operand.operands.flatMap(pathsOfOperand);
  }
}
