import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { type Zippable, zipSync } from "fflate";
import { deployedPackages, type DeployedPackage } from "./deployed";
import { printTable } from "./table";

/** Everything below .local/, where this project keeps what it generates. */
const DIRECTORY = path.join(".local", "bench");

/**
 * Size and module load of each function's package, against the default packaging of a callback function: the
 * same handler with its packages beside it in `node_modules`, whole.
 */
export async function benchPackages(args: readonly string[]): Promise<void> {
  const runs = args.includes("--quick") ? 5 : 21;
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  const rows = [];
  for (const deployed of await deployedPackages(DIRECTORY)) rows.push(await measure(deployed, runs));
  console.log(
    `\nPackages, against the default packaging; module load is the median of ${runs} runs in turn\n`,
  );
  printTable(["function", "zipped KB", "default KB", "ratio", "load ms", "default ms", "ratio"], rows);
  rmSync(DIRECTORY, { recursive: true, force: true });
}

async function measure(deployed: DeployedPackage, runs: number): Promise<string[]> {
  const baseline = await buildDefault(deployed.handler);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < runs; run++) {
    ours.push(loadMs(path.join(deployed.directory, "__index.js"), deployed));
    theirs.push(loadMs(baseline.file, deployed));
  }
  const size = deployed.zip.byteLength / 1000;
  const defaultSize = baseline.zipBytes / 1000;
  return [
    deployed.handler,
    size.toFixed(0),
    defaultSize.toFixed(0),
    (size / defaultSize).toFixed(3),
    median(ours).toFixed(1),
    median(theirs).toFixed(1),
    (median(ours) / median(theirs)).toFixed(2),
  ];
}

/** How long a fresh process takes to load a module, as Lambda does at a cold start. */
function loadMs(file: string, { environment }: DeployedPackage): number {
  const script = `const start = performance.now(); require(${JSON.stringify(path.resolve(file))}); console.log("load " + (performance.now() - start));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", script], {
    encoding: "utf8",
    env: {
      ...environment,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "x",
      AWS_SECRET_ACCESS_KEY: "x",
      AWS_LAMBDA_FUNCTION_NAME: "bench",
    },
  });
  const match = /^load ([\d.]+)$/m.exec(stdout);
  if (match?.[1] === undefined) throw new Error(`${file} does not load (status ${status}): ${stderr}`);
  return Number(match[1]);
}

/** The handler with its packages required from `node_modules`, and the zip of all that they need. */
async function buildDefault(handler: string): Promise<{ file: string; zipBytes: number }> {
  const file = path.join(DIRECTORY, `${handler}.default.js`);
  const result = await build({
    entryPoints: [`handlers/${handler}.ts`],
    outfile: file,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    target: "node24",
    metafile: true,
  });
  const imports = Object.values(result.metafile.outputs).flatMap((output) =>
    output.imports.map((entry) => entry.path),
  );
  const packages = new Set<string>();
  for (const name of imports) collectPackages(packageName(name), process.cwd(), packages);
  const files: Zippable = {};
  for (const directory of packages) addFolder(directory, files);
  files["__index.js"] = readFileSync(file);
  return { file, zipBytes: zipSync(files, { level: 9 }).byteLength };
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The folders of a package and of all its dependencies, found as Node finds them. */
function collectPackages(name: string, from: string, found: Set<string>): void {
  const directory = findPackage(name, from);
  if (directory === undefined || found.has(directory)) return;
  found.add(directory);
  const manifest = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys(manifest.dependencies ?? {}))
    collectPackages(dependency, directory, found);
}

function findPackage(name: string, from: string): string | undefined {
  for (let directory = from; ; directory = path.dirname(directory)) {
    const candidate = path.join(directory, "node_modules", name);
    try {
      readFileSync(path.join(candidate, "package.json"));
      return candidate;
    } catch {
      // Node's own modules, and packages further up.
    }
    if (directory === path.dirname(directory)) return undefined;
  }
}

function addFolder(directory: string, files: Zippable): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.name === "node_modules") continue;
    if (entry.isDirectory()) addFolder(file, files);
    else if (entry.isFile()) files[path.relative(process.cwd(), file)] = readFileSync(file);
  }
}

/** The middle value; of an even number of values, the lower of the two. NaN for none. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}
