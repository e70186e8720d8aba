import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { RunningClock, SteppedClock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import type { Credentials } from "../../../src/core/service";
import { createLambda } from "../../../src/services/lambda/lambda";
import { RecordingService } from "../../support/recordingService";
import { startTestCloud, type ClientConfig, type TestCloud } from "../../../src/testing/testCloud";

const sqs = new RecordingService("sqs", { ListQueues: () => ({}) });
const monitoring = new RecordingService("monitoring", { ListMetrics: () => ({}) });
const ec2 = new RecordingService("ec2", { DescribeVpcs: () => ({}) });

/** The code and status of each protocol's refusal, as an SDK's client reads them. */
async function refusals(config: ClientConfig): Promise<Record<string, string>> {
  const calls = {
    sts: () => new STSClient(config).send(new GetCallerIdentityCommand({})),
    ec2: () => new EC2Client(config).send(new DescribeVpcsCommand({})),
    lambda: () => new LambdaClient(config).send(new ListFunctionsCommand({})),
    sqs: () => new SQSClient(config).send(new ListQueuesCommand({})),
    cloudwatch: () => new CloudWatchClient(config).send(new ListMetricsCommand({})),
  };
  const outcomes = Object.entries(calls).map(async ([name, call]) => {
    const outcome = await call().then(
      () => "none",
      (error: unknown) => {
        const { name: code, $metadata } = error as Error & { $metadata: { httpStatusCode?: number } };
        return `${code} ${$metadata.httpStatusCode ?? 0}`;
      },
    );
    return [name, outcome];
  });
  return Object.fromEntries(await Promise.all(outcomes)) as Record<string, string>;
}

describe("the signatures of a session", () => {
  let cloud: TestCloud;
  let credentials: Credentials;
  let events: CloudEvent[];

  async function start(clock?: SteppedClock | RunningClock): Promise<void> {
    const services = [sqs.create, monitoring.create, ec2.create, createLambda];
    cloud = await startTestCloud({ services, ...(clock !== undefined && { clock }) });
    credentials = cloud.context.issueCredentials("worker", "session");
    events = [];
    cloud.context.events.subscribe((event) => events.push(event));
  }

  const clientAs = (changes: Partial<Credentials>) => ({
    ...cloud.clientAs({ ...credentials, ...changes }),
    maxAttempts: 1,
  });

  const whoAmI = async (config: ClientConfig) =>
    (await new STSClient(config).send(new GetCallerIdentityCommand({}))).Arn;

  afterEach(() => cloud.close());

  it("must be made with its secret, or every service refuses them in its own words", async () => {
    await start();
    expect(await refusals(clientAs({ secretAccessKey: "guessed" }))).to.deep.equal({
      sts: "SignatureDoesNotMatch 403",
      ec2: "SignatureDoesNotMatch 403",
      lambda: "InvalidSignatureException 403",
      sqs: "InvalidSignatureException 403",
      cloudwatch: "InvalidSignatureException 400",
    });
    expect(events).to.deep.equal([]);
  });

  it("must come with its token, or every service refuses them in its own words", async () => {
    await start();
    expect(await refusals(clientAs({ sessionToken: "guessed" }))).to.deep.equal({
      sts: "InvalidClientTokenId 403",
      ec2: "InvalidClientTokenId 403",
      lambda: "UnrecognizedClientException 403",
      sqs: "UnrecognizedClientException 403",
      cloudwatch: "UnrecognizedClientException 400",
    });
    expect(events).to.deep.equal([]);
  });

  for (const [what, clock] of [
    ["stands still, long ago", () => new SteppedClock(Date.UTC(2020, 0, 1))],
    ["runs fast, far ahead", () => new RunningClock(3600)],
  ] as const) {
    it(`may go by the machine's clock while the cloud's ${what}`, async () => {
      await start(clock());
      const role = "arn:aws:sts::000000000000:assumed-role/worker/session";
      expect(await whoAmI(clientAs({}))).to.equal(role);
      expect(await whoAmI(clientAs({}))).to.equal(role);
    });
  }

  it("need secrets that differ from run to run, though all else comes from the seed", async () => {
    await start();
    const first = credentials;
    await cloud.close();
    await start();
    expect(credentials.accessKeyId).to.equal(first.accessKeyId);
    expect(credentials.secretAccessKey).not.to.equal(first.secretAccessKey);
    expect(credentials.sessionToken).not.to.equal(first.sessionToken);
    expect(credentials.secretAccessKey).to.have.lengthOf(40);
  });
});
