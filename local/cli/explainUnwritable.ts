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

/** `error` as a sentence, when it says that generated files cannot be written; as it is otherwise. */
export function explainUnwritable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = "", syscall = "", path: at } = error as NodeJS.ErrnoException;
  const reason = REASONS[code];
  if (reason === undefined || OTHER_CALLS.test(syscall)) return error;
  const directory = localDirectory();
  return new CommandError(
    `cannot write to ${at ?? directory}: ${reason} (${code}); generated files lie in ${directory}, or where --directory DIR or the variable LOCAL_DIRECTORY says`,
  );
}
