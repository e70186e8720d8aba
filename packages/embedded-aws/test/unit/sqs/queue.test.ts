import { expect } from "chai";
import type { MessageContent } from "../../../src/services/sqs/message";
import { unkind } from "../../../src/core/conditions/conditions";
import { MessageQueue } from "../../../src/services/sqs/queue";

const visibilityTimeoutMs = 30_000;
const retentionMs = 345_600_000;

function content(messageId: string, sentAt = 0): MessageContent {
  return { messageId, sentAt, body: "b", bodyMd5: "", attributes: {}, senderId: "s" };
}

function queueOf(...ids: string[]): MessageQueue {
  const queue = new MessageQueue(retentionMs);
  for (const id of ids) queue.send(0, content(id));
  return queue;
}

function receive(queue: MessageQueue, now: number, max = 10, maxReceiveCount?: number) {
  const options = { max, visibilityTimeoutMs, ...(maxReceiveCount === undefined ? {} : { maxReceiveCount }) };
  const { deliveries, exhausted } = queue.receive(now, options);
  return {
    ids: deliveries.map((delivery) => delivery.content.messageId),
    counts: deliveries.map((delivery) => delivery.receiveCount),
    deliveryNumbers: deliveries.map((delivery) => delivery.deliveryNumber),
    exhausted: exhausted.map((message) => message.content.messageId),
  };
}

