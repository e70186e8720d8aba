import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect } from "chai";
import { RunningCommand, runCommand } from "./command";

const run = promisify(execFile);

/** Whether a curl is here that signs; skips aloud, and fails where CI_REQUIRE_CURL=1 says that there must be one. */
async function hasCurl(): Promise<boolean> {
  const found = await run("curl", ["--help", "auth"]).then(
    ({ stdout }) => stdout.includes("--aws-sigv4"),
    () => false,
  );
  if (!found && process.env.CI_REQUIRE_CURL === "1")
    throw new Error("no curl that knows --aws-sigv4 is on the PATH");
  if (!found) console.warn("      SKIPPED: no curl that knows --aws-sigv4 is on the PATH of this machine");
  return found;
}

describe("the README's orders over HTTP", function () {
  this.timeout(60_000);
  let start: RunningCommand;
  let port: string;

  before(async () => {
    start = new RunningCommand("start", ["--port", "0", "--orders", "1"]);
    port = (await start.shows(/stays up at http:\/\/127\.0\.0\.1:(\d+) until Ctrl-C/))[1] ?? "";
  });
  after(() => start.kill());

  it("are placed and asked for by curl, word for word", async function () {
    if (!(await hasCurl())) this.skip();
    const block = /```sh\n(url=\$\(curl[^`]*)```/.exec(readFileSync("README.md", "utf8"))?.[1] ?? "";
    expect(block).to.contain("--aws-sigv4");
    const [address = "", sign = "", place = "", show = ""] = block
      .replaceAll("4566", port)
      .trim()
      .split("\n");
    const shell = async (...lines: string[]) =>
      (await run("sh", ["-ec", [address, sign, ...lines].join("\n")])).stdout;
    const began = performance.now();
    expect(await shell(place)).to.match(/<MessageId>[\w-]+<\/MessageId>/);
    let shown: { status?: string } = {};
    // Until the function has stored it; the test's own timeout bounds the wait.
    while (shown.status === undefined) shown = JSON.parse(await shell(show)) as { status?: string };
    expect(shown).to.include({ orderId: "A-1001", status: "Processed", totalAmount: 42.5 });
    const times = [Math.round(performance.now() - began)];
    // Once its functions run: the first order waits for their start, as on AWS.
    for (let round = 2; round <= 6; round++) {
      const [again, shownAgain] = [place, show].map((line) => line.replace("A-1001", `A-100${round}`));
      const before = performance.now();
      await shell(`(${again}) > /dev/null`, `until ${shownAgain} | grep -q Processed; do :; done`);
      times.push(Math.round(performance.now() - before));
    }
    console.log(`      from curl to a stored order that curl has seen: ${times.join(", ")} ms`);
    // No more than a poll's wait: how fast it is depends on what else the machine does.
    expect(Math.min(...times)).to.be.below(3_000);
  });

  it("are what npm run order sends, one at a time", async () => {
    const { status, stdout, stderr } = await runCommand("order", "--port", port, "--count", "1", "--json");
    expect({ status, answer: JSON.parse(stdout) as unknown }).to.deep.equal({
      status: 0,
      answer: { sent: 1, refused: 0, total: 1 },
    });
    expect(stderr).to.match(
      /^sent 1 of 1 orders to http:\/\/127\.0\.0\.1:\d+\/_execute-api\/[a-z0-9]+\/orders$/m,
    );
  });
});
