/**
 * Where a change stands, as Pulumi writes it: "environment.variables.LOG_LEVEL", "rules[0].port", "tags[\"a.b\"]".
 * Goes as deep as `values` do: what is inside of a text (a policy's statement) is a change of that text, `inText`.
 */
export function propertyKey(
  path: readonly string[],
  ...values: readonly unknown[]
): { readonly key: string; readonly inText: boolean } {
  let key = "";
  let here = values;
  for (const part of path) {
    if (!here.some((value) => typeof value === "object" && value !== null))
      return { key, inText: here.some((value) => typeof value === "string") };
    const index = /^\[(\d+)\]$/.exec(part)?.[1];
    here = here.map((value) => (value as Record<string, unknown> | null | undefined)?.[index ?? part]);
    key = joined(key, part, index !== undefined);
  }
  return { key, inText: false };
}

function joined(key: string, part: string, index: boolean): string {
  if (index) return `${key}${part}`;
  if (!/^[A-Za-z_$][\w$]*$/.test(part)) return `${key}[${JSON.stringify(part)}]`;
  return key === "" ? part : `${key}.${part}`;
}
