import { expect } from "chai";
import fc from "fast-check";
import { keptKinds } from "../../../src/kept";
import type { AttributeValue, Item } from "../../../src/services/dynamodb/attributeValue";
import { keptItems, keptRecords } from "../../../src/services/dynamodb/kept";
import { FifoQueue } from "../../../src/services/sqs/fifoQueue";
import { keptMessages, type MessageContent } from "../../../src/services/sqs/message";
import { MessageQueue, type MessageStore } from "../../../src/services/sqs/queue";
import { anyCharacter } from "../../support/anyCharacter";

/** Whatever a stranger may call a thing, the names above all that JavaScript has a use of its own for. */
const name = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "S", ""),
);
const text = fc.string({ unit: anyCharacter });

const members = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(name, value), { maxLength: 4 }).map((entries) => {
    const result = Object.create(null) as Record<string, T>;
    for (const [key, member] of entries) result[key] = member;
    return result;
  });

const { item } = fc.letrec<{ value: AttributeValue; item: Item }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ S: text }),
    fc.record({ N: fc.integer().map(String) }),
    fc.record({ B: fc.base64String() }),
    fc.record({ BOOL: fc.boolean() }),
    fc.constant({ NULL: true }),
    fc.record({ SS: fc.array(text, { maxLength: 3 }) }),
    fc.record({ M: tie("item") }),
    fc.record({ L: fc.array(tie("value"), { maxLength: 3 }) }),
  ),
  item: members(tie("value")),
}));

const attribute = fc.oneof(
  fc.record({ DataType: fc.constant("String"), StringValue: text }),
  fc.record({
    DataType: fc.constant("Binary"),
    BinaryValue: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  }),
);
const content: fc.Arbitrary<MessageContent> = fc.record(
  {
    messageId: fc.uuid(),
    body: text,
    bodyMd5: text,
    attributes: members(attribute),
    senderId: text,
    sentAt: fc.nat(10),
    messageGroupId: fc.constantFrom("a", "b"),
    traceHeader: text,
    deadLetterSourceArn: text,
  },
  { requiredKeys: ["messageId", "body", "bodyMd5", "attributes", "senderId", "sentAt", "messageGroupId"] },
);

describe("what is kept", () => {
  it("is read as it was written: items, whatever their attributes are called", () => {
    fc.assert(
      fc.property(item, (value) => {
        expect(keptItems.decode(keptItems.encode(value))).to.deep.equal(value);
      }),
    );
  });

  it("is read as it was written: stream records", () => {
    fc.assert(
      fc.property(item, fc.option(item, { nil: undefined }), fc.nat(), (keys, image, sequence) => {
        const value = {
          at: 1.5,
          sequence,
          record: {
            eventID: "e",
            eventName: "MODIFY",
            eventVersion: "1.1",
            eventSource: "aws:dynamodb",
            awsRegion: "us-east-1",
            dynamodb: {
              ApproximateCreationDateTime: 1,
              Keys: keys,
              ...(image && { NewImage: image }),
              SequenceNumber: "1",
              SizeBytes: 1,
              StreamViewType: "NEW_IMAGE",
            },
          },
        } as const;
        expect(keptRecords.decode(keptRecords.encode(value))).to.deep.equal(value);
      }),
    );
  });

  it("is read as it was written: messages", () => {
    fc.assert(
      fc.property(content, fc.nat(), fc.option(fc.nat(), { nil: undefined }), (sent, order, receivedAt) => {
        const { messageId, sentAt } = sent;
        const received =
          receivedAt === undefined ? {} : { firstReceivedAt: receivedAt, lastReceivedAt: receivedAt };
        const message = {
          messageId,
          sentAt,
          order,
          enteredAt: 1,
          visibleAt: 2.25,
          receiveCount: 0,
          ...received,
        };
        const value = { message, content: sent };
        expect(keptMessages.decode(keptMessages.encode(value))).to.deep.equal(value);
      }),
    );
  });

  it("is refused as long as it is anything else", () => {
    fc.assert(
      fc.property(fc.constantFrom(...keptKinds), fc.json(), text, (kind, json, garbage) => {
        for (const kept of [json, garbage]) {
          let value: unknown;
          try {
            value = kind.decode(kept);
          } catch (error) {
            expect(error).to.be.instanceOf(Error);
            continue;
          }
          // What is taken is of its kind: it can be written and read again.
          expect(kind.decode(kind.encode(value))).to.deep.equal(value);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

type Step =
  | { readonly kind: "send"; readonly content: MessageContent; readonly delayMs: number }
  | { readonly kind: "receive" | "delete" | "wait"; readonly amount: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("send"), content, delayMs: fc.constantFrom(0, 0, 50) }),
  fc.record({ kind: fc.constantFrom("receive", "delete", "wait"), amount: fc.integer({ min: 1, max: 9 }) }),
);

/** The file of a queue that is ended at any moment: what it holds follows from what was told to have changed. */
describe("the messages of a queue whose cloud ends", () => {
  const kinds: readonly (readonly [string, () => MessageStore])[] = [
    ["standard", () => new MessageQueue(1_000)],
    ["FIFO", () => new FifoQueue(1_000)],
  ];
  for (const [kind, create] of kinds)
    it(`are those that stood there, each once, available or delayed as before: ${kind}`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const queue = create();
          const file = new Map<string, string>();
          const changed = new Set<string>();
          queue.changed = (messageId) => changed.add(messageId);
          let now = 100;
          const held: { messageId: string; deliveryNumber: number }[] = [];
          for (const done of steps) {
            if (done.kind === "send") queue.send(now, done.content, done.delayMs);
            else if (done.kind === "wait") now += done.amount * 20;
            else if (done.kind === "receive")
              for (const { content: got, deliveryNumber } of queue.receive(now, {
                max: done.amount,
                visibilityTimeoutMs: 100,
              }).deliveries)
                held.push({ messageId: got.messageId, deliveryNumber });
            else
              for (const { messageId, deliveryNumber } of held.splice(0, done.amount))
                queue.delete(now, messageId, deliveryNumber);
          }
          const before = queue.list(now, Infinity);
          for (const messageId of changed) {
            const kept = queue.kept(messageId);
            if (kept === undefined) file.delete(messageId);
            else file.set(messageId, keptMessages.encode(kept));
          }
          const next = create();
          const kept = [...file.values()].map((written) => keptMessages.decode(written));
          for (const message of kept.sort((a, b) => a.message.order - b.message.order))
            next.restore(now, message);
          const after = next.list(now, Infinity);
          expect(after.map(({ content: { messageId } }) => messageId)).to.deep.equal(
            before.map(({ content: { messageId } }) => messageId),
          );
          for (const [index, { message, content: sent, state }] of after.entries()) {
            const then = before[index]!;
            expect(sent).to.deep.equal(then.content);
            expect(message.receiveCount).to.equal(then.message.receiveCount);
            // A message that was received once is delayed no more.
            expect(state).to.equal(then.state === "delayed" ? "delayed" : "available");
          }
        }),
      );
    });
});
