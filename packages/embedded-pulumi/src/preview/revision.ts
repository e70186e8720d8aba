import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { createOwnFolder } from "../engine/ownFolder";
import { messageOf } from "embedded-aws/support";
import { localDirectory } from "../engine/localDirectory";

/** The project as it stands in a commit, in a folder of its own. */
export interface Revision {
  /** As it was asked for: "main", "HEAD~1". */
  readonly name: string;
  /** The full hash. */
  readonly commit: string;
  readonly directory: string;
  readonly remove: () => void;
}

/** The revision does not exist, or the project is not in a git repository; the message says which. */
export class RevisionError extends Error {
  override readonly name = "RevisionError";
}

/** All of a project's files; far more than this one will ever have. */
const LARGEST_ARCHIVE_BYTES = 256 * 1024 * 1024;

/**
 * Writes the project of `revision` below the project's `localDirectory`, with the packages that are installed now:
 * what they change is not part of a comparison. Neither the working folder nor git's index is touched.
 */
export async function openRevision(project: string, revision: string): Promise<Revision> {
  const commit = await resolveCommit(project, revision);
  const { directory, release } = createOwnFolder(path.join(localDirectory(project), "revisions"));
  try {
    // Of a project in a subfolder of its repository, git archives that subfolder.
    const archive = await git(project, ["archive", "--format=zip", commit]);
    for (const [name, content] of Object.entries(unzipSync(archive))) {
      if (name.endsWith("/")) continue;
      const file = path.join(directory, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    const packages = path.resolve(project, "node_modules");
    if (existsSync(packages)) await symlink(packages, path.join(directory, "node_modules"), "junction");
    return { name: revision, commit, directory, remove: release };
  } catch (error) {
    release();
    throw error;
  }
}

async function resolveCommit(project: string, revision: string): Promise<string> {
  try {
    const hash = await git(project, ["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`]);
    return hash.toString().trim();
  } catch (error) {
    const reason = messageOf(error);
    if (reason.includes("ENOENT")) throw new RevisionError("--against needs git, which is not installed");
    if (/not a git repository/i.test(reason))
      throw new RevisionError("--against needs a git repository, and the project is in none");
    throw new RevisionError(
      `--against: got ${JSON.stringify(revision)}; expected a branch, tag or commit of this repository (a shallow clone may lack it: git fetch it first)`,
    );
  }
}

async function git(directory: string, args: readonly string[]): Promise<Buffer> {
  const { stdout } = await promisify(execFile)("git", [...args], {
    cwd: directory,
    encoding: "buffer",
    maxBuffer: LARGEST_ARCHIVE_BYTES,
  });
  return stdout;
}
