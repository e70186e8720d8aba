import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ColdFile } from "../../src/core/coldStore";

/** A file for what is seldom read, and how large it is; removed by `close`. */
export function newColdFile() {
  const directory = mkdtempSync(join(tmpdir(), "cold-"));
  const path = join(directory, "cold");
  const store = new ColdFile(path);
  return {
    store,
    path,
    size: () => (existsSync(path) ? statSync(path).size : 0),
    close() {
      store.close();
      rmSync(directory, { recursive: true });
    },
  };
}
