import { execFile } from "node:child_process";
import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CommandError } from "embedded-pulumi/cli";

/** Pulumi's command line, and where it was found, for people. */
export interface PulumiCli {
  readonly file: string;
  readonly from: string;
}

/** The CLI's module that is built where no release of it can be had. */
export const BUILT_VERSION = "3.274.1";

const MODULE = "github.com/pulumi/pulumi/pkg/v3";

/** A replacement of the CLI's own, which Go does not take from a module that another needs. */
const GO_MOD = `module pulumi-cli

go 1.26

require ${MODULE} v${BUILT_VERSION}

replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
`;

const suffix = process.platform === "win32" ? ".exe" : "";

/** Outlives the checkout: a build takes minutes. */
function cacheDirectory(): string {
  const base =
    process.env.XDG_CACHE_HOME ??
    (process.platform === "win32" ? process.env.LOCALAPPDATA : undefined) ??
    path.join(homedir(), ".cache");
  return path.join(base, "event-driven-aws", "pulumi", BUILT_VERSION);
}

/** The CLI that was built before. */
export function builtCli(): PulumiCli | undefined {
  const file = path.join(cacheDirectory(), `pulumi${suffix}`);
  return isExecutable(file) ? { file, from: "a build of its module" } : undefined;
}

/** Go's command: on the path, or where its installer puts it. */
export function findGo(): string | undefined {
  return [...(process.env.PATH ?? "").split(path.delimiter), "/usr/local/go/bin"]
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, `go${suffix}`))
    .find(isExecutable);
}

/** Builds it from the Go module proxy: four minutes on two processors. Rejects with `CommandError`. */
export async function buildCli(go: string, signal?: AbortSignal): Promise<PulumiCli> {
  const cache = cacheDirectory();
  const source = path.join(cache, `source-${process.pid}`);
  const file = path.join(cache, `pulumi${suffix}`);
  mkdirSync(source, { recursive: true });
  try {
    writeFileSync(path.join(source, "go.mod"), GO_MOD);
    const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${BUILT_VERSION}`;
    const built = path.join(source, `pulumi${suffix}`);
    const args = ["build", "-mod=mod", "-ldflags", `-s -w ${version}`, "-o", built, `${MODULE}/cmd/pulumi`];
    await promisify(execFile)(go, args, {
      cwd: source,
      maxBuffer: 16 * 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    });
    // Whole, or not there: another process may be looking.
    renameSync(built, file);
    return { file, from: "a build of its module" };
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr = "" } = error as { readonly stderr?: string };
    const told = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("go: downloading"));
    throw new CommandError(
      `Pulumi's CLI ${BUILT_VERSION} could not be built: ${told.slice(-3).join("; ") || String(error)}`,
    );
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