describe("MessageQueue", () => {
  it("hands out at most as many messages as asked for, in the order in which they came", () => {
    const queue = queueOf("a", "b", "c");
    expect(receive(queue, 0, 2).ids).to.deep.equal(["a", "b"]);
    expect(receive(queue, 0, 2).ids).to.deep.equal(["c"]);
  });

  it("hides a received message until its visibility timeout ends, and then counts the next receive", () => {
    const queue = queueOf("a");
    expect(receive(queue, 0).counts).to.deep.equal([1]);
    expect(queue.nextVisibleAt()).to.equal(30_000);
    expect(receive(queue, 29_999).ids).to.deep.equal([]);
    expect(receive(queue, 30_000).counts).to.deep.equal([2]);
  });

  it("numbers deliveries, so that each has a receipt handle of its own", () => {
    const queue = queueOf("a", "b");
    const numbers = [...receive(queue, 0).deliveryNumbers, ...receive(queue, 30_000).deliveryNumbers];
    expect(new Set(numbers).size).to.equal(4);
  });

  it("puts a message that failed behind those that waited meanwhile", () => {
    const queue = queueOf("failing");
    receive(queue, 0);
    queue.send(10_000, content("later", 10_000));
    expect(receive(queue, 30_000, 2).ids).to.deep.equal(["later", "failing"]);
  });

  it("keeps a delayed message back", () => {
    const queue = queueOf();
    queue.send(0, content("a"), 5_000);
    expect(queue.counts(0)).to.deep.equal({ available: 0, inFlight: 0, delayed: 1 });
    expect(queue.nextVisibleAt()).to.equal(5_000);
    expect(receive(queue, 4_999).ids).to.deep.equal([]);
    expect(receive(queue, 5_000).ids).to.deep.equal(["a"]);
  });

  it("drops messages when their retention ends, in whatever state, by the time at which they were first sent", () => {
    const queue = new MessageQueue(60_000);
    queue.send(0, content("available"));
    queue.send(0, content("delayed"), 900_000);
    queue.send(50_000, content("moved here", 10_000));
    queue.send(50_000, content("young", 50_000));
    expect(queue.counts(59_999)).to.deep.equal({ available: 3, inFlight: 0, delayed: 1 });
    expect(queue.counts(60_000)).to.deep.equal({ available: 2, inFlight: 0, delayed: 0 });
    expect(receive(queue, 70_000).ids).to.deep.equal(["young"]);
    expect(queue.counts(110_000).inFlight).to.equal(0);
  });

  it("applies a new retention to the messages that it has", () => {
    const queue = queueOf("a");
    queue.retentionMs = 60_000;
    expect(receive(queue, 60_000).ids).to.deep.equal([]);
  });

  it("gives a message up only when it is asked for once more than allowed", () => {
    const queue = queueOf("a");
    expect(receive(queue, 0, 10, 2).counts).to.deep.equal([1]);
    expect(receive(queue, 30_000, 10, 2).counts).to.deep.equal([2]);
    expect(queue.counts(60_000).available).to.equal(1);
    expect(receive(queue, 60_000, 10, 2)).to.deep.include({ ids: [], exhausted: ["a"] });
    expect(queue.counts(60_000)).to.deep.equal({ available: 0, inFlight: 0, delayed: 0 });
  });

  it("fills an answer past messages that it gives up", () => {
    const queue = queueOf("a");
    receive(queue, 0);
    queue.send(40_000, content("b", 40_000));
    expect(receive(queue, 40_000, 1, 1)).to.deep.include({ ids: ["b"], exhausted: ["a"] });
  });

  it("deletes a message in any state, once", () => {
    const queue = queueOf("a", "b");
    queue.send(0, content("c"), 5_000);
    receive(queue, 0, 1);
    for (const id of ["a", "b", "c"]) {
      expect(queue.delete(0, id)?.messageId).to.equal(id);
      expect(queue.delete(0, id)).to.equal(undefined);
    }
    expect(queue.counts(0)).to.deep.equal({ available: 0, inFlight: 0, delayed: 0 });
    expect(queue.nextVisibleAt()).to.equal(undefined);
  });

  it("changes the visibility of messages in flight only, up to 12 hours after the receive", () => {
    const queue = queueOf("a");
    expect(queue.changeVisibility(0, "a", 1_000)).to.equal("not-in-flight");
    expect(queue.changeVisibility(0, "b", 1_000)).to.equal("no-such-message");
    receive(queue, 0);
    expect(queue.changeVisibility(10_000, "a", 40_000)).to.equal("changed");
    expect(receive(queue, 49_999).ids).to.deep.equal([]);
    expect(receive(queue, 50_000).ids).to.deep.equal(["a"]);
    expect(queue.changeVisibility(51_000, "a", 43_200_000)).to.equal("beyond-limit");
    expect(queue.changeVisibility(51_000, "a", 0)).to.equal("changed");
    expect(receive(queue, 51_000).counts).to.deep.equal([3]);
  });

  it("hands a message out once an answer, even with a visibility timeout of 0", () => {
    const queue = queueOf("a");
    const options = { max: 10, visibilityTimeoutMs: 0 };
    expect(queue.receive(0, options).deliveries).to.have.length(1);
    expect(queue.counts(0)).to.deep.equal({ available: 1, inFlight: 0, delayed: 0 });
    expect(queue.receive(0, options).deliveries[0]?.receiveCount).to.equal(2);
  });

  it("has at most 120,000 messages in flight", () => {
    const maxInFlight = unkind.sqsInFlight;
    expect(maxInFlight).to.equal(120_000);
    const queue = new MessageQueue(retentionMs, unkind);
    for (let i = 0; i <= maxInFlight; i++) queue.send(0, content(`m${i}`));
    expect(receive(queue, 0, Infinity).ids).to.have.length(maxInFlight);
    expect(receive(queue, 0).ids).to.deep.equal([]);
    queue.delete(0, "m0");
    expect(receive(queue, 0).ids).to.deep.equal([`m${maxInFlight}`]);
  });

  it("tells the age of its oldest message since that came into this queue", () => {
    const queue = queueOf();
    expect(queue.oldestAge(0)).to.equal(0);
    queue.send(5_000, content("moved here", 1_000));
    queue.send(6_000, content("b", 6_000));
    expect(queue.oldestAge(7_000)).to.equal(2_000);
    queue.delete(7_000, "moved here");
    expect(queue.oldestAge(7_000)).to.equal(1_000);
  });

  it("is empty after a purge", () => {
    const queue = queueOf("a", "b");
    queue.send(0, content("c"), 5_000);
    receive(queue, 0, 1);
    queue.purge();
    expect(queue.counts(0)).to.deep.equal({ available: 0, inFlight: 0, delayed: 0 });
    expect(receive(queue, 100_000).ids).to.deep.equal([]);
  });
});
