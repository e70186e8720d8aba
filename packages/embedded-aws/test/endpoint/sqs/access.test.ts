import {
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { Principal } from "../../../src/core/iam/principal";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { codeOf } from "./support";

const queueArn = "arn:aws:sqs:us-east-1:000000000000:orders";

describe("SQS access", () => {
  let cloud: TestCloud;
  let QueueUrl: string;

  beforeEach(async () => {
    cloud = await startTestCloud({
      clock: new SteppedClock(),
      services: [createSqs],
      // What a role may do counts at once.
      conditions: { iamPropagationMs: 0 },
    });
    ({ QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", { QueueName: "orders" }));
    await cloud.call("iam", "CreateRole", {
      RoleName: "sender",
      AssumeRolePolicyDocument: policy({
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    });
  });

  afterEach(() => cloud.close());

  const policy = (statement: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

  const grant = (statement: object) =>
    cloud.call("iam", "PutRolePolicy", {
      RoleName: "sender",
      PolicyName: "p",
      PolicyDocument: policy(statement),
    });

  const setPolicy = (statement: object) =>
    cloud.call("sqs", "SetQueueAttributes", {
      QueueUrl,
      Attributes: { Policy: policy({ Principal: "*", Resource: queueArn, ...statement }) },
    });

  const asRole = <T>(use: (sqs: SQSClient) => Promise<T>) => {
    const sqs = new SQSClient(cloud.clientAs(cloud.context.issueCredentials("sender", "test")));
    return use(sqs).finally(() => sqs.destroy());
  };

  it("is not granted to a role that is not there", async () => {
    const AWS = "arn:aws:iam::000000000000:role/missing";
    const refused: unknown = await setPolicy({ Action: "sqs:SendMessage", Principal: { AWS } }).catch(
      (error: unknown) => error,
    );
    expect(refused).to.have.property("name", "InvalidAttributeValue");
    expect(refused).to.have.property("message").that.contains(`there is no principal ${AWS}`);
  });

  it("of a role is what its policy grants, a batch by the permission for one", async () => {
    await grant({ Action: "sqs:SendMessage", Resource: queueArn });
    const Entries = [{ Id: "1", MessageBody: "b" }];
    const sent = await asRole((sqs) => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })));
    expect(sent.Successful).to.have.length(1);
    const refused: unknown = await asRole((sqs) =>
      sqs.send(new GetQueueUrlCommand({ QueueName: "orders" })),
    ).catch((error: unknown) => error);
    expect((refused as Error).message)
      .to.contain("sqs:GetQueueUrl")
      .and.contain(queueArn);
  });

  it("is bounded by the queue's own policy", async () => {
    await grant({ Action: "sqs:*", Resource: "*" });
    await setPolicy({ Effect: "Deny", Action: "sqs:SendMessage" });
    const send = asRole((sqs) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "b" })));
    expect(await codeOf(send)).to.match(/^AccessDenied/);
  });

  it("may depend on the queue's tags", async () => {
    await grant({
      Action: "sqs:SendMessage",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceTag/stage": "dev" } },
    });
    const send = () => asRole((sqs) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "b" })));
    expect(await codeOf(send())).to.match(/^AccessDenied/);
    await cloud.call("sqs", "TagQueue", { QueueUrl, Tags: { stage: "dev" } });
    await send();
  });

  it("of an AWS service comes from the queue's policy", async () => {
    const topic: Principal = {
      kind: "service",
      service: "events.amazonaws.com",
      sourceArn: "arn:aws:events:::rule/r",
    };
    const send = () => cloud.context.call("sqs", "SendMessage", { QueueUrl, MessageBody: "b" }, topic);
    expect(await codeOf(send())).to.match(/^AccessDenied/);
    await setPolicy({ Action: "sqs:SendMessage", Principal: { Service: "events.amazonaws.com" } });
    await send();
  });
});
