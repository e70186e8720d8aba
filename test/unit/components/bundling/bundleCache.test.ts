import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import {
  rememberBundles,
  unchangedBundles,
  writeAtomically,
} from "../../../../components/bundling/bundleCache";

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
      "components/bundling/bundling.ts",
      "components/bundling/inlineKeys.ts",
      "node_modules/parcel/index.js",
      ".local/bundles/ship.js",
    ]) {
      writeAtomically(file, `the content of ${file}`);
    }
    rememberBundles(bundles, ["handlers/ship.ts", "node_modules/parcel/index.js"]);
  });

  afterEach(() => {
    process.chdir(origin);
    rmSync(project, { recursive: true, force: true });
  });

  it("are taken while nothing has changed", () => {
    expect(unchangedBundles()).to.deep.equal(bundles);
  });

  for (const [what, change] of [
    ["a source has changed", () => writeFileSync("handlers/ship.ts", "other")],
    ["a package has changed", () => writeFileSync("node_modules/parcel/index.js", "other")],
    ["a source is gone", () => rmSync("handlers/ship.ts")],
    ["there is a new handler", () => writeFileSync("handlers/pack.ts", "new")],
    ["the bundling has changed", () => writeFileSync("components/bundling/bundling.ts", "other")],
    ["the bundle has been touched", () => writeFileSync(".local/bundles/ship.js", "other")],
    ["the bundle is gone", () => rmSync(".local/bundles/ship.js")],
    ["the manifest is half written", () => writeFileSync(".local/bundles/manifest.json", '{"bundles":[')],
  ] as const) {
    it(`are not taken when ${what}`, () => {
      change();
      expect(unchangedBundles()).to.equal(undefined);
    });
  }
});
