import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { runCommand, RunningCommand } from "./command";

/** A crash may cost what was done in the last second. */
const CRASH_COSTS_MS = 1_000;

describe("npm start -- --keep", function () {
  this.timeout(240_000);
  let files: string;
  let start: RunningCommand | undefined;

  beforeEach(() => {
    files = mkdtempSync(path.join(tmpdir(), "keep-"));
  });
  afterEach(() => {
    start?.kill();
    rmSync(files, { recursive: true, force: true });
  });

  /** Starts, and waits until everything stands. */
  const up = async (...args: readonly string[]) => {
    start = new RunningCommand("start", [
      "--keep",
      "--port",
      "0",
      "--directory",
      files,
      "--no-watch",
      ...args,
    ]);
    const [, port = ""] = await start.shows(/stays up at http:\/\/127\.0\.0\.1:(\d+) until Ctrl-C/);
    return { start, port };
  };
  const order = (port: string, ...args: readonly string[]) =>
    runCommand("order", ...args, "--port", port, "--json");
  const stored = async (port: string, ids: readonly string[]) => {
    const { stdout } = await order(port, "show", ...ids);
    const shown = JSON.parse(stdout) as { readonly orderId: string; readonly outcome?: string }[];
    expect(shown.map(({ orderId }) => orderId)).to.deep.equal(ids);
    return shown.map(({ outcome }) => outcome !== "unknown");
  };

  it("goes on from what was there when it was killed, and sends no order twice", async () => {
    const first = await up("--orders", "20");
    const ids = Array.from({ length: 30 }, (_, index) => `KEPT-${index}`);
    const own = path.join(files, "orders.json");
    writeFileSync(
      own,
      JSON.stringify(
        ids.map((orderId) => ({
          orderId,
          customerName: "Ann",
          customerEmail: "ann@example.com",
          totalAmount: 1,
        })),
      ),
    );
    const sent = await order(first.port, "--file", own);
    expect(sent.status, sent.stderr).to.equal(0);
    await sleep(CRASH_COSTS_MS);
    // With the orders on their way to the table, or there.
    process.kill(-first.start.pid, "SIGKILL");
    await first.start.ended;

    const second = await up();
    await second.start.shows(/Nothing is demonstrated again/);
    const until = performance.now() + 60_000;
    let found = await stored(second.port, ids);
    while (found.includes(false) && performance.now() < until) found = await stored(second.port, ids);
    expect(found.filter((isThere) => !isThere)).to.deep.equal([]);
    second.start.interrupt();
    const ended = await second.start.ended;
    expect(ended.status, ended.stderr).to.equal(0);
    expect(ended.stdout).to.match(
      /Going on from what was kept of .*: \d+ items in tables, \d+ messages in queues/,
    );

    const third = await runCommand(
      "start",
      ...["--keep", "--once", "--json", "--orders", "20", "--port", "0", "--directory", files],
    );
    expect(third.status, third.stderr).to.equal(0);
    const summary = JSON.parse(third.stdout) as Record<string, Record<string, number>>;
    expect(summary.orders).to.deep.equal({
      sent: 20,
      distinct: 16,
      stored: 16,
      duplicates: 2,
      deadLettered: 2,
      lost: 0,
    });
    expect(summary.confirmations?.sent).to.equal(summary.confirmations?.expected);
    const goingOn = /Going on from what was kept of .*: (\d+) items in tables, 2 messages in queues/;
    // The demonstration's 16 orders, these 30, and its three goods.
    expect(Number(goingOn.exec(third.stderr)?.[1])).to.be.at.least(16 + 30 + 3);

    const fresh = await runCommand(
      "start",
      ...["--fresh", "--keep", "--once", "--orders", "1", "--port", "0", "--directory", files],
    );
    expect(fresh.status, fresh.stderr).to.equal(0);
    expect(fresh.stdout)
      .to.match(/^What was kept of stack dev is dropped\.$/m)
      .and.not.match(/Going on from/);
  });

  it("says what to do with what cannot be read, and that another start has it", async () => {
    const { start: running } = await up("--orders", "0");
    const args = ["--once", "--port", "0", "--directory", files, "--orders", "1"];
    for (const flag of ["--keep", "--fresh"]) {
      const { status, stderr } = await runCommand("start", flag, ...args);
      expect(status).to.equal(1);
      expect(stderr).to.match(/^\S+-dev\.sqlite is in use: another start .*end that one first\n$/);
    }
    running.interrupt();
    await running.ended;
    const kept = path.join(files, "kept");
    for (const name of readdirSync(kept)) writeFileSync(path.join(kept, name), "no database");
    const { status, stderr } = await runCommand("start", "--keep", ...args);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^\S+-dev\.sqlite cannot be read: .*; start with --fresh to drop it\n$/);
  });
});
