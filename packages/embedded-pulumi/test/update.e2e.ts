import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { kind } from "embedded-aws";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { type CloudDeployment, deploy } from "../src/deploy";
import type { Project } from "../src/engine/projectFile";
import { renderProgress } from "../src/engine/renderProgress";
import { cacheDirectory, withProgram } from "./engine/endToEnd/program";
import { failureOf } from "./support/deployments";

/** A queue that a function reads from, with all that it takes. */
const program = (queue: string, answer: number, more = "") => `
  const aws = require("@pulumi/aws");
  const queue = new aws.sqs.Queue("letters", ${queue});
  const role = new aws.iam.Role("reader", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
    inlinePolicies: [{ name: "read", policy: { Version: "2012-10-17", Statement: [
      { Effect: "Allow", Action: "sqs:*", Resource: queue.arn },
    ] } }],
  });
  const reader = new aws.lambda.Function("reader", {
    role: role.arn, handler: "index.handler", runtime: "nodejs24.x",
    code: new pulumi.asset.AssetArchive({
      "index.js": new pulumi.asset.StringAsset("exports.handler = async () => ${answer};"),
    }),
  });
  new aws.lambda.EventSourceMapping("reads", { functionName: reader.name, eventSourceArn: queue.arn });
  ${more}
  exports.url = queue.url;
  exports.reader = reader.name;
  exports.answer = ${answer};`;

