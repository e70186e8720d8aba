import * as v from "valibot";
import { proposal } from "./nearest";
import { ProjectError } from "./projectError";
import type { ConfigDeclaration } from "./stackConfig";
import type { YamlFile } from "./yamlFile";
import { shown } from "./shown";

/** What `Pulumi.yaml` says, as far as it matters on one machine. */
export interface ProjectSettings {
  readonly name: string;
  readonly main: string | undefined;
  readonly typescript: boolean;
  readonly tsconfig: string | undefined;
  readonly nodeArguments: readonly string[];
  /** A folder, relative to the file's. */
  readonly stackConfigDir: string | undefined;
  readonly requiredPulumiVersion: string | undefined;
  /** Whether an update refreshes first: `options.refresh` is `always`. */
  readonly refreshes: boolean;
  readonly config: Readonly<Record<string, ConfigDeclaration>>;
}

type Path = readonly (string | number)[];

/** What is done with a key that may stand in a file: read by its schema, left alone, or refused with a reason. */
type Treatment = v.GenericSchema | "left alone" | { readonly refused: string };

const text = v.string("expected a text");
const flag = v.boolean("expected true or false");
const map = v.custom<Readonly<Record<string, unknown>>>(isMap, "expected keys and values");

/** Names that Pulumi takes: letters, digits, hyphens, underscores and periods, at most 100 characters. */
const projectName = v.pipe(
  text,
  v.regex(/^[A-Za-z0-9_.-]{1,100}$/, "expected 1 to 100 letters, digits, hyphens, underscores or periods"),
);

const PROJECT_KEYS: Readonly<Record<string, Treatment>> = {
  name: projectName,
  runtime: v.union(
    [v.literal("nodejs"), map],
    "expected nodejs: the embedded engine runs programs in TypeScript and JavaScript",
  ),
  main: v.nullish(text),
  // A text is the old way to write stackConfigDir.
  config: v.nullish(v.union([map, text], "expected keys and their declarations")),
  stackConfigDir: v.nullish(text),
  requiredPulumiVersion: v.nullish(text),
  // About people, about where Pulumi keeps its state, and about `pulumi new`.
  description: "left alone",
  author: "left alone",
  website: "left alone",
  license: "left alone",
  template: "left alone",
  backend: "left alone",
  options: v.nullish(map),
  plugins: { refused: "plugins of the project's own are not supported by the embedded engine" },
  packages: { refused: "packages of the project's own are not supported by the embedded engine" },
};

const RUNTIME_KEYS: Readonly<Record<string, Treatment>> = {
  name: v.literal(
    "nodejs",
    "expected nodejs: the embedded engine runs programs in TypeScript and JavaScript",
  ),
  options: v.nullish(map),
};

const PROJECT_OPTION_KEYS: Readonly<Record<string, Treatment>> = {
  refresh: v.literal("always", "expected always; leave it out for updates that do not refresh first"),
};

const RUNTIME_OPTION_KEYS: Readonly<Record<string, Treatment>> = {
  typescript: v.nullish(flag),
  tsconfig: v.nullish(text),
  nodeargs: v.nullish(text),
  // Who installs the packages: somebody has, by the time that the program runs.
  packagemanager: v.nullish(
    v.picklist(["auto", "npm", "yarn", "pnpm", "bun"], "expected one of auto, npm, yarn, pnpm, bun"),
  ),
};

const TYPES = ["string", "boolean", "integer", "number", "array", "object"] as const;

const DECLARATION_KEYS: Readonly<Record<string, Treatment>> = {
  type: v.optional(v.picklist(TYPES, `expected one of ${TYPES.join(", ")}`)),
  description: v.optional(text),
  secret: v.optional(flag),
  default: v.unknown(),
  value: v.unknown(),
  items: v.optional(map),
};

const STACK_KEYS: Readonly<Record<string, Treatment>> = {
  config: v.nullish(map),
  environment: v.nullish(
    v.pipe(
      v.unknown(),
      v.check((value) => isEmpty(value), "an environment of Pulumi Cloud cannot be read without it"),
    ),
  ),
  // How Pulumi encrypts what is secret: nothing here is decrypted.
  secretsprovider: "left alone",
  encryptedkey: "left alone",
  encryptionsalt: "left alone",
};

