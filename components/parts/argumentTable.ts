import * as pulumi from "@pulumi/pulumi";
import { isPlain, type ArgumentChecks, type Rule } from "./arguments";

/**
 * All that is known of one argument of a component. A table of them is the one place that says it: the members of
 * the args interface, their defaults and checks, and the keys of the configuration follow from it. The comment
 * above an argument is its description: editors show it, and a test holds `Pulumi.yaml` to its first sentence, the
 * rule's limits and the default.
 */
export interface Argument<T, Presence extends "required" | "optional" | "defaulted"> extends Traits {
  readonly rule: Rule<T>;
  readonly presence: Presence;
  /** What stands in for an argument that is left out; undefined unless it is `defaulted`. */
  readonly default: T | undefined;
}

interface Traits {
  /** The configuration's key; by default the table's prefix and the argument's name: "ordersBatchSize". */
  readonly key?: string;
  /** Must be known when the component is constructed: an Output is refused. */
  readonly plain?: true;
  /** Goes to the component's function, under the same name, as one of its settings. */
  readonly sent?: true;
}

type Defaulted<T> = Argument<T, "defaulted"> & { readonly default: T };

export type AnyArgument = Argument<unknown, "required" | "optional" | "defaulted">;

export type ArgumentTable = Readonly<Record<string, AnyArgument>>;

export function required<T, const Own extends Traits = Traits>(
  rule: Rule<T>,
  traits?: Own,
): Argument<T, "required"> & Own {
  return { ...traits, rule, presence: "required", default: undefined } as Argument<T, "required"> & Own;
}

export function optional<T, const Own extends Traits = Traits>(
  rule: Rule<T>,
  traits?: Own,
): Argument<T, "optional"> & Own {
  return { ...traits, rule, presence: "optional", default: undefined } as Argument<T, "optional"> & Own;
}

export function defaulted<T, const Own extends Traits = Traits>(
  byDefault: NoInfer<T>,
  rule: Rule<T>,
  traits?: Own,
): Defaulted<T> & Own {
  return { ...traits, rule, presence: "defaulted", default: byDefault } as Defaulted<T> & Own;
}

/** The configuration's key of an argument of a table with this prefix, which may be empty. */
export function configurationKey(prefix: string, name: string, { key }: Traits): string {
  return key ?? (prefix === "" ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`);
}

type ValueOf<A> = A extends { readonly rule: Rule<infer T> } ? T : never;

/** A value as an argument takes it: an Output too, and in a list each item. */
type Given<A> = A extends { readonly plain: true }
  ? ValueOf<A>
  : [ValueOf<A>] extends [readonly (infer Item)[]]
    ? pulumi.Input<readonly pulumi.Input<Item>[]>
    : pulumi.Input<ValueOf<A>>;

type NamesOf<Table, Presence> = {
  [Name in keyof Table]: Table[Name] extends { readonly presence: Presence } ? Name : never;
}[keyof Table];

// Mapped over a `Pick`, not over names alone: so members keep the comments that the table has above them.
type Members<Table, Names extends keyof Table> = {
  readonly [Name in keyof Pick<Table, Names>]: Given<Table[Name]>;
};
type OptionalMembers<Table, Names extends keyof Table> = {
  readonly [Name in keyof Pick<Table, Names>]?: Given<Table[Name]> | undefined;
};

/** The part of a component's args interface that its table describes. */
export type ArgumentsOf<Table> = Members<Table, NamesOf<Table, "required">> &
  OptionalMembers<Table, NamesOf<Table, "optional" | "defaulted">>;

/** The arguments of a table with their defaults filled in; Outputs among them fail when they turn out bad. */
export type Checked<Table> = {
  readonly [Name in keyof Table]:
    | (Table[Name] extends { readonly plain: true }
        ? ValueOf<Table[Name]>
        : pulumi.Input<ValueOf<Table[Name]>>)
    | (Table[Name] extends { readonly presence: "optional" } ? undefined : never);
};

/** The values of a table as a configuration gives them: each may be left out. */
export type ValuesOf<Table> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> | undefined };

/** What must hold between arguments of a table that are good by themselves. */
export interface Relation {
  /** The argument that is told to be at fault. */
  readonly name: string;
  readonly others: readonly string[];
  /** Arguments of which any makes it needless, once it is given. */
  readonly unless: readonly string[];
  /** What is wrong with the argument, given the others; undefined when nothing is. */
  readonly problem: (value: unknown, ...others: readonly unknown[]) => string | undefined;
}

export function relation<
  Table,
  Name extends keyof Table & string,
  const Others extends readonly (keyof Table & string)[],
>(
  _table: Table,
  name: Name,
  others: Others,
  problem: (
    value: ValueOf<Table[Name]>,
    ...others: { readonly [Index in keyof Others]: ValueOf<Table[Others[Index]]> }
  ) => string | undefined,
  ...unless: readonly (keyof Table & string)[]
): Relation {
  return { name, others, problem: problem as Relation["problem"], unless };
}

/** Checks every argument of a table, and what must hold between them, and fills in the defaults. */
export function checkTable<Table extends ArgumentTable>(
  checks: ArgumentChecks,
  table: Table,
  args: ArgumentsOf<Table>,
  relations: readonly Relation[] = [],
): Checked<Table> {
  const given = args as Readonly<Record<string, unknown>>;
  const checked = new Map(
    Object.entries(table).map(([name, argument]) => [
      name,
      checkArgument(checks, name, argument, given[name]),
    ]),
  );
  for (const { name, others, problem, unless } of relations) {
    if (unless.some((other) => checked.get(other) !== undefined)) continue;
    const inputs = [name, ...others].map((member) => checked.get(member));
    if (inputs.includes(undefined)) continue;
    const [value, ...rest] = inputs;
    checked.set(name, checks.related(name, value, rest, problem));
  }
  return Object.fromEntries(checked) as Checked<Table>;
}

function checkArgument(checks: ArgumentChecks, name: string, argument: AnyArgument, given: unknown): unknown {
  const { rule, presence, plain } = argument;
  if (given === undefined && presence !== "required") return argument.default;
  if (plain === true && !isPlain(given)) {
    checks.reject(name, `got an Output; expected ${rule.expected}, known when the component is constructed`);
    return given;
  }
  return checks.required(name, Array.isArray(given) ? flattened(given) : given, rule);
}

/** A list with its items, as one input: a list of plain items stays plain, so that it is checked at once. */
function flattened(list: readonly unknown[]): unknown {
  return list.every(isPlain) ? list : pulumi.output(list);
}

/** The defaults of the arguments that have one. */
export function defaultsOf<Table extends ArgumentTable>(
  table: Table,
): { readonly [Name in NamesOf<Table, "defaulted">]: ValueOf<Table[Name]> } {
  const entries = Object.entries(table).filter(([, { presence }]) => presence === "defaulted");
  return Object.fromEntries(entries.map(([name, argument]) => [name, argument.default])) as {
    readonly [Name in NamesOf<Table, "defaulted">]: ValueOf<Table[Name]>;
  };
}

/** The names of the arguments of a table that go to the component's function. */
export type SentNames<Table> = {
  [Name in keyof Table]: Table[Name] extends { readonly sent: true } ? Name : never;
}[keyof Table];

/** Of values by name, those of the arguments that go to the component's function. */
export function sentOf<Table extends ArgumentTable, Values extends object>(
  table: Table,
  values: Values,
): Pick<Values, SentNames<Table> & keyof Values> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => table[name]?.sent === true)) as Pick<
    Values,
    SentNames<Table> & keyof Values
  >;
}
