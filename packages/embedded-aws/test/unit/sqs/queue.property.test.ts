import { expect } from "chai";
import fc from "fast-check";
import { MessageQueue } from "../../../src/services/sqs/queue";
import { runs } from "../../support/runs";

/** What must be true of one message, kept as plainly as possible: no heaps, no laziness. */
interface Expected {
  readonly messageId: string;
  visibleAt: number;
  receiveCount: number;
  lastReceivedAt: number;
  place: "source" | "dead-letter" | "deleted";
}

const maxReceiveCount = 3;

const step = fc.oneof(
  fc.record({ kind: fc.constant("send" as const), delayMs: fc.constantFrom(0, 0, 0, 500, 3_000) }),
  fc.record({
    kind: fc.constant("receive" as const),
    max: fc.integer({ min: 1, max: 10 }),
    visibilityTimeoutMs: fc.constantFrom(0, 200, 1_000, 5_000),
  }),
  fc.record({ kind: fc.constant("delete" as const), index: fc.nat(40) }),
  fc.record({
    kind: fc.constant("change-visibility" as const),
    index: fc.nat(40),
    visibilityTimeoutMs: fc.constantFrom(0, 100, 2_000),
  }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 2_500 }) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The queue and the plain account of it, side by side. */
class Run {
  readonly queue = new MessageQueue(1_209_600_000);
  readonly expected: Expected[] = [];
  now = 0;

  do(next: Step): void {
    switch (next.kind) {
      case "send": {
        this.#send(next.delayMs);
        return;
      }
      case "receive": {
        this.#receive(next.max, next.visibilityTimeoutMs);
        return;
      }
      case "delete": {
        this.#delete(this.expected[next.index]);
        return;
      }
      case "change-visibility": {
        this.#changeVisibility(this.expected[next.index], next.visibilityTimeoutMs);
        return;
      }
      case "wait":
        this.now += next.ms;
    }
  }

  check(): void {
    const inSource = this.expected.filter(({ place }) => place === "source");
    const { available, inFlight, delayed } = this.queue.counts(this.now);
    expect(available).to.equal(inSource.filter((message) => message.visibleAt <= this.now).length);
    expect(available + inFlight + delayed, "no message is lost or doubled").to.equal(inSource.length);
    expect(delayed).to.equal(
      inSource.filter((message) => message.visibleAt > this.now && message.receiveCount === 0).length,
    );
  }

  #send(delayMs: number): void {
    const messageId = `m${this.expected.length}`;
    const content = {
      messageId,
      sentAt: this.now,
      body: messageId,
      bodyMd5: "",
      attributes: {},
      senderId: "s",
    };
    this.queue.send(this.now, content, delayMs);
    this.expected.push({
      messageId,
      visibleAt: this.now + delayMs,
      receiveCount: 0,
      lastReceivedAt: 0,
      place: "source",
    });
  }

  #receive(max: number, visibilityTimeoutMs: number): void {
    const visible = this.expected.filter(
      ({ place, visibleAt }) => place === "source" && visibleAt <= this.now,
    );
    const { deliveries, exhausted } = this.queue.receive(this.now, {
      max,
      visibilityTimeoutMs,
      maxReceiveCount,
    });
    const ids = deliveries.map(({ content }) => content.messageId);
    expect(new Set(ids).size, "no message twice in one answer").to.equal(ids.length);
    for (const { content, receiveCount } of deliveries) {
      const message = visible.find(({ messageId }) => messageId === content.messageId);
      if (message === undefined)
        throw new Error(`${content.messageId} was handed out while it was not visible`);
      message.receiveCount++;
      expect(receiveCount).to.equal(message.receiveCount).and.to.be.at.most(maxReceiveCount);
      message.visibleAt = this.now + visibilityTimeoutMs;
      message.lastReceivedAt = this.now;
    }
    for (const { content } of exhausted) {
      const message = visible.find(({ messageId }) => messageId === content.messageId);
      expect(message?.receiveCount, "given up after its last receive, never before").to.equal(
        maxReceiveCount,
      );
      if (message !== undefined) message.place = "dead-letter";
    }
    const left = visible.length - deliveries.length - exhausted.length;
    if (deliveries.length < max) expect(left, "nothing visible is held back").to.equal(0);
  }

  #delete(message: Expected | undefined): void {
    if (message === undefined) return;
    const deleted = this.queue.delete(this.now, message.messageId);
    expect(deleted !== undefined).to.equal(message.place === "source");
    if (message.place === "source") message.place = "deleted";
  }

  #changeVisibility(message: Expected | undefined, visibilityTimeoutMs: number): void {
    if (message === undefined) return;
    const outcome = this.queue.changeVisibility(this.now, message.messageId, visibilityTimeoutMs);
    if (message.place !== "source") expect(outcome).to.equal("no-such-message");
    else if (message.receiveCount === 0 || message.visibleAt <= this.now)
      expect(outcome).to.equal("not-in-flight");
    else {
      expect(outcome).to.equal("changed");
      message.visibleAt = this.now + visibilityTimeoutMs;
    }
  }
}

describe("MessageQueue, whatever happens to it", () => {
  it("never loses a message, never shows one twice at once, and gives each up after its last receive", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const run = new Run();
        for (const next of steps) {
          run.do(next);
          run.check();
        }
        // Receivers that never delete drive every message that is left into the dead-letter queue.
        for (let round = 0; round <= maxReceiveCount; round++) {
          run.do({ kind: "wait", ms: 10_000 });
          for (let i = 0; i < Math.ceil(run.expected.length / 10) + 1; i++) {
            run.do({ kind: "receive", max: 10, visibilityTimeoutMs: 5_000 });
            run.check();
          }
        }
        expect(run.expected.filter(({ place }) => place === "source")).to.deep.equal([]);
      }),
      { numRuns: runs(200) },
    );
  });
});
