import * as v from "valibot";
import { ResourceFailure } from "../engine/provider";
import type { PropertyMap } from "../engine/values";
import type { CreateContext } from "./resourceType";

/** A provider's function, which programs call with `aws.getRegion()` and the like. */
export type ProviderFunction = (
  args: PropertyMap,
  context: CreateContext,
) => Promise<Record<string, unknown>>;

/** A function from the shape of its arguments and what it does. Throws `ResourceFailure` that names any other argument. */
export function define<Schema extends v.GenericSchema>(
  schema: Schema,
  run: (
    args: v.InferOutput<Schema>,
    context: CreateContext,
  ) => Record<string, unknown> | Promise<Record<string, unknown>>,
): ProviderFunction {
  return async (args, context) => {
    const parsed = v.safeParse(schema, args);
    if (parsed.success) return await run(parsed.output, context);
    const [issue] = parsed.issues;
    const reason = issue.expected === "never" ? "not supported by the embedded cloud" : issue.message;
    throw new ResourceFailure(`argument ${v.getDotPath(issue) ?? "(all)"}: ${reason}`);
  };
}

/** A filter of a function's, as programs write it. */
export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

export function filters() {
  return v.optional(v.array(v.strictObject({ name: v.string(), values: v.array(v.string()) })));
}

/** Filters as EC2 takes them. */
export function describeFilters(given: readonly Filter[] | undefined) {
  return { Filters: given?.map(({ name, values }) => ({ Name: name, Values: [...values] })) };
}

/** The embedded cloud has one region. Throws `ResourceFailure` for another. */
export function onlyRegion(asked: string | undefined, region: string): string {
  if (asked === undefined || asked === region) return region;
  throw new ResourceFailure(`region: got ${asked}; expected ${region}: the embedded cloud has one region`);
}

/** The one that was found. Throws for none, and for several. */
export function single<T>(what: string, found: readonly T[]): T {
  const [one, second] = found;
  if (one === undefined || second !== undefined)
    throw new Error(`${found.length} ${what} match; expected one`);
  return one;
}

/** Tags of EC2's as programs have them. */
export function tagsIn(given: readonly { Key?: string | undefined; Value?: string | undefined }[] = []) {
  return Object.fromEntries(given.map(({ Key = "", Value = "" }) => [Key, Value]));
}
