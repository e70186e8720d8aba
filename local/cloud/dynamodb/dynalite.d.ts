/**
 * The parts of dynalite 4.0.0 that `store.ts` and `parseRequest.ts` use; the package has no types of its own. Its actions read and
 * write through a store that they are given, and answer through a callback.
 */
declare module "dynalite/db" {
  export function validateKey(key: object, table: object): Error | null | undefined;
  export function createKey(item: object, table: object): string;
  export function checkConditional(input: object, item: object | undefined): Error | null | undefined;
  export function validateKeyPaths(nestedPaths: unknown, table: object): Error | null | undefined;
}

declare module "dynalite/validations" {
  export function checkTypes(input: object, types: object): object;
  export function checkValidations(input: object, types: object, custom: unknown, store: object): void;
  export function validateAttributeValue(value: object): string | undefined;
}

declare module "dynalite/validations/*" {
  const validation: { readonly types: Readonly<Record<string, unknown>>; readonly custom?: unknown };
  export = validation;
}

declare module "dynalite/actions/*" {
  const action: (store: object, input: object, done: (error: unknown, output: unknown) => void) => void;
  export = action;
}
