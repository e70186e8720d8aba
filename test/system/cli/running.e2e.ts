import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { runCommand, RunningCommand, running } from "./command";

/** The commands against one local cloud that stays up. */
describe("while npm start stays up", function () {
  this.timeout(60_000);
  let start: RunningCommand;
  let port: string;
  let files: string;

  before(async () => {
    files = mkdtempSync(path.join(tmpdir(), "orders-"));
    start = new RunningCommand("start", ["--port", "0", "--orders", "6"]);
    const stayingUp = await start.shows(/stays up at http:\/\/127\.0\.0\.1:(\d+) until Ctrl-C/);
    port = stayingUp[1] ?? "";
  });

  after(() => {
    start.kill();
    rmSync(files, { recursive: true, force: true });
  });

  const order = (...args: readonly string[]) => runCommand("order", "--port", port, "--json", ...args);
  const stock = (...args: readonly string[]) => runCommand("stock", "--port", port, "--json", ...args);

  function fileOf(name: string, text: string): string {
    const file = path.join(files, name);
    writeFileSync(file, text);
    return file;
  }

  it("a second start at the same port says which stack runs there", async () => {
    const { status, stderr, stdout } = await runCommand("start", "--port", port);
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: "" });
    expect(stderr).to.match(/^stack dev of this project already runs at port \d+: .*Ctrl-C.*--port\n$/);
  });

  it("order sends generated orders, and those of a file", async () => {
    const one = { orderId: "file-1", customerName: "Ann", totalAmount: 1 };
    const array = fileOf("array.json", JSON.stringify([one, { ...one, orderId: "file-2" }], null, 2));
    const lines = fileOf("lines.jsonl", `${JSON.stringify({ ...one, orderId: "file-3" })}\n`);
    const ends = await Promise.all([
      order("--count", "25", "--seed", "7"),
      order("--file", array),
      order("--file", lines),
    ]);
    expect(ends.map(({ status }) => status)).to.deep.equal([0, 0, 0]);
    expect(ends.map(({ stdout }) => JSON.parse(stdout) as unknown)).to.deep.equal([
      { sent: 25, refused: 0, total: 25 },
      { sent: 2, refused: 0, total: 2 },
      { sent: 1, refused: 0, total: 1 },
    ]);
    expect(ends[0].stderr).to.match(/^sent 25 of 25 orders to http:\/\/127\.0\.0\.1:/m);
  });

  it("order names the line at which a file is wrong, and sends nothing of it", async () => {
    const good = JSON.stringify({ orderId: "file-4", customerName: "Ann", totalAmount: 1 });
    const broken = fileOf("broken.jsonl", `${good}\n${good}\n{"orderId": \n`);
    const missing = path.join(files, "missing.json");
    const ends = await Promise.all([order("--file", broken), order("--file", missing)]);
    expect(ends.map(({ status, stdout }) => ({ status, stdout }))).to.deep.equal([
      { status: 1, stdout: "" },
      { status: 1, stdout: "" },
    ]);
    expect(ends[0].stderr).to.match(/broken\.jsonl: line 3: not JSON .*; nothing was sent\n$/);
    expect(ends[1].stderr).to.match(/missing\.json: cannot be read/);
  });

  it("order sends thirty orders of 180 kB", async () => {
    const bodies = Array.from({ length: 30 }, (_, index) =>
      JSON.stringify({
        orderId: `large-${index}`,
        customerName: "Ann",
        totalAmount: 1,
        note: "x".repeat(180_000),
      }),
    );
    const { status, stdout, stderr } = await order("--file", fileOf("large.jsonl", bodies.join("\n")));
    expect(status, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({ sent: 30, refused: 0, total: 30 });
  });

  it("stock sets and lists", async () => {
    const set = await stock("set", "CLI-TEA=50", "CLI-CAKE=0");
    expect(set.status, set.stderr).to.equal(0);
    const { status, stdout, stderr } = await stock("list");
    expect(status).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ "CLI-TEA": 50, "CLI-CAKE": 0 });
    expect(stderr).to.match(/^CLI-TEA +50$/m);
  });

  it("Ctrl-C ends it, with all that it started and wrote", async () => {
    const started = start.descendants();
    expect(started, "processes of functions").not.to.deep.equal([]);
    expect(start.hasFiles()).to.equal(true);
    start.interrupt();
    const { status, stdout, stderr } = await start.ended;
    expect(status, stderr).to.equal(0);
    expect(stderr).to.equal("");
    expect(stdout).to.match(
      /\nStopping\.\n\nThe stack is destroyed, and its fleet with it: \d+ ended, 0 left\.\n$/,
    );
    expect(running(started)).to.deep.equal([]);
    expect(start.hasFiles()).to.equal(false);
  });
});
