import path from "node:path";
import { expect } from "chai";
import { seededRandom } from "embedded-aws/support";
import type { ProgressEvent } from "../../../src/engine/progress";
import { runProgram, type RunResult } from "../../../src/engine/run";
import { displayMap, Secret, UNKNOWN } from "../../../src/engine/values";
import { type FakeProvider, fakeProvider } from "./fakeProvider";
import { cacheDirectory, withProgram } from "./program";

const WHOLE = path.resolve(__dirname, "../../fixtures/whole");

interface Run {
  readonly result: RunResult;
  readonly provider: FakeProvider;
  readonly events: readonly ProgressEvent[];
  /** What stood when the engine said that everything did. */
  readonly deployed: readonly RunResult[];
}

async function run(
  projectDirectory: string,
  mode: "update" | "preview" = "update",
  deployed: RunResult[] = [],
): Promise<Run> {
  const provider = fakeProvider();
  const events: ProgressEvent[] = [];
  const result = await runProgram({
    projectDirectory,
    stack: "dev",
    mode,
    provider,
    random: seededRandom(1),
    onEvent: (event) => events.push(event),
    onDeployed: (standing) => deployed.push(standing),
    cacheDirectory,
  });
  return { result, provider, events, deployed };
}

/** The one error with which a program's run ends. */
function failureOf(source: string): Promise<Error> {
  return withProgram(source, async (directory) => {
    try {
      await run(directory);
    } catch (error) {
      return error as Error;
    }
    throw new Error("the run succeeded");
  });
}

