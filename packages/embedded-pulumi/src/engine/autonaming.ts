import { createHash } from "node:crypto";
import { shown } from "./shown";

/**
 * `pulumi:autonaming`: how resources without a name of their own get one, by Pulumi's rules: `mode` or `pattern` for
 * all, for each provider, and for each resource type; the innermost that is set counts.
 */
interface Naming {
  readonly mode?: "default" | "verbatim" | "disabled";
  readonly pattern?: string;
  readonly enforce?: boolean;
}

/** What a provider is to do about the name of one resource. */
export type AutomaticName =
  | { readonly kind: "default" }
  | { readonly kind: "disabled" }
  | { readonly kind: "proposed"; readonly name: string };

/** What a pattern may draw on. */
export interface NamingContext {
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  /** Fixes the random parts: one text, one name. */
  readonly salt: string;
}

const MODES = ["default", "verbatim", "disabled"];
const EXPRESSION = /\$\{([^}]*)\}/g;
const RANDOM = /^(hex|alphanum|string|num)\((\d{1,3})\)$/;
const DIGITS = {
  hex: "0123456789abcdef",
  alphanum: "abcdefghijklmnopqrstuvwxyz0123456789",
  string: "abcdefghijklmnopqrstuvwxyz",
  num: "0123456789",
} as const;

/** What is wrong with the setting; undefined when it can be honoured. */
export function autonamingProblem(value: unknown): string | undefined {
  const root = structure(value);
  if (root === undefined) return `got ${shown(value)}; expected an object with a mode or a pattern`;
  const problem = namingProblem(root, "", ["mode", "pattern", "enforce", "providers"]);
  if (problem !== undefined) return problem;
  for (const [name, provider] of Object.entries(structure(root.providers ?? {}) ?? { "": undefined })) {
    const settings = structure(provider);
    if (settings === undefined) return `providers: expected an object for each provider`;
    const wrong =
      namingProblem(settings, `providers.${name}.`, ["mode", "pattern", "enforce", "resources"]) ??
      resourcesProblem(settings.resources, `providers.${name}.resources`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function resourcesProblem(resources: unknown, where: string): string | undefined {
  const map = structure(resources ?? {});
  if (map === undefined) return `${where}: expected an object for each resource type`;
  for (const [type, naming] of Object.entries(map)) {
    const settings = structure(naming);
    if (settings === undefined) return `${where}.${type}: expected an object with a mode or a pattern`;
    const problem = namingProblem(settings, `${where}.${type}.`, ["mode", "pattern", "enforce"]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function namingProblem(
  settings: Readonly<Record<string, unknown>>,
  where: string,
  known: readonly string[],
): string | undefined {
  const unknown = Object.keys(settings).find((key) => !known.includes(key));
  if (unknown !== undefined) return `${where}${unknown}: unknown; expected one of ${known.join(", ")}`;
  const { mode, pattern, enforce } = settings;
  if (mode !== undefined && pattern !== undefined)
    return `${where}mode: got a pattern too; expected one of them`;
  if (mode !== undefined && !MODES.includes(mode as string))
    return `${where}mode: got ${shown(mode)}; expected one of ${MODES.join(", ")}`;
  if (enforce !== undefined && typeof enforce !== "boolean")
    return `${where}enforce: got ${shown(enforce)}; expected true or false`;
  if (pattern === undefined) return undefined;
  if (typeof pattern !== "string" || pattern === "") return `${where}pattern: expected a text`;
  const bad = [...pattern.matchAll(EXPRESSION)].find(([, expression = ""]) => !isExpression(expression));
  return bad === undefined
    ? undefined
    : `${where}pattern: got ${bad[0]}; expected \${name}, \${project}, \${stack}, \${organization}, \${uuid}, \${config.KEY}, or one of \${hex(N)}, \${alphanum(N)}, \${string(N)}, \${num(N)}`;
}

function isExpression(expression: string): boolean {
  return (
    ["name", "project", "stack", "organization", "uuid"].includes(expression) ||
    expression.startsWith("config.") ||
    RANDOM.test(expression)
  );
}

/** What becomes of the name of a resource, by the stack's checked setting (as JSON; undefined when it has none). */
export function automaticName(
  setting: string | undefined,
  type: string,
  name: string,
  context: NamingContext,
): AutomaticName {
  const root = setting === undefined ? undefined : structure(setting);
  if (root === undefined) return { kind: "default" };
  const provider = structure(structure(root.providers)?.[type.split(":")[0] ?? ""]);
  const resource = structure(structure(provider?.resources)?.[type]);
  const naming: Naming =
    [resource, provider, root].find((level) => level?.mode !== undefined || level?.pattern !== undefined) ??
    {};
  if (naming.pattern !== undefined) return { kind: "proposed", name: expand(naming.pattern, name, context) };
  switch (naming.mode) {
    case "disabled":
      return { kind: "disabled" };
    case "verbatim":
      return { kind: "proposed", name };
    default:
      return { kind: "default" };
  }
}

function expand(pattern: string, name: string, context: NamingContext): string {
  let place = 0;
  return pattern.replace(EXPRESSION, (_whole, expression: string) => {
    const [, alphabet, length] = RANDOM.exec(expression) ?? [];
    const salt = `${context.salt}${place++}`;
    if (alphabet !== undefined) return draw(DIGITS[alphabet as keyof typeof DIGITS], Number(length), salt);
    if (expression.startsWith("config.")) return configured(expression.slice("config.".length), context);
    switch (expression) {
      case "name":
        return name;
      case "uuid":
        return draw(DIGITS.hex, 32, salt).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
      default:
        return context[expression as "organization" | "project" | "stack"];
    }
  });
}

function configured(key: string, { config, project }: NamingContext): string {
  return config[key.includes(":") ? key : `${project}:${key}`] ?? "";
}

/** `length` characters of `alphabet` that `salt` fixes. */
function draw(alphabet: string, length: number, salt: string): string {
  let drawn = "";
  for (let block = 0; drawn.length < length; block++) {
    for (const byte of createHash("sha256").update(`${salt}:${block}`).digest())
      drawn += alphabet[byte % alphabet.length] ?? "";
  }
  return drawn.slice(0, length);
}

function structure(value: unknown): Readonly<Record<string, unknown>> | undefined {
  let read = value;
  if (typeof value === "string") {
    try {
      read = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  return typeof read === "object" && read !== null && !Array.isArray(read)
    ? (read as Readonly<Record<string, unknown>>)
    : undefined;
}
