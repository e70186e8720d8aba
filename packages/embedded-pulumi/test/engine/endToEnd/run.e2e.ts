import { expect } from "chai";
import { seededRandom } from "embedded-aws/support";
import { runProgram, type RunResult } from "../../../src/engine/run";
import { fakeProvider } from "./fakeProvider";
import { cacheDirectory, withProgram } from "./program";
import { failureOf, run } from "./runProject";

// Each test runs a program in a process of its own: about a second. The first looks stand in run.test.ts.
describe("a program in the embedded engine", function () {
  this.timeout(60_000);

  it("accepts an explicit provider and gives its resources its configuration", () =>
    withProgram(
      `class Aws extends pulumi.ProviderResource { constructor(name, props) { super("aws", name, props); } }
       const provider = new Aws("here", { region: "us-west-2" });
       new pulumi.CustomResource("aws:sqs/queue:Queue", "q", {}, { provider });`,
      async (directory) => {
        const { provider } = await run(directory);
        expect(provider.created.map(({ type, config }) => [type, config])).to.deep.equal([
          ["pulumi:providers:aws", {}],
          ["aws:sqs/queue:Queue", { name: provider.created[0]?.inputs.name, region: "us-west-2" }],
        ]);
      },
    ));

  it("passes a resource as a value, by its id", () =>
    withProgram(
      `const a = new pulumi.CustomResource("aws:sqs/queue:Queue", "a", {});
       new pulumi.CustomResource("aws:sqs/queue:Queue", "b", { other: a });`,
      async (directory) => {
        const { provider } = await run(directory);
        expect(provider.created[1]?.inputs.other).to.equal("id-of-a");
      },
    ));

  it("says once that everything stands, with all that the run itself gives", async () => {
    const { result, deployed } = await withProgram(
      `const q = new pulumi.CustomResource("aws:sqs/queue:Queue", "q", {}); module.exports = { urn: q.urn };`,
      (directory) => run(directory),
    );
    expect(deployed).to.deep.equal([result]);
    expect(result.outputs).to.have.property("urn");
  });

  it("fails all the same when the program ends badly after everything stood", () =>
    withProgram(`process.on("exit", () => { process.exitCode = 3; });`, async (directory) => {
      const deployed: RunResult[] = [];
      const error = await run(directory, "update", deployed).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(deployed).to.have.length(1);
      expect(error).to.be.instanceOf(Error).with.property("name", "ProgramFailure");
    }));

  it("never says that everything stands when a resource fails", () =>
    withProgram(
      `new pulumi.CustomResource("aws:sqs/queue:Queue", "bad", { fail: "no luck" });`,
      async (directory) => {
        const deployed: RunResult[] = [];
        await run(directory, "update", deployed).catch(() => undefined);
        expect(deployed).to.deep.equal([]);
      },
    ));

  it("shows where a program has a syntax error", async () => {
    const error = await failureOf("const = 1;");
    expect(error.name).to.equal("ProgramFailure");
    expect(error.message).to.include("program.cjs:2").and.to.include("SyntaxError");
  });

  it("tells what a function was refused with, where the program lets it pass", async () => {
    const error = await failureOf(
      `module.exports = { x: pulumi.output(pulumi.runtime.invoke("aws:s3/getBucket:getBucket", {})) };`,
    );
    expect(error.message).to.include("aws:s3/getBucket:getBucket: no answer of aws:s3/getBucket:getBucket");
  });

  it("refuses hooks in its own name", async () => {
    const error = await failureOf(
      `new pulumi.CustomResource("aws:sqs/queue:Queue", "q", {}, { hooks: { afterCreate: [() => {}] } });`,
    );
    expect(error.message).to.include("the embedded engine does not support resource hooks");
  });

  const stopped = async (program: string): Promise<readonly string[]> => {
    const printed: string[] = [];
    await withProgram(program, async (directory) => {
      const stop = new AbortController();
      const running = runProgram({
        projectDirectory: directory,
        stack: "dev",
        mode: "update",
        provider: fakeProvider(),
        random: seededRandom(1),
        signal: stop.signal,
        cacheDirectory,
        onEvent: (event) => {
          if (event.type !== "program-output") return;
          printed.push(event.line);
          if (event.line === "up") stop.abort(new Error("stopped by the test"));
        },
      });
      const error = await running.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(Error).with.property("message", "stopped by the test");
    });
    return printed;
  };

  it("ends the program when the signal aborts", () =>
    stopped(`console.log("up"); setInterval(() => {}, 1000);`));

  it("ends what the program has started with it, before that has lost its parent", async function () {
    if (process.platform === "win32") this.skip();
    const orphan = `
      process.stdin.on("end", () => console.error("where is my parent?")).resume();
      console.log("up");
    `;
    const printed = await stopped(`
      const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(orphan)}], {
        stdio: ["pipe", "inherit", "inherit"],
      });
      process.once("SIGTERM", () => child.once("exit", () => process.exit()).stdin.end());
    `);
    expect(printed).to.deep.equal(["up"]);
  });
});
