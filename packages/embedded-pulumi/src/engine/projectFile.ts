import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { ProjectError } from "./projectError";
import { type ProjectSettings, readProjectSettings, readStackValues } from "./projectSettings";
import { type ConfigProblem, resolveConfig } from "./stackConfig";
import { versionProblem } from "./requiredVersion";
import { readYamlFile, type YamlFile } from "./yamlFile";

export { ProjectError } from "./projectError";

/** A Pulumi project and one of its stacks, read and checked. */
export interface Project {
  readonly name: string;
  readonly stack: string;
  /** The folder of `Pulumi.yaml`. */
  readonly directory: string;
  /** Where the program runs: `main`'s folder, or the project's. Relative paths of assets start here. */
  readonly programDirectory: string;
  /** `main`'s file name; "." lets `package.json` decide. */
  readonly entryPoint: string;
  readonly typescript: boolean;
  /** `runtime.options.nodeargs`, one argument an element. */
  readonly nodeArguments: readonly string[];
  /** `runtime.options.tsconfig`, as written; undefined for `tsconfig.json`. */
  readonly tsconfig: string | undefined;
  /** Whether an update reads everything that stands first: `options.refresh: always`. */
  readonly refreshes: boolean;
  /** Every configuration value by its full key ("event-driven-aws:batchSize"), as Pulumi hands it to programs. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** One problem of a configuration, and where it stands: "Pulumi.dev.yaml:3:5"; undefined when nowhere. */
export interface PlacedProblem extends ConfigProblem {
  readonly place: string | undefined;
}

/** The configuration of a stack is not valid; the message has one line for each problem. */
export class ConfigurationError extends ProjectError {
  constructor(
    readonly problems: readonly PlacedProblem[],
    /** The project all the same, its configuration without the keys that nobody declares. */
    readonly project: Project,
  ) {
    super([configurationHeading(project.stack), ...problems.map(problemLine)].join("\n"));
  }
}

/** As the program begins the same message, so that two lists can be one. */
export function configurationHeading(stack: string): string {
  return `The configuration of stack ${stack} is not valid:`;
}

export function problemLine({ key, reason, place }: PlacedProblem): string {
  return `  ${key}: ${reason}${place === undefined ? "" : ` (${place})`}`;
}

/** Configuration from the command line, which wins over the stack's file; keys of the project need no namespace. */
export type ConfigOverrides = ReadonlyMap<string, string>;

/**
 * Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml`; a project without any stack's file, as most are that are published, has
 * any stack, which sets nothing. Throws `ConfigurationError` when only values are wrong, else
 * `ProjectError`.
 */
export function readProject(
  directory: string,
  stack: string,
  overrides: ConfigOverrides = new Map(),
): Project {
  const root = path.resolve(directory);
  const file = path.join(root, "Pulumi.yaml");
  if (!existsSync(file))
    throw new ProjectError(`no Pulumi.yaml in ${root}; expected the folder of a Pulumi project`);
  const projectFile = readYamlFile(file);
  const settings = readProjectSettings(projectFile);
  const outdated = versionProblem(settings.requiredPulumiVersion, root);
  if (outdated !== undefined)
    throw new ProjectError(
      `${projectFile.at(["requiredPulumiVersion"])}: requiredPulumiVersion: ${outdated}`,
    );
  const found = findStackFile(root, settings, stack, projectFile);
  const stackFile = found === undefined ? undefined : readYamlFile(found);
  const { config, secretKeys, problems } = resolveConfig(
    settings.name,
    settings.config,
    stackFile === undefined ? {} : readStackValues(stackFile),
    overrides,
  );
  const project: Project = {
    name: settings.name,
    stack,
    directory: root,
    ...entry(root, settings.main, projectFile),
    typescript: settings.typescript,
    nodeArguments: settings.nodeArguments,
    tsconfig: settings.tsconfig,
    refreshes: settings.refreshes,
    config,
    secretKeys,
  };
  if (problems.length === 0) return project;
  const placed = problems.map((problem) => ({
    ...problem,
    place: placeOf(problem, settings, projectFile, stackFile, overrides),
  }));
  throw new ConfigurationError(placed, project);
}

function placeOf(
  { key, written }: ConfigProblem,
  { name, config }: ProjectSettings,
  projectFile: YamlFile,
  stackFile: YamlFile | undefined,
  overrides: ConfigOverrides,
): string | undefined {
  const own = key.startsWith(`${name}:`) ? key.slice(name.length + 1) : key;
  if (overrides.has(key) || overrides.has(own)) return "--config";
  if (written !== undefined) return stackFile?.at(["config", written]);
  const declared = [key, own].find((candidate) => Object.hasOwn(config, candidate));
  return declared === undefined ? undefined : projectFile.at(["config", declared]);
}

/** The stacks that the project has files for, in alphabetical order. */
export function listStacks(directory: string): readonly string[] {
  return readdirSync(directory)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort();
}

/** The stack that is meant where none is named: the only one that has a file, else `dev`. Throws `ProjectError`. */
export function defaultStack(directory: string): string {
  const root = path.resolve(directory);
  const file = path.join(root, "Pulumi.yaml");
  // Whoever reads the project says what is wrong with the folder.
  if (!existsSync(file)) return DEFAULT_STACK;
  const folder = path.dirname(stackFileOf(root, readProjectSettings(readYamlFile(file)), DEFAULT_STACK));
  const stacks = stacksIn(folder);
  const [only = DEFAULT_STACK] = stacks;
  if (stacks.length <= 1) return only;
  if (stacks.includes(DEFAULT_STACK)) return DEFAULT_STACK;
  throw new ProjectError(
    `which stack is meant? There are ${stacks.join(", ")}; expected one of them by name`,
  );
}

const DEFAULT_STACK = "dev";

/**
 * Whether the project in `directory` has the stack: a file for it, or no stack's file, which is to have any. Throws
 * `ProjectError` when it is no project.
 */
export function hasStack(directory: string, stack: string): boolean {
  const root = path.resolve(directory);
  const settings = readProjectSettings(readYamlFile(path.join(root, "Pulumi.yaml")));
  const file = stackFileOf(root, settings, stack);
  return existsSync(file) || stacksIn(path.dirname(file)).length === 0;
}

function isFolder(folder: string): boolean {
  return existsSync(folder) && statSync(folder).isDirectory();
}

function stacksIn(folder: string): readonly string[] {
  return isFolder(folder) ? listStacks(folder) : [];
}

function stackFileOf(root: string, { stackConfigDir = "." }: ProjectSettings, stack: string): string {
  return path.resolve(root, stackConfigDir, `Pulumi.${stack}.yaml`);
}

/**
 * Stack files lie beside `Pulumi.yaml`, or in the folder that its `stackConfigDir` names. Undefined where there is none.
 * Throws `ProjectError` for a folder that does not exist, and where there are others: a name is then most likely misspelt.
 */
function findStackFile(
  root: string,
  settings: ProjectSettings,
  stack: string,
  projectFile: YamlFile,
): string | undefined {
  const file = stackFileOf(root, settings, stack);
  const folder = path.dirname(file);
  if (existsSync(file)) return file;
  const { stackConfigDir } = settings;
  if (stackConfigDir !== undefined && !isFolder(path.resolve(root, stackConfigDir)))
    throw new ProjectError(
      `${projectFile.at(["stackConfigDir"])}: stackConfigDir: got "${stackConfigDir}"; expected a folder that exists`,
    );
  const stacks = stacksIn(folder);
  if (stacks.length === 0) return undefined;
  throw new ProjectError(
    `stack "${stack}" does not exist: no ${path.relative(root, file)}; stacks of this project: ${stacks.join(", ")}`,
  );
}

/** `main` may name a file or a folder. */
function entry(
  root: string,
  main: string | undefined,
  file: YamlFile,
): Pick<Project, "programDirectory" | "entryPoint"> {
  if (main === undefined) return { programDirectory: root, entryPoint: "." };
  const target = path.resolve(root, main);
  if (!existsSync(target))
    throw new ProjectError(
      `${file.at(["main"])}: main: got "${main}"; expected a file or folder that exists`,
    );
  return statSync(target).isDirectory()
    ? { programDirectory: target, entryPoint: "." }
    : { programDirectory: path.dirname(target), entryPoint: path.basename(target) };
}
