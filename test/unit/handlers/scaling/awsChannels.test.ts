import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SNSClient } from "@aws-sdk/client-sns";
import { expect } from "chai";
import sinon from "sinon";
import { eventBus, topic } from "../../../../handlers/scaling/awsChannels";
import type { ScalerAction } from "../../../../handlers/scaling/scalerAction";
import { answering } from "./awsCalls";
import { sdkError } from "./sdkError";

const about = { version: 1, fleet: "web", minimum: 1, maximum: 4, desired: 3, count: 2 } as const;
const launch: ScalerAction = { ...about, action: "launch", instanceIds: ["i-1", "i-2"], reason: "One." };
const resize: ScalerAction = { ...about, action: "resize", from: 1, to: 3, reason: "Two." };

const failureOf = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("eventBus", () => {
  afterEach(() => sinon.restore());

  it("tells of each action in an event of its own", async () => {
    const { calls } = answering(EventBridgeClient, [{ FailedEntryCount: 0, Entries: [{ EventId: "1" }] }]);
    const bus = eventBus("shop");
    expect(bus.name).to.equal("the event bus");
    await bus.send([launch, resize]);
    const Entries = [launch, resize].map((action) => ({
      EventBusName: "shop",
      Source: "event-driven-aws.scaler",
      DetailType: "Scaler Action",
      Detail: JSON.stringify(action),
    }));
    expect(await calls()).to.deep.equal([{ operation: "PutEvents", input: { Entries }, attempts: 1 }]);
  });

  it("fails with what stood in the way of any of them", async () => {
    const refused = { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "no" };
    answering(EventBridgeClient, [{ FailedEntryCount: 1, Entries: [{ EventId: "1" }, refused] }]);
    const failure = await failureOf(eventBus("shop").send([launch, resize]));
    expect(failure).to.be.instanceOf(Error).and.include({ name: refused.ErrorCode, message: "no" });
  });

  it("has eight seconds, and tries a throttled event again", async () => {
    const clock = sinon.useFakeTimers({ now: 0 });
    const random = sinon.stub(Math, "random").returns(0.5);
    const throttled = sdkError("ThrottlingException", "slow down", 400);
    const { calls } = answering(
      EventBridgeClient,
      Array.from({ length: 100 }, () => throttled),
    );
    const sending = failureOf(eventBus("shop").send([launch]));
    await clock.runAllAsync();
    expect(await sending).to.equal(throttled);
    expect(clock.now).to.be.within(7_000, 8_000);
    random.restore();
    clock.restore();
    expect(await calls()).to.have.length.above(5);
  });
});

describe("topic", () => {
  afterEach(() => sinon.restore());

  it("tells of all actions in one message, for a person", async () => {
    const { calls } = answering(SNSClient, [{}]);
    const channel = topic("arn:topic");
    expect(channel.name).to.equal("the topic");
    await channel.send([launch, resize]);
    const input = {
      TopicArn: "arn:topic",
      Subject: "web: launch 2, resize from 1 to 3",
      Message: "One.\nTwo.",
    };
    expect(await calls()).to.deep.equal([{ operation: "Publish", input, attempts: 2 }]);
  });

  it("writes a subject of a hundred printable ASCII characters at most", async () => {
    const { calls } = answering(SNSClient, [{}, {}, {}]);
    const channel = topic("arn:topic");
    await channel.send([{ ...launch, fleet: "Büro\n~ " }]);
    await channel.send([{ ...launch, fleet: "w".repeat(200) }]);
    await channel.send([]);
    const subjects = (await calls()).map(({ input }) => (input as { readonly Subject: string }).Subject);
    expect(subjects).to.deep.equal(["B?ro?~ : launch 2", "w".repeat(100), ": "]);
  });
});
