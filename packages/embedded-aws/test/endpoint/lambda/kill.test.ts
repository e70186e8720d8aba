import { expect } from "chai";
import type { TestCloud } from "../../../src/testing/testCloud";
import { createFunction, invoke, startLambdaCloud } from "./support";

/** Its one call to the cloud is where it is killed. */
const CALLS = `
  const { SQSClient, ListQueuesCommand } = require("@aws-sdk/client-sqs");
  const sqs = new SQSClient({});
  exports.handler = async () => (await sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [];
`;

describe("a function's process that is killed", function () {
  this.timeout(30_000);
  let cloud: TestCloud;

  before(async () => {
    cloud = await startLambdaCloud();
    await createFunction(cloud, "caller", CALLS);
  });
  after(() => cloud.close());

  it("is the one that signed the call; its invocation crashes, and the next has another process", async () => {
    const killed: boolean[] = [];
    cloud.wire.faults = ({ accessKeyId, operation }) => {
      expect(operation).to.equal("ListQueues");
      killed.push(cloud.lambda.kill(accessKeyId));
      return { kind: "lost-request" };
    };
    const { functionError, payload } = await invoke(cloud, "caller");
    cloud.wire.faults = undefined;
    expect(killed).to.deep.equal([true]);
    expect(functionError).to.equal("Unhandled");
    expect(JSON.stringify(payload)).to.contain("signal: killed");
    const next = await invoke(cloud, "caller");
    // It has no permission to list, and so was there to be told.
    expect(JSON.stringify(next.payload)).to.contain("AccessDenied");
  });

  it("is none where the key is somebody else's", () => {
    expect(cloud.lambda.kill("administrator")).to.equal(false);
  });
});