/** A program deployed once, and run again as it is changed. */
describe("a deployment that is updated", function () {
  this.timeout(60_000);

  const tried = async (
    first: string,
    use: (tools: {
      cloud: TestCloud;
      deployment: CloudDeployment;
      update: (source: string, project?: Project) => Promise<readonly string[]>;
    }) => Promise<void>,
  ) => {
    await withProgram(first, async (directory) => {
      const cloud = await startTestCloud({ conditions: kind });
      const deployment = await deploy(cloud, { directory, cacheDirectory });
      try {
        await deployment.programEnded;
        const update = async (source: string, project = deployment.project) => {
          const lines: string[] = [];
          writeFileSync(
            path.join(directory, "program.cjs"),
            `const pulumi = require("@pulumi/pulumi");\n${source}`,
          );
          await deployment.update({
            project,
            onEvent: (event) => lines.push(...[renderProgress(event) ?? []].flat()),
          });
          return lines.map((line) => line.replace(/ \(\d.*?s\)/, "").trim());
        };
        await use({ cloud, deployment, update });
      } finally {
        await deployment.close();
      }
    });
  };

  it("changes what differs, leaves the rest and what it holds, and gives the new outputs", async () => {
    await tried(program("{ delaySeconds: 0 }", 1), async ({ cloud, deployment, update }) => {
      const QueueUrl = String(deployment.outputs.url);
      const { Attributes: { QueueArn } = {} } = await cloud.call("sqs", "GetQueueAttributes", {
        QueueUrl,
        AttributeNames: ["All"],
      });
      await cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "m", DelaySeconds: 600 });
      expect(await update(program("{ delaySeconds: 7 }", 2))).to.have.members([
        "~  aws:sqs:Queue letters updated [diff: ~delaySeconds]",
        "~  aws:lambda:Function reader updated [diff: ~code]",
      ]);
      const { Attributes = {} } = await cloud.call("sqs", "GetQueueAttributes", {
        QueueUrl,
        AttributeNames: ["All"],
      });
      expect(Attributes).to.include({ DelaySeconds: "7", ApproximateNumberOfMessagesDelayed: "1", QueueArn });
      const { Payload } = await cloud.call("lambda", "Invoke", {
        FunctionName: String(deployment.outputs.reader),
      });
      expect(Buffer.from(Payload ?? []).toString()).to.equal("2");
      expect(deployment.outputs.answer).to.equal(2);
      expect(await update(program("{ delaySeconds: 7 }", 2))).to.deep.equal([]);
    });
  });

  it("replaces a queue and what cannot follow it, and updates what can", async () => {
    await tried(program("{}", 1), async ({ cloud, deployment, update }) => {
      const before = String(deployment.outputs.url);
      expect(await update(program("{ fifoQueue: true }", 1))).to.have.members(
        [
          "+- aws:sqs:Queue letters replaced [diff: ~fifoQueue]",
          "~  aws:iam:Role reader updated [diff: ~inlinePolicies]",
          "+- aws:lambda:EventSourceMapping reads replaced [diff: ~eventSourceArn]",
        ].map((line) => line),
      );
      const { QueueUrls } = await cloud.call("sqs", "ListQueues", {});
      expect(QueueUrls).to.deep.equal([deployment.outputs.url]).and.not.to.include(before);
      const { EventSourceMappings = [] } = await cloud.call("lambda", "ListEventSourceMappings", {});
      expect(EventSourceMappings).to.have.length(1);
    });
  });

  it("leaves what runs as it was when the program fails, and goes on afterwards", async () => {
    await tried(program("{}", 1), async ({ cloud, deployment, update }) => {
      expect((await failureOf(update("throw new Error('no such luck');"))).message).to.include(
        "no such luck",
      );
      const unsupported = program(
        "{}",
        1,
        'new aws.sqs.Queue("extra"); new aws.s3.Bucket("b", {}, { dependsOn: queue });',
      );
      expect((await failureOf(update(unsupported))).message).to.include("not supported");
      const { Payload } = await cloud.call("lambda", "Invoke", {
        FunctionName: String(deployment.outputs.reader),
      });
      expect(Buffer.from(Payload ?? []).toString()).to.equal("1");
      expect(await update(program("{}", 1))).to.satisfy(
        (lines: string[]) => lines.length === 0 || lines[0] === "-  aws:sqs:Queue extra deleted",
      );
      expect((await cloud.call("sqs", "ListQueues", {})).QueueUrls).to.have.length(1);
    });
  });

  it("destroys all that stands, whatever protects it", async () => {
    const table = `new aws.dynamodb.Table("kept", {
      hashKey: "id", attributes: [{ name: "id", type: "S" }], billingMode: "PAY_PER_REQUEST", deletionProtectionEnabled: true,
    }, { protect: true, retainOnDelete: true });`;
    await tried(program("{}", 1, table), async ({ cloud, deployment }) => {
      await deployment.destroy();
      const left = await Promise.all([
        cloud.call("sqs", "ListQueues", {}).then(({ QueueUrls = [] }) => QueueUrls),
        cloud.call("dynamodb", "ListTables", {}).then(({ TableNames }) => TableNames),
        cloud.call("lambda", "ListFunctions", {}).then(({ Functions }) => Functions),
        cloud.call("iam", "ListRoles", {}).then(({ Roles }) => Roles),
      ]);
      expect(left).to.deep.equal([[], [], [], []]);
    });
  });

  it("puts right what was changed behind its back, once that has been read", async () => {
    const source = program("{ delaySeconds: 3 }", 1);
    await tried(source, async ({ cloud, deployment, update }) => {
      expect(await deployment.refresh()).to.deep.equal([]);
      const { url, reader } = deployment.outputs as { url: string; reader: string };
      await cloud.call("sqs", "SetQueueAttributes", { QueueUrl: url, Attributes: { DelaySeconds: "9" } });
      await cloud.call("lambda", "UpdateFunctionConfiguration", { FunctionName: reader, Timeout: 30 });
      expect(await update(source)).to.deep.equal([]);
      const drift = await deployment.refresh();
      expect(drift.map(({ name, changed }) => [name, changed])).to.deep.equal([
        ["letters", ["delaySeconds"]],
        ["reader", ["timeout"]],
      ]);
      expect(await update(source)).to.have.length(2);
      expect(await deployment.refresh()).to.deep.equal([]);
      const { Attributes } = await cloud.call("sqs", "GetQueueAttributes", {
        QueueUrl: url,
        AttributeNames: ["DelaySeconds"],
      });
      expect(Attributes).to.deep.equal({ DelaySeconds: "3" });
    });
  });

  it("refreshes before each update where its project says always, and only there", async () => {
    const source = program("{ delaySeconds: 3 }", 1);
    await tried(source, async ({ cloud, deployment, update }) => {
      const url = String(deployment.outputs.url);
      const meddle = () =>
        cloud.call("sqs", "SetQueueAttributes", { QueueUrl: url, Attributes: { DelaySeconds: "9" } });
      await meddle();
      expect(await update(source)).to.deep.equal([]);
      const project = { ...deployment.project, refreshes: true };
      expect(await update(source, project)).to.deep.equal([
        "~  aws:sqs:Queue letters updated [diff: ~delaySeconds]",
      ]);
      // The project is the deployment's from then on.
      await cloud.call("sqs", "DeleteQueue", { QueueUrl: url });
      expect(await update(source)).to.include("+  aws:sqs:Queue letters created");
      expect(await update(source)).to.deep.equal([]);
    });
  });
});
