import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kind, KeptFile } from "embedded-aws";
import { startTestCloud } from "embedded-aws/testing";
import { type CloudDeployment, deploy } from "../../src/deploy";
import { cacheDirectory, withProgram } from "./endToEnd/program";

/** A program with one queue, whose name it gives. */
export const queue = (name: string, options = "{}", args = "{}") => `
  const aws = require("@pulumi/aws");
  exports.name = new aws.sqs.Queue(${JSON.stringify(name)}, ${args}, ${options}).name;`;

/** A cloud that is kept in a folder of its own, for one test after the other. */
export function keptCloud() {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "kept-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return (seed: number, ...programs: readonly string[]) => start(directory, seed, ...programs);
}

/** Deploys programs one after the other into one cloud; gives the queue's name and its messages after each. */
async function start(directory: string, seed: number, ...programs: readonly string[]) {
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
}
