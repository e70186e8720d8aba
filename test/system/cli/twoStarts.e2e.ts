import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { type Ended, freePort, RunningCommand } from "./command";

/** Two starts of one checkout at the same moment, into one folder of generated files, which nothing was made in before. */
describe("two starts at once", function () {
  this.timeout(240_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "two-starts-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function startTwo(...args: readonly string[]): Promise<readonly Ended[]> {
    const all = ["--once", "--json", "--orders", "4", "--directory", directory, ...args];
    const starts = [new RunningCommand("start", all), new RunningCommand("start", all)];
    try {
      return await Promise.all(starts.map(({ ended }) => ended));
    } finally {
      for (const start of starts) start.kill();
    }
  }

  function demandOneWinner(ends: readonly Ended[], loses: RegExp): void {
    const [winner, loser] = ends.toSorted((a, b) => (a.status ?? 2) - (b.status ?? 2));
    expect(winner?.status, winner?.stderr).to.equal(0);
    expect(JSON.parse(winner?.stdout ?? "")).to.have.nested.property("orders.lost", 0);
    expect(loser).to.include({ status: 1, stdout: "" });
    expect(loser?.stderr).to.match(loses);
    expect(readdirSync(path.join(directory, "runs"))).to.deep.equal([]);
  }

  it("at one port: one has it, and the other says so in a line", async () => {
    const port = await freePort();
    demandOneWinner(
      await startTwo("--port", String(port)),
      new RegExp(
        `^(Port ${port} is in use\\.|stack dev of this project already runs at port ${port}:) .*\\n$`,
      ),
    );
  });

  it("that keep one state: one has it, and the other says so in a line", async () => {
    demandOneWinner(
      await startTwo("--port", "0", "--keep"),
      /^\S+-dev\.sqlite is in use: another start .*end that one first\n$/,
    );
  });

  it("at ports of their own: both stand, and neither is in the other's way", async () => {
    for (const { status, stdout, stderr } of await startTwo("--port", "0")) {
      expect(status, stderr).to.equal(0);
      expect(JSON.parse(stdout)).to.have.nested.property("orders.lost", 0);
    }
    expect(readdirSync(path.join(directory, "runs"))).to.deep.equal([]);
  });
});
