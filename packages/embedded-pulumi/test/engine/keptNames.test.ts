import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { kind, KeptFile } from "embedded-aws";
import { startTestCloud } from "embedded-aws/testing";
import { type CloudDeployment, deploy } from "../../src/deploy";
import { cacheDirectory, withProgram } from "./endToEnd/program";

/** What a program deploys into one cloud after another finds again what it has had. */
describe("automatic names over the starts of a program", function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "kept-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const queue = (name: string, options = "{}", args = "{}") => `
    const aws = require("@pulumi/aws");
    exports.name = new aws.sqs.Queue(${JSON.stringify(name)}, ${args}, ${options}).name;`;

  /** Deploys programs one after the other into one cloud; gives the queue's name and its messages after each. */
  const start = async (seed: number, ...programs: readonly string[]) => {
    const keep = new KeptFile({ file: path.join(directory, "dev.sqlite"), of: {} });
    const cloud = await startTestCloud({ conditions: kind, keep });
    const seen: { name: string; messages: number }[] = [];
    let deployment: CloudDeployment | undefined;
    for (const program of programs)
      await withProgram(program, async (folder) => {
        if (deployment === undefined)
          deployment = await deploy(cloud, { directory: folder, cacheDirectory, seed });
        else {
          await deployment.programEnded;
          await deployment.update({
            project: { ...deployment.project, directory: folder, programDirectory: folder },
          });
        }
        await deployment.programEnded;
        const name = String(deployment.outputs.name);
        const QueueUrl = `${cloud.endpoint}/000000000000/${name}`;
        const { Attributes } = await cloud.call("sqs", "GetQueueAttributes", {
          QueueUrl,
          AttributeNames: ["ApproximateNumberOfMessages"],
        });
        seen.push({ name, messages: Number(Attributes?.ApproximateNumberOfMessages) });
        await cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "x" });
      });
    await deployment?.close();
    return seen;
  };

  it("stay with another seed, so that the queue has its messages", async () => {
    const [first] = await start(1, queue("letters"));
    const [second] = await start(2, queue("letters"));
    expect(first?.messages).to.equal(0);
    expect(second).to.deep.equal({ name: first?.name, messages: 1 });
  });

  it("stay with an alias", async () => {
    const [first] = await start(1, queue("letters"));
    const [second] = await start(1, queue("post", '{ aliases: [{ name: "letters" }] }'));
    expect(second).to.deep.equal({ name: first?.name, messages: 1 });
    expect(await start(1, queue("post"))).to.deep.equal([{ name: first?.name, messages: 2 }]);
  });

  it("are the last ones of what was replaced", async () => {
    const replacing = "{ replaceOnChanges: ['visibilityTimeoutSeconds'] }";
    const [, replaced] = await start(
      1,
      queue("letters", replacing, "{ visibilityTimeoutSeconds: 30 }"),
      queue("letters", replacing, "{ visibilityTimeoutSeconds: 40 }"),
    );
    const [again] = await start(1, queue("letters", replacing, "{ visibilityTimeoutSeconds: 40 }"));
    expect(again).to.deep.equal({ name: replaced?.name, messages: 1 });
  });

  it("wait for a resource that the program leaves out for a time", async () => {
    const [first] = await start(1, queue("letters"));
    await start(1, queue("other"));
    const [third] = await start(1, queue("letters"));
    expect(third).to.deep.equal({ name: first?.name, messages: 1 });
  });
});
