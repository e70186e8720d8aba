import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import fc from "fast-check";
import { SteppedClock } from "../../../src";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { runs } from "../../support/runs";

const VISIBILITY_SECONDS = 30;
const MOST_RECEIVES = 3;

/** All that a standard queue promises of a message that was sent and not deleted. */
interface Message {
  readonly body: string;
  visibleAt: number;
  receives: number;
  handle?: string;
}

interface Model {
  now: number;
  readonly messages: Map<string, Message>;
}

interface Real {
  readonly cloud: TestCloud;
  readonly clock: SteppedClock;
  readonly sqs: SQSClient;
  readonly url: string;
  readonly letters: string;
}

type Command = fc.AsyncCommand<Model, Real>;

const isVisible = ({ now }: Model, { visibleAt }: Message) => visibleAt <= now;
/**
 * One that was received, by a draw. One that has been received to death and could be received again may have moved to
 * the dead-letter queue meanwhile, where its handle is worth nothing.
 */
const held = (model: Model, drawn: number) => {
  const received = [...model.messages].filter(
    ([, message]) =>
      message.handle !== undefined && (message.receives < MOST_RECEIVES || !isVisible(model, message)),
  );
  return received[Math.floor(drawn * received.length)];
};

const send = (MessageBody: string, DelaySeconds: number): Command => ({
  check: () => true,
  toString: () => `send(${JSON.stringify(MessageBody)}, ${DelaySeconds})`,
  async run(model, { sqs, url }) {
    const { MessageId = "" } = await sqs.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody, DelaySeconds }),
    );
    expect(model.messages.has(MessageId), "an id that is taken").to.equal(false);
    const visibleAt = model.now + DelaySeconds * 1000;
    model.messages.set(MessageId, { body: MessageBody, visibleAt, receives: 0 });
  },
});

const receive = (most: number): Command => ({
  check: () => true,
  toString: () => `receive(${most})`,
  async run(model, { sqs, url }) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: most,
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      }),
    );
    expect(Messages.length).to.be.at.most(most);
    const ready = [...model.messages.values()].filter(
      (message) => isVisible(model, message) && message.receives < MOST_RECEIVES,
    );
    expect(Messages.length > 0, "whether there is any").to.equal(ready.length > 0);
    for (const { MessageId = "", Body, ReceiptHandle = "", Attributes } of Messages) {
      const message = model.messages.get(MessageId);
      if (message === undefined) throw new Error(`${MessageId} was never sent, or was deleted`);
      expect(isVisible(model, message), "visible").to.equal(true);
      expect(Body).to.equal(message.body);
      message.receives++;
      message.handle = ReceiptHandle;
      message.visibleAt = model.now + VISIBILITY_SECONDS * 1000;
      expect(Attributes?.ApproximateReceiveCount).to.equal(String(message.receives));
      expect(message.receives).to.be.at.most(MOST_RECEIVES);
    }
  },
});

const remove = (drawn: number): Command => ({
  check: (model) => held(model, drawn) !== undefined,
  toString: () => `delete(${drawn})`,
  async run(model, { sqs, url }) {
    const [id, { handle }] = held(model, drawn)!;
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: handle }));
    model.messages.delete(id);
  },
});

const hide = (drawn: number, seconds: number): Command => ({
  check: (model) => {
    const message = held(model, drawn)?.[1];
    return message !== undefined && !isVisible(model, message);
  },
  toString: () => `hide(${drawn}, ${seconds})`,
  async run(model, { sqs, url }) {
    const [, message] = held(model, drawn)!;
    const input = { QueueUrl: url, ReceiptHandle: message.handle, VisibilityTimeout: seconds };
    await sqs.send(new ChangeMessageVisibilityCommand(input));
    message.visibleAt = model.now + seconds * 1000;
  },
});

const pass = (seconds: number): Command => ({
  check: () => true,
  toString: () => `pass(${seconds})`,
  async run(model, { clock }) {
    await clock.advance(seconds * 1000);
    model.now += seconds * 1000;
  },
});

/** A body may hold what XML may, and SQS takes nothing else: no control characters, no halves of pairs. */
const body = fc
  .string({ minLength: 1, maxLength: 20, unit: "grapheme" })
  .filter((text) => Array.from(text).every((character) => character >= " "));
const commands = fc.commands(
  [
    fc.tuple(body, fc.constantFrom(0, 0, 0, 5)).map(([text, delay]) => send(text, delay)),
    fc.integer({ min: 1, max: 10 }).map(receive),
    fc.double({ min: 0, max: 0.999, noNaN: true }).map(remove),
    fc
      .tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.constantFrom(0, 0, 10, 60))
      .map(([drawn, seconds]) => hide(drawn, seconds)),
    fc.constantFrom(1, 5, 31).map(pass),
    // Often enough for messages to be received to death.
    fc.constant(receive(10)),
    fc.constant(pass(31)),
    fc.constant(pass(31)),
  ],
  { maxCommands: 60, size: "max" },
);

describe("a standard queue", function () {
  this.timeout(120_000);

  it("does what its model does, over the wire, and in the end holds all that was not deleted, in one place", async () => {
    let dead = 0;
    const clock = new SteppedClock();
    const cloud = await startTestCloud({ clock, services: [createSqs] });
    const sqs = new SQSClient(cloud.client);
    let queues = 0;
    const create = async (QueueName: string, Attributes: Record<string, string>) =>
      (await cloud.call("sqs", "CreateQueue", { QueueName, Attributes })).QueueUrl ?? "";
    try {
      await fc.assert(
        fc.asyncProperty(commands, async (steps) => {
          const name = `queue-${++queues}`;
          const letters = await create(`${name}-letters`, {});
          const url = await create(name, {
            VisibilityTimeout: String(VISIBILITY_SECONDS),
            RedrivePolicy: JSON.stringify({
              deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${name}-letters`,
              maxReceiveCount: MOST_RECEIVES,
            }),
          });
          const model: Model = { now: clock.now(), messages: new Map() };
          const real = { cloud, clock, sqs, url, letters };
          await fc.asyncModelRun(() => ({ model, real }), steps);
          await clock.advance(60_000);
          const [here, there] = [await drain(real, url), await drain(real, letters)];
          expect([...here, ...there].sort()).to.deep.equal([...model.messages.keys()].sort());
          for (const id of there) expect(model.messages.get(id)?.receives).to.equal(MOST_RECEIVES);
          for (const id of here) expect(model.messages.get(id)?.receives).to.be.below(MOST_RECEIVES);
          dead += there.length;
        }),
        { numRuns: runs(100) },
      );
    } finally {
      sqs.destroy();
      await cloud.close();
    }
    expect(dead, "dead letters").to.be.at.least(1);
  });
});

/** The ids of all messages that a queue hands out, each once. */
async function drain({ cloud }: Real, QueueUrl: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
    });
    if (Messages.length === 0) return ids;
    for (const { MessageId = "", ReceiptHandle } of Messages) {
      ids.push(MessageId);
      await cloud.call("sqs", "DeleteMessage", { QueueUrl, ReceiptHandle });
    }
  }
}
