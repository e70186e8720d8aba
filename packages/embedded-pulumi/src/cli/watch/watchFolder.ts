import { createHash } from "node:crypto";
import { type FSWatcher, readdirSync, readFileSync, watch } from "node:fs";
import path from "node:path";

/** How long nothing more may be saved until what was saved is looked at: editors write a file in several steps. */
const QUIET_MS = 30;

/** Folders that nobody edits, beside those whose names begin with a dot. */
const IGNORED = new Set(["node_modules"]);

/** What editors leave beside the files that they save. */
const LEFTOVERS = /~$|\.sw[a-z]$|^4913$|\.tmp$|^#.*#$/;

export interface FolderWatch {
  close(): void;
}

/**
 * Watches the files below `root` and tells of those that say something else than before, by their paths relative to
 * it: saved in place or by renaming, new or gone, several at once together. What lies in `node_modules`, in
 * `ignored` (absolute) and behind a dot is left alone; so is a file that was written with what it had.
 */
export function watchFolder(
  root: string,
  ignored: readonly string[],
  onChange: (files: readonly string[]) => void,
): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  const contents = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  const touched = new Set<string>();

  const look = () => {
    const folders = [...touched].filter((file) => watchers.has(file) || isFolder(file));
    const files = new Set([...touched].filter((file) => !folders.includes(file)));
    touched.clear();
    for (const folder of folders) for (const file of enter(folder)) files.add(file);
    const changed = [...files].filter((file) => {
      const before = contents.get(file);
      const after = hashOf(file);
      if (after === undefined) contents.delete(file);
      else contents.set(file, after);
      return before !== after;
    });
    if (changed.length > 0) onChange(changed.map((file) => path.relative(root, file)).sort());
  };
  const touch = (file: string) => {
    touched.add(file);
    clearTimeout(timer);
    timer = setTimeout(look, QUIET_MS);
  };
  /** Watches a folder and all below that is not watched yet; gives the files there. A folder that is gone is let go. */
  const enter = (folder: string): string[] => {
    const entries = entriesOf(folder);
    if (entries === undefined) {
      for (const [watched, watcher] of watchers) {
        if (watched !== folder && !watched.startsWith(folder + path.sep)) continue;
        watcher.close();
        watchers.delete(watched);
      }
      return [...contents.keys()].filter((file) => file.startsWith(folder + path.sep));
    }
    if (!watchers.has(folder)) {
      const watcher = watch(folder, (_event, name) => {
        if (name !== null && !isIgnored(path.join(folder, name))) touch(path.join(folder, name));
      });
      // A folder that is deleted while it is watched.
      watcher.on("error", () => touch(folder));
      watchers.set(folder, watcher);
    }
    return entries.flatMap((entry) => {
      const inside = path.join(folder, entry.name);
      if (isIgnored(inside)) return [];
      return entry.isDirectory() ? enter(inside) : [inside];
    });
  };
  const isIgnored = (file: string) => {
    const name = path.basename(file);
    return name.startsWith(".") || IGNORED.has(name) || LEFTOVERS.test(name) || ignored.includes(file);
  };

  for (const file of enter(root)) {
    const hash = hashOf(file);
    if (hash !== undefined) contents.set(file, hash);
  }
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

function isFolder(file: string): boolean {
  return entriesOf(file) !== undefined;
}

/** Undefined for a file that is not there. */
function hashOf(file: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("base64");
  } catch {
    return undefined;
  }
}
