import * as v from "valibot";
import type { PropertyMap } from "../engine/values";
import type { CreateContext } from "./resourceType";

/** A provider's function, which programs call with `aws.getRegion()` and the like. */
export type ProviderFunction = (
  args: PropertyMap,
  context: CreateContext,
) => Promise<Record<string, unknown>>;

/** A function from the shape of its arguments and what it does; any other argument is an error that names it. */
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
    throw new Error(`argument ${v.getDotPath(issue) ?? "(all)"}: ${reason}`);
  };
}
