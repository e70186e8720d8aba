import { AwsError } from "../../core/errors";
import { recordOf } from "../../core/record";
import { itemSize, type Item, MAX_ITEM_BYTES } from "./attributeValue";
import { type Change, changeOf } from "./change";
import {
  emptyKeyRefusal,
  indexKeyRefusal,
  indexTypeMismatch,
  itemKeyRefusal,
  keyRefusal,
  updatedIndexKeyRefusal,
} from "./checkKeys";
import { checkItemDepth } from "./documentDepth";
import { holds } from "./expressions/evaluateCondition";
import { updated, UpdateProblem, WRONG_TYPE } from "./expressions/evaluateUpdate";
import { project } from "./expressions/paths";
import type { Action, Condition, Path } from "./expressions/tree";
import { attributesOf, type IndexShape } from "./keyShape";
import { nestedKeyRefusal, pathsOfUpdate } from "./keyPaths";
import type * as Wire from "./requests";
import { storageKey } from "./storageKey";
import type { Table } from "./table";

/**
 * What writes come to, without doing them, so that a caller may commit several at once, or none. Everything about
 * a write happens within one turn of the event loop: no other request can come between its condition and its change.
 */

export type Evaluation =
  | { readonly outcome: "accepted"; readonly change: Change; readonly attributes: Item | undefined }
  /** The condition did not hold; `oldItem` is what stands there. */
  | { readonly outcome: "condition-failed"; readonly error: AwsError; readonly oldItem: Item | undefined }
  /** `wholeRequest`: it fails a transaction as a request, and is no reason to cancel it. */
  | { readonly outcome: "invalid"; readonly error: AwsError; readonly wholeRequest: boolean };

export type WriteOperation = "PutItem" | "UpdateItem" | "DeleteItem";

/** Thrown while a write is evaluated, and caught there. */
class Refusal extends Error {
  constructor(
    message: string,
    readonly wholeRequest = false,
  ) {
    super(message);
  }
}

/** Works out what a write would do, without doing it. */
export function evaluateWrite(
  operation: WriteOperation,
  table: Table,
  request: Wire.WriteRequest,
): Evaluation {
  try {
    switch (operation) {
      case "PutItem":
        return evaluatePut(table, request);
      case "UpdateItem":
        return evaluateUpdate(table, request);
      case "DeleteItem":
        return evaluateDelete(table, request);
    }
  } catch (cause) {
    return invalidEvaluation(cause);
  }
}

/** Evaluates a transaction's `ConditionCheck`, which changes nothing. */
export function evaluateCheck(table: Table, request: Wire.KeyedRequest): Evaluation {
  try {
    const key = keyOf(table, request.Key);
    const item = table.items.get(key);
    return whenItHolds(request.condition, item, () => ({
      change: { table, key, oldItem: item, newItem: item, indexEntries: [] },
      attributes: undefined,
    }));
  } catch (cause) {
    return invalidEvaluation(cause);
  }
}

function invalidEvaluation(cause: unknown): Evaluation {
  if (cause instanceof Refusal) {
    const error = new AwsError("ValidationException", cause.message);
    return { outcome: "invalid", error, wholeRequest: cause.wholeRequest };
  }
  if (cause instanceof AwsError) return { outcome: "invalid", error: cause, wholeRequest: false };
  throw cause;
}

type Accepted = Omit<Extract<Evaluation, { outcome: "accepted" }>, "outcome">;

const NOTHING: Item = recordOf([]);

function whenItHolds(
  condition: Condition | undefined,
  oldItem: Item | undefined,
  accept: () => Accepted,
): Evaluation {
  if (condition === undefined || holds(condition, oldItem ?? NOTHING)) {
    return { outcome: "accepted", ...accept() };
  }
  const error = new AwsError("ConditionalCheckFailedException", "The conditional request failed");
  return { outcome: "condition-failed", error, oldItem };
}

function evaluatePut(table: Table, { Item: newItem = NOTHING, condition, ReturnValues }: Wire.WriteRequest) {
  refuse(emptyKeyRefusal(table.key, newItem), true);
  refuse(itemKeyRefusal(table.key, newItem));
  for (const index of table.indexShapes) refuse(indexKeyRefusal(index, newItem), hasEmptyKey(index, newItem));
  const key = storageKey(table.key, newItem);
  const oldItem = table.items.get(key);
  return whenItHolds(condition, oldItem, () => ({
    change: changeOf(table, key, oldItem, newItem),
    attributes: ReturnValues === "ALL_OLD" ? oldItem : undefined,
  }));
}