describe("a program in the embedded engine", function () {
  this.timeout(60_000);

  describe("deployed", () => {
    let whole: Run;
    before(async () => {
      whole = await run(WHOLE);
    });

    const resource = (name: string) => {
      const found = whole.result.resources.find((candidate) => candidate.name === name);
      if (found === undefined) throw new Error(`no resource ${name}`);
      return found;
    };

    it("gives the stack's outputs, with configuration's values, defaults and types", () => {
      expect(displayMap(whole.result.outputs)).to.deep.equal({
        queueUrl: "https://mailbox-queue",
        queueName: resource("mailbox-queue").inputs.name,
        regionName: "eu-central-1",
        greeting: "hello",
        limits: { low: 1, high: 2 },
        secretToken: "[secret]",
        policyArn: "arn:policy",
        dryRun: false,
      });
      expect(whole.result.outputs.secretToken).to.deep.equal(new Secret("hush"));
    });

    it("names a resource that has no name after it, with seven hexadecimal digits", () => {
      expect(resource("mailbox-queue").inputs.name).to.match(/^mailbox-queue-[0-9a-f]{7}$/);
    });

    it("puts resources under their parents, whose types qualify their URNs", () => {
      const stack = "urn:pulumi:dev::whole::pulumi:pulumi:Stack::whole-dev";
      expect(resource("mailbox")).to.include({ parent: stack, custom: false });
      expect(resource("topic")).to.include({ parent: stack, custom: true });
      expect(resource("mailbox-queue")).to.include({
        parent: "urn:pulumi:dev::whole::whole:index:Mailbox::mailbox",
        urn: "urn:pulumi:dev::whole::whole:index:Mailbox$aws:sqs/queue:Queue::mailbox-queue",
        id: "id-of-mailbox-queue",
      });
    });

    it("keeps a component's outputs", () => {
      expect(resource("mailbox").outputs).to.deep.equal({ queueUrl: "https://mailbox-queue" });
    });

    it("keeps what a resource depends on, through a property and through dependsOn", () => {
      expect(resource("policy").propertyDependencies).to.deep.equal({
        arn: [resource("topic").urn],
        policy: [resource("mailbox-queue").urn],
      });
      expect(resource("topic").dependencies).to.include(resource("mailbox-queue").urn);
      const order = whole.provider.created.map(({ name }) => name);
      expect(order).to.deep.equal(["mailbox-queue", "topic", "policy"]);
    });

    it("opens secrets for the provider and keeps them secret in state", () => {
      expect(whole.provider.created.find(({ name }) => name === "topic")?.inputs.displayName).to.equal(
        "hush",
      );
      expect(resource("topic").inputs.displayName).to.deep.equal(new Secret("hush"));
      expect(resource("topic").outputs.displayName).to.deep.equal(new Secret("hush"));
    });

    it("applies the program's transforms to the resources that they concern", () => {
      expect(resource("mailbox-queue").inputs.tags).to.deep.equal({ from: "transform" });
      expect(resource("topic").inputs).not.to.have.property("tags");
    });

    it("passes numbers from configuration on, and the outputs of one resource to the next", () => {
      expect(resource("mailbox-queue").inputs.delaySeconds).to.equal(7);
      expect(resource("policy").inputs).to.deep.include({
        arn: "arn:topic",
        policy: '{"Resource":"arn:mailbox-queue"}',
      });
    });

    it("tells of each resource's creation, log lines and printed lines as they come", () => {
      const seen = whole.events.flatMap((event) =>
        event.type === "resource" && event.name === "mailbox-queue" ? [event.status] : [],
      );
      expect(seen).to.deep.equal(["creating", "created"]);
      const logged = whole.events.flatMap((event) =>
        event.type === "log" && event.severity !== "debug"
          ? [[event.severity, event.message, event.urn]]
          : [],
      );
      expect(logged).to.deep.equal([
        ["info", "a word from the program", undefined],
        ["warning", "and a warning", resource("topic").urn],
      ]);
      expect(whole.events).to.deep.include({
        type: "program-output",
        stream: "stdout",
        line: "printed by the program",
      });
    });
  });

  describe("previewed", () => {
    let preview: Run;
    before(async () => {
      preview = await run(WHOLE, "preview");
    });

    it("creates nothing, and tells of each resource as planned", () => {
      expect(preview.provider.created).to.deep.equal([]);
      const statuses = preview.events.flatMap((event) => (event.type === "resource" ? [event.status] : []));
      expect(new Set(statuses)).to.deep.equal(new Set(["planned"]));
      expect(preview.result.resources).to.have.length(5);
    });

    it("leaves unknown what only a deployment knows, and knows the rest", () => {
      expect(preview.result.outputs).to.deep.include({
        queueUrl: UNKNOWN,
        policyArn: UNKNOWN,
        regionName: "eu-central-1",
        dryRun: true,
      });
      const policy = preview.result.resources.find(({ name }) => name === "policy");
      expect(policy?.inputs).to.deep.include({ arn: UNKNOWN, policy: UNKNOWN });
      expect(policy?.id).to.equal(undefined);
    });
  });

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

  it("ends at the first resource that fails, with one message that names it", async () => {
    const error = await failureOf(
      `const bad = new pulumi.CustomResource("aws:sqs/queue:Queue", "bad", { fail: "no such luck" });
       new pulumi.CustomResource("aws:sqs/queue:Queue", "after", { needs: bad.urn });
       setInterval(() => {}, 1000);`,
    );
    expect(error.name).to.equal("DeploymentFailure");
    expect(error.message).to.equal('aws:sqs/queue:Queue "bad": property "fail": no such luck');
  });

  it("passes on what the program throws", async () => {
    const error = await failureOf(`throw new pulumi.RunError("batchSize: got 0; expected 1 to 10");`);
    expect(error).to.include({ name: "ProgramFailure", message: "batchSize: got 0; expected 1 to 10" });
  });

  it("shows where a program has a syntax error", async () => {
    const error = await failureOf("const = 1;");
    expect(error.name).to.equal("ProgramFailure");
    expect(error.message).to.include("program.cjs:2").and.to.include("SyntaxError");
  });

  it("tells the program of a function that is not supported", async () => {
    const error = await failureOf(
      `module.exports = { x: pulumi.output(pulumi.runtime.invoke("aws:s3/getBucket:getBucket", {})) };`,
    );
    expect(error.message).to.include("no function aws:s3/getBucket:getBucket");
  });

  it("refuses hooks in its own name", async () => {
    const error = await failureOf(
      `new pulumi.CustomResource("aws:sqs/queue:Queue", "q", {}, { hooks: { afterCreate: [() => {}] } });`,
    );
    expect(error.message).to.include("the embedded engine does not support resource hooks");
  });

  it("ends the program when the signal aborts", () =>
    withProgram(`console.log("up"); setInterval(() => {}, 1000);`, async (directory) => {
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
          if (event.type === "program-output" && event.line === "up")
            stop.abort(new Error("stopped by the test"));
        },
      });
      const error = await running.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(Error).with.property("message", "stopped by the test");
    }));
});
