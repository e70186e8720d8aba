import { recordOf } from "../../../core/record";
import { type AttributeValue, type Item, typeOf } from "../attributeValue";
import { addNumbers } from "../decimal";
import { memberOf, valueAt } from "./paths";
import type { Action, BoundOperand, Path, Sum, ValueNode } from "./tree";

/** Why an update cannot be applied to the item that it found. */
export class UpdateProblem extends Error {}

export const WRONG_TYPE = "An operand in the update expression has an incorrect data type";
const NO_SUCH_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item";
const WRONG_PATH = "The document path provided in the update expression is invalid for update";

/** What becomes of one place in an item; without a value, it is removed. */
interface Edit {
  readonly path: Path;
  readonly value: AttributeValue | undefined;
}

/**
 * The item that an update makes of another, which it leaves as it is: whatever an action reads, it reads from the
 * item as it was before. Throws `UpdateProblem`.
 */
export function updated(item: Item, actions: readonly Action[]): Item {
  return edited(
    item,
    actions.map((action) => editOf(action, item)),
  );
}

function editOf(action: Action, item: Item): Edit {
  const { path } = action;
  checkPlace(item, path);
  switch (action.kind) {
    case "SET":
      return { path, value: valueOf(action.value, item) };
    case "REMOVE":
      return { path, value: undefined };
    case "ADD":
      return { path, value: added(valueAt(item, path), action.value.value) };
    case "DELETE":
      return { path, value: without(valueAt(item, path), action.value.value) };
  }
}

/** The container of the place must be there: a map for a name, a list for a position. */
function checkPlace(item: Item, path: Path): void {
  if (path.length === 1) return;
  const container = valueAt(item, path.slice(0, -1));
  const wanted = typeof path.at(-1) === "number" ? "L" : "M";
  if (container === undefined || !(wanted in container)) throw new UpdateProblem(WRONG_PATH);
}

function valueOf(value: BoundOperand | Sum<ValueNode>, item: Item): AttributeValue {
  switch (value.kind) {
    case "value":
      return value.value;
    case "path":
      return needed(valueAt(item, value.path));
    case "sum": {
      const left = numberIn(valueOf(value.left, item));
      const right = numberIn(valueOf(value.right, item));
      return sum(left, value.operator === "+" ? 1 : -1, right);
    }
    case "call": {
      const [first, second] = value.operands;
      if (first === undefined || second === undefined) throw new Error(`${value.name} without operands`);
      if (value.name === "list_append") {
        const head = listIn(valueOf(first, item));
        return { L: [...head, ...listIn(valueOf(second, item))] };
      }
      // The fallback must be there even where nothing falls back.
      const fallback = valueOf(second, item);
      return first.kind === "path" ? (valueAt(item, first.path) ?? fallback) : fallback;
    }
  }
}

function needed(value: AttributeValue | undefined): AttributeValue {
  if (value === undefined) throw new UpdateProblem(NO_SUCH_ATTRIBUTE);
  return value;
}

function numberIn(value: AttributeValue): string {
  if (!("N" in value)) throw new UpdateProblem(WRONG_TYPE);
  return value.N;
}

function listIn(value: AttributeValue): readonly AttributeValue[] {
  if (!("L" in value)) throw new UpdateProblem(WRONG_TYPE);
  return value.L;
}

function sum(left: string, sign: 1 | -1, right: string): AttributeValue {
  const result = addNumbers(left, sign, right);
  if (result.outcome === "refused") throw new UpdateProblem(result.reason);
  return { N: result.text };
}

/** A number grows by another, a set by the members that it does not have; what is not there begins with what is added. */
function added(standing: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (standing === undefined) return value;
  if (typeOf(standing) !== typeOf(value)) throw new UpdateProblem(WRONG_TYPE);
  if ("N" in standing && "N" in value) return sum(standing.N, 1, value.N);
  if ("SS" in standing && "SS" in value) return { SS: union(standing.SS, value.SS) };
  if ("NS" in standing && "NS" in value) return { NS: union(standing.NS, value.NS) };
  if ("BS" in standing && "BS" in value) return { BS: union(standing.BS, value.BS) };
  throw new UpdateProblem(WRONG_TYPE);
}

/** A set without some of its members; nothing when none is left. */
function without(standing: AttributeValue | undefined, value: AttributeValue): AttributeValue | undefined {
  if (standing === undefined) return undefined;
  if (typeOf(standing) !== typeOf(value)) throw new UpdateProblem(WRONG_TYPE);
  if ("SS" in standing && "SS" in value) return nonEmpty("SS", difference(standing.SS, value.SS));
  if ("NS" in standing && "NS" in value) return nonEmpty("NS", difference(standing.NS, value.NS));
  if ("BS" in standing && "BS" in value) return nonEmpty("BS", difference(standing.BS, value.BS));
  throw new UpdateProblem(WRONG_TYPE);
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}

function difference(a: readonly string[], b: readonly string[]): readonly string[] {
  const gone = new Set(b);
  return a.filter((member) => !gone.has(member));
}

function nonEmpty(type: "SS" | "NS" | "BS", members: readonly string[]): AttributeValue | undefined {
  return members.length === 0 ? undefined : ({ [type]: members } as unknown as AttributeValue);
}

/** Edits by the part of their paths at one level. */
type Edits = Map<string | number, { readonly inner: Edits; readonly edit: Edit | undefined }>;

function edited(item: Item, edits: readonly Edit[]): Item {
  const root: Edits = new Map();
  for (const edit of edits) {
    let level = root;
    for (const [depth, part] of edit.path.entries()) {
      let next = level.get(part);
      if (next === undefined) {
        next = { inner: new Map(), edit: depth === edit.path.length - 1 ? edit : undefined };
        level.set(part, next);
      }
      level = next.inner;
    }
  }
  return editedMembers(item, root);
}

function editedMembers(members: Item, edits: Edits): Item {
  const result = recordOf(Object.entries(members));
  for (const [part, { inner, edit }] of edits) {
    const name = String(part);
    const value = edit === undefined ? editedWithin({ M: members }, part, inner) : edit.value;
    if (value === undefined) Reflect.deleteProperty(result, name);
    else result[name] = value;
  }
  return result;
}

/** Elements beyond the end go to the end in the order of their positions; then the removed ones go. */
function editedElements(elements: readonly AttributeValue[], edits: Edits): readonly AttributeValue[] {
  const result: (AttributeValue | undefined)[] = [...elements];
  const positions = [...edits].sort(([a], [b]) => Number(a) - Number(b));
  for (const [part, { inner, edit }] of positions) {
    const position = Number(part);
    const value = edit === undefined ? editedWithin({ L: elements }, part, inner) : edit.value;
    if (position < elements.length) result[position] = value;
    else if (value !== undefined) result.push(value);
  }
  return result.filter((element) => element !== undefined);
}

function editedWithin(
  container: AttributeValue,
  part: string | number,
  edits: Edits,
): AttributeValue | undefined {
  const value = memberOf(container, part);
  if (value === undefined) return undefined;
  if ("M" in value) return { M: editedMembers(value.M, edits) };
  return "L" in value ? { L: editedElements(value.L, edits) } : value;
}
