import { isPropertyMap, type PropertyValue, toWire, type Wire } from "../engine/values";
import { canonical } from "./canonical";
import { comparedValues } from "./compareValues";

interface GivenValue {
  /** As the program gave it. */
  readonly given: PropertyValue | undefined;
  /** As the resource type's schema has it: with its defaults, documents as text. */
  readonly parsed: unknown;
  /** What AWS makes of it where it is left out. */
  readonly filledIn: unknown;
}

/**
 * An input as it is to be read back: as the program gave it where AWS's `observed` means the same, else as observed,
 * and of maps and lists only those members that differ.
 */
export function asRead(value: GivenValue, observed: unknown): PropertyValue | undefined {
  return read(value, observed, isSame);
}

/** Of a member that is an empty text it matters that it is there. */
function read(
  { given, parsed, filledIn }: GivenValue,
  observed: unknown,
  same: (a: unknown, b: unknown) => boolean,
): PropertyValue | undefined {
  if (same(completed(parsed, filledIn), observed)) return given;
  if (isMap(observed) && isMap(parsed) && (given === undefined || isPropertyMap(given))) {
    const names = new Set([...Object.keys(given ?? {}), ...Object.keys(parsed), ...Object.keys(observed)]);
    const members = [...names].flatMap((name): [string, PropertyValue][] => {
      const member = { given: given?.[name], parsed: parsed[name], filledIn: memberOf(filledIn, name) };
      const value = read(member, observed[name], isSameMember);
      return value === undefined ? [] : [[name, value]];
    });
    return members.length === 0 ? undefined : Object.fromEntries(members);
  }
  if (Array.isArray(observed) && (parsed === undefined || Array.isArray(parsed))) {
    const left: unknown[] = [...(observed as readonly unknown[])];
    const kept = ((parsed ?? []) as readonly unknown[]).flatMap((element, index): PropertyValue[] => {
      const whole = filledIn instanceof InEach ? completed(element, filledIn.members) : element;
      const found = left.findIndex((other) => isSame(whole, other));
      if (found === -1) return [];
      left.splice(found, 1);
      return [
        (Array.isArray(given) ? (given[index] as PropertyValue) : undefined) ?? (element as PropertyValue),
      ];
    });
    const bare = left.map((element) =>
      filledIn instanceof InEach ? without(element, filledIn.members) : element,
    );
    return [...kept, ...bare.map((element) => pruned(element) as PropertyValue)];
  }
  return pruned(observed) as PropertyValue | undefined;
}

/** Whether two values mean the same to AWS: in whatever order, as a document or its text, with or without what is empty. */
export function isSame(a: unknown, b: unknown): boolean {
  return isSameMember(pruned(a), pruned(b));
}

function isSameMember(a: unknown, b: unknown): boolean {
  return comparedValues(compared(a), compared(b)).length === 0;
}

function compared(value: unknown): Readonly<Record<string, Wire>> {
  const normal = normalized(withoutNothing(value));
  return normal === undefined ? {} : { value: normal };
}

/** An element as a program writes it: it leaves out what AWS fills in anyway. */
function without(element: unknown, filledIn: Readonly<Record<string, unknown>>): unknown {
  if (!isMap(element)) return element;
  return Object.fromEntries(
    Object.entries(element).filter(([name, value]) => !isSame(value, filledIn[name])),
  );
}

/** What AWS fills in of each element of a list. */
export class InEach {
  constructor(readonly members: Readonly<Record<string, unknown>>) {}
}

/** `value` with what AWS fills in where it has nothing. */
function completed(value: unknown, filledIn: unknown): unknown {
  if (filledIn instanceof InEach)
    return Array.isArray(value) ? value.map((element) => completed(element, filledIn.members)) : value;
  if (value === undefined || value === null) return filledIn;
  if (!isMap(value) || !isMap(filledIn)) return value;
  const names = new Set([...Object.keys(filledIn), ...Object.keys(value)]);
  return Object.fromEntries([...names].map((name) => [name, completed(value[name], filledIn[name])]));
}

function memberOf(value: unknown, name: string): unknown {
  return isMap(value) ? value[name] : undefined;
}

/** Without members that are not there, and without lists and maps of nothing: AWS has no word for them. */
function pruned(value: unknown): unknown {
  const rest = withoutNothing(value);
  return rest === "" ? undefined : rest;
}

function withoutNothing(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    const list = value.map(withoutNothing).filter((element) => element !== undefined);
    return list.length === 0 ? undefined : list;
  }
  if (!isMap(value)) return value;
  const entries = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const rest = withoutNothing(member);
    return rest === undefined ? [] : [[name, rest]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Lists in one order, documents for their texts. */
function normalized(value: unknown): Wire | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") return opened(value);
  if (Array.isArray(value)) {
    const list = value.map((element: unknown) => normalized(element) ?? null);
    return list.sort((a, b) => ((canonical(a) ?? "") < (canonical(b) ?? "") ? -1 : 1));
  }
  if (!isMap(value)) return toWire(value as PropertyValue);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]): [string, Wire] => [name, normalized(member) ?? null]),
  );
}

function opened(text: string): Wire {
  if (!/^[[{]/.test(text)) return text;
  try {
    return normalized(JSON.parse(text)) ?? text;
  } catch {
    return text;
  }
}

/** A plain map: no archive, no asset. */
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of an instance of some class, what it inherits from inherits something itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
