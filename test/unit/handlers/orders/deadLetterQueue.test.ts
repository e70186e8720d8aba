import type { SendMessageBatchCommand, SendMessageBatchCommandOutput, SQSClient } from "@aws-sdk/client-sqs";
import { hash } from "node:crypto";
import { expect } from "chai";
import type { DeadLetter } from "../../../../handlers/orders/deadLetter";
import { createDeadLetterQueue } from "../../../../handlers/orders/deadLetterQueue";
import { awsError, steppedTiming } from "../../support/handlerFakes";

const letter = (body: string, more: Partial<DeadLetter> = {}): DeadLetter => ({
  MessageBody: body,
  MessageAttributes: { refusalCode: { DataType: "String", StringValue: "invalidOrder" } },
  ...more,
});

type Answer = Partial<Pick<SendMessageBatchCommandOutput, "Successful" | "Failed">>;
const taken = (id: string, body: string) => ({
  Id: id,
  MessageId: "m",
  MD5OfMessageBody: hash("md5", body, "hex"),
});

/** @param answer what SQS says to the messages of a request; by default it takes them. */
function setUp(answer?: (request: number) => Answer | undefined) {
  const timing = steppedTiming();
  const requests: SendMessageBatchCommand["input"][] = [];
  const signals: unknown[] = [];
  const send = async ({ input }: SendMessageBatchCommand, options: object): Promise<Answer> => {
    await Promise.resolve();
    signals.push((options as { abortSignal?: unknown }).abortSignal);
    requests.push(input);
    const entries = input.Entries ?? [];
    return (
      answer?.(requests.length) ?? {
        Successful: entries.map(({ Id = "", MessageBody = "" }) => taken(Id, MessageBody)),
      }
    );
  };
  const { sendAll } = createDeadLetterQueue({
    client: { send: send as SQSClient["send"] },
    queueUrl: "https://queue",
    timing,
  });
  const names = async (letters: readonly DeadLetter[]) =>
    (await sendAll(letters, timing.now() + 3_000)).map((problem) => problem?.name);
  return { requests, signals, sendAll: names };
}

describe("the dead-letter queue", () => {
  it("takes letters as they are, ten a request", async () => {
    const { requests, signals, sendAll } = setUp();
    const group = { MessageGroupId: "g", MessageDeduplicationId: "d" };
    const letters = Array.from({ length: 11 }, (_, index) =>
      letter(`body ${index}`, index === 0 ? group : {}),
    );
    expect(await sendAll(letters)).to.deep.equal(Array(11).fill(undefined));
    expect(requests.map(({ Entries = [] }) => Entries.length)).to.deep.equal([10, 1]);
    expect(new Set(requests.map(({ QueueUrl }) => QueueUrl))).to.deep.equal(new Set(["https://queue"]));
    // Or a request would go on when the function's time is over.
    for (const signal of signals) expect(signal).to.be.instanceOf(AbortSignal);
    expect(requests[0]?.Entries?.[0]).to.deep.equal({ Id: "0", ...letters[0] });
    expect(
      requests.flatMap(({ Entries = [] }) => Entries.map(({ MessageBody }) => MessageBody)),
    ).to.deep.equal(letters.map(({ MessageBody }) => MessageBody));
  });

  it("takes a mebibyte a request, bodies and attributes", async () => {
    const { requests, sendAll } = setUp();
    // Its attribute: refusalCode, String, invalidOrder; and one whose value is bytes.
    const own = 11 + 6 + 12 + 4 + 6 + 100;
    const half = 512 * 1024;
    const bytes = { DataType: "Binary", BinaryValue: new Uint8Array(100) };
    const of = (size: number) => {
      const { MessageAttributes, ...rest } = letter("x".repeat(size - own));
      return { ...rest, MessageAttributes: { ...MessageAttributes, blob: bytes } };
    };
    await sendAll([of(half), of(half), of(half), of(half + 1), letter("é".repeat(half - 14))]);
    expect(requests.map(({ Entries = [] }) => Entries.length)).to.deep.equal([2, 1, 1, 1]);
  });

  it("sends again what SQS could not take, by its own fault, and nothing else", async () => {
    const { requests, sendAll } = setUp((request) =>
      request === 1
        ? {
            Successful: [taken("0", "a")],
            Failed: [
              { Id: "1", SenderFault: true, Code: "InvalidMessageContents", Message: "bad" },
              { Id: "2", SenderFault: false, Code: "InternalError" },
            ],
          }
        : undefined,
    );
    expect(await sendAll(["a", "b", "c", "d"].map((body) => letter(body)))).to.deep.equal([
      undefined,
      "InvalidMessageContents",
      undefined,
      undefined,
    ]);
    // What the answer does not name may not be there.
    expect(requests[1]?.Entries?.map(({ MessageBody }) => MessageBody)).to.deep.equal(["c", "d"]);
  });

  it("does not take another body for the one that was sent", async () => {
    const { sendAll } = setUp(() => ({ Successful: [taken("0", "other"), taken("1", "b")] }));
    expect(await sendAll([letter("a"), letter("b")])).to.deep.equal(["InvalidChecksumError", undefined]);
  });

  it("says what stood in the way to the end", async () => {
    const { sendAll } = setUp(() => ({ Failed: [{ Id: "0", SenderFault: false, Code: "InternalError" }] }));
    expect(await sendAll([letter("a")])).to.deep.equal(["InternalError"]);
    const { sendAll: denied } = setUp(() => {
      throw awsError("AccessDenied");
    });
    expect(await denied([letter("a"), letter("b")])).to.deep.equal(["AccessDenied", "AccessDenied"]);
  });
});
