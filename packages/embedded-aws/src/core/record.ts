import * as v from "valibot";

/** Makes objects that inherit from one that has nothing and inherits nothing. */
const Bare = function () {
  // Nothing is in it.
} as unknown as new () => Record<string, never>;
Bare.prototype = Object.freeze(Object.create(null) as object);

/**
 * An object that inherits nothing: whatever a stranger calls a member, it is a member and nothing else. V8 keeps it as it
 * keeps any other object, whereas one of `Object.create(null)` is a hash table, which takes several times as long to fill and
 * to walk through.
 */
export function bareRecord<Value>(): Record<string, Value> {
  return new Bare();
}

/** A bare record of some members. */
export function recordOf<Value>(entries: Iterable<readonly [string, Value]>): Record<string, Value> {
  const result = bareRecord<Value>();
  for (const [name, value] of entries) result[name] = value;
  return result;
}

/** Whether a value that came from JSON is an object, and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * `v.record` for names that a stranger chose. valibot's own leaves out `__proto__`, `constructor` and
 * `prototype`, so that they would vanish, or pass a check of names unseen. The result has no prototype.
 */
export function record<Key extends v.GenericSchema<string, string>, Value extends v.GenericSchema>(
  key: Key,
  value: Value,
) {
  const schema = v.record(key, value);
  const run: (typeof schema)["~run"] = (dataset, config) => {
    const input = dataset.value;
    if (typeof input !== "object" || input === null || Array.isArray(input)) {
      return schema["~run"](Array.isArray(input) ? { value: "an array" } : dataset, config);
    }
    const issues: v.BaseIssue<unknown>[] = [];
    const output: [string, unknown][] = [];
    let typed = true;
    for (const [name, member] of Object.entries(input as Readonly<Record<string, unknown>>)) {
      const path = {
        type: "object",
        input: input as Record<string, unknown>,
        key: name,
        value: member,
      } as const;
      const named = key["~run"]({ value: name }, config);
      for (const issue of named.issues ?? []) issues.push(within({ ...path, origin: "key" }, issue, []));
      const valued = value["~run"]({ value: member }, config);
      for (const issue of valued.issues ?? [])
        issues.push(within({ ...path, origin: "value" }, issue, issue.path ?? []));
      typed &&= named.typed && valued.typed;
      if (named.typed) output.push([named.value, valued.value]);
    }
    return { typed, value: recordOf(output), ...(issues.length > 0 && { issues }) } as ReturnType<typeof run>;
  };
  return { ...schema, "~run": run };
}

function within(
  item: v.IssuePathItem,
  issue: v.BaseIssue<unknown>,
  rest: readonly v.IssuePathItem[],
): v.BaseIssue<unknown> {
  return { ...issue, path: [item, ...rest] };
}
