import { localDirectory } from "../engine/localDirectory";
import { CommandError } from "./commandError";

/** Errors of the system about a place rather than about what was done there, in words. */
const REASONS: Readonly<Partial<Record<string, string>>> = {
  ENOSPC: "there is no space left",
  EDQUOT: "the quota is used up",
  EFBIG: "files may not grow so large",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "not permitted",
  ENOTDIR: "a folder on the way is a file",
  EEXIST: "a file is in the way",
  ELOOP: "links lead in a circle",
  ENAMETOOLONG: "the path is too long",
};

/** Calls of the system that have other reasons to fail than a place. */
const OTHER_CALLS = /^(listen|bind|connect|kill|spawn)/;

/** How Node's recursive mkdir tells of a file system that is read-only above what is to be made. */
const NO_FOLDER = "no folder can be made there";

const TOLD = /\b(ENOSPC|EDQUOT|EFBIG|EROFS): /;

/** `error` as a sentence, when it says that generated files cannot be written; as it is otherwise. */
export function explainUnwritable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const advice = `generated files lie in ${localDirectory()}, or where --directory DIR or the variable LOCAL_DIRECTORY says`;
  // The program and the cloud's services tell of it in their own words, with a stack.
  if (error instanceof CommandError && TOLD.test(error.message)) {
    const [message = ""] = error.message.split(/\n\s+at /);
    return new CommandError(`${message}; ${advice}`);
  }
  const { code = "", syscall = "", path: at } = error as NodeJS.ErrnoException;
  const reason = code === "ENOENT" && syscall === "mkdir" ? NO_FOLDER : REASONS[code];
  if (reason === undefined || OTHER_CALLS.test(syscall)) return error;
  return new CommandError(`cannot write to ${at ?? localDirectory()}: ${reason} (${code}); ${advice}`);
}
