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

interface LambdaEvent {
  readonly Records: readonly { readonly Sns: { readonly Message: string } }[];
}

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

  it("takes delivery-status attributes that ask for nothing, and refuses the others", async () => {
    const set = (AttributeName: string, AttributeValue: string) =>
      cloud.call("sns", "SetTopicAttributes", { TopicArn, AttributeName, AttributeValue }).then(
        () => "accepted",
        (error: unknown) => (error as Error).name,
      );
    expect(await set("SQSSuccessFeedbackSampleRate", "0")).to.equal("accepted");
    expect(await set("SQSSuccessFeedbackSampleRate", "101")).to.match(/InvalidParameter/);
    expect(await set("SQSSuccessFeedbackRoleArn", "")).to.equal("accepted");
    expect(await set("SQSSuccessFeedbackRoleArn", "arn:aws:iam::000000000000:role/r")).to.match(
      /NotSupported/,
    );
  });

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
    const [body] = (await bodies()).map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(body).to.include(envelope);
    expect(Object.keys(body ?? {})).to.deep.equal([
      ...Object.keys(envelope),
      ...["SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL"],
    ]);
    const [event] = payloads as { Records: Record<string, Record<string, unknown>>[] }[];
    const { Sns, ...record } = event?.Records[0] ?? {};
    expect(record).to.deep.equal({
      EventSource: "aws:sns",
      EventVersion: "1.0",
      EventSubscriptionArn: SubscriptionArn,
    });
    expect(Sns).to.deep.include({ ...envelope, MessageAttributes: {} });
    expect(Sns).to.include.keys("SignatureVersion", "Signature", "SigningCertUrl", "UnsubscribeUrl");
  });

  const filters: readonly [string, object, "MessageAttributes" | "MessageBody", readonly string[]][] = [
    ["a value", { kind: ["order"] }, "MessageAttributes", ["0"]],
    [
      "several values and keys",
      { kind: ["order", "stock"], n: [{ numeric: [">", 5] }] },
      "MessageAttributes",
      ["0"],
    ],
    ["a prefix", { kind: [{ prefix: "st" }] }, "MessageAttributes", ["1"]],
    ["all but a value", { kind: [{ "anything-but": ["order"] }] }, "MessageAttributes", ["1"]],
    ["what is not there", { kind: [{ exists: false }] }, "MessageAttributes", ["2", "3"]],
    ["a list", { tags: ["b"] }, "MessageAttributes", ["1"]],
    ["a member of the body", { at: { shop: ["north"] } }, "MessageBody", ["3"]],
    ["no policy", {}, "MessageAttributes", ["0", "1", "2", "3"]],
  ];
  for (const [what, policy, FilterPolicyScope, expected] of filters) {
    it(`lets through what a filter names: ${what}`, async () => {
      await createQueue(TopicArn);
      const FilterPolicy = JSON.stringify(policy);
      await subscribe("sqs", QUEUE_ARN, { FilterPolicy, FilterPolicyScope, RawMessageDelivery: "true" });
      const text = (StringValue: string) => ({ DataType: "String", StringValue });
      const messages: readonly [string, object][] = [
        ["0", { kind: text("order"), n: { DataType: "Number", StringValue: "7" } }],
        ["1", { kind: text("stock"), tags: { DataType: "String.Array", StringValue: '["a","b"]' } }],
        ["2", {}],
        ['{"at":{"shop":"north"}}', {}],
      ];
      for (const [Message, MessageAttributes] of messages)
        await cloud.call("sns", "Publish", { TopicArn, Message, MessageAttributes } as never);
      await clock.settle();
      const seen = (await bodies()).map((body) => (body.startsWith("{") ? "3" : body));
      expect(seen.sort()).to.deep.equal(expected);
    });
  }

  it("takes changed attributes of a subscription, and gives them back", async () => {
    await createQueue(TopicArn);
    const { SubscriptionArn = "" } = await subscribe("sqs", QUEUE_ARN);
    const set = (AttributeName: string, AttributeValue: string) =>
      cloud.call("sns", "SetSubscriptionAttributes", { SubscriptionArn, AttributeName, AttributeValue });
    const get = async () =>
      (await cloud.call("sns", "GetSubscriptionAttributes", { SubscriptionArn })).Attributes ?? {};
    await set("RawMessageDelivery", "true");
    await set("FilterPolicy", '{"kind":["order"]}');
    expect(await get()).to.include({
      RawMessageDelivery: "true",
      FilterPolicy: '{"kind":["order"]}',
      FilterPolicyScope: "MessageAttributes",
    });
    await cloud.call("sns", "Publish", { TopicArn, Message: "filtered" });
    await set("FilterPolicy", "{}");
    expect(await get()).not.to.have.property("FilterPolicy");
    await cloud.call("sns", "Publish", { TopicArn, Message: "raw" });
    await clock.settle();
    expect(await bodies()).to.deep.equal(["raw"]);
    const wrong: readonly [string, string, RegExp][] = [
      ["FilterPolicy", "[", /FilterPolicy/],
      ["FilterPolicy", '{"a":{"b":["c"]}}', /nested/],
      ["FilterPolicy", '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}', /more than 5 keys/],
      ["FilterPolicy", JSON.stringify({ a: Array(13).fill("x"), b: Array(12).fill("x") }), /too complex/],
      ["FilterPolicyScope", "Body", /FilterPolicyScope/],
      ["RedrivePolicy", "{}", /RedrivePolicy/],
      ["RawMessageDelivery", "yes", /true or false/],
    ];
    for (const [name, value, message] of wrong)
      expect((await failure(set(name, value)))?.message, name).to.match(message);
    const again = await failure(subscribe("sqs", QUEUE_ARN, { RawMessageDelivery: "false" }));
    expect(again?.message).to.include("already exists with different attributes");
  });

  it("puts what a subscriber refuses into the subscription's dead-letter queue", async () => {
    await createQueue(TopicArn);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QUEUE_ARN });
    await subscribe("sqs", QUEUE_ARN.replace(/q$/, "gone"), { RedrivePolicy, RawMessageDelivery: "true" });
    await cloud.call("sns", "Publish", { TopicArn, Message: "text" });
    await clock.settle();
    expect(await bodies()).to.deep.equal(["text"]);
  });

  it("publishes batches, whose entries fail alone", async () => {
    await createQueue(TopicArn);
    await subscribe("sqs", QUEUE_ARN, { RawMessageDelivery: "true" });
    const publish = (PublishBatchRequestEntries: { Id: string; Message: string }[]) =>
      cloud.call("sns", "PublishBatch", { TopicArn, PublishBatchRequestEntries });
    const { Successful = [], Failed = [] } = await publish([
      { Id: "1", Message: "one" },
      { Id: "2", Message: "" },
      { Id: "3", Message: "three" },
    ]);
    expect(Successful.map(({ Id }) => Id)).to.deep.equal(["1", "3"]);
    expect(Failed.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).to.deep.equal([
      ["2", "InvalidParameter", true],
    ]);
    await clock.settle();
    expect((await bodies()).sort()).to.deep.equal(["one", "three"]);
    const entries = (count: number, bytes = 1) =>
      Array.from({ length: count }, (_, n) => ({ Id: String(n), Message: "x".repeat(bytes) }));
    const codes: readonly [{ Id: string; Message: string }[], string][] = [
      [[], "EmptyBatchRequest"],
      [entries(11), "TooManyEntriesInBatchRequest"],
      [[...entries(1), ...entries(1)], "BatchEntryIdsNotDistinct"],
      [[{ Id: "a b", Message: "m" }], "InvalidBatchEntryId"],
      [entries(2, 140_000), "BatchRequestTooLong"],
    ];
    for (const [given, code] of codes) expect((await failure(publish(given)))?.name).to.include(code);
  });

  it("hands over the bare message where raw delivery is on", async () => {
    await createQueue(TopicArn);
    await subscribe("sqs", QUEUE_ARN, { RawMessageDelivery: "true" });
    await cloud.call("sns", "Publish", { TopicArn, Message: "text" });
    await clock.settle();
    expect(await bodies()).to.deep.equal(["text"]);
  });

  it("hands each protocol its own text of a structured message", async () => {
    await createQueue(TopicArn);
    await subscribe("sqs", QUEUE_ARN, { RawMessageDelivery: "true" });
    await subscribe("lambda", FUNCTION_ARN);
    const texts = JSON.stringify({ default: "all", sqs: '{"a":1}', lambda: 7 });
    const structured = { MessageStructure: "json", Message: texts };
    await cloud.call("sns", "Publish", { TargetArn: TopicArn, ...structured });
    await cloud.call("sns", "PublishBatch", {
      TopicArn,
      PublishBatchRequestEntries: [{ Id: "1", ...structured }],
    });
    await clock.settle();
    expect(await bodies()).to.deep.equal(['{"a":1}', '{"a":1}']);
    // What is no text counts as left out.
    const messages = payloads.map((payload) => (payload as LambdaEvent).Records[0]?.Sns.Message);
    expect(messages).to.deep.equal(["all", "all"]);
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
    expect((await cloud.call("sns", "ListSubscriptions", {})).Subscriptions).to.deep.equal(Subscriptions);
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
      { Protocol: "sqs", Endpoint: `${QUEUE_ARN}.fifo` },
      "FIFO SQS Queues can not be subscribed to standard SNS topics",
    ],
    [
      "Subscribe",
      { Protocol: "sqs", Endpoint: QUEUE_ARN, Attributes: { RawMessageDelivery: "yes" } },
      "expected true or false",
    ],
    [
      "Subscribe",
      { Protocol: "sqs", Endpoint: QUEUE_ARN, Attributes: { DeliveryPolicy: "{}" } },
      "The subscription attribute DeliveryPolicy is not supported",
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
