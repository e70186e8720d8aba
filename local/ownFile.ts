import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file of this project, wherever this code lies in it: as a source file, or in the command line's bundle. */
export function ownFile(relative: string): string {
  let directory = __dirname;
  while (!existsSync(join(directory, relative))) {
    if (directory === dirname(directory)) throw new Error(`${relative} is not above ${__dirname}`);
    directory = dirname(directory);
  }
  return join(directory, relative);
}
