import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SQSClient, GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { startTestCloud } from "embedded-aws/testing";
import { cloudOptionsOf, deploy } from "../src/deploy";
import { defaultStack } from "../src/engine/projectFile";
import { cacheDirectory, withProgram } from "./engine/endToEnd/program";
import { answers, failureOf, QUEUE } from "./support/deployments";

/** What `program` looks like to whoever imports it. */
interface Exports {
  readonly url: import("@pulumi/pulumi").Output<string>;
  readonly password: import("@pulumi/pulumi").Output<string>;
  readonly answer: number;
}

describe("deploying from a test", function () {
  this.timeout(60_000);

  it("gives outputs, resources and an endpoint at which they stand, until it is closed", async () => {
    await withProgram(QUEUE, async (directory) => {
      const cloud = await startTestCloud();
      const deployment = await deploy<Exports>(cloud, { directory, cacheDirectory });
      // The compiler knows their types.
      const url: string = deployment.outputs.url;
      expect(deployment.outputs).to.deep.equal({ url, password: "hidden", answer: 42 });
      expect(deployment.shownOutputs.password).to.equal("[secret]");
      expect(deployment.resources.map(({ name }) => name)).to.include.members(["toy-dev", "letters"]);
      const sqs = new SQSClient({ ...cloud.client, endpoint: deployment.endpoint });
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["DelaySeconds"] }),
      );
      expect(Attributes).to.deep.equal({ DelaySeconds: "7" });
      sqs.destroy();
      await deployment.close();
      await deployment.close();
      expect(await answers(deployment.endpoint)).to.equal(false);
      expect((await deployment.programEnded).outputs).to.include({ answer: 42 });
    });
  });

  const elsewhere: readonly (readonly [config: Record<string, string>, message: string])[] = [
    [
      { "aws:region": "eu-central-1" },
      'stack dev of toy names the region eu-central-1, and the cloud has us-east-1: start it with startCloud({ region: "eu-central-1" }), or with cloudOptionsOf(project)',
    ],
    [
      { "aws:region": "eu-central-1", "aws:allowedAccountIds": '["123456789012"]' },
      'stack dev of toy names the region eu-central-1, and the cloud has us-east-1; the accountId 123456789012, and the cloud has 000000000000: start it with startCloud({ region: "eu-central-1", accountId: "123456789012" }), or with cloudOptionsOf(project)',
    ],
  ];
  for (const [config, message] of elsewhere) {
    it(`says how to start a cloud for ${Object.keys(config).join(" and ")}`, async () => {
      await withProgram(QUEUE, async (directory) => {
        const cloud = await startTestCloud();
        expect((await failureOf(deploy(cloud, { directory, config }))).message).to.equal(message);
        expect(await answers(cloud.endpoint)).to.equal(false);
      });
    });
  }
});

describe("the account that the embedded cloud plays for a stack", () => {
  for (const [what, config, expected] of [
    ["a made-up one when the stack names none", {}, { region: "us-east-1", accountId: "000000000000" }],
    [
      "the one that the stack is bound to",
      { "aws:region": "eu-west-1", "aws:allowedAccountIds": '["123456789012"]' },
      { region: "eu-west-1", accountId: "123456789012" },
    ],
    [
      "a made-up one when the stack may go to several",
      { "aws:allowedAccountIds": '["123456789012","210987654321"]' },
      { region: "us-east-1", accountId: "000000000000" },
    ],
  ] as const) {
    it(`is ${what}`, () => {
      expect(cloudOptionsOf({ config })).to.deep.equal(expected);
    });
  }
});

describe("the stack that is meant where none is named", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), "stacks-"))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const stacks = (...names: string[]) => {
    writeFileSync(path.join(directory, "Pulumi.yaml"), "name: toy\nruntime: nodejs\n");
    for (const name of names) writeFileSync(path.join(directory, `Pulumi.${name}.yaml`), "config: {}\n");
    return defaultStack(directory);
  };

  it("is the only one that has a file, else dev", () => {
    expect(stacks("staging")).to.equal("staging");
    expect(stacks("staging", "dev")).to.equal("dev");
  });

  it("is dev where there is none", () => {
    expect(stacks()).to.equal("dev");
  });

  it("has to be named where there are several, and none is dev", () => {
    expect(() => stacks("prod", "staging")).to.throw("There are prod, staging; expected one of them by name");
  });
});
