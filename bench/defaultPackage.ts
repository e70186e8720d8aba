import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { type Zippable, zipSync } from "fflate";

/** A package that can be loaded, and its size. */
export interface BaselinePackage {
  readonly file: string;
  readonly zippedBytes: number;
  readonly unzippedBytes: number;
}

/**
 * A handler as the default packaging of a callback function has it: its code, and the packages that it requires beside it in
 * `node_modules`, whole. Pulumi's own default ships the packages that the handler does not need as well.
 */
export async function defaultPackage(handler: string, directory: string): Promise<BaselinePackage> {
  const file = path.join(directory, `${handler}.default.js`);
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
  for (const folder of packages) addFolder(folder, files);
  files["__index.js"] = readFileSync(file);
  return { file, ...sizesOf(files) };
}

/** Zipped as small as it gets. */
export function sizesOf(files: Readonly<Zippable>): Pick<BaselinePackage, "zippedBytes" | "unzippedBytes"> {
  return {
    zippedBytes: zipSync(files, { level: 9 }).byteLength,
    unzippedBytes: Object.values(files).reduce(
      (sum, content) => sum + (content instanceof Uint8Array ? content.byteLength : 0),
      0,
    ),
  };
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
