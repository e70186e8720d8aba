import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  InvokeCommand,
  LambdaClient,
  GetFunctionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-lambda";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { AwsError } from "../../../src/core/errors";
import { RawOutput } from "../../../src/core/service";
import { RecordingService } from "../../support/recordingService";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

/** Texts that break encoders: markup, entities, a carriage return, characters beyond 16 bits. */
const awkward = `<a href="x">'&amp;'</a>\r\n\t😀 ü`;

function fail(code: string, message: string, status = 400, details: Record<string, unknown> = {}) {
  return () => {
    throw new AwsError(code, message, status, details);
  };
}

async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("expected a failure");
}

describe("the wire protocols, as SDK v3 speaks them", () => {
  let cloud: TestCloud | undefined;

  async function clientFor(service: RecordingService) {
    cloud = await startTestCloud({ services: [service.create] });
    return { ...cloud.client, maxAttempts: 1 };
  }

  afterEach(async () => {
    await cloud?.close();
    cloud = undefined;
  });

  describe("AWS JSON", () => {
    const sqs = (answer: () => object) =>
      new RecordingService(
        "sqs",
        { kind: "awsJson", version: "1.0", targetPrefixes: ["AmazonSQS"] },
        { SendMessage: answer },
      );

    it("carries SQS messages unchanged", async () => {
      const service = sqs(() => ({ MessageId: "1" }));
      const client = new SQSClient({ ...(await clientFor(service)), md5: false });
      const answer = await client.send(
        new SendMessageCommand({ QueueUrl: "http://127.0.0.1/q", MessageBody: awkward }),
      );
      expect(answer.MessageId).to.equal("1");
      expect(answer.$metadata.requestId).to.match(/^[0-9a-f-]{36}$/);
      expect(service.inputs).to.deep.equal([{ QueueUrl: "http://127.0.0.1/q", MessageBody: awkward }]);
    });

    it("carries the data of DynamoDB errors", async () => {
      const reasons = [{ Code: "None" }, { Code: "ConditionalCheckFailed", Message: "no" }];
      const service = new RecordingService(
        "dynamodb",
        { kind: "awsJson", version: "1.0", targetPrefixes: ["DynamoDB_20120810"] },
        {
          TransactWriteItems: fail("TransactionCanceledException", "cancelled", 400, {
            CancellationReasons: reasons,
          }),
        },
      );
      const client = new DynamoDBClient(await clientFor(service));
      const error = await errorOf(
        client.send(new TransactWriteItemsCommand({ TransactItems: [], ClientRequestToken: "t" })),
      );
      expect(error.name).to.equal("TransactionCanceledException");
      expect(error.CancellationReasons).to.deep.equal(reasons);
      expect(service.inputs).to.deep.equal([{ TransactItems: [], ClientRequestToken: "t" }]);
    });

    it("is what CloudWatch and EventBridge clients choose too", async () => {
      const monitoring = new RecordingService(
        "monitoring",
        { kind: "awsJson", version: "1.0", targetPrefixes: ["GraniteServiceVersion20100801"] },
        { PutMetricData: () => ({}) },
      );
      const events = new RecordingService(
        "events",
        { kind: "awsJson", version: "1.1", targetPrefixes: ["AWSEvents"] },
        { PutEvents: () => ({ FailedEntryCount: 0, Entries: [{ EventId: "e" }] }) },
      );
      cloud = await startTestCloud({ services: [monitoring.create, events.create] });
      await new CloudWatchClient(cloud.client).send(
        new PutMetricDataCommand({ Namespace: "N", MetricData: [{ MetricName: "M", Value: 1.5 }] }),
      );
      expect(monitoring.inputs).to.deep.equal([
        { Namespace: "N", MetricData: [{ MetricName: "M", Value: 1.5 }] },
      ]);
      const answer = await new EventBridgeClient(cloud.client).send(
        new PutEventsCommand({ Entries: [{ Source: "s", DetailType: "d", Detail: "{}" }] }),
      );
      expect(answer.Entries).to.deep.equal([{ EventId: "e" }]);
    });
  });

  describe("EC2's query protocol", () => {
    it("flattens lists on the way in and wraps them on the way out", async () => {
      const service = new RecordingService(
        "ec2",
        { kind: "ec2Query", namespace: "" },
        {
          RunInstances: () => ({
            reservationId: "r-1",
            instancesSet: [
              {
                instanceId: "i-1",
                tagSet: [{ key: "Name", value: awkward }],
                launchTime: new Date(0),
                ebsOptimized: false,
              },
              { instanceId: "i-2", tagSet: [] },
            ],
          }),
        },
      );
      const client = new EC2Client(await clientFor(service));
      const answer = await client.send(
        new RunInstancesCommand({
          MinCount: 1,
          MaxCount: 2,
          ClientToken: "token",
          LaunchTemplate: { LaunchTemplateId: "lt-1" },
          TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: awkward }] }],
        }),
      );
      expect(service.inputs).to.deep.equal([
        {
          MinCount: "1",
          MaxCount: "2",
          ClientToken: "token",
          LaunchTemplate: { LaunchTemplateId: "lt-1" },
          TagSpecification: [{ ResourceType: "instance", Tag: [{ Key: "Fleet", Value: awkward }] }],
        },
      ]);
      expect(answer.ReservationId).to.equal("r-1");
      expect(answer.Instances?.map(({ InstanceId }) => InstanceId)).to.deep.equal(["i-1", "i-2"]);
      expect(answer.Instances?.[0]).to.deep.include({ EbsOptimized: false, LaunchTime: new Date(0) });
      expect(answer.Instances?.[0]?.Tags).to.deep.equal([{ Key: "Name", Value: awkward }]);
    });

    it("keeps filters as lists, in the order of their numbers", async () => {
      const service = new RecordingService(
        "ec2",
        { kind: "ec2Query", namespace: "" },
        {
          DescribeInstances: () => ({ reservationSet: [] }),
        },
      );
      const client = new EC2Client(await clientFor(service));
      const values = Array.from({ length: 12 }, (_, index) => `v${index}`);
      const answer = await client.send(
        new DescribeInstancesCommand({
          Filters: [{ Name: "tag:Fleet", Values: values }],
          InstanceIds: ["i-1"],
        }),
      );
      expect(answer.Reservations).to.deep.equal([]);
      expect(service.inputs).to.deep.equal([
        { Filter: [{ Name: "tag:Fleet", Value: values }], InstanceId: ["i-1"] },
      ]);
    });

    it("reports errors by code", async () => {
      const service = new RecordingService(
        "ec2",
        { kind: "ec2Query", namespace: "" },
        {
          DescribeInstances: fail("InvalidInstanceID.NotFound", awkward),
        },
      );
      const client = new EC2Client(await clientFor(service));
      const error = await errorOf(client.send(new DescribeInstancesCommand({})));
      expect(error.name).to.equal("InvalidInstanceID.NotFound");
      expect(error.message).to.equal(awkward);
    });
  });

  describe("REST JSON", () => {
    const lambda = (answers: ConstructorParameters<typeof RecordingService>[2]) =>
      new RecordingService(
        "lambda",
        {
          kind: "restJson",
          routes: [
            { method: "GET", path: "/2015-03-31/functions/{FunctionName}", operation: "GetFunction" },
            {
              method: "POST",
              path: "/2015-03-31/functions/{FunctionName}/invocations",
              operation: "Invoke",
              rawBody: true,
              headers: { "x-amz-invocation-type": "InvocationType" },
            },
            { method: "POST", path: "/2017-03-31/tags/{Resource}", operation: "TagResource", status: 204 },
            {
              method: "DELETE",
              path: "/2017-03-31/tags/{Resource}",
              operation: "UntagResource",
              status: 204,
            },
          ],
        },
        answers,
      );
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";

    it("takes members from path, query, headers and raw body, and gives raw bytes back", async () => {
      const service = lambda({
        Invoke: () => new RawOutput(Buffer.from("[1]"), 200, { "x-amz-function-error": "Unhandled" }),
      });
      const client = new LambdaClient(await clientFor(service));
      const answer = await client.send(
        new InvokeCommand({
          FunctionName: arn,
          Qualifier: "live",
          InvocationType: "RequestResponse",
          Payload: Buffer.from(awkward),
        }),
      );
      expect(Buffer.from(answer.Payload ?? []).toString()).to.equal("[1]");
      expect(answer.FunctionError).to.equal("Unhandled");
      expect(service.inputs).to.deep.equal([
        {
          FunctionName: arn,
          Qualifier: "live",
          InvocationType: "RequestResponse",
          Payload: Buffer.from(awkward),
        },
      ]);
    });

    it("lets a label win over a member of the body, and repeats query parameters as a list", async () => {
      const service = lambda({ TagResource: () => ({}), UntagResource: () => ({}) });
      const client = new LambdaClient(await clientFor(service));
      await client.send(new TagResourceCommand({ Resource: arn, Tags: { Resource: "mine" } }));
      await client.send(new UntagResourceCommand({ Resource: arn, TagKeys: ["a", "b"] }));
      expect(service.inputs).to.deep.equal([
        { Resource: arn, Tags: { Resource: "mine" } },
        { Resource: arn, tagKeys: ["a", "b"] },
      ]);
    });

    it("reports errors by type, and an unknown path by name", async () => {
      const client = new LambdaClient(
        await clientFor(
          lambda({ GetFunction: fail("ResourceNotFoundException", "Function not found", 404) }),
        ),
      );
      const error = await errorOf(client.send(new GetFunctionCommand({ FunctionName: "f" })));
      expect(error.name).to.equal("ResourceNotFoundException");
      expect(error.message).to.equal("Function not found");
      const unknown = await errorOf(client.send(new InvokeCommand({ FunctionName: "f", Payload: "" })));
      expect(unknown.name).to.equal("NotSupportedByEmbeddedCloud");
      expect(unknown.message).to.include("lambda:Invoke");
    });
  });
});
