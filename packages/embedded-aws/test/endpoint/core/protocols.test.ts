import { DynamoDBClient, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import {
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-lambda";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { AwsError } from "../../../src/core/errors";
import type { ServiceName } from "../../../src/core/service";
import { RecordingService } from "../../support/recordingService";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

// What every operation carries is in wire/roundTrip.test.ts, by encoders alone; here are whole clients over HTTP.

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

  async function clientFor<S extends ServiceName>(service: RecordingService<S>) {
    cloud = await startTestCloud({ services: [service.create] });
    return { ...cloud.client, maxAttempts: 1 };
  }

  afterEach(async () => {
    await cloud?.close();
    cloud = undefined;
  });

  describe("AWS JSON", () => {
    it("carries SQS messages unchanged", async () => {
      const service = new RecordingService("sqs", {
        SendMessage: () => ({ MessageId: "1", MD5OfMessageBody: "" }),
      });
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
      const service = new RecordingService("dynamodb", {
        TransactWriteItems: fail("TransactionCanceledException", "cancelled", 400, {
          CancellationReasons: reasons,
        }),
      });
      const client = new DynamoDBClient(await clientFor(service));
      const error = await errorOf(
        client.send(new TransactWriteItemsCommand({ TransactItems: [], ClientRequestToken: "t" })),
      );
      expect(error.name).to.equal("TransactionCanceledException");
      expect(error.CancellationReasons).to.deep.equal(reasons);
      expect(service.inputs).to.deep.equal([{ TransactItems: [], ClientRequestToken: "t" }]);
    });
  });

  describe("EC2's query protocol", () => {
    it("carries lists, numbers, dates and awkward texts both ways", async () => {
      const service = new RecordingService("ec2", {
        RunInstances: () => ({
          ReservationId: "r-1",
          Instances: [
            {
              InstanceId: "i-1",
              Tags: [{ Key: "Name", Value: awkward }],
              LaunchTime: new Date(0),
              EbsOptimized: false,
            },
            { InstanceId: "i-2", Tags: [] },
          ],
        }),
      });
      const client = new EC2Client(await clientFor(service));
      const input: RunInstancesCommandInput = {
        MinCount: 1,
        MaxCount: 2,
        ClientToken: "token",
        LaunchTemplate: { LaunchTemplateId: "lt-1" },
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: awkward }] }],
      };
      const answer = await client.send(new RunInstancesCommand(input));
      expect(service.inputs).to.deep.equal([input]);
      expect(answer.ReservationId).to.equal("r-1");
      expect(answer.Instances?.map(({ InstanceId }) => InstanceId)).to.deep.equal(["i-1", "i-2"]);
      expect(answer.Instances?.[0]).to.deep.include({ EbsOptimized: false, LaunchTime: new Date(0) });
      expect(answer.Instances?.[0]?.Tags).to.deep.equal([{ Key: "Name", Value: awkward }]);
    });

    it("keeps filters as lists, in the order of their numbers", async () => {
      const service = new RecordingService("ec2", { DescribeInstances: () => ({ Reservations: [] }) });
      const client = new EC2Client(await clientFor(service));
      const Values = Array.from({ length: 12 }, (_, index) => `v${index}`);
      const input = { Filters: [{ Name: "tag:Fleet", Values }], InstanceIds: ["i-1"] };
      const answer = await client.send(new DescribeInstancesCommand(input));
      expect(answer.Reservations).to.deep.equal([]);
      expect(service.inputs).to.deep.equal([input]);
    });

    it("reports errors by code", async () => {
      const service = new RecordingService("ec2", {
        DescribeInstances: fail("InvalidInstanceID.NotFound", awkward),
      });
      const client = new EC2Client(await clientFor(service));
      const error = await errorOf(client.send(new DescribeInstancesCommand({})));
      expect(error.name).to.equal("InvalidInstanceID.NotFound");
      expect(error.message).to.equal(awkward);
    });
  });

  describe("REST JSON", () => {
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";

    it("takes members from path, query, headers and raw body, and gives raw bytes back", async () => {
      const service = new RecordingService("lambda", {
        Invoke: () => ({ StatusCode: 200, Payload: Buffer.from("[1]"), FunctionError: "Unhandled" }),
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
      const service = new RecordingService("lambda", {
        TagResource: () => ({}),
        UntagResource: () => ({}),
      });
      const client = new LambdaClient(await clientFor(service));
      await client.send(new TagResourceCommand({ Resource: arn, Tags: { Resource: "mine" } }));
      await client.send(new UntagResourceCommand({ Resource: arn, TagKeys: ["a", "b"] }));
      expect(service.inputs).to.deep.equal([
        { Resource: arn, Tags: { Resource: "mine" } },
        { Resource: arn, TagKeys: ["a", "b"] },
      ]);
    });

    it("reports errors by type, and an operation that is not there by name", async () => {
      const service = new RecordingService("lambda", {
        GetFunction: fail("ResourceNotFoundException", "Function not found", 404),
      });
      const client = new LambdaClient(await clientFor(service));
      const error = await errorOf(client.send(new GetFunctionCommand({ FunctionName: "f" })));
      expect(error.name).to.equal("ResourceNotFoundException");
      expect(error.message).to.equal("Function not found");
      const unknown = await errorOf(client.send(new InvokeCommand({ FunctionName: "f", Payload: "" })));
      expect(unknown.name).to.equal("NotSupportedByEmbeddedCloud");
      expect(unknown.message).to.include("lambda:Invoke");
    });
  });
});
