import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { ListQueueTagsCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startTestCloud } from "embedded-aws/testing";
import { deploy } from "../src/deploy";
import { cacheDirectory, withProgram } from "./engine/endToEnd/program";

/** What nearly every program of other people has, as Pulumi's documentation writes it. */
describe("a program of anyone's", function () {
  this.timeout(60_000);

  it("names its providers, by option and for a component, whose settings then count", async () => {
    const source = `
      const aws = require("@pulumi/aws");
      const tagged = (by) => new aws.Provider(by, { region: "us-east-1", defaultTags: { tags: { by } } });
      class Mail extends pulumi.ComponentResource {
        constructor(name, opts) {
          super("toy:index:Mail", name, {}, opts);
          this.url = new aws.sqs.Queue(name, {}, { parent: this }).url;
          this.region = aws.getRegionOutput({}, { parent: this }).region;
        }
      }
      const one = tagged("one");
      exports.plain = new aws.sqs.Queue("plain").url;
      exports.one = new aws.sqs.Queue("one", {}, { provider: one }).url;
      const mail = new Mail("two", { providers: { aws: tagged("two") } });
      exports.two = mail.url;
      exports.three = new Mail("three", { providers: [tagged("three")] }).url;
      exports.region = mail.region;`;
    await withProgram(source, async (directory) => {
      const cloud = await startTestCloud();
      const { outputs, close } = await deploy(cloud, { directory, cacheDirectory });
      const sqs = new SQSClient(cloud.client);
      const tagOf = async (name: string) =>
        (await sqs.send(new ListQueueTagsCommand({ QueueUrl: String(outputs[name]) }))).Tags?.by;
      expect(await Promise.all(["plain", "one", "two", "three"].map(tagOf))).to.deep.equal([
        undefined,
        "one",
        "two",
        "three",
      ]);
      expect(outputs.region).to.equal("us-east-1");
      sqs.destroy();
      await close();
    });
  });

  const REFERENCE = `
    const network = new pulumi.StackReference("network", { name: "acme/network/dev" });
    exports.vpc = network.requireOutput("vpcId");
    exports.none = network.getOutput("none").apply((value) => value ?? "nothing");
    exports.later = network.getOutputDetails("zones").then(({ value }) => value);`;
  const FILE = "Pulumi.acme.network.dev.outputs.json";

  it("reads another stack's outputs from a file", async () => {
    await withProgram(REFERENCE, async (directory) => {
      writeFileSync(path.join(directory, FILE), JSON.stringify({ vpcId: "vpc-1", zones: ["a", "b"] }));
      const { outputs, close } = await deploy(await startTestCloud(), { directory, cacheDirectory });
      expect(outputs).to.deep.equal({ vpc: "vpc-1", none: "nothing", later: ["a", "b"] });
      await close();
    });
  });

  const wrong: readonly (readonly [what: string, file: string | undefined, message: string])[] = [
    ["is not there", undefined, `there is no ${FILE} beside Pulumi.yaml`],
    ["is not JSON", "vpcId: vpc-1", `${FILE} is not JSON`],
    ["is no object", "[]", `${FILE}: expected an object, each output by its name`],
    ["hides a value", '{"vpcId":"[secret]"}', `${FILE}: vpcId: got "[secret]"; expected a value`],
  ];
  for (const [what, file, message] of wrong) {
    it(`is told what to do when that file ${what}`, async () => {
      await withProgram(REFERENCE, async (directory) => {
        if (file !== undefined) writeFileSync(path.join(directory, FILE), file);
        const ended: unknown = await deploy(await startTestCloud(), { directory, cacheDirectory }).catch(
          (error: unknown) => error,
        );
        expect(ended).to.be.an("error").with.property("message").that.includes(message);
      });
    });
  }
});
