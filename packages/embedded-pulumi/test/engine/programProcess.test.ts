import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";

const PROGRAM_PROCESS = path.resolve(__dirname, "../../src/engine/programProcess.cjs");

interface Settings {
  readonly directory: string;
  readonly nodeArguments: readonly string[];
  readonly cacheDirectory: string;
  readonly quiet: boolean;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const { endEarly, startEarly, startProgram } = createRequire(__filename)(PROGRAM_PROCESS) as {
  readonly startEarly: (directory: string, cacheDirectory: string) => void;
  readonly endEarly: () => void;
  readonly startProgram: (settings: Settings) => ChildProcess;
};

/** A runner that tells how it was started, and a package of the SDK that tells when it was loaded. */
const RUNNER = `
  require("../../state");
  const { env, argv, execArgv, pid } = process;
  const input = require("node:fs").readFileSync(0, "utf8");
  const main = require.main === module;
  const store = globalThis.globalStore ??= new globalThis.Store();
  console.log(JSON.stringify({ pid, main, args: argv.slice(1), execArgv, env, cwd: process.cwd(), input, store }));
`;
const STATE = `
  require("node:fs").writeFileSync(${JSON.stringify("PLACE")} + "/loaded-" + process.pid, "");
  globalThis.Store ??= class { constructor() { this.stack = process.env.STACK; this.resourceModules = {}; } };
  globalThis.globalStore ??= new globalThis.Store();
  globalThis.globalStore.resourceModules.state = true;
`;

/** Which processes somebody has started is read where Linux tells it. */
const itOnLinux = existsSync("/proc/self/task") ? it : it.skip;

interface Told {
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly execArgv: readonly string[];
  readonly [name: string]: unknown;
}

describe("a program's process", function () {
  this.timeout(60_000);
  let directory: string;
  const started: ChildProcess[] = [];
  const startedEarlier = new Set<number>();

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "program-process-"));
    const sdk = path.join(directory, "node_modules/@pulumi/pulumi");
    mkdirSync(path.join(sdk, "cmd/run"), { recursive: true });
    writeFileSync(path.join(sdk, "package.json"), '{"name":"@pulumi/pulumi","version":"3.0.0"}');
    writeFileSync(path.join(sdk, "cmd/run/index.js"), RUNNER);
    writeFileSync(path.join(sdk, "state.js"), STATE.replace("PLACE", directory));
    writeFileSync(path.join(directory, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  });
  afterEach(async () => {
    // One that is still running would write its cache into the folder after it is gone.
    endEarly();
    for (const child of started) child.kill("SIGKILL");
    for (const pid of [...started.splice(0).map((child) => child.pid), ...startedEarlier])
      if (pid !== undefined) await gone(pid);
    startedEarlier.clear();
    rmSync(directory, { recursive: true });
  });

  const cache = () => path.join(directory, "cache");

  async function run(settings: Partial<Settings> = {}): Promise<Told> {
    const child = startProgram({
      directory,
      nodeArguments: [],
      cacheDirectory: cache(),
      quiet: true,
      args: ["--monitor=here", "."],
      environment: { PATH: process.env.PATH, STACK: "dev" },
      ...settings,
    });
    started.push(child);
    const [printed, errors] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    expect(errors).to.equal("");
    return JSON.parse(printed) as Told;
  }

  /** The process that is started early. This one may have children of other tests' as well. */
  function startedEarly(): number {
    const before = childrenOf(process.pid);
    startEarly(directory, cache());
    const [pid, ...others] = childrenOf(process.pid).filter((each) => !before.includes(each));
    if (pid === undefined || others.length > 0) throw new Error("expected one more process");
    startedEarlier.add(pid);
    return pid;
  }

  const runner = () => path.join(directory, "node_modules/@pulumi/pulumi/cmd/run/index.js");
  /** Resolves when the process `pid` has loaded what the last one needed, before it was told anything. */
  async function loaded(of: string): Promise<void> {
    const there = () => existsSync(path.join(directory, of));
    if (there()) return;
    const watcher = watch(directory);
    try {
      while (!there()) await once(watcher, "change");
    } finally {
      watcher.close();
    }
  }

  it("is as if it had been started for the program alone", async () => {
    const { pid, env, execArgv, ...told } = await run();
    expect(told).to.deep.equal({
      main: true,
      args: [runner(), "--monitor=here", "."],
      cwd: directory,
      input: "",
      store: { stack: "dev", resourceModules: { state: true } },
    });
    expect(env).to.deep.equal({ PATH: process.env.PATH, STACK: "dev" });
    expect(execArgv.filter((argument) => !argument.startsWith("--require="))).to.deep.equal([
      "--min-semi-space-size=16",
    ]);
    expect(pid).not.to.equal(process.pid);
  });

  it("takes a program's own arguments for Node", async () => {
    const { execArgv } = await run({ nodeArguments: ["--no-deprecation"] });
    expect(execArgv).to.include("--no-deprecation");
  });

