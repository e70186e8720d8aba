import type { SQSMessageAttribute } from "aws-lambda";
import { expect } from "chai";
import fc from "fast-check";
import { confirmationFailure, deadLetterOf } from "../../../../handlers/orders/deadLetter";
import { sqsRecord } from "../../support/handlerFakes";

const refusal = { code: "invalidOrder", reason: "orderId: got nothing" } as const;
const text = (stringValue: string): SQSMessageAttribute => ({ dataType: "String", stringValue });

describe("deadLetterOf", () => {
  it("keeps the body and the attributes, binary ones too, and adds the reason", () => {
    const record = sqsRecord("1", "body", {
      trace: text("t-1"),
      count: { dataType: "Number", stringValue: "7" },
      blob: { dataType: "Binary", binaryValue: Buffer.from([1, 2, 255]).toString("base64") },
    });
    expect(deadLetterOf(record, refusal)).to.deep.equal({
      MessageBody: "body",
      MessageAttributes: {
        trace: { DataType: "String", StringValue: "t-1" },
        count: { DataType: "Number", StringValue: "7" },
        blob: { DataType: "Binary", BinaryValue: Buffer.from([1, 2, 255]) },
        refusalCode: { DataType: "String", StringValue: "invalidOrder" },
        refusalReason: { DataType: "String", StringValue: "orderId: got nothing" },
      },
    });
  });

  it("keeps the group of a FIFO queue's message, and no other's, and is known by the message's id", () => {
    const record = sqsRecord("1", "body");
    const grouped = { ...record, attributes: { ...record.attributes, MessageGroupId: "ann" } };
    expect(deadLetterOf(grouped, refusal)).not.to.have.any.keys("MessageGroupId", "MessageDeduplicationId");
    const fifo = { ...grouped, eventSourceARN: `${record.eventSourceARN}.fifo` };
    expect(deadLetterOf(fifo, refusal)).to.deep.include({
      MessageGroupId: "ann",
      MessageDeduplicationId: "1",
    });
  });

  it("keeps within SQS's ten attributes", () => {
    const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`a${index}`, text("v")]));
    const kept = Object.keys(deadLetterOf(sqsRecord("1", "b", attributes), refusal).MessageAttributes);
    expect(kept).to.have.length(10);
    expect(kept).to.include.members(["a0", "a7", "refusalCode", "refusalReason"]);
  });

  it("replaces the reason of an earlier refusal, in whose place no other attribute goes", () => {
    const earlier = { refusalCode: text("old"), refusalReason: text("old") };
    const others = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`a${index}`, text("v")]));
    const kept = deadLetterOf(sqsRecord("1", "b", { ...earlier, ...others }), refusal).MessageAttributes;
    expect(kept.refusalReason?.StringValue).to.equal(refusal.reason);
    expect(kept).to.have.all.keys("refusalCode", "refusalReason", ...Object.keys(others));
  });

  it("bounds the reason's length", () => {
    const letter = deadLetterOf(sqsRecord("1", "b"), { ...refusal, reason: "x".repeat(5_000) });
    expect(letter.MessageAttributes.refusalReason?.StringValue).to.have.length(1_000);
  });
});

describe("confirmationFailure", () => {
  it("carries the stream's record and what the mail service said", () => {
    const record = { eventID: "1", dynamodb: { SequenceNumber: "7" } };
    const { MessageBody, MessageAttributes } = confirmationFailure(record, {
      name: "MessageRejected",
      message: "",
    });
    expect(JSON.parse(MessageBody)).to.deep.equal(record);
    const cut = confirmationFailure(record, { name: "n", message: `${"x".repeat(999)}😀` });
    // SQS takes neither half of a character nor a control character, and so would lose the whole message.
    expect(cut.MessageAttributes.failureReason?.StringValue).to.equal(`${"x".repeat(999)}\ufffd`);
    const bell = confirmationFailure(record, { name: "n", message: "a\u0007b" });
    expect(bell.MessageAttributes.failureReason?.StringValue).to.equal("a\ufffdb");
    // SQS takes no empty attribute.
    expect(MessageAttributes.failureReason?.StringValue).to.equal("MessageRejected");
  });

  it("holds no character that SQS refuses, whatever a customer's name and the mail service say", () => {
    const sendable = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;
    const odd = fc.constantFrom("\0", "\u000b", "\ufffd", "\ufffe", "\uffff", "\ud83d", "😀", "\\", '"');
    const unit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
    const anyText = fc.array(fc.oneof(odd, unit)).map((units) => units.join(""));
    fc.assert(
      fc.property(anyText, anyText, (name, said) => {
        const record = { eventID: "1", dynamodb: { NewImage: { customerName: { S: name } } } };
        const letter = confirmationFailure(record, { name: "n", message: said });
        expect(letter.MessageBody).to.match(sendable);
        expect(letter.MessageAttributes.failureReason?.StringValue).to.match(sendable).and.not.to.equal("");
        // And the order is still in it as it is.
        expect(JSON.parse(letter.MessageBody)).to.deep.equal(record);
      }),
    );
  });
});
