import { expect } from "chai";
import { SteppedClock } from "embedded-aws";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { Archive, Asset, type PropertyMap } from "../../../src/engine/values";
import { createProvider } from "../../../src/provider/provider";

/** Resources of queues, topics, functions, parameters and keys, created by the services themselves. */
describe("the provider, on messaging, functions and secrets,", () => {
  let cloud: TestCloud;

  before(async () => {
    cloud = await startTestCloud({
      clock: new SteppedClock(),
      // A new role can be assumed at once.
      conditions: { iamPropagationMs: 0 },
    });
  });
  after(() => cloud.close());

  const create = async (type: string, inputs: PropertyMap) => {
    const provider = createProvider({
      region: cloud.context.region,
      accountId: cloud.context.accountId,
      programDirectory: ".",
      settleMs: 0,
      wait: () => Promise.resolve(),
      call: cloud.call,
    });
    const request = { urn: "urn", type, name: "x", inputs, nameSuffix: "0123abc", config: {} };
    return await provider.create({ ...request, inputs: provider.check(request) });
  };
  const tags = { Stack: "dev" };

  it("creates FIFO queues, named as SQS wants them", async () => {
    const fifo = { fifoQueue: true, contentBasedDeduplication: true, tags };
    const created = await create("aws:sqs/queue:Queue", {
      ...fifo,
      deduplicationScope: "messageGroup",
      fifoThroughputLimit: "perMessageGroupId",
    });
    expect(created.id).to.match(/\/x-0123abc\.fifo$/);
    const { Attributes } = await cloud.call("sqs", "GetQueueAttributes", {
      QueueUrl: created.id,
      AttributeNames: ["All"],
    });
    expect(Attributes).to.include({ FifoQueue: "true", DeduplicationScope: "messageGroup" });
    const standard = await create("aws:sqs/queue:Queue", { contentBasedDeduplication: false });
    expect(standard.id).to.match(/\/x-0123abc$/);
  });

  it("creates an encrypted parameter", async () => {
    const key = await create("aws:kms/key:Key", {});
    const parameter = await create("aws:ssm/parameter:Parameter", {
      type: "SecureString",
      value: "hush",
      keyId: key.id,
      description: "d",
      tags,
    });
    const { Parameter } = await cloud.call("ssm", "GetParameter", {
      Name: parameter.id,
      WithDecryption: true,
    });
    expect(Parameter).to.include({ Type: "SecureString", Value: "hush" });
  });

  it("creates a version of a function and an alias of it, each with its permissions and settings", async () => {
    const { arn } = (
      await create("aws:iam/role:Role", {
        name: "r",
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
          ],
        }),
      })
    ).outputs;
    const code = new Archive({
      assets: { "index.js": new Asset({ text: "exports.handler = async () => 1;" }) },
    });
    const fn = await create("aws:lambda/function:Function", {
      role: arn as string,
      code,
      handler: "index.handler",
      runtime: "nodejs24.x",
      publish: true,
    });
    expect(fn.outputs).to.include({ version: "1" });
    expect(fn.outputs.qualifiedArn).to.equal(`${fn.outputs.arn as string}:1`);
    const alias = await create("aws:lambda/alias:Alias", {
      name: "live",
      functionName: fn.id,
      functionVersion: "1",
      description: "d",
    });
    expect(alias.outputs.arn).to.equal(`${fn.outputs.arn as string}:live`);
    await create("aws:lambda/permission:Permission", {
      function: fn.id,
      qualifier: "live",
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
    });
    const config = await create("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", {
      functionName: fn.id,
      qualifier: "live",
      maximumRetryAttempts: 0,
    });
    expect(config.id).to.equal(`${fn.id}:live`);
    const policy = await cloud.call("lambda", "GetPolicy", { FunctionName: fn.id, Qualifier: "live" });
    expect(policy.Policy).to.contain(":live");
  });
});
