import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";

const PARENTS = path.resolve(__dirname, "../../src/cli/parents.ts");

/** Says whether its parents are lost, which it waits for as long as `PATIENCE` says, in milliseconds. */
const WATCHING = `
require("node:fs").writeSync(1, "watching ");
require(${JSON.stringify(PARENTS)}).watchParents(process.ppid, () => { console.log("lost"); process.exit(); });
setTimeout(() => { console.log("goes on"); process.exit(); }, Number(process.env.PATIENCE));
`;

/** A script as npm runs it. */
const SCRIPT = `
while [ "$ORPHANED" = true ] && kill -0 "$NPM" 2>/dev/null; do :; done
"$NODE" --require tsx/cjs --eval "$WATCHING"; true`;

/** Starts the script, and dies at once where it is to be orphaned. */
const NPM = `
process.env.NPM = String(process.pid);
require("node:child_process").spawn("/bin/sh", ["-c", process.env.SCRIPT], { stdio: "inherit" });
if (process.env.ORPHANED === "true") process.kill(process.pid, "SIGKILL");
`;

describe("the parents of a command", function () {
  this.timeout(60_000);
  const started: ChildProcess[] = [];

  after(() => {
    for (const { pid = 0 } of started)
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended, with all that it started.
      }
  });

  const ended = async (environment: Readonly<Record<string, string>>): Promise<string> => {
    const child = spawn(process.execPath, ["--eval", NPM], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        NODE: process.execPath,
        WATCHING,
        SCRIPT,
        npm_lifecycle_event: "start",
        ...environment,
      },
    });
    started.push(child);
    const [printed] = await Promise.all([text(child.stdout), once(child, "exit")]);
    return printed;
  };

  before(function () {
    if (process.platform === "win32") this.skip();
    // As in a container of `npm test`: whoever gets orphans there may be an npm that runs a script.
    if (/npm|node|MainThread/.test(execFileSync("ps", ["-o", "comm=", "-p", "1"], { encoding: "utf8" })))
      this.skip();
  });

  it("are missed where npm has died before the command could look for it", async () => {
    const environment = { ORPHANED: "true", npm_lifecycle_script: SCRIPT, PATIENCE: "30000" };
    expect(await ended(environment)).to.equal("watching lost\n");
  });

  it("are there where an npm has, and where a shell is an orphan that is not npm's", async () => {
    const here = { ORPHANED: "false", npm_lifecycle_script: SCRIPT, PATIENCE: "1500" };
    const other = { ORPHANED: "true", npm_lifecycle_script: "node other.js", PATIENCE: "1500" };
    expect(await Promise.all([ended(here), ended(other)])).to.deep.equal([
      "watching goes on\n",
      "watching goes on\n",
    ]);
  });
});
