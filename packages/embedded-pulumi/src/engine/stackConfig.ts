import { autonamingProblem } from "./autonaming";
import { keyProblem, regionProblem } from "./knownKeys";
import { shown } from "./shown";

/** One key of `Pulumi.yaml`'s `config:` block. */
export interface ConfigDeclaration {
  readonly type?: "string" | "boolean" | "integer" | "number" | "array" | "object" | undefined;
  readonly secret?: boolean | undefined;
  readonly default?: unknown;
  /** A fixed value, for keys of other namespaces ("aws:region"). */
  readonly value?: unknown;
  /** An array's element type. */
  readonly items?: unknown;
}

/** What is wrong with one key. */
export interface ConfigProblem {
  /** The full key. */
  readonly key: string;
  /** The key as the stack's file writes it; undefined when the value comes from elsewhere. */
  readonly written?: string;
  readonly reason: string;
}

export interface StackConfig {
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Everything that is wrong. */
  readonly problems: readonly ConfigProblem[];
}

/**
 * A stack's configuration by Pulumi's rules: what the stack does not set comes from the project's declaration; a
 * declared key of the project with neither is missing; a set value must have the declared type. A program reads
 * strings, so objects and arrays are handed over as JSON. Beyond Pulumi's rules, the stack's file may set only keys
 * that somebody reads, in full: those that `Pulumi.yaml` declares (all, when it declares none), and those of the
 * AWS provider and of Pulumi itself.
 *
 * @param overrides values of the command line, which win; text, with or without the project's namespace.
 */
export function resolveConfig(
  project: string,
  declared: Readonly<Record<string, ConfigDeclaration>>,
  values: Readonly<Record<string, unknown>>,
  overrides: ReadonlyMap<string, string> = new Map(),
): StackConfig {
  const qualify = (key: string) => (key.includes(":") ? key : `${project}:${key}`);
  const declaredByKey = new Map(Object.entries(declared).map(([key, value]) => [qualify(key), value]));
  const given = new Map(
    Object.entries(values).map(([key, value]) => [qualify(key), { written: key, value }]),
  );
  const replaced = new Map([...overrides].map(([key, value]) => [qualify(key), value]));
  const problems: ConfigProblem[] = [];
  const config = new Map<string, string>();
  const secrets = new Set([...declaredByKey].flatMap(([key, { secret }]) => (secret === true ? key : [])));

  for (const key of [...new Set([...declaredByKey.keys(), ...given.keys(), ...replaced.keys()])].sort()) {
    const declaration = declaredByKey.get(key);
    const inFile = given.get(key);
    const written = inFile === undefined ? {} : { written: inFile.written };
    const reject = (reason: string) => problems.push({ key, ...written, reason });
    const unknown = keyProblem(inFile?.written ?? key, project, [...declaredByKey.keys()]);
    if (unknown !== undefined) {
      reject(unknown);
      continue;
    }
    if (inFile !== undefined && !nestsDeeperThan(DEEPEST, inFile.value) && hasSecure(inFile.value))
      secrets.add(key);
    const override = replaced.get(key);
    const value =
      override === undefined
        ? inFile === undefined
          ? (declaration?.default ?? declaration?.value)
          : inFile.value
        : parseOverride(declaration, override);
    if (value === undefined || value === null) {
      if (key.startsWith(`${project}:`)) reject("not set, and has no default");
    } else if (nestsDeeperThan(DEEPEST, value)) {
      reject(`nested deeper than ${DEEPEST} levels; expected the settings of a project`);
    } else if (hasSecure(value)) {
      reject(
        `encrypted (secure:), and no passphrase is at hand; give a stand-in with --config ${stripped(key, project)}=VALUE`,
      );
    } else {
      const reason = valueProblem(key, declaration, value);
      if (reason !== undefined) reject(secrets.has(key) ? hidden(reason) : reason);
      else if (declaration?.secret === true && inFile !== undefined && override === undefined)
        reject("declared secret in Pulumi.yaml, but not encrypted; set it with: pulumi config set --secret");
      config.set(key, typeof value === "string" ? value : JSON.stringify(value));
    }
  }
  const region = config.get("aws:region");
  if (region !== undefined && config.get("aws:skipRegionValidation") !== "true") {
    const reason = regionProblem(region);
    const inFile = replaced.has("aws:region") ? undefined : given.get("aws:region");
    if (reason !== undefined)
      problems.push({ key: "aws:region", ...(inFile && { written: inFile.written }), reason });
  }
  return {
    config: Object.fromEntries(config),
    secretKeys: [...secrets].filter((key) => config.has(key)),
    problems,
  };
}

function stripped(key: string, project: string): string {
  return key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key;
}

/** The reason without the value that it shows. */
function hidden(reason: string): string {
  return reason.replace(/^got .*; expected/s, "got a secret value; expected");
}

/** Structures are written as JSON on the command line. */
function parseOverride(declaration: ConfigDeclaration | undefined, text: string): unknown {
  if (declaration?.type !== "array" && declaration?.type !== "object") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** As in files; whatever walks a value may then recurse. */
const DEEPEST = 100;

function nestsDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => nestsDeeperThan(levels - 1, member));
}

function hasSecure(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "secure") || Object.values(value).some(hasSecure);
}

function valueProblem(
  key: string,
  declaration: ConfigDeclaration | undefined,
  value: unknown,
): string | undefined {
  switch (key) {
    case "pulumi:tags":
      return isStringMap(value) ? undefined : `got ${shown(value)}; expected a text for each tag`;
    case "pulumi:disable-default-providers":
      return disabledProviders(value) === undefined
        ? `got ${shown(value)}; expected a list of packages, such as [aws], or ["*"]`
        : undefined;
    case "pulumi:autonaming":
      return autonamingProblem(value);
    case "aws:region":
      return typeof value === "string" ? undefined : `got ${shown(value)}; expected a region of AWS`;
  }
  const mismatch = declaration === undefined ? undefined : typeMismatch(declaration, value);
  return mismatch === undefined ? undefined : `got ${shown(value)}; expected ${mismatch}`;
}

/** The packages without a default provider; undefined when `value` is no list of names. */
export function disabledProviders(value: unknown): readonly string[] | undefined {
  const list = typeof value === "string" ? parseJson(value) : value;
  return Array.isArray(list) && list.every((name) => typeof name === "string") ? list : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isStringMap(value: unknown): boolean {
  const map = typeof value === "string" ? parseJson(value) : value;
  return (
    typeof map === "object" &&
    map !== null &&
    !Array.isArray(map) &&
    Object.values(map).every((part) => typeof part === "string")
  );
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
