import { spawnSync } from "node:child_process";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";

const { postinstall } = (
  JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Readonly<Record<"postinstall", string>> }
).scripts;
/** What prepares the first start, which tells how it was called. */
const RUN = 'require("node:fs").writeFileSync("called", process.argv.slice(2).join(" "));\n';

describe("what npm runs once it has installed", function () {
  this.timeout(20_000);
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(path.join(tmpdir(), "installed-"));
    write("tools/run.cjs", RUN);
    cpSync("tools/postinstall.cjs", path.join(checkout, "tools/postinstall.cjs"));
    write("node_modules/esbuild/package.json", "{}");
  });
  afterEach(() => rmSync(checkout, { recursive: true, force: true }));

  const write = (file: string, content: string) => {
    const place = path.join(checkout, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, content);
  };

  /** With which arguments the command line was called, undefined when it was not; by whom starts nothing else. */
  function install(environment: Readonly<Record<string, string>> = {}): string | undefined {
    const { status, stdout, stderr } = spawnSync(postinstall, {
      cwd: checkout,
      encoding: "utf8",
      shell: true,
      env: { ...process.env, CI: "", ...environment },
    });
    expect({ status, stdout, stderr }).to.deep.equal({ status: 0, stdout: "", stderr: "" });
    const called = path.join(checkout, "called");
    return existsSync(called) ? readFileSync(called, "utf8") : undefined;
  }

  it("prepares the first start", () => {
    expect(install()).to.equal("prepare");
  });

  it("does not do so in a job", () => {
    expect(install({ CI: "true" })).to.equal(undefined);
  });

  it("does not do so without the tools: --omit=dev", () => {
    rmSync(path.join(checkout, "node_modules"), { recursive: true });
    expect(install()).to.equal(undefined);
  });

  it("lets an installation succeed where that fails, or before the project's own files are there", () => {
    write("tools/run.cjs", 'console.error("no port is free"); process.exit(1);');
    expect(install()).to.equal(undefined);
    rmSync(path.join(checkout, "tools"), { recursive: true });
    expect(install()).to.equal(undefined);
  });

  (process.getuid?.() === 0 ? it : it.skip)("leaves no file of another than the folder's owner", () => {
    chownSync(checkout, 12_345, 12_345);
    expect(install()).to.equal(undefined);
  });
});
