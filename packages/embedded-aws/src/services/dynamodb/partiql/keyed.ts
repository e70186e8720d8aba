import type { AttributeValue, Item } from "../attributeValue";
import { recordOf } from "../../../core/record";
import type { Condition } from "../expressions/tree";
import { attributesOf, type KeyShape } from "../keyShape";

/** A condition in two parts: the key that it asks for, and what else it asks. */
export interface Keyed {
  /** The key attributes that the condition says a value of; all of them only where it names one item. */
  readonly key: Item;
  readonly rest: Condition | undefined;
}

/** Takes the equalities of key attributes out of a condition, as far as all of it must hold. */
export function keyed(where: Condition | undefined, shape: KeyShape): Keyed {
  const names = new Set(attributesOf(shape).map(({ name }) => name));
  const key = recordOf<AttributeValue>([]);
  const rest = (where === undefined ? [] : conjuncts(where)).filter((condition) => {
    const equality = equalityOf(condition);
    if (equality === undefined || !names.has(equality.name) || key[equality.name] !== undefined) return true;
    key[equality.name] = equality.value;
    return false;
  });
  return { key, rest: allOf(rest) };
}

/** What must hold one by one for a condition to hold, from the left. */
export function conjuncts(condition: Condition): readonly Condition[] {
  return condition.kind === "and"
    ? [...conjuncts(condition.left), ...conjuncts(condition.right)]
    : [condition];
}

export function allOf(conditions: readonly Condition[]): Condition | undefined {
  return conditions.reduce<Condition | undefined>(
    (left, right) => (left === undefined ? right : { kind: "and", left, right }),
    undefined,
  );
}

/** "id = 'a'", or "'a' = id". */
function equalityOf(
  condition: Condition,
): { readonly name: string; readonly value: AttributeValue } | undefined {
  if (condition.kind !== "compare" || condition.operator !== "=") return undefined;
  const { left, right } = condition;
  const [path, value] = left.kind === "path" ? [left, right] : [right, left];
  if (path.kind !== "path" || value.kind !== "value" || path.path.length !== 1) return undefined;
  return { name: String(path.path[0]), value: value.value };
}
