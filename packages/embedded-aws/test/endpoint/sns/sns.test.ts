import { InvalidParameterException, NotFoundException, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createSns } from "../../../src/services/sns/sns";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";
import { RecordingService } from "../../support/recordingService";

const FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";
const QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:q";

describe("SNS", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let TopicArn: string;
  let payloads: unknown[];

  const lambda = new RecordingService("lambda", {
    Invoke: ({ Payload = new Uint8Array() }) => {
      payloads.push(JSON.parse(Buffer.from(Payload).toString()));
      return { StatusCode: 202 };
    },
  });

  beforeEach(async () => {
    clock = new SteppedClock();
    payloads = [];
    cloud = await startTestCloud({ clock, services: [createSqs, createSns, lambda.create] });
    const created = await cloud.call("sns", "CreateTopic", {
      Name: "on-call",
      Tags: [{ Key: "Team", Value: "a" }],
    });
    TopicArn = created.TopicArn ?? "";
  });
  afterEach(() => cloud.close());

  const subscribe = (Protocol: string, Endpoint: string, Attributes = {}) =>
    cloud.call("sns", "Subscribe", { TopicArn, Protocol, Endpoint, Attributes });
  const createQueue = (sourceArn: string) =>
    cloud.call("sqs", "CreateQueue", {
      QueueName: "q",
      Attributes: {
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "sns.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: QUEUE_ARN,
              Condition: { ArnEquals: { "aws:SourceArn": sourceArn } },
            },
          ],
        }),
      },
    });
  const bodies = async () => {
    const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
      QueueUrl: `${cloud.endpoint}/000000000000/q`,
      MaxNumberOfMessages: 10,
    });
    return Messages.map((message) => message.Body ?? "");
  };
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (cause: unknown) => cause as Error,
    );

  it("hands a message to queues and functions, in the documented envelopes", async () => {
    await createQueue(TopicArn);
    await subscribe("sqs", QUEUE_ARN);
    const { SubscriptionArn } = await subscribe("lambda", FUNCTION_ARN);
    const { MessageId } = await cloud.call("sns", "Publish", {
      TopicArn,
      Subject: "Hi",
      Message: "text",
    });
    await clock.settle();
    const envelope = {
      Type: "Notification",
      MessageId,
      TopicArn,
      Subject: "Hi",
      Message: "text",
      Timestamp: "2026-01-01T00:00:00.000Z",
    };
    expect((await bodies()).map((body) => JSON.parse(body) as unknown)).to.deep.equal([envelope]);
    expect(payloads).to.deep.equal([
      {
        Records: [
          {
            EventSource: "aws:sns",
            EventVersion: "1.0",
            EventSubscriptionArn: SubscriptionArn,
            Sns: { ...envelope, MessageAttributes: {} },
          },
        ],
      },
    ]);
  });

  it("hands over the bare message where raw delivery is on", async () => {
    await createQueue(TopicArn);
    await subscribe("sqs", QUEUE_ARN, { RawMessageDelivery: "true" });
    await cloud.call("sns", "Publish", { TopicArn, Message: "text" });
    await clock.settle();
    expect(await bodies()).to.deep.equal(["text"]);
  });

  it("cannot send to a queue whose policy names another topic", async () => {
    await createQueue(`${TopicArn}-other`);
    await subscribe("sqs", QUEUE_ARN);
    const refusals: string[] = [];
    cloud.context.events.subscribe((event) => {
      if (event.type === "request" && event.errorCode !== undefined)
        refusals.push(`${event.service} ${event.errorCode}`);
    });
    await cloud.call("sns", "Publish", { TopicArn, Message: "text" });
    await clock.settle();
    expect(await bodies()).to.deep.equal([]);
    expect(refusals).to.deep.equal(["sqs AccessDeniedException"]);
  });

  it("keeps an e-mail subscription pending", async () => {
    expect((await subscribe("email", "ops@example.com")).SubscriptionArn).to.equal("pending confirmation");
    const { Subscriptions } = await cloud.call("sns", "ListSubscriptionsByTopic", { TopicArn });
    expect(Subscriptions).to.deep.equal([
      {
        SubscriptionArn: "PendingConfirmation",
        Owner: "000000000000",
        Protocol: "email",
        Endpoint: "ops@example.com",
        TopicArn,
      },
    ]);
    const { Attributes } = await cloud.call("sns", "GetTopicAttributes", { TopicArn });
    expect(Attributes?.SubscriptionsPending).to.equal("1");
  });

  it("checks the topic's policy when an AWS service publishes", async () => {
    const publish = (service: string) =>
      cloud.context.call(
        "sns",
        "Publish",
        { TopicArn, Message: "m" },
        {
          kind: "service",
          service,
          sourceArn: "arn:aws:events:us-east-1:000000000000:rule/r",
        },
      );
    // The default policy admits alarms, and rules only where the topic says so.
    await publish("cloudwatch.amazonaws.com");
    expect(await failure(publish("events.amazonaws.com"))).to.include({
      name: "AuthorizationErrorException",
    });
    const AttributeValue = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sns:Publish",
          Resource: TopicArn,
        },
      ],
    });
    await cloud.call("sns", "SetTopicAttributes", { TopicArn, AttributeName: "Policy", AttributeValue });
    await publish("events.amazonaws.com");
    expect(await failure(publish("cloudwatch.amazonaws.com"))).to.include({
      name: "AuthorizationErrorException",
    });
  });

  it("creates a topic once, and keeps its tags", async () => {
    expect(await cloud.call("sns", "CreateTopic", { Name: "on-call" })).to.deep.equal({ TopicArn });
    await cloud.call("sns", "TagResource", { ResourceArn: TopicArn, Tags: [{ Key: "Stack", Value: "dev" }] });
    expect(await cloud.call("sns", "ListTagsForResource", { ResourceArn: TopicArn })).to.deep.equal({
      Tags: [
        { Key: "Team", Value: "a" },
        { Key: "Stack", Value: "dev" },
      ],
    });
    await cloud.call("sns", "DeleteTopic", { TopicArn });
    expect(await failure(cloud.call("sns", "Publish", { TopicArn, Message: "m" }))).to.include({
      name: "NotFoundException",
      message: `Topic does not exist. There is no ${TopicArn}.`,
    });
    expect(await failure(cloud.call("sns", "ListTagsForResource", { ResourceArn: TopicArn }))).to.include({
      name: "ResourceNotFoundException",
      message: `Resource does not exist. There is no ${TopicArn}.`,
    });
  });

  it("gives the SDK's client errors in the classes that it has for them", async () => {
    const client = new SNSClient(cloud.client);
    const error = await failure(
      client.send(new PublishCommand({ TopicArn: `${TopicArn}-other`, Message: "m" })),
    );
    expect(error).to.be.instanceOf(NotFoundException);
    expect(await failure(client.send(new PublishCommand({ TopicArn, Message: "" })))).to.be.instanceOf(
      InvalidParameterException,
    );
  });

  const policyFor = (AWS: string) =>
    JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: { AWS }, Action: "sns:Publish", Resource: "*" }],
    });
  const refused: readonly (readonly [string, object, string])[] = [
    ["Subscribe", { Protocol: "sqs", Endpoint: "q" }, "expected a queue's ARN for protocol sqs"],
    ["Subscribe", { Protocol: "sqs" }, "Invalid parameter: Endpoint Reason: no value"],
    ["Subscribe", { Protocol: "sms", Endpoint: "+49" }, 'Protocol of sns:Subscribe: the value "sms" is not'],
    ["Subscribe", { Protocol: "pigeon", Endpoint: "x" }, "Invalid parameter: Protocol Reason: "],
    [
      "Subscribe",
      { Protocol: "sqs", Endpoint: QUEUE_ARN, Attributes: { RawMessageDelivery: "yes" } },
      "expected true or false",
    ],
    [
      "Subscribe",
      { Protocol: "sqs", Endpoint: QUEUE_ARN, Attributes: { FilterPolicy: "{}" } },
      "The subscription attribute FilterPolicy is not supported",
    ],
    ["SetTopicAttributes", { AttributeName: "FifoTopic", AttributeValue: "true" }, "FifoTopic is not supp"],
    ["SetTopicAttributes", { AttributeName: "Nope", AttributeValue: "x" }, "got Nope"],
    ["SetTopicAttributes", { AttributeName: "Policy", AttributeValue: "{" }, "Policy"],
    [
      "SetTopicAttributes",
      { AttributeName: "Policy", AttributeValue: policyFor("arn:aws:iam::000000000000:role/missing") },
      "PrincipalNotFound",
    ],
    ["Publish", { Message: "x".repeat(262_145) }, "Invalid parameter: Message too long"],
    ["Publish", { Message: "" }, "Invalid parameter: Empty message"],
    ["Publish", { Message: "m", Subject: "a\nb" }, "Invalid parameter: Subject Reason: "],
    [
      "Publish",
      { Message: "m", MessageAttributes: { a: { DataType: "String" } } },
      "'a' must contain non-empty",
    ],
    [
      "Publish",
      { Message: "m", TopicArn: undefined },
      "Invalid parameter: TopicArn or TargetArn Reason: no value",
    ],
  ];
  for (const [operation, input, reason] of refused) {
    it(`refuses ${operation} with ${reason}`, async () => {
      const error = await failure(untyped(cloud.call)("sns", operation, { TopicArn, ...input }));
      expect(error?.message).to.contain(reason);
    });
  }
});
