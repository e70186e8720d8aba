import { loadDynalite } from "./hardenedDynalite";

/**
 * The parts of dynalite 4.0.0 that `store.ts` and `parseRequest.ts` use, typed; the package has no types of its own. Its
 * actions read and write through a store that they are given, and answer through a callback.
 */
type Action = (store: object, input: object, done: (error: unknown, output: unknown) => void) => void;

/** What an operation's input may hold. */
export interface Shape {
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom?: unknown;
}

const action = (name: string) => loadDynalite(`actions/${name}`) as Action;

export const actions = {
  deleteItem: action("deleteItem"),
  getItem: action("getItem"),
  putItem: action("putItem"),
  query: action("query"),
  scan: action("scan"),
  updateItem: action("updateItem"),
};

export const db = loadDynalite("db/index") as {
  validateKey(key: object, table: object): Error | null | undefined;
  createKey(item: object, table: object): string;
  checkConditional(input: object, item: object | undefined): Error | null | undefined;
  /** With `compress` and `addMetaSize`, what an item counts for in a page of a query or scan. */
  itemSize(item: object, compress: boolean, addMetaSize: boolean, rangeKey?: string): number;
  validateKeyPaths(nestedPaths: unknown, table: object): Error | null | undefined;
};

export const { checkValidations, validateAttributeValue } = loadDynalite("validations/index") as {
  checkValidations: (input: object, types: object, custom: unknown, store: object) => void;
  validateAttributeValue: (value: object) => string | undefined;
};

export function shapeOf(operation: string): Shape {
  return loadDynalite(`validations/${operation}`) as Shape;
}