  itOnLinux(
    "is the one that was started early, whose environment is the program's all the same",
    async () => {
      await run();
      const earlier = process.env.STACK;
      process.env.STACK = "of the time before anybody knew";
      let pid: number;
      try {
        pid = startedEarly();
      } finally {
        if (earlier === undefined) delete process.env.STACK;
        else process.env.STACK = earlier;
      }
      // The second process: it has loaded what the first needed, and has read another environment with it.
      await loaded(`loaded-${pid}`);
      const early = await run({ args: ["--monitor=there", "other"], environment: { STACK: "prod" } });
      expect(early).to.deep.include({
        pid,
        main: true,
        args: [runner(), "--monitor=there", "other"],
        env: { STACK: "prod" },
        input: "",
        store: { stack: "prod", resourceModules: { state: true } },
      });
    },
  );

  const others: readonly [string, () => Partial<Settings>][] = [
    ["another cache", () => ({ cacheDirectory: path.join(directory, "elsewhere") })],
    ["arguments for Node", () => ({ nodeArguments: ["--no-deprecation"] })],
    ["lines for debugging", () => ({ quiet: false })],
  ];
  for (const [what, settings] of others)
    itOnLinux(`is another than the one that was started early when it is to have ${what}`, async () => {
      const early = startedEarly();
      const { pid } = await run(settings());
      expect(pid).not.to.equal(early);
      await gone(early);
    });

  itOnLinux("is not started early where no project lies, until one does", () => {
    const before = childrenOf(process.pid).length;
    rmSync(path.join(directory, "Pulumi.yaml"));
    startEarly(directory, cache());
    expect(childrenOf(process.pid)).to.have.length(before);
    writeFileSync(path.join(directory, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    expect(startedEarly()).to.be.greaterThan(0);
  });

  for (const [how, ending] of [
    ["ends", ""],
    ["fails", "throw new Error('bad configuration')"],
    ["is killed", "process.kill(process.pid, 'SIGKILL')"],
  ] as const)
    itOnLinux(`ends untold, and keeps nothing running, when who started it ${how}`, async () => {
      const script = `
        const { startEarly } = require(${JSON.stringify(PROGRAM_PROCESS)});
        startEarly(${JSON.stringify(directory)}, ${JSON.stringify(cache())});
        const children = require("node:fs").readFileSync("/proc/self/task/" + process.pid + "/children", "utf8");
        require("node:fs").writeSync(1, children.trim());
        ${ending};`;
      const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
      const pid = Number(await text(parent.stdout));
      expect(pid).to.be.greaterThan(0);
      await gone(pid);
      expect(existsSync(path.join(cache(), "program/remembered.bin"))).to.equal(false);
    });

  itOnLinux("is gone before who started it is, when it is ended untold", async () => {
    const script = `
      const { endEarly, startEarly } = require(${JSON.stringify(PROGRAM_PROCESS)});
      startEarly(${JSON.stringify(directory)}, ${JSON.stringify(cache())});
      const [pid] = require("node:fs").readFileSync("/proc/self/task/" + process.pid + "/children", "utf8").split(" ");
      endEarly();
      process.once("exit", () => console.log(require("node:fs").existsSync("/proc/" + pid)));`;
    const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    expect(await text(parent.stdout)).to.equal("false\n");
  });

  itOnLinux(
    "loads the SDK, the AWS package and TypeScript for the first program, while it waits",
    async () => {
      const tells = (name: string) => {
        const folder = path.join(directory, "node_modules", name);
        const file = path.join(directory, `loaded-${path.basename(name)}`);
        mkdirSync(folder, { recursive: true });
        writeFileSync(
          path.join(folder, "index.js"),
          `require("node:fs").writeFileSync(${JSON.stringify(file)}, "")`,
        );
      };
      tells("typescript");
      tells("@pulumi/aws");
      writeFileSync(path.join(directory, "tsconfig.json"), "{}");
      startedEarly();
      await loaded("loaded-aws");
      expect(existsSync(path.join(directory, "loaded-typescript"))).to.equal(true);
      expect(await run()).to.include({ main: true });
    },
  );

  it("goes on without what was kept when that is damaged or cannot be written", async () => {
    await run();
    writeFileSync(path.join(cache(), "program/remembered.bin"), "damaged");
    expect(await run()).to.include({ main: true });
    const file = path.join(directory, "file");
    writeFileSync(file, "");
    expect(await run({ cacheDirectory: path.join(file, "cache") })).to.include({ main: true });
  });

  it("loads nothing of an SDK that is no longer there", async () => {
    await run();
    const sdk = path.join(directory, "node_modules/@pulumi/pulumi");
    rmSync(path.join(sdk, "state.js"));
    writeFileSync(path.join(sdk, "package.json"), '{"name":"@pulumi/pulumi","version":"4.0.0"}');
    writeFileSync(runner(), "console.log(JSON.stringify({ pid: process.pid }))");
    expect(await run()).to.have.property("pid");
  });
});

/** The processes that `pid` has started and that run. */
function childrenOf(pid: number): number[] {
  const file = `/proc/self/task/${pid}/children`;
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .split(" ")
        .filter((word) => word.trim() !== "")
        .map(Number)
    : [];
}

/** Resolves when the process is no more: its pipes have been closed then, which wakes nobody here. */
async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
