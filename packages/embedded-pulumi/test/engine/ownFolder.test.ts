import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createOwnFolder } from "../../src/engine/ownFolder";

const OWN_FOLDER = path.resolve(__dirname, "../../src/engine/ownFolder.ts");

const HOLDER = `
const { createOwnFolder } = require(${JSON.stringify(OWN_FOLDER)});
const { directory, release } = createOwnFolder(process.argv[1]);
require("node:fs").writeFileSync(directory + "/code.js", "");
process.stdout.write(directory + "\\n");
process.stdin.on("data", (text) => (String(text) === "throw" ? setImmediate(() => { throw new Error("crash"); }) : release()));
`;

describe("a folder of one's own", function () {
  this.timeout(60_000);
  let parent: string;
  let holders: ChildProcess[];

  beforeEach(() => {
    parent = path.join(mkdtempSync(path.join(tmpdir(), "own-folder-")), "runs");
    holders = [];
  });

  afterEach(() => {
    for (const holder of holders) holder.kill("SIGKILL");
    rmSync(path.dirname(parent), { recursive: true, force: true });
  });

  /** Another process that has a folder there. */
  async function holder(): Promise<{ readonly process: ChildProcess; readonly directory: string }> {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", HOLDER, parent], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    holders.push(child);
    const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
    return { process: child, directory: line.trim() };
  }

  /** What a further run leaves of the folders there. */
  function leftByAnother(): string[] {
    const own = createOwnFolder(parent);
    own.release();
    return readdirSync(parent);
  }

  it("goes when it is released, with its lock", () => {
    const own = createOwnFolder(parent);
    expect(existsSync(own.directory)).to.equal(true);
    expect(readdirSync(parent)).to.have.length(2);
    own.release();
    own.release();
    expect(readdirSync(parent)).to.deep.equal([]);
  });

  it("stays while its process lives, paused too, and whatever its id says; and goes once that is killed", async () => {
    const one = await holder();
    // As it looks from another container: the id in the name is nobody's here.
    const foreign = path.join(parent, "999999999-00000000");
    const [lock = ""] = readdirSync(parent).filter((name) => name.endsWith(".lock"));
    const foreignLock = lock.replace(path.basename(one.directory), path.basename(foreign));
    renameSync(one.directory, foreign);
    renameSync(path.join(parent, lock), path.join(parent, foreignLock));
    one.process.kill("SIGSTOP");
    expect(leftByAnother().sort()).to.deep.equal([path.basename(foreign), foreignLock].sort());
    expect(readdirSync(foreign)).to.deep.equal(["code.js"]);

    one.process.kill("SIGKILL");
    await once(one.process, "close");
    expect(leftByAnother()).to.deep.equal([]);
  });

  it("goes when its process crashes", async () => {
    const one = await holder();
    one.process.stdin?.write("throw");
    await once(one.process, "close");
    expect(readdirSync(parent)).to.deep.equal([]);
  });

  it("goes without a lock, for no run that lives is without one", () => {
    mkdirSync(path.join(parent, "4711"), { recursive: true });
    expect(leftByAnother()).to.deep.equal([]);
  });

  it("of another machine stays for a week after its last sign of life", () => {
    mkdirSync(path.join(parent, "1-aaaaaaaa"), { recursive: true });
    const lock = path.join(parent, "1-aaaaaaaa.00000000.lock");
    writeFileSync(lock, "");
    const days = (count: number) => new Date(Date.now() - count * 86_400_000);
    utimesSync(lock, days(6), days(6));
    expect(leftByAnother()).to.have.length(2);
    utimesSync(lock, days(8), days(8));
    expect(leftByAnother()).to.deep.equal([]);
  });
});
