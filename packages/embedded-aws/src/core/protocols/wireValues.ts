import * as v from "valibot";

/** In the query protocols every scalar is a text; in-process callers give the value itself. */
export const wireInteger = v.pipe(
  v.union([v.pipe(v.string(), v.regex(/^-?[0-9]{1,15}$/), v.transform(Number)), v.number()]),
  v.integer(),
);
