/**
 * Reads what a function needs from its environment, once, as it starts.
 *
 * @throws an error that names every variable that is missing or empty.
 */
export function readEnvironment<Name extends string>(
  ...names: readonly Name[]
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(", ")}: not set; expected in the function's environment, as the component sets it`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, process.env[name]])) as Record<Name, string>;
}

/** As `readEnvironment`, for variables that may stay away. */
export function readOptionalEnvironment<Name extends string>(
  ...names: readonly Name[]
): Readonly<Partial<Record<Name, string>>> {
  const entries = names.map((name) => [name, process.env[name]] as const).filter(([, value]) => value);
  return Object.fromEntries(entries) as Readonly<Partial<Record<Name, string>>>;
}
