import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import ts from "typescript";

const ROOMS = ["components", "handlers", "policy", "tools", "bench"];
const files = ["index.ts", "config.ts", ...ROOMS.flatMap((room) => globSync(`${room}/**/*.ts`))].map((file) =>
  file.split(path.sep).join("/"),
);

/** The files of this project that a file imports, types included. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
  return importedFiles.flatMap(({ fileName }) => {
    if (!fileName.startsWith(".")) return [];
    const target = path.posix.join(path.posix.dirname(file), fileName);
    return [`${target}.ts`, `${target}/index.ts`].filter((candidate) => existsSync(candidate));
  });
}

/** The circles among `graph`'s imports, each from its first file on round to it. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) circles.push([...way.slice(start), file].join(" → "));
    if (start >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return circles;
}

describe("the program's imports", () => {
  const graph = new Map(files.map((file) => [file, importsOf(file)]));

  it("are found: this very check would see a circle", () => {
    expect(graph.size).to.be.greaterThan(100);
    expect(graph.get("config.ts")).to.include("components/cpuScaler/arguments.ts");
    const planted = new Map([...graph, ["components/cpuScaler/arguments.ts", ["config.ts"]]]);
    expect(circlesIn(planted).join("\n")).to.contain("components/cpuScaler/arguments.ts → config.ts");
  });

  it("go round in no circle", () => {
    expect(circlesIn(graph)).to.deep.equal([]);
  });

  it("never go uphill: what commands share knows no command, policies and handlers know nobody", () => {
    const allowed: [of: string, knows: string[]][] = [
      ["policy/", ["policy/"]],
      ["handlers/", ["handlers/"]],
      ["tools/shop/", ["tools/shop/", "handlers/"]],
      ["tools/demonstration/", ["tools/demonstration/", "tools/shop/", "handlers/"]],
      ["tools/cost/", ["tools/cost/"]],
    ];
    const uphill = allowed.flatMap(([of, knows]) =>
      [...graph]
        .filter(([file]) => file.startsWith(of))
        .flatMap(([file, targets]) =>
          targets
            .filter((target) => !knows.some((room) => target.startsWith(room)))
            .map((target) => `${file} → ${target}`),
        ),
    );
    expect(uphill).to.deep.equal([]);
  });
});
