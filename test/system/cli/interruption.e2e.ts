import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type CommandSettings,
  type Ended,
  filesOf,
  runCommand,
  RunningCommand,
  leftRunning,
} from "./command";

/** Nothing listens at the discard port. */
const CLOSED = "http://127.0.0.1:9";
const PROXIES = {
  http_proxy: CLOSED,
  https_proxy: CLOSED,
  grpc_proxy: CLOSED,
  HTTP_PROXY: CLOSED,
  HTTPS_PROXY: CLOSED,
  ALL_PROXY: CLOSED,
  NO_PROXY: "example.com",
  NODE_USE_ENV_PROXY: "1",
};

/** `npm start` that is ended by `act` once it shows `phase`: nothing that it has started or written may be left. */
async function startEndedBy(
  phase: RegExp,
  act: (start: RunningCommand, shown: RegExpExecArray) => unknown,
  settings: CommandSettings & { readonly args?: readonly string[] } = {},
): Promise<Ended> {
  const args = ["--port", "0", "--orders", "4", ...(settings.args ?? [])];
  const start = new RunningCommand("start", args, settings);
  try {
    const shown = await start.shows(phase);
    const started = [start.pid, ...start.descendants()];
    await act(start, shown);
    const ended = await start.ended;
    expect(leftRunning(started), "processes").to.deep.equal([]);
    expect(filesOf(started), "files").to.deep.equal([]);
    // Neither a stack of ours nor one of the bundler's.
    expect(ended.stderr).not.to.match(/^\s+at |goroutine/m);
    return ended;
  } finally {
    start.kill();
  }
}

describe("npm start ends in good order", function () {
  this.timeout(240_000);

  it("on SIGTERM, having worked and taken orders behind a proxy that answers nothing", async () => {
    const { status, stdout } = await startEndedBy(
      /stays up at http:\/\/127\.0\.0\.1:(\d+)/,
      async (start, [, port = ""]) => {
        const order = new RunningCommand("order", ["--count", "3", "--port", port], { environment: PROXIES });
        expect(await order.ended).to.include({ status: 0 });
        start.signal("SIGTERM");
      },
      { environment: PROXIES },
    );
    expect(status).to.equal(143);
    expect(stdout).to.match(
      /\nStopping\.\n\nThe stack is destroyed, and its fleet with it: \d+ ended, 0 left\.\n$/,
    );
  });

  it("on SIGHUP, while the program is loaded", async () => {
    const { status, stdout } = await startEndedBy(/Updating/, (start) => start.signal("SIGHUP"));
    expect(status).to.equal(129);
    expect(stdout).not.to.match(/Outputs:/);
  });

  it("on signals that follow each other, during the demonstration", async () => {
    const { status } = await startEndedBy(/Sending 4 messages/, (start) => {
      start.signal("SIGINT");
      start.signal("SIGTERM");
      start.interrupt();
    });
    // Signals that wait together have no order.
    expect(status).to.be.oneOf([130, 143]);
  });

  it("when nobody reads on", async () => {
    const { status, stderr } = await startEndedBy(/Updating/, (start) => start.stopReading(), {
      args: ["--once"],
    });
    expect({ status, stderr }).to.deep.equal({ status: 141, stderr: "" });
  });

  it("when the npm that started it is killed, which tells neither its shell nor what runs in it", async () => {
    const npm = ["npm", "start", "--silent", "--"];
    // What it started holds its output open until it has ended.
    const { status } = await startEndedBy(/Updating/, (start) => start.signal("SIGKILL"), { through: npm });
    expect(status).to.equal(null);
  });

  it("where standard output is full", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const full = openSync("/dev/full", "w");
    const start = new RunningCommand("start", ["--port", "0"], { stdout: full });
    const { status, stderr } = await start.ended;
    expect(status).to.equal(1);
    expect(stderr).to.match(/^standard output cannot be written to: ENOSPC.*\n$/);
    expect(filesOf([start.pid])).to.deep.equal([]);
  });

  it("but goes on, when it is to be detached, without a terminal and a reader", async () => {
    const { status } = await startEndedBy(
      /Updating/,
      async (start) => {
        start.stopReading();
        start.signal("SIGHUP");
        await start.shows(/stays up at/);
        start.signal("SIGTERM");
      },
      { args: ["--detached", "--json"] },
    );
    expect(status).to.equal(143);
  });
});

describe("npm run order -- --file", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(path.join(tmpdir(), "pipe-"));
  let order: RunningCommand | undefined;

  after(() => {
    order?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it("ends by Ctrl-C while it waits for a pipe that nobody writes to", async function () {
    if (process.platform === "win32") this.skip();
    const pipe = path.join(folder, "orders");
    execFileSync("mkfifo", [pipe]);
    order = new RunningCommand("order", ["--file", pipe]);
    // Which waits until somebody reads there.
    const writer = await open(pipe, "w");
    order.interrupt();
    expect(await order.ended).to.deep.equal({ status: null, stdout: "", stderr: "" });
    await writer.close();
  });
});

describe("npm start -- --directory", function () {
  this.timeout(240_000);

  it("keeps everything that is generated there, and deploys the same bytes", async () => {
    const directory = mkdtempSync(path.join(tmpdir(), "generated-"));
    try {
      const args = ["--once", "--json", "--orders", "4", "--port", "0", "--directory", directory];
      const { status, stdout, stderr } = await runCommand("start", ...args);
      expect(status, stderr).to.equal(0);
      expect(JSON.parse(stdout)).to.have.nested.property("orders.lost", 0);
      expect(readdirSync(directory).sort()).to.deep.equal(["bundles", "cache", "runs"]);
      expect(readdirSync(path.join(directory, "runs"))).to.deep.equal([]);
      for (const file of readdirSync(path.join(directory, "bundles")).filter(
        (name) => name !== "manifest.json",
      ))
        expect(
          readFileSync(path.join(directory, "bundles", file)).equals(
            readFileSync(path.join(".local/bundles", file)),
          ),
          file,
        ).to.equal(true);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