function evaluateDelete(table: Table, { Key = NOTHING, condition, ReturnValues }: Wire.WriteRequest) {
  const key = keyOf(table, Key);
  const oldItem = table.items.get(key);
  return whenItHolds(condition, oldItem, () => ({
    change: changeOf(table, key, oldItem, undefined),
    attributes: ReturnValues === "ALL_OLD" ? oldItem : undefined,
  }));
}

function evaluateUpdate(table: Table, { Key = NOTHING, condition, update, ReturnValues }: Wire.WriteRequest) {
  const key = keyOf(table, Key);
  const actions = update?.actions ?? [];
  checkTargets(table, actions);
  const oldItem = table.items.get(key);
  return whenItHolds(condition, oldItem, () => {
    const before = oldItem ?? Key;
    const newItem = update === undefined ? before : applied(update, before);
    checkUpdated(table, before, newItem);
    return {
      change: changeOf(table, key, oldItem, newItem),
      attributes: nonEmpty(attributesShown(ReturnValues, actions, oldItem, newItem)),
    };
  });
}

function attributesShown(
  shown: Wire.WriteRequest["ReturnValues"],
  actions: readonly Action[],
  oldItem: Item | undefined,
  newItem: Item,
): Item | undefined {
  const paths = (): readonly Path[] => actions.map(({ path }) => path);
  switch (shown) {
    case "ALL_OLD":
      return oldItem;
    case "ALL_NEW":
      return newItem;
    case "UPDATED_OLD":
      return oldItem && project(oldItem, paths());
    case "UPDATED_NEW":
      return project(newItem, paths());
    default:
      return undefined;
  }
}

/** An update that touched nothing that was there has no attributes to show. */
function nonEmpty(attributes: Item | undefined): Item | undefined {
  return attributes === undefined || Object.keys(attributes).length === 0 ? undefined : attributes;
}

/** What can be said of an update before the item is looked at: keys stay as they are, and keys are no documents. */
function checkTargets(table: Table, actions: readonly Action[]): void {
  if (actions.length === 0) return;
  for (const { name } of attributesOf(table.key)) {
    if (actions.some(({ path }) => path[0] === name)) {
      throw new Refusal(
        `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
      );
    }
  }
  for (const { definition, key } of table.indexShapes) {
    for (const attribute of attributesOf(key)) {
      const action = actions.find(({ path }) => path.length === 1 && path[0] === attribute.name);
      if (action === undefined || action.kind === "REMOVE" || action.value.kind !== "value") continue;
      const { value } = action.value;
      if (!(attribute.type in value)) {
        throw new Refusal(indexTypeMismatch(definition.IndexName, attribute, value));
      }
    }
  }
  refuse(nestedKeyRefusal(table, pathsOfUpdate(actions)));
}

function applied(update: Wire.Update, item: Item): Item {
  try {
    return updated(item, update.actions);
  } catch (cause) {
    if (!(cause instanceof UpdateProblem)) throw cause;
    const legacy = update.source === "AttributeUpdates" && cause.message === WRONG_TYPE;
    throw new Refusal(legacy ? "Type mismatch for attribute to update" : cause.message);
  }
}

function checkUpdated(table: Table, before: Item, after: Item): void {
  for (const index of table.indexShapes) {
    if (attributesOf(index.key).every(({ name }) => before[name] === after[name])) continue;
    refuse(updatedIndexKeyRefusal(index, after), hasEmptyKey(index, after));
  }
  if (itemSize(after) > MAX_ITEM_BYTES) {
    throw new Refusal("Item size to update has exceeded the maximum allowed size");
  }
  checkItemDepth(after);
}

function hasEmptyKey({ key }: IndexShape, item: Item): boolean {
  return emptyKeyRefusal(key, item) !== undefined;
}

function keyOf(table: Table, key: Item): string {
  refuse(emptyKeyRefusal(table.key, key), true);
  refuse(keyRefusal(table.key, key));
  return storageKey(table.key, key);
}

function refuse(reason: string | undefined, wholeRequest = false): void {
  if (reason !== undefined) throw new Refusal(reason, wholeRequest);
}
