import * as v from "valibot";

/** EC2's requests carry numbers and booleans as texts; calls in-process may carry either. */

export function integer(lowest: number, highest: number) {
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d{1,15}$/), v.transform(Number))]),
    v.integer(),
    v.minValue(lowest),
    v.maxValue(highest),
  );
}

export const Flag = v.pipe(
  v.union([v.boolean(), v.picklist(["true", "false"])]),
  v.transform((value) => value === true || value === "true"),
);

export const Filters = v.optional(
  v.array(
    v.strictObject({
      Name: v.string(),
      Value: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(200)),
    }),
  ),
  [],
);
export type Filters = v.InferOutput<typeof Filters>;

export const Ids = v.optional(v.pipe(v.array(v.string()), v.maxLength(1000)));

export const Tags = v.pipe(
  v.array(
    v.strictObject({
      Key: v.pipe(v.string(), v.minLength(1), v.maxLength(127)),
      Value: v.optional(v.pipe(v.string(), v.maxLength(255)), ""),
    }),
  ),
  v.maxLength(50),
);

/** Members of an answer that is read page by page. */
export const paging = {
  MaxResults: v.optional(integer(5, 1000), 1000),
  NextToken: v.optional(v.string()),
};
