import {
  ConfigurationError,
  configurationHeading,
  type ConfigOverrides,
  problemLine,
  type Project,
  readProject,
} from "./projectFile";
import { ProjectError } from "./projectError";
import { ResourceFailure, type Provider } from "./provider";
import { ProgramFailure, runProject } from "./run";
import { seededRandom } from "embedded-aws/support";

/** Stands in for every provider while the program is only heard: the first resource shows that it is content. */
const refused = () => {
  throw new ResourceFailure("nothing is created");
};
const nobody: Provider = {
  check: refused,
  comparable: refused,
  changes: refused,
  deletesFirst: refused,
  create: refused,
  update: refused,
  read: refused,
  delete: refused,
  invoke: () => Promise.reject(new ResourceFailure("nothing is asked")),
};

/**
 * Reads a project as `readProject` does. Where its configuration is not valid, the program is also asked what it
 * finds wrong, so that one error tells of everything. Rejects with `ProjectError`.
 */
export async function readCheckedProject(
  directory: string,
  stack: string,
  overrides: ConfigOverrides,
  cacheDirectory: string,
  signal: AbortSignal,
): Promise<Project> {
  try {
    return readProject(directory, stack, overrides);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ProjectError(merge(error, await hearProgram(error.project, cacheDirectory, signal)));
  }
}

/**
 * One list of both: where both speak of a value, the program's words, which know the range; of a key that is not
 * there for the program, the engine's alone.
 */
function merge({ problems, project }: ConfigurationError, heard: readonly string[]): string {
  const lineOf = (key: string) => heard.find((line) => line.startsWith(`  ${key}: got `));
  const own = problems.map((problem) => {
    const line = problem.reason.startsWith("got ") ? lineOf(problem.key) : undefined;
    return line === undefined
      ? problemLine(problem)
      : problemLine({ ...problem, reason: line.slice(problem.key.length + 4) });
  });
  const known = (line: string) => problems.some(({ key }) => line.startsWith(`  ${key}: `));
  const lines = [configurationHeading(project.stack), ...own, ...heard.filter((line) => !known(line))];
  return [...new Set(lines)].join("\n");
}

/** The lines in which the program refuses its configuration; none when it is content, or fails for another reason. */
async function hearProgram(
  project: Project,
  cacheDirectory: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    await runProject(project, {
      mode: "preview",
      provider: nobody,
      random: seededRandom(0),
      cacheDirectory,
      signal,
    });
    return [];
  } catch (error) {
    signal.throwIfAborted();
    const lines = error instanceof ProgramFailure ? error.message.split("\n") : [];
    // Other failures may well follow from the configuration at fault.
    return lines[0] === configurationHeading(project.stack) ? lines : [];
  }
}