/** Checks `Pulumi.yaml`. Throws `ProjectError` that lists every key at fault. */
export function readProjectSettings(file: YamlFile): ProjectSettings {
  const checker = new Checker(file);
  const root = checker.root(PROJECT_KEYS, ["name", "runtime"]);
  const runtime = isMap(root.runtime) ? checker.part(root.runtime, ["runtime"], RUNTIME_KEYS, ["name"]) : {};
  const options = isMap(runtime.options)
    ? checker.part(runtime.options, ["runtime", "options"], RUNTIME_OPTION_KEYS)
    : {};
  const projectOptions = isMap(root.options)
    ? checker.part(root.options, ["options"], PROJECT_OPTION_KEYS)
    : {};
  const declared = isMap(root.config) ? root.config : {};
  const config = Object.entries(declared).map(([key, value]): [string, ConfigDeclaration] => [
    key,
    // A key may be declared in full, or by its value alone: `aws:region: eu-central-1`.
    isMap(value) ? checker.part(value, ["config", key], DECLARATION_KEYS) : { value },
  ]);
  const oldFolder = typeof root.config === "string" ? root.config : undefined;
  if (oldFolder !== undefined && typeof root.stackConfigDir === "string")
    checker.reject(["config"], "got a folder, and stackConfigDir too; expected one of them");
  checker.throwIfAnyProblem();
  return {
    name: root.name as string,
    main: optionalText(root.main),
    typescript: (options.typescript ?? true) as boolean,
    tsconfig: optionalText(options.tsconfig),
    nodeArguments: words(optionalText(options.nodeargs) ?? ""),
    stackConfigDir: optionalText(root.stackConfigDir) ?? oldFolder,
    requiredPulumiVersion: optionalText(root.requiredPulumiVersion),
    refreshes: projectOptions.refresh === "always",
    config: Object.fromEntries(config),
  };
}

/** The `config:` of a stack's file. Throws `ProjectError` that lists every other key at fault. */
export function readStackValues(file: YamlFile): Readonly<Record<string, unknown>> {
  const checker = new Checker(file);
  const { config } = file.content === undefined ? {} : checker.root(STACK_KEYS);
  checker.throwIfAnyProblem();
  return isMap(config) ? config : {};
}

/** Checks maps of one file by their tables, and remembers what is wrong, each with its place. */
class Checker {
  readonly #file: YamlFile;
  readonly #problems: string[] = [];

  constructor(file: YamlFile) {
    this.#file = file;
  }

  root(keys: Readonly<Record<string, Treatment>>, required: readonly string[] = []) {
    const { content } = this.#file;
    if (isMap(content)) return this.part(content, [], keys, required);
    this.reject([], content === undefined ? "the file is empty" : "expected keys and values");
    return {};
  }

  part(
    values: Readonly<Record<string, unknown>>,
    where: Path,
    keys: Readonly<Record<string, Treatment>>,
    required: readonly string[] = [],
  ): Readonly<Record<string, unknown>> {
    for (const key of required)
      if (!Object.hasOwn(values, key)) this.reject([...where, key], "missing, and has no default");
    for (const [key, value] of Object.entries(values)) {
      const treatment = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (treatment === undefined) {
        this.reject([...where, key], `unknown key${proposal(key, Object.keys(keys))}`);
      } else if (treatment !== "left alone") {
        if ("refused" in treatment) this.reject([...where, key], treatment.refused);
        else this.#check(treatment, value, [...where, key]);
      }
    }
    return values;
  }

  reject(where: Path, problem: string): void {
    const name = where.length === 0 ? "" : `${where.join(".")}: `;
    this.#problems.push(`${this.#file.at(where)}: ${name}${problem}`);
  }

  throwIfAnyProblem(): void {
    if (this.#problems.length > 0) throw new ProjectError(this.#problems.join("\n"));
  }

  #check(schema: v.GenericSchema, value: unknown, where: Path): void {
    const parsed = v.safeParse(schema, value);
    if (parsed.success) return;
    const [issue] = parsed.issues;
    this.reject(where, value === undefined ? issue.message : `got ${shown(value)}; ${issue.message}`);
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The words of a command line, as a shell would part them: quotes keep blanks, a backslash keeps the next character. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g)].map(([word]) =>
    word.replace(
      /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
      (_whole, double?: string, single?: string, one?: string) =>
        double === undefined ? (single ?? one ?? "") : double.replace(/\\(["\\$`])/g, "$1"),
    ),
  );
}
