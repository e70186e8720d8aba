import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CommandError } from "embedded-pulumi/cli";
import { buildCli, BUILT_VERSION, builtCli, findGo, isExecutable, type PulumiCli } from "./buildCli";

/** Whether `findCli` will need minutes, seconds, or fail: by what lies on this machine alone. */
export function cliAtHand(): PulumiCli | "to be built" | undefined {
  const installed = [onPath(), ofNpx(), builtCli()].find((found) => found !== undefined);
  return installed ?? (findGo() === undefined ? undefined : "to be built");
}

/**
 * The CLI: that of the path; else the one that `npx pulumi` has, at the version that package.json pins; else one that
 * was built here before; else what `npx pulumi` can fetch; else, where there is Go, built from its module into a cache
 * of its own. `tell` hears of what takes long. Rejects with `CommandError` where there is none of these.
 */
export async function findCli(tell: (line: string) => void, signal?: AbortSignal): Promise<PulumiCli> {
  const found = onPath() ?? ofNpx() ?? builtCli() ?? (await fetchedByNpx(tell, signal));
  if (found !== undefined) return found;
  const go = findGo();
  if (go !== undefined) {
    tell(`Building Pulumi's CLI ${BUILT_VERSION} with ${go}: once, some minutes.`);
    return await buildCli(go, signal);
  }
  throw new CommandError(
    "no Pulumi CLI: none on the path, https://get.pulumi.com cannot be reached for `npx pulumi`, and there is no Go to build it; install it (https://www.pulumi.com/docs/install) or Go",
  );
}

const EXECUTABLE = process.platform === "win32" ? "pulumi.exe" : "pulumi";

function onPath(): PulumiCli | undefined {
  const file = (process.env.PATH ?? "")
    .split(path.delimiter)
    // npm puts the package there, which fetches the CLI at its first use.
    .filter((folder) => folder !== "" && !folder.includes("node_modules"))
    .map((folder) => path.join(folder, EXECUTABLE))
    .find(isExecutable);
  return file === undefined ? undefined : { file, from: "the path" };
}

/** As the npm package keeps it. */
function ofNpx(): PulumiCli | undefined {
  const home = process.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi");
  const file = path.join(home, "versions", pinnedVersion(), "bin", EXECUTABLE);
  return isExecutable(file) ? { file, from: "npx pulumi" } : undefined;
}

async function fetchedByNpx(
  tell: (line: string) => void,
  signal?: AbortSignal,
): Promise<PulumiCli | undefined> {
  try {
    // Asked first: the package waits for long, and says little, where it cannot be reached.
    const asked = AbortSignal.any([AbortSignal.timeout(5000), ...(signal === undefined ? [] : [signal])]);
    await fetch("https://get.pulumi.com", { method: "HEAD", signal: asked });
    tell(`Fetching Pulumi's CLI ${pinnedVersion()} with npx pulumi: once.`);
    const run = path.join(path.dirname(npxManifest()), "run.js");
    await promisify(execFile)(process.execPath, [run, "version"], signal === undefined ? {} : { signal });
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
  return ofNpx();
}

function npxManifest(): string {
  return createRequire(path.resolve("package.json")).resolve("pulumi/package.json");
}

/** The version of the npm package, which is that of its CLI. */
function pinnedVersion(): string {
  const { version } = createRequire(path.resolve("package.json"))(npxManifest()) as {
    readonly version: string;
  };
  return process.env.PULUMI_VERSION ?? version;
}
