import * as v from "valibot";
import type { ResourceType } from "./resourceType";

/** Parts of inputs that several resource types share. */

export const tags = v.optional(v.record(v.string(), v.string()), {});

export const strings = v.optional(v.array(v.string()));

/** A text whose values are AWS's to judge: its service refuses those that it does not know. */
export function textOf<Text extends string | undefined>() {
  return v.pipe(
    v.string(),
    v.transform((text) => text as NonNullable<Text>),
  );
}

/** A policy or pattern: JSON text, or the document itself; always passed on as text. */
export const jsonDocument = v.pipe(
  v.union([v.string(), v.record(v.string(), v.unknown())], "a JSON document"),
  v.transform((document) => (typeof document === "string" ? document : JSON.stringify(document))),
  v.check(isJson, "text that is valid JSON"),
);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Tags in the list form that most services take. */
export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** The object without the members that are undefined: AWS takes a member or its absence. */
export function defined<T extends object>(members: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<
    Defined<T>
  >;
}

/** `members` without the undefined ones, or undefined when none is left. */
export function definedOrNone<T extends object>(members: T): Partial<Defined<T>> | undefined {
  const rest = defined(members);
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Ties a resource type's inputs to its schema, where it is declared. */
export function resource<Schema extends v.GenericSchema>(type: ResourceType<Schema>): ResourceType {
  return type;
}
