import { expect } from "chai";
import { startTestCloud } from "embedded-aws/testing";
import { type CloudDeployment, deploy } from "../src/deploy";
import { cacheDirectory, withProgram } from "./engine/endToEnd/program";
import { answers, failureOf, QUEUE } from "./support/deployments";

// Each test runs a program in a process of its own. The first looks stand in deploy.test.ts.
describe("deploying from a test", function () {
  this.timeout(60_000);

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
});
