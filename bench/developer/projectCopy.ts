import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(__dirname, "../..");
/** What the program is made of. */
const PARTS = [
  "components",
  "config.ts",
  "handlers",
  "index.ts",
  "package.json",
  "Pulumi.dev.yaml",
  "Pulumi.yaml",
  "tsconfig.json",
];

/** This project's program in a folder of its own, where it may be edited. */
export class ProjectCopy {
  readonly directory: string;
  readonly #originals = new Map<string, string>();

  /**
   * @param name what the folder's own begins with.
   * @param more what else of the project is copied.
   */
  constructor(name: string, more: readonly string[] = []) {
    const local = path.join(ROOT, ".local");
    mkdirSync(local, { recursive: true });
    this.directory = mkdtempSync(path.join(local, `${name}-`));
    for (const part of [...PARTS, ...more])
      cpSync(path.join(ROOT, part), path.join(this.directory, part), { recursive: true });
    symlinkSync(path.join(ROOT, "node_modules"), path.join(this.directory, "node_modules"));
  }

  /** Changes a file until `restore`. Throws when there is nothing to change. */
  edit(file: string, change: (text: string) => string): void {
    const place = path.join(this.directory, file);
    const before = readFileSync(place, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${file}: the edit found nothing to change`);
    if (!this.#originals.has(file)) this.#originals.set(file, before);
    writeFileSync(place, after);
  }

  /** Takes back every edit. */
  restore(): void {
    for (const [file, text] of this.#originals) writeFileSync(path.join(this.directory, file), text);
    this.#originals.clear();
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
