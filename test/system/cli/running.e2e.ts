import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { runCommand, RunningCommand, leftRunning } from "./command";

/** The commands against one local cloud that stays up. */
describe("while npm start stays up", function () {
  this.timeout(120_000);
  let start: RunningCommand;
  let port: string;
  let files: string;
  let temporary: string;

  before(async () => {
    files = mkdtempSync(path.join(tmpdir(), "orders-"));
    temporary = path.join(files, "temporary");
    mkdirSync(temporary);
    start = new RunningCommand("start", ["--port", "0", "--orders", "6"], {
      environment: { TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    });
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

  it("order shows, lists, cancels and erases what is stored", async () => {
    await stock("set", "CLI-MILK=10");
    const one = {
      orderId: "kept-1",
      customerName: "Ann",
      customerEmail: "Ann@kept.example",
      totalAmount: 12.5,
      items: [{ sku: "CLI-MILK", quantity: 4 }],
    };
    const two = { orderId: "kept-2", customerName: "Ann", customerEmail: "ann@kept.example", totalAmount: 1 };
    await order("--file", fileOf("kept.json", JSON.stringify([one, two])));
    const list = async () => {
      const { status, stdout, stderr } = await order("list", "--customer", "ANN@kept.example");
      expect(status, stderr).to.equal(0);
      return JSON.parse(stdout) as { orderId: string; status: string }[];
    };
    // Each look takes a while; the orders are there after one or two.
    let listed = await list();
    for (let looks = 1; listed.length < 2 && looks < 40; looks++) listed = await list();
    expect(listed.map(({ orderId }) => orderId)).to.have.members(["kept-1", "kept-2"]);

    const shown = await order("show", "kept-1");
    expect(shown.stderr)
      .to.match(/^kept-1: Processed$/m)
      .and.to.match(/^ {2}items: 4 x CLI-MILK$/m);
    expect(shown.stderr).to.contain("customerName: Ann");
    expect(JSON.parse(shown.stdout)).to.have.nested.property("[0].customerEmail", "Ann@kept.example");

    const cancelled = await order("cancel", "kept-1");
    expect(cancelled).to.include({ status: 0 });
    expect(cancelled.stderr).to.equal("kept-1: cancelled; back in stock: 4 x CLI-MILK\n");
    const again = await order("cancel", "kept-1");
    expect(again.status).to.equal(0);
    expect(again.stderr).to.match(/^kept-1: was cancelled already, at \d{4}-.*; nothing was changed$/m);
    expect(JSON.parse((await stock("list")).stdout)).to.include({ "CLI-MILK": 10 });

    const erased = await order("erase", "--customer", "ann@kept.example");
    expect((JSON.parse(erased.stdout) as { erased: string[] }).erased).to.have.members(["kept-1", "kept-2"]);
    expect(await list()).to.deep.equal([]);
    const left = await order("show", "kept-1", "kept-0");
    expect(left.status).to.equal(1);
    expect(left.stderr)
      .to.match(/^kept-0: no such order; /m)
      .and.not.to.match(/Ann|ann@/);
    expect(JSON.parse(left.stdout)).to.have.nested.property("[0].status", "Cancelled");
  });

  it("order says what it expects", async () => {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [["cancel"], /expected: order -- show ID/],
      [["show", "a b"], /got "a b"; expected an order id: 1 to 64 letters/],
      [["list", "kept-1"], /expected: order -- show ID/],
      [["list"], /expected: order -- show ID/],
      [["cancel", "kept-1", "--customer", "ann@kept.example"], /expected: order -- show ID/],
      [["show", "kept-1", "--count", "1"], /--count: is for sending orders, not for show/],
      [["--customer", "ann@kept.example"], /--customer: expected: order -- show ID/],
    ];
    for (const [args, message] of wrong) {
      const { status, stdout, stderr } = await order(...args);
      expect({ status, stdout }, args.join(" ")).to.deep.equal({ status: 2, stdout: "" });
      expect(stderr).to.match(message);
    }
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
    expect(leftRunning(started)).to.deep.equal([]);
    expect(start.hasFiles()).to.equal(false);
    expect(readdirSync(temporary), "neither a loader nor the compiler keeps anything there").to.deep.equal(
      [],
    );
  });
});
