import path from "node:path";
import { expect } from "chai";
import { displayMap, Secret, UNKNOWN } from "../../../src/engine/values";
import { failureOf, run, type Run } from "./runProject";

const WHOLE = path.resolve(__dirname, "../../fixtures/whole");

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

  it("ends at a function that is not supported, with one message, though its program would go on", async () => {
    const error = await failureOf(
      `pulumi.runtime.invoke("aws:index/getNothing:getNothing", {}).catch(() => undefined);
       setInterval(() => {}, 1000);`,
    );
    expect(error).to.include({
      name: "DeploymentFailure",
      message: "aws:index/getNothing:getNothing: this function is not supported",
    });
  });

  it("leaves to the program what AWS refuses it, and tells the rest without the SDK's own stack", async () => {
    const caught = await failureOf(
      `pulumi.runtime.invoke("aws:index/getOther:getOther", {}).catch(({ message }) => pulumi.log.error(message));`,
    );
    expect(caught).to.include({
      name: "ProgramFailure",
      message: "aws:index/getOther:getOther: no answer of aws:index/getOther:getOther",
    });
    const { message } = await failureOf(`function mine() { throw new Error("my own"); }\nmine();`);
    expect(message)
      .to.match(/Error: my own\n\s+at mine \(.*program\.cjs:2:/)
      .and.not.match(/node_modules|node:|quickenSdk/);
  });
});
