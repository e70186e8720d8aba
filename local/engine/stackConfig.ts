/** One key of `Pulumi.yaml`'s `config:` block. */
export interface ConfigDeclaration {
  readonly type?: "string" | "boolean" | "integer" | "number" | "array" | "object" | undefined;
  readonly secret?: boolean | undefined;
  readonly default?: unknown;
  /** A fixed value, for keys of other namespaces ("aws:region"). */
  readonly value?: unknown;
  /** An array's element type. */
  readonly items?: Readonly<Record<string, unknown>> | undefined;
}

export interface StackConfig {
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Everything that is wrong, each naming its key. */
  readonly errors: readonly string[];
}

/**
 * A stack's configuration by Pulumi's rules: keys without a namespace are the project's; what the stack does
 * not set comes from the project's declaration; a declared key of the project with neither is missing; a set
 * value must have the declared type. A program reads strings, so objects and arrays are handed over as JSON.
 */
export function resolveConfig(
  project: string,
  declared: Readonly<Record<string, ConfigDeclaration>>,
  values: Readonly<Record<string, unknown>>,
): StackConfig {
  const qualify = (key: string) => (key.includes(":") ? key : `${project}:${key}`);
  const declaredByKey = new Map(Object.entries(declared).map(([key, value]) => [qualify(key), value]));
  const given = new Map(Object.entries(values).map(([key, value]) => [qualify(key), value]));
  const errors: string[] = [];
  const config: Record<string, string> = {};
  for (const key of [...new Set([...declaredByKey.keys(), ...given.keys()])].sort()) {
    const declaration = declaredByKey.get(key);
    const value = given.has(key) ? given.get(key) : (declaration?.default ?? declaration?.value);
    if (value === undefined || value === null) {
      if (key.startsWith(`${project}:`)) errors.push(`${key} is not set and has no default`);
    } else if (hasSecure(value)) {
      errors.push(
        `${key} is encrypted (secure:) and the embedded engine has no passphrase for it; use a stack whose ${key} is plain`,
      );
    } else {
      const mismatch = declaration === undefined ? undefined : typeMismatch(declaration, value);
      if (mismatch !== undefined) errors.push(`${key}: got ${JSON.stringify(value)}; expected ${mismatch}`);
      config[key] = typeof value === "string" ? value : JSON.stringify(value);
    }
  }
  const secretKeys = [...declaredByKey]
    .filter(([key, { secret }]) => secret === true && key in config)
    .map(([key]) => key);
  return { config, secretKeys, errors };
}

function hasSecure(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "secure" in value || Object.values(value).some(hasSecure);
}

/** The expected type, when `value` does not have it. Numbers and booleans may be written as strings. */
function typeMismatch(
  declaration: Pick<ConfigDeclaration, "type" | "items">,
  value: unknown,
): string | undefined {
  const { type } = declaration;
  switch (type) {
    case undefined:
      return undefined;
    case "string":
      return typeof value === "object" ? "a string" : undefined;
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false" ? undefined : "a boolean";
    case "integer":
      return isNumber(value) && Number.isInteger(Number(value)) ? undefined : "an integer";
    case "number":
      return isNumber(value) ? undefined : "a number";
    case "object":
      return typeof value === "object" && !Array.isArray(value) ? undefined : "an object";
    case "array":
      return arrayMismatch(declaration, value);
  }
}

function isNumber(value: unknown): boolean {
  return (
    typeof value === "number" ||
    (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
  );
}

function arrayMismatch(declaration: Pick<ConfigDeclaration, "items">, value: unknown): string | undefined {
  if (!Array.isArray(value)) return "an array";
  const items = declaration.items as Pick<ConfigDeclaration, "type" | "items"> | undefined;
  if (items === undefined) return undefined;
  const mismatch = value.map((item) => typeMismatch(items, item)).find((reason) => reason !== undefined);
  return mismatch === undefined ? undefined : `an array with ${mismatch} in every place`;
}
