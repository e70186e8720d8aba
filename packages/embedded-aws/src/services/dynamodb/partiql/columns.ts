import { recordOf } from "../../../core/record";
import type { AttributeValue, Item } from "../attributeValue";
import { ExpressionProblem } from "../expressions/problem";
import { valueAt } from "../expressions/paths";
import type { Path } from "../expressions/tree";

/**
 * What a `SELECT` shows of an item: each value under the last name of its path, with the positions that follow it
 * (`items[0].sku` is `sku`, `items[0]` is `items[0]`).
 */
export function selected(item: Item, columns: readonly Path[]): Item {
  const shown = recordOf<AttributeValue>([]);
  for (const path of columns) {
    const value = valueAt(item, path);
    if (value !== undefined) shown[columnName(path)] = value;
  }
  return shown;
}

/** @throws ExpressionProblem where two columns would have one name */
export function checkColumns(columns: readonly Path[]): void {
  const names = new Set<string>();
  for (const name of columns.map(columnName)) {
    if (names.has(name)) throw new ExpressionProblem(`Duplicate identifiers in select clause: ${name}`);
    names.add(name);
  }
}

function columnName(path: Path): string {
  const last = path.findLastIndex((part) => typeof part === "string");
  return path
    .slice(last)
    .map((part) => (typeof part === "number" ? `[${part}]` : part))
    .join("");
}
