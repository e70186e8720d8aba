import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import type { CloudEvent } from "../../../src/core/eventStream";
import { createEvents } from "../../../src/services/eventBridge/eventBridge";
import { createSqs } from "../../../src/services/sqs/sqs";
import type { Input } from "../../../src/wire/operation";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";
import { RecordingService } from "../../support/recordingService";

const FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";
const RULE_ARN = "arn:aws:events:us-east-1:000000000000:rule/orders";
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

describe("EventBridge", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let happened: CloudEvent[];
  /** What the function answers, call by call; it takes every event after the last. */
  let answers: AwsError[];
  let invoked: { readonly at: number; readonly payload: unknown }[];

  /** Stands in for Lambda: takes an invocation, or throws what the test has laid out. */
  const lambda = new RecordingService("lambda", {
    Invoke: ({ Payload = new Uint8Array() }) => {
      invoked.push({ at: clock.now(), payload: JSON.parse(Buffer.from(Payload).toString()) });
      const answer = answers.shift();
      if (answer !== undefined) throw answer;
      return { StatusCode: 202 };
    },
  });

  beforeEach(async () => {
    clock = new SteppedClock();
    answers = [];
    invoked = [];
    happened = [];
    cloud = await startTestCloud({ clock, services: [createSqs, createEvents, lambda.create] });
    cloud.context.events.subscribe((event) => happened.push(event));
  });
  afterEach(() => cloud.close());

  const createQueue = (QueueName: string, sourceArn?: string) => {
    const statement = {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn(QueueName),
      Condition: { ArnEquals: { "aws:SourceArn": sourceArn } },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    return cloud.call("sqs", "CreateQueue", {
      QueueName,
      Attributes: sourceArn === undefined ? {} : { Policy },
    });
  };
  const messages = async (name: string) => {
    const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
      QueueUrl: `${cloud.endpoint}/000000000000/${name}`,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
    });
    return Messages;
  };
  const putRule = async (
    targets: NonNullable<Input<"events", "PutTargets">["Targets"]>,
    rule: Omit<Input<"events", "PutRule">, "Name"> = { EventPattern: '{"source":["shop"]}' },
  ) => {
    await cloud.call("events", "PutRule", { Name: "orders", ...rule });
    await cloud.call("events", "PutTargets", { Rule: "orders", Targets: targets });
  };
  const send = (source = "shop") =>
    cloud.call("events", "PutEvents", {
      Entries: [{ Source: source, DetailType: "Placed", Detail: '{"id":7}' }],
    });

  it("hands a matching event of the SDK's client to each target, and no other", async () => {
    const client = new EventBridgeClient(cloud.client);
    await createQueue("all", RULE_ARN);
    await client.send(
      new PutRuleCommand({
        Name: "orders",
        EventPattern: '{"source":["shop"],"detail":{"id":[{"numeric":[">",5]}]}}',
      }),
    );
    await client.send(
      new PutTargetsCommand({
        Rule: "orders",
        Targets: [
          { Id: "queue", Arn: queueArn("all") },
          { Id: "function", Arn: FUNCTION_ARN, InputPath: "$.detail" },
        ],
      }),
    );
    const { FailedEntryCount } = await client.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: "shop",
            DetailType: "Placed",
            Detail: '{"id":7}',
            Time: new Date("2026-03-01T10:00:00.500Z"),
          },
          { Source: "shop", DetailType: "Placed", Detail: '{"id":3}' },
          { Source: "bank", DetailType: "Placed", Detail: '{"id":9}' },
        ],
      }),
    );
    await clock.settle();
    expect(FailedEntryCount).to.equal(0);
    const received = (await messages("all")).map((message) => JSON.parse(message.Body ?? "") as object);
    expect(received).to.have.length(1);
    expect(received[0]).to.deep.include({
      version: "0",
      "detail-type": "Placed",
      source: "shop",
      account: "000000000000",
      time: "2026-03-01T10:00:00Z",
      region: "us-east-1",
      resources: [],
      detail: { id: 7 },
    });
    expect(invoked.map((call) => call.payload)).to.deep.equal([{ id: 7 }]);
  });

  it("says which entries of PutEvents it refuses, and why", async () => {
    const good = { Source: "shop", DetailType: "Placed", Detail: "{}" };
    const answer = await cloud.call("events", "PutEvents", {
      Entries: [
        good,
        { ...good, Detail: "[]" },
        { ...good, Source: "aws.ec2" },
        { ...good, DetailType: undefined },
      ],
    });
    expect(answer.FailedEntryCount).to.equal(3);
    expect(answer.Entries?.map((entry) => entry.ErrorCode)).to.deep.equal([
      undefined,
      "MalformedDetail",
      "NotAuthorizedForSource",
      "InvalidArgument",
    ]);
  });

  it("sends what it may not deliver to the dead-letter queue at once, with the reason", async () => {
    await createQueue("closed");
    await createQueue("dead", RULE_ARN);
    await putRule([{ Id: "1", Arn: queueArn("closed"), DeadLetterConfig: { Arn: queueArn("dead") } }]);
    await send();
    await clock.settle();
    const [dead] = await messages("dead");
    expect(JSON.parse(dead!.Body ?? "")).to.deep.include({ source: "shop", detail: { id: 7 } });
    const attributes = Object.fromEntries(
      Object.entries(dead!.MessageAttributes!).map(([name, { StringValue }]) => [name, StringValue]),
    );
    expect(attributes).to.include({
      RULE_ARN,
      TARGET_ARN: queueArn("closed"),
      ERROR_CODE: "NO_PERMISSIONS",
      RETRY_ATTEMPTS: "0",
    });
    expect(attributes.ERROR_MESSAGE).to.contain(
      "events.amazonaws.com is not authorized to perform: sqs:SendMessage",
    );
    expect(attributes).not.to.have.property("EXHAUSTED_RETRY_CONDITION");
    expect(await messages("closed")).to.deep.equal([]);
  });

  it("tries again with growing delays while the target throttles", async () => {
    answers = Array.from({ length: 3 }, () => new AwsError("TooManyRequestsException", "busy", 429));
    await putRule([{ Id: "1", Arn: FUNCTION_ARN }]);
    await send();
    await clock.advance(60_000);
    expect(invoked).to.have.length(4);
    const delays = invoked.slice(1).map((call, index) => call.at - invoked[index]!.at);
    expect(delays[0]).to.be.within(500, 1_000);
    expect(delays[1]).to.be.within(1_000, 2_000);
    expect(delays[2]).to.be.within(2_000, 4_000);
    const attempts = happened.flatMap((event) => (event.type === "event-delivered" ? [event.attempts] : []));
    expect(attempts).to.deep.equal([4]);
  });

  it("gives up after the retries that the target allows", async () => {
    answers = Array.from({ length: 9 }, () => new AwsError("ServiceException", "down", 500));
    await createQueue("dead", RULE_ARN);
    const RetryPolicy = { MaximumRetryAttempts: 2 };
    await putRule([{ Id: "1", Arn: FUNCTION_ARN, RetryPolicy, DeadLetterConfig: { Arn: queueArn("dead") } }]);
    await send();
    await clock.advance(600_000);
    expect(invoked).to.have.length(3);
    const [dead] = await messages("dead");
    expect(dead!.MessageAttributes!.EXHAUSTED_RETRY_CONDITION!.StringValue).to.equal("MaximumRetryAttempts");
    expect(dead!.MessageAttributes!.RETRY_ATTEMPTS!.StringValue).to.equal("2");
    expect(dead!.MessageAttributes!.ERROR_CODE!.StringValue).to.equal("INTERNAL_ERROR");
  });

  it("runs a schedule on the clock, until the rule is disabled", async () => {
    await putRule([{ Id: "1", Arn: FUNCTION_ARN }], { ScheduleExpression: "rate(1 minute)" });
    await clock.advance(150_000);
    expect(invoked.map((call) => call.at - Date.UTC(2026, 0, 1))).to.deep.equal([60_000, 120_000]);
    expect(invoked[0]!.payload).to.deep.include({
      source: "aws.events",
      "detail-type": "Scheduled Event",
      resources: [RULE_ARN],
      detail: {},
    });
    await cloud.call("events", "DisableRule", { Name: "orders" });
    await clock.advance(600_000);
    expect(invoked).to.have.length(2);
    await cloud.call("events", "EnableRule", { Name: "orders" });
    await clock.advance(60_000);
    expect(invoked).to.have.length(3);
  });

  it("does not delete a rule that has targets", async () => {
    await putRule([{ Id: "1", Arn: FUNCTION_ARN }]);
    const error = await cloud
      .call("events", "DeleteRule", { Name: "orders" })
      .catch((cause: unknown) => cause as Error);
    expect(error).to.include({ name: "ValidationException" });
    await cloud.call("events", "RemoveTargets", { Rule: "orders", Ids: ["1"] });
    await cloud.call("events", "DeleteRule", { Name: "orders" });
    expect(await cloud.call("events", "ListRules", {})).to.deep.equal({ Rules: [] });
  });

  const refused: readonly (readonly [string, object, string])[] = [
    ["PutRule", { Name: "r" }, "expected EventPattern, ScheduleExpression or both"],
    ["PutRule", { Name: "r", EventPattern: '{"source":"shop"}' }, "Event pattern is not valid"],
    ["PutRule", { Name: "r", ScheduleExpression: "rate(1 minutes)" }, "ScheduleExpression is not valid"],
    ["PutRule", { Name: "r", EventPattern: "{}", EventBusName: "mine" }, "Event bus mine does not exist"],
    [
      "PutTargets",
      { Rule: "orders", Targets: [{ Id: "1", Arn: "arn:aws:states:us-east-1:000000000000:s" }] },
      "The EventBridge target arn:aws:states",
    ],
    [
      "PutTargets",
      { Rule: "orders", Targets: [{ Id: "1", Arn: FUNCTION_ARN, Input: "{" }] },
      'Target 1: Input: got "{"',
    ],
    [
      "PutTargets",
      { Rule: "orders", Targets: [{ Id: "1", Arn: FUNCTION_ARN, RoleArn: "arn:x" }] },
      "The member Targets[0].RoleArn of events:PutTargets is not supported by the embedded cloud",
    ],
    [
      "PutTargets",
      { Rule: "orders", Targets: [{ Id: "1", Arn: FUNCTION_ARN, InputPath: "detail" }] },
      'Target 1: InputPath: got "detail"',
    ],
    [
      "PutTargets",
      {
        Rule: "orders",
        Targets: [
          {
            Id: "1",
            Arn: FUNCTION_ARN,
            InputTransformer: { InputTemplate: "<a>", InputPathsMap: { a: "$.detail", "b c": "$" } },
          },
        ],
      },
      'InputPathsMap: got the name "b c"',
    ],
    [
      "PutTargets",
      {
        Rule: "orders",
        Targets: [
          {
            Id: "1",
            Arn: FUNCTION_ARN,
            InputTransformer: {
              InputTemplate: "<a1>",
              InputPathsMap: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`a${at}`, "$"])),
            },
          },
        ],
      },
      "InputPathsMap: got 101 names; expected at most 100",
    ],
    [
      "PutTargets",
      {
        Rule: "orders",
        Targets: [{ Id: "1", Arn: FUNCTION_ARN, RetryPolicy: { MaximumRetryAttempts: 186 } }],
      },
      "at 'targets[0].retryPolicy.maximumRetryAttempts' failed to satisfy constraint: Member must have value less",
    ],
    [
      "PutRule",
      { Name: "r", EventPattern: "{}", State: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" },
      "State of events:PutRule: the value",
    ],
    ["PutTargets", { Rule: "none", Targets: [{ Id: "1", Arn: FUNCTION_ARN }] }, "Rule none does not exist"],
  ];
  for (const [operation, input, reason] of refused) {
    it(`refuses ${operation} ${JSON.stringify(input).slice(0, 300)}`, async () => {
      await putRule([{ Id: "0", Arn: FUNCTION_ARN }]);
      const error = await untyped(cloud.call)("events", operation, input).catch(
        (cause: unknown) => cause as Error,
      );
      expect((error as Error).message).to.contain(reason);
    });
  }
});
