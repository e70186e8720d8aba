import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import {
  beginBundling,
  knownSources,
  rememberBundles,
  unchangedBundles,
  writeAtomically,
} from "../../../../components/bundling/bundleCache";

/** The files below are written at once; they are to count as written before the bundling began. */
const LATER_MS = 60_000;
const SOURCES = [["ship", ["handlers/ship.ts", "node_modules/parcel/index.js"]]] as const;

describe("bundles of an earlier run", () => {
  const origin = process.cwd();
  let project: string;
  const bundles = new Map([
    ["ship", { module: "./.local/bundles/ship.js", paths: [".local/bundles/ship.js"] }],
  ]);

  beforeEach(() => {
    project = mkdtempSync(path.join(tmpdir(), "bundle-cache-"));
    process.chdir(project);
    mkdirSync("handlers");
    for (const file of [
      "handlers/ship.ts",
      "components/bundling/awsSdk.ts",
      "components/bundling/bundling.ts",
      "components/bundling/importOneByOne.ts",
      "components/bundling/inlineKeys.ts",
      "node_modules/parcel/index.js",
      ".local/bundles/ship.js",
    ]) {
      writeAtomically(file, `the content of ${file}`);
    }
    rememberBundles(bundles, SOURCES, { ...beginBundling(), at: Date.now() + LATER_MS });
  });

  afterEach(() => {
    process.chdir(origin);
    rmSync(project, { recursive: true, force: true });
  });

  it("are taken while nothing has changed", () => {
    expect(unchangedBundles()).to.deep.equal(bundles);
    expect(knownSources()).to.deep.include({ sources: SOURCES, changed: new Set() });
  });

  for (const [what, change] of [
    ["a source has changed", () => writeFileSync("handlers/ship.ts", "other")],
    ["a package has changed", () => writeFileSync("node_modules/parcel/index.js", "other")],
    ["a source is gone", () => rmSync("handlers/ship.ts")],
    ["there is a new handler", () => writeFileSync("handlers/pack.ts", "new")],
    ["the bundling has changed", () => writeFileSync("components/bundling/bundling.ts", "other")],
    ["the bundling of packages has changed", () => writeFileSync("components/bundling/awsSdk.ts", "other")],
    ["imports are changed otherwise", () => writeFileSync("components/bundling/importOneByOne.ts", "other")],
    ["the bundle has been touched", () => writeFileSync(".local/bundles/ship.js", "other")],
    ["the bundle is gone", () => rmSync(".local/bundles/ship.js")],
    ["the manifest is half written", () => writeFileSync(".local/bundles/manifest.json", '{"bundles":[')],
  ] as const) {
    it(`are not taken when ${what}`, () => {
      change();
      expect(unchangedBundles()).to.equal(undefined);
    });
  }

  it("are not taken from a copy of their folder: its notes name the files of the other", () => {
    const before = process.env.EMBEDDED_ENGINE_DIRECTORY;
    try {
      process.env.EMBEDDED_ENGINE_DIRECTORY = path.resolve("generated");
      const file = path.resolve("generated/bundles/ship.js");
      writeAtomically(file, "bundled");
      const there = new Map([["ship", { module: "./.local/bundles/ship.js", paths: [file] }]]);
      rememberBundles(there, SOURCES, { ...beginBundling(), at: Date.now() + LATER_MS });
      expect(unchangedBundles()).to.deep.equal(there);
      cpSync("generated", "copied", { recursive: true });
      process.env.EMBEDDED_ENGINE_DIRECTORY = path.resolve("copied");
      expect(unchangedBundles()).to.equal(undefined);
    } finally {
      if (before === undefined) delete process.env.EMBEDDED_ENGINE_DIRECTORY;
      else process.env.EMBEDDED_ENGINE_DIRECTORY = before;
    }
  });

  it("are not taken when a source was saved while they were made: it may have gone in as it was before", () => {
    const beginning = beginBundling(() => Date.now() - LATER_MS);
    writeFileSync("handlers/ship.ts", "other");
    rememberBundles(bundles, SOURCES, beginning);
    expect(unchangedBundles()).to.equal(undefined);
    expect([...(knownSources()?.changed ?? [])]).to.include("handlers/ship.ts");
  });

  it("are not taken when a handler came, or came back, while they were made", () => {
    const beginning = { ...beginBundling(), at: Date.now() + LATER_MS };
    writeFileSync("handlers/pack.ts", "new");
    rememberBundles(bundles, SOURCES, beginning);
    expect(unchangedBundles()).to.equal(undefined);
  });

  it("tell which of their sources have changed, and nothing when more than that is another", () => {
    writeFileSync("handlers/ship.ts", "other");
    expect(knownSources()?.changed).to.deep.equal(new Set(["handlers/ship.ts"]));
    writeFileSync("components/bundling/inlineKeys.ts", "other");
    expect(knownSources()).to.equal(undefined);
  });
});
