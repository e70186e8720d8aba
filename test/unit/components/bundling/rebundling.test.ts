import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";

describe("the process that keeps bundles up to date", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "rebundling-"));
  const children: ChildProcess[] = [];

  const start = () => {
    const child = fork("components/bundling/rebundling.ts", [], {
      env: { ...process.env, EMBEDDED_ENGINE_DIRECTORY: directory },
      execArgv: ["--require", "tsx/cjs"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      detached: process.platform !== "win32",
    });
    children.push(child);
    if (child.stderr === null) throw new Error("its stderr is no pipe");
    return { child, ended: Promise.all([once(child, "exit"), text(child.stderr)]) };
  };

  after(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });

  it("ends with its channel before it has begun, saying nothing", async () => {
    const { child, ended } = start();
    child.disconnect();
    expect((await ended)[1]).to.equal("");
  });

  it("ends with its channel while it bundles, saying nothing", async () => {
    const { child, ended } = start();
    child.send([]);
    await once(child, "message");
    child.send([path.join("handlers", "processOrders.ts"), path.join("handlers", "confirmOrders.ts")]);
    child.disconnect();
    expect((await ended)[1]).to.equal("");
  });
});
