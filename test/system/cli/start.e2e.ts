import { expect } from "chai";
import { freePort, runCommand, RunningCommand, leftRunning, startOtherServer } from "./command";

describe("npm start", function () {
  this.timeout(60_000);

  it("with --once --json writes one JSON object to standard output, and nothing else", async () => {
    const args = ["--once", "--json", "--orders", "20", "--port", "0"];
    const { status, stdout, stderr } = await runCommand("start", ...args);
    expect(status, stderr).to.equal(0);
    expect(stdout.split("\n")).to.have.length(2);
    expect(stdout).to.match(/\n$/);
    const summary = JSON.parse(stdout) as Record<string, Record<string, number>>;
    expect(summary.orders).to.deep.equal({
      sent: 20,
      distinct: 16,
      stored: 16,
      duplicates: 2,
      deadLettered: 2,
      lost: 0,
    });
    expect(summary.confirmations?.sent).to.equal(summary.confirmations?.expected);
    expect(summary.inventory?.reserved).to.equal(summary.inventory?.expected);
    expect(summary.resources).to.be.a("number").greaterThan(20);
    expect(summary.conditions).to.include({
      lambdaConcurrency: 1000,
      shuffledAnswers: true,
      instanceLagMs: 5000,
    });
    expect(stderr).to.match(/^Conditions: as unkind as AWS/m);
    expect(summary.memory?.peakMb).to.be.a("number").greaterThan(50);
    const { timing = {} } = summary;
    for (const name of ["readyMs", "firstOrderStoredMs", "p50Ms", "p99Ms", "p999Ms", "ordersPerSecond"])
      expect(timing[name], name).to.be.a("number").greaterThan(0);
    expect(timing.firstOrderStoredMs).to.be.greaterThan(timing.readyMs ?? Infinity);
    expect(stderr).to.match(/\+ {2}aws:dynamodb:Table orders-orders created/);
  });

  it("that is interrupted while it deploys ends what it started", async () => {
    const start = new RunningCommand("start", ["--port", "0"]);
    try {
      await start.shows(/ created/);
      const started = start.descendants();
      expect(started).not.to.deep.equal([]);
      expect(start.hasFiles()).to.equal(true);
      start.interrupt();
      const { status, stdout, stderr } = await start.ended;
      expect(status, stderr).to.equal(130);
      expect(stdout, "the deployment went on").not.to.match(/Outputs:/);
      expect(stderr).not.to.match(/^\s+at /m);
      expect(leftRunning(started)).to.deep.equal([]);
      expect(start.hasFiles()).to.equal(false);
    } finally {
      start.kill();
    }
  });

  it("says that its port is taken by another program", async () => {
    const { server, port } = await startOtherServer();
    try {
      const { status, stdout, stderr } = await runCommand("start", "--port", String(port));
      expect({ status, stdout, stderr }).to.deep.equal({
        status: 1,
        stdout: "",
        stderr: `Port ${port} is in use. Stop the program that uses it, or choose another with --port (0 for any free one).\n`,
      });
    } finally {
      server.close();
    }
  });

  it("says everything that is wrong with a configuration at once, and deploys nothing", async () => {
    const args = ["ordersBatchSze=5", "ordersTimeoutSeconds=5", "aws:region=eu-wst-1", "ordersBatchSize=20"];
    const { status, stdout, stderr } = await runCommand(
      "start",
      "--port",
      "0",
      ...args.flatMap((override) => ["--config", override]),
    );
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: "" });
    expect(stderr.trimEnd().split("\n")).to.deep.equal([
      "The configuration of stack dev is not valid:",
      "  event-driven-aws:ordersBatchSze: not declared in Pulumi.yaml; did you mean event-driven-aws:ordersBatchSize? (--config)",
      '  aws:region: got "eu-wst-1"; expected a region of AWS; did you mean eu-west-1? (aws:skipRegionValidation: true takes a newer one) (--config)',
      '  event-driven-aws:ordersTimeoutSeconds: got "5"; expected an integer from 10 to 900 seconds',
      "  event-driven-aws:ordersBatchSize: got 20 with a batching window of 0 seconds; expected at most 10, or batchingWindowSeconds of at least 1",
      "Set each with: pulumi config set KEY VALUE --stack dev",
    ]);
  });

  it("names the stacks that there are when its own is missing", async () => {
    const { status, stderr } = await runCommand("start", "--stack", "nowhere", "--port", "0");
    expect(status).to.equal(1);
    expect(stderr)
      .to.match(/nowhere/)
      .and.to.match(/\bdev\b/);
    expect(stderr.trimEnd().split("\n")).to.have.length(1);
  });
});

describe("a command line that is wrong", function () {
  this.timeout(60_000);

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["start", ["--speeed", "2"], /'--speeed'; did you mean --speed\? .*options here are .*--once/],
    ["start", ["--config", "region"], /^--config: got "region"; expected KEY=VALUE/m],
    ["start", ["--orders", "many"], /^--orders: got "many"; expected a whole number from 0 to 1000000$/m],
    ["start", ["--port", "70000"], /^--port: got "70000"; expected a whole number from 0 to 65535$/m],
    ["order", [], /^give either --file orders.json or --count N$/m],
    ["stock", ["set", "TEA=-1"], /^got "TEA=-1"; expected SKU=N/m],
  ];
  it("ends with status 2 and says what was expected", async () => {
    const ends = await Promise.all(wrong.map(([script, args]) => runCommand(script, ...args)));
    for (const [index, { status, stdout, stderr }] of ends.entries()) {
      expect(status, stderr).to.equal(2);
      expect(stdout).to.equal("");
      expect(stderr).to.match(wrong[index]?.[2] ?? /never/);
    }
  });

  it("that finds no local cloud says how to start one", async () => {
    const port = String(await freePort());
    const ends = await Promise.all([
      runCommand("order", "--count", "1", "--port", port),
      runCommand("stock", "list", "--port", port),
    ]);
    for (const { status, stdout, stderr } of ends) {
      expect({ status, stdout, stderr }).to.deep.equal({
        status: 1,
        stdout: "",
        stderr: `no local cloud answers at http://127.0.0.1:${port}; start it with "npm start", or name its port with --port\n`,
      });
    }
  });
});
