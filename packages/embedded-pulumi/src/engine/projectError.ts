/** A project or stack file that cannot be used; the message names the file, the key and what was expected. */
export class ProjectError extends Error {
  override readonly name: string = "ProjectError";
}
