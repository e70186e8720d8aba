// Makes of both packages what npm publishes: JavaScript with its declarations instead of the source that this
// repository itself runs. Usage: node packages/pack.mjs FOLDER, which then holds a .tgz of each.
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const [given] = process.argv.slice(2);
if (given === undefined) throw new Error("expected the folder that the packages are written to");
const target = path.resolve(given);
mkdirSync(target, { recursive: true });
const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

const staging = mkdtempSync(path.join(tmpdir(), "packages-"));
try {
  declarations();
  for (const name of ["embedded-aws", "embedded-pulumi"]) await pack(name);
} finally {
  rmSync(staging, { recursive: true, force: true });
}

/** Of both at once: one knows the types of the other. */
function declarations() {
  const config = path.join(staging, "tsconfig.json");
  const sources = ["aws", "pulumi"].map((name) => path.join(root, `packages/embedded-${name}/src/**/*.ts`));
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: path.join(root, "packages"),
    outDir: path.join(staging, "types"),
    typeRoots: [path.join(root, "node_modules/@types")],
    types: ["node"],
  };
  const extended = path.join(root, "tsconfig.json");
  writeFileSync(
    config,
    JSON.stringify({ extends: extended, compilerOptions, include: sources, exclude: [] }),
  );
  execFileSync(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", config], {
    stdio: "inherit",
  });
}

async function pack(name) {
  const source = path.join(root, "packages", name);
  const stage = path.join(staging, name);
  cpSync(path.join(staging, "types", name, "src"), path.join(stage, "dist"), { recursive: true });
  buildSync({
    entryPoints: globSync(path.join(source, "src/**/*.ts")),
    outbase: path.join(source, "src"),
    outdir: path.join(stage, "dist"),
    platform: "node",
    format: "cjs",
    target: "node22",
    logLevel: "error",
  });
  for (const file of globSync("**/*.{cjs,json}", { cwd: path.join(source, "src") }))
    cpSync(path.join(source, "src", file), path.join(stage, "dist", file));
  if (name === "embedded-aws") await buildPage(source, path.join(stage, "dist/console/page"));
  const manifest = JSON.parse(readFileSync(path.join(source, "package.json"), "utf8"));
  if (manifest.bin !== undefined)
    cpSync(path.join(source, "bin"), path.join(stage, "bin"), { recursive: true });
  for (const file of ["README.md", "package.json"]) cpSync(path.join(source, file), path.join(stage, file));
  cpSync(path.join(root, "LICENSE"), path.join(stage, "LICENSE"));
  delete manifest.scripts;
  // Built into the page.
  delete manifest.devDependencies;
  // The folders themselves hold TypeScript: npm refuses to publish them.
  delete manifest.private;
  manifest.exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([face, file]) => [face, published(file)]),
  );
  writeFileSync(path.join(stage, "package.json"), JSON.stringify(manifest, undefined, 2));
  demandDependencies(name, manifest, path.join(source, "src"));
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", target], {
    cwd: stage,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
}

/** The console's page, which runs from its sources here. */
async function buildPage(source, folder) {
  const { build } = createRequire(import.meta.url)(path.join(source, "console/build.cjs"));
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of await build()) writeFileSync(path.join(folder, file), bytes);
}

function published(file) {
  const built = file.replace(/^\.\/src\//, "./dist/");
  if (!built.endsWith(".ts")) return built;
  return { types: built.replace(/\.ts$/, ".d.ts"), default: built.replace(/\.ts$/, ".js") };
}

/** Here npm finds every package of the repository; elsewhere, only those that the package itself asks for. */
function demandDependencies(name, manifest, directory) {
  const needed = { ...manifest.dependencies, ...manifest.peerDependencies };
  const known = { ...dependencies, ...devDependencies };
  const used = new Set(
    globSync("**/*.{ts,cjs}", { cwd: directory }).flatMap((file) =>
      [
        ...readFileSync(path.join(directory, file), "utf8").matchAll(
          /(?:from |import\(|require(?:\.resolve)?\()"((?:@[^/"]+\/)?[^./"@][^/"]*)/g,
        ),
      ].map(([, imported]) => imported),
    ),
  );
  const missing = [...used].filter(
    (imported) => Object.hasOwn(known, imported) && !Object.hasOwn(needed, imported),
  );
  if (missing.length > 0)
    throw new Error(`packages/${name}/package.json: dependencies lack ${missing.sort().join(", ")}`);
}
