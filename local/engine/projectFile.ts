import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { type ConfigDeclaration, resolveConfig } from "./stackConfig";
import { messageOf } from "../cloud/core/messageOf";

/** A Pulumi project and one of its stacks, read and checked. */
export interface Project {
  readonly name: string;
  readonly stack: string;
  /** The folder of `Pulumi.yaml`. */
  readonly directory: string;
  /** Where the program runs: `main`'s folder, or the project's. */
  readonly programDirectory: string;
  /** `main`'s file name; "." lets `package.json` decide. */
  readonly entryPoint: string;
  readonly typescript: boolean;
  /** Every configuration value by its full key ("event-driven-aws:batchSize"), as Pulumi hands it to programs. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** A project or stack file that cannot be used; the message names the file, the key and what was expected. */
export class ProjectError extends Error {
  override readonly name = "ProjectError";
}

const declaration = v.strictObject({
  type: v.optional(v.picklist(["string", "boolean", "integer", "number", "array", "object"])),
  description: v.optional(v.string()),
  secret: v.optional(v.boolean()),
  default: v.optional(v.unknown()),
  value: v.optional(v.unknown()),
  items: v.optional(v.record(v.string(), v.unknown())),
});

const projectSchema = v.object({
  name: v.pipe(v.string(), v.nonEmpty()),
  runtime: v.union([
    v.literal("nodejs"),
    v.object({
      name: v.literal("nodejs"),
      options: v.optional(v.object({ typescript: v.optional(v.boolean()) })),
    }),
  ]),
  main: v.optional(v.string()),
  config: v.optional(v.record(v.string(), v.unknown())),
});

const stackSchema = v.object({
  config: v.nullish(v.record(v.string(), v.unknown())),
  environment: v.optional(v.never("an environment of Pulumi Cloud cannot be read without it")),
});

/** Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml`. Throws `ProjectError`. */
export function readProject(directory: string, stack: string): Project {
  const root = path.resolve(directory);
  const projectFile = path.join(root, "Pulumi.yaml");
  if (!existsSync(projectFile))
    throw new ProjectError(`no Pulumi.yaml in ${root}; expected the folder of a Pulumi project`);
  const file = readYaml(projectFile, projectSchema);
  const stackFile = path.join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(stackFile))
    throw new ProjectError(
      `stack "${stack}" does not exist: no Pulumi.${stack}.yaml; ${describeStacks(root)}`,
    );
  const values = readYaml(stackFile, stackSchema).config ?? {};
  const { config, secretKeys, errors } = resolveConfig(file.name, declarations(file.config ?? {}), values);
  if (errors.length > 0) throw new ProjectError(`stack "${stack}": ${errors.join("; ")}`);
  return {
    name: file.name,
    stack,
    directory: root,
    ...entry(root, file.main),
    typescript: typeof file.runtime === "string" ? true : (file.runtime.options?.typescript ?? true),
    config,
    secretKeys,
  };
}

/** The stacks that the project has files for, in alphabetical order. */
export function listStacks(directory: string): readonly string[] {
  return readdirSync(directory)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort();
}

function describeStacks(directory: string): string {
  const stacks = listStacks(directory);
  return stacks.length === 0
    ? "the project has no stacks yet"
    : `stacks of this project: ${stacks.join(", ")}`;
}

function readYaml<Schema extends v.GenericSchema>(file: string, schema: Schema): v.InferOutput<Schema> {
  const name = path.basename(file);
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    throw new ProjectError(`${name} is not valid YAML: ${messageOf(error)}`);
  }
  const parsed = v.safeParse(schema, content);
  if (parsed.success) return parsed.output;
  const reasons = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "the document"}: ${issue.message}`);
  throw new ProjectError(`${name}: ${reasons.join("; ")}`);
}

/** A key may be declared in full, or by its value alone: `aws:region: eu-central-1`. */
function declarations(
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ConfigDeclaration>> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]): [string, ConfigDeclaration] => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return [key, { value }];
      const parsed = v.safeParse(declaration, value);
      if (parsed.success) return [key, parsed.output];
      const reasons = parsed.issues.map(
        (issue) => `${v.getDotPath(issue) ?? "declaration"}: ${issue.message}`,
      );
      throw new ProjectError(`Pulumi.yaml: config.${key}: ${reasons.join("; ")}`);
    }),
  );
}

/** `main` may name a file or a folder. */
function entry(root: string, main: string | undefined): Pick<Project, "programDirectory" | "entryPoint"> {
  if (main === undefined) return { programDirectory: root, entryPoint: "." };
  const target = path.resolve(root, main);
  if (!existsSync(target))
    throw new ProjectError(`Pulumi.yaml: main: got "${main}"; expected a file or folder that exists`);
  return statSync(target).isDirectory()
    ? { programDirectory: target, entryPoint: "." }
    : { programDirectory: path.dirname(target), entryPoint: path.basename(target) };
}
