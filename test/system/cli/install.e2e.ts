import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Ended, RunningCommand } from "./command";

/** A checkout, as far as it is read before packages are missed. */
describe("a command of an installation that is not whole", function () {
  this.timeout(60_000);
  let checkout: string;

  before(() => {
    checkout = mkdtempSync(path.join(tmpdir(), "checkout-"));
    for (const folder of ["tools", "policy", "packages"])
      cpSync(folder, path.join(checkout, folder), { recursive: true });
    cpSync("package.json", path.join(checkout, "package.json"));
    mkdirSync(path.join(checkout, "node_modules"));
    // The workspaces, which npm links whatever it leaves out.
    for (const name of ["embedded-aws", "embedded-pulumi"])
      symlinkSync(
        path.join(checkout, "packages", name),
        path.join(checkout, "node_modules", name),
        "junction",
      );
  });

  after(() => rmSync(checkout, { recursive: true, force: true }));

  function start(...nodeOptions: readonly string[]): Ended {
    const command = [...nodeOptions, "tools/run.cjs", "start"];
    return spawnSync(process.execPath, command, { cwd: checkout, encoding: "utf8" });
  }

  function install(...packages: readonly string[]): void {
    for (const name of packages)
      cpSync(path.join("node_modules", name), path.join(checkout, "node_modules", name), { recursive: true });
  }

  const told = ({ status, stdout, stderr }: Ended) => ({ status, stdout, stderr });
  const npmCi = 'install all with "npm ci" (not with --omit=';

  it("says in one line which packages to install", () => {
    const without = (name: string) => ({
      status: 1,
      stdout: "",
      stderr: `the package ${name} is not installed; ${npmCi}dev: the local cloud needs them)\n`,
    });
    expect(told(start())).to.deep.equal(without("esbuild"));

    install("esbuild");
    // Its installation may have put the program of its platform in the place of its script.
    const platform = `esbuild's program for ${process.platform} on ${process.arch} is not installed`;
    expect(told(start())).to.deep.equal({
      status: 1,
      stdout: "",
      stderr: `${platform}; ${npmCi}optional)\n`,
    });

    install("@esbuild");
    const { status, stderr } = start();
    expect(status).to.equal(1);
    expect(stderr).to.match(/^the package [@a-z0-9/-]+ is not installed; install all with "npm ci" .*\n$/);
  });

  it("says in one line that Node is too old", () => {
    const old = path.join(checkout, "old.cjs");
    for (const version of ["18.20.8", "20.20.2", "22.12.0"]) {
      const versions = JSON.stringify({ ...process.versions, node: version });
      writeFileSync(old, `Object.defineProperty(process, "versions", { value: ${versions} });`);
      const { status, stderr } = start("--require", old);
      expect(status).to.equal(1);
      expect(stderr).to.match(
        new RegExp(`^this is Node ${version}; expected 22\\.13 or newer: "npm ci" installs .*\n$`),
      );
    }
  });
});

describe("a command that has no place for its files", function () {
  this.timeout(60_000);
  let directory: string;

  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), "place-"));
    // Nobody can make a folder below a file, root included.
    writeFileSync(path.join(directory, "file"), "");
    mkdirSync(path.join(directory, "folder"));
  });

  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const script of ["start", "preview"]) {
    it(`says so in one line, and how to choose another: ${script}`, async () => {
      const place = path.join(directory, "file", "below");
      const args = script === "start" ? ["--port", "0"] : [];
      const ends = await Promise.all([
        new RunningCommand(script, [...args, "--directory", place]).ended,
        new RunningCommand(script, args, { environment: { LOCAL_DIRECTORY: place } }).ended,
      ]);
      for (const { status, stdout, stderr } of ends) {
        expect({ status, stdout }).to.deep.equal({ status: 1, stdout: "" });
        expect(stderr).to.match(
          /^cannot write to .*: a folder on the way is a file \(ENOTDIR\); .* --directory DIR .*\n$/,
        );
      }
    });
  }

  it("is told of a place where there is never a folder, and does not try for ever", async function () {
    if (!existsSync("/proc/self")) this.skip();
    for (const args of [["--directory", "/proc/nowhere"], ["--directory=/proc/nowhere/below"]]) {
      const { status, stdout, stderr } = await new RunningCommand("start", ["--port", "0", ...args]).ended;
      expect({ status, stdout }).to.deep.equal({ status: 1, stdout: "" });
      expect(stderr).to.match(
        /^cannot write to \/proc\/nowhere.*: no folder can be made there .* --directory.*\n$/,
      );
    }
  });

  it("is told when --directory names none", async () => {
    const ends = await Promise.all(
      [["--directory"], ["--directory="], ["--directory", "--once"]].map(
        (args) => new RunningCommand("start", args).ended,
      ),
    );
    for (const { status, stderr } of ends)
      expect({ status, stderr }).to.deep.equal({
        status: 2,
        stderr: "--directory: expected a folder for generated files\n",
      });
  });
});
