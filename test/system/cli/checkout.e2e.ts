import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { RunningCommand } from "./command";

/** What means something to a shell, in an address, in a pattern, or needs more than a byte. */
const ODD_NAME = process.platform === "win32" ? "it's #1 & 50%20 [ü]" : `it's "#1" & 50%20 a*b? [ü] {$HOME}`;

/** Generated, or of no use to a start. */
const LEFT_OUT = new Set([".git", ".local", "bench", "docs", "node_modules", "test"]);

describe("npm start in a checkout of an odd name", function () {
  this.timeout(240_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "checkout-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("deploys and demonstrates as in any other, and leaves nothing outside of it", async () => {
    const checkout = path.join(folder, ODD_NAME);
    mkdirSync(checkout);
    const files = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" }).split("\0");
    for (const file of files)
      if (!LEFT_OUT.has(file.split("/")[0] ?? "") && existsSync(file))
        cpSync(file, path.join(checkout, file), { verbatimSymlinks: true });
    linkPackages(checkout);
    const temporary = path.join(folder, "temporary");
    mkdirSync(temporary);
    const args = ["--once", "--json", "--orders", "4", "--port", "0"];
    const start = new RunningCommand("start", args, {
      directory: checkout,
      environment: { TMPDIR: temporary, TEMP: temporary, TMP: temporary, LOCAL_DIRECTORY: "" },
    });
    try {
      const { status, stdout, stderr } = await start.ended;
      expect(status, stderr).to.equal(0);
      expect(JSON.parse(stdout)).to.have.nested.property("orders.lost", 0);
      expect(readdirSync(temporary)).to.deep.equal([]);
      expect(readdirSync(folder).sort()).to.deep.equal([ODD_NAME, "temporary"].sort());
    } finally {
      start.kill();
    }
  });
});

/** The packages that are installed here, with the workspaces of `checkout` itself. */
function linkPackages(checkout: string): void {
  const installed = path.join(checkout, "node_modules");
  mkdirSync(installed);
  for (const name of readdirSync("node_modules")) {
    const workspace = path.join(checkout, "packages", name);
    const target = existsSync(workspace) ? workspace : path.resolve("node_modules", name);
    symlinkSync(target, path.join(installed, name), "junction");
  }
}
