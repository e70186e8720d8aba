import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SQSClient, GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { startTestCloud } from "embedded-aws/testing";
import { cloudOptionsOf, deploy, type CloudDeployment } from "../src/deploy";
import { defaultStack } from "../src/engine/projectFile";
import { cacheDirectory, withProgram } from "./engine/endToEnd/program";

/** What `program` looks like to whoever imports it. */
interface Exports {
  readonly url: import("@pulumi/pulumi").Output<string>;
  readonly password: import("@pulumi/pulumi").Output<string>;
  readonly answer: number;
}

const QUEUE = `
const aws = require("@pulumi/aws");
exports.url = new aws.sqs.Queue("letters", { delaySeconds: 7 }).url;
exports.password = pulumi.secret("hidden");
exports.answer = 42;
`;

/** The error with which `work` ends. */
async function failureOf(work: Promise<unknown>): Promise<Error> {
  const ended: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (ended instanceof Error) return ended;
  throw new Error("it succeeded");
}

/** Whether somebody answers at a cloud's endpoint. */
async function answers(endpoint: string): Promise<boolean> {
  return await fetch(endpoint).then(
    () => true,
    () => false,
  );
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

  it("names what the program left to chance after the seed", async () => {
    await withProgram(QUEUE, async (directory) => {
      const names: unknown[] = [];
      for (const seed of [7, 8]) {
        const deployment: CloudDeployment = await deploy(await startTestCloud(), {
          directory,
          seed,
          cacheDirectory,
        });
        names.push(String(deployment.outputs.url).split("/").at(-1));
        await deployment.close();
      }
      expect(names[0]).not.to.equal(names[1]);
    });
  });

  it("ends a program whose process does not end by itself", async () => {
    const source = `
      process.on("exit", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
      exports.answer = 42;`;
    await withProgram(source, async (directory) => {
      const deployment = await deploy(await startTestCloud(), { directory, cacheDirectory });
      expect(deployment.outputs).to.deep.equal({ answer: 42 });
      await deployment.close();
      expect((await failureOf(deployment.programEnded)).message).to.equal("the deployment was closed");
    });
  });

  it("ends with its signal, though the program would run on", async () => {
    await withProgram("setInterval(() => undefined, 1000);", async (directory) => {
      const controller = new AbortController();
      const cloud = await startTestCloud();
      const deploying = deploy(cloud, {
        directory,
        cacheDirectory,
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === "outputs") controller.abort(new Error("enough"));
        },
      });
      expect((await failureOf(deploying)).message).to.equal("enough");
      expect(await answers(cloud.endpoint)).to.equal(false);
    });
  });

  const failures: readonly (readonly [what: string, source: string, message: RegExp])[] = [
    ["throws", 'throw new Error("no such luck");', /no such luck/],
    [
      "asks for what is not there",
      'new (require("@pulumi/aws").s3.Bucket)("x");',
      /aws:s3\/bucket:Bucket "x": this resource type is not supported/,
    ],
  ];
  for (const [what, source, message] of failures) {
    it(`closes the cloud when the program ${what}`, async () => {
      await withProgram(source, async (directory) => {
        const cloud = await startTestCloud();
        expect((await failureOf(deploy(cloud, { directory, cacheDirectory }))).message).to.match(message);
        expect(await answers(cloud.endpoint)).to.equal(false);
      });
    });
  }

  it("takes configuration beside the stack's file", async () => {
    const source = 'exports.size = new pulumi.Config().require("size");';
    await withProgram(source, async (directory) => {
      const deployment = await deploy(await startTestCloud(), {
        directory,
        config: { size: "3" },
        cacheDirectory,
      });
      expect(deployment.outputs).to.deep.equal({ size: "3" });
      await deployment.close();
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

  it("is dev where there is none, whose absence is then told", () => {
    expect(stacks()).to.equal("dev");
  });

  it("has to be named where there are several, and none is dev", () => {
    expect(() => stacks("prod", "staging")).to.throw("There are prod, staging; expected one of them by name");
  });
});
