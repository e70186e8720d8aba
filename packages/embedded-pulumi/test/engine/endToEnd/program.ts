import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const LOCAL = path.resolve(__dirname, "../../../../../.local");

/** Shared by every test program, so that only the first start compiles the SDK. */
export const cacheDirectory = path.join(LOCAL, "cache");

/**
 * Writes a JavaScript program with a stack `dev` and hands its folder to `use`; the folder is then removed.
 * It lies in the project, so that the program finds the project's Pulumi SDK.
 */
export async function withProgram<T>(source: string, use: (directory: string) => Promise<T>): Promise<T> {
  mkdirSync(LOCAL, { recursive: true });
  const directory = mkdtempSync(path.join(LOCAL, "program-"));
  try {
    writeFileSync(
      path.join(directory, "Pulumi.yaml"),
      "name: toy\nmain: program.cjs\nruntime: { name: nodejs, options: { typescript: false } }\n",
    );
    writeFileSync(path.join(directory, "Pulumi.dev.yaml"), "config: {}\n");
    writeFileSync(
      path.join(directory, "program.cjs"),
      `const pulumi = require("@pulumi/pulumi");\n${source}`,
    );
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
