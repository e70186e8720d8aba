import type { EventBridgeEvent } from "aws-lambda";
import { expect } from "chai";
import { createRecordFeedback } from "../../../../handlers/orders/feedback";
import { awsError, invocation, recordTelemetry, steppedTiming } from "../../support/handlerFakes";

function setUp(fails?: Error) {
  const telemetry = recordTelemetry();
  const timing = steppedTiming();
  const noted: [orderId: string, ending: string, why: string | undefined][] = [];
  const handler = createRecordFeedback({
    confirmations: {
      end: (orderId, ending, _deadline, why) => {
        if (fails !== undefined) return Promise.reject(fails);
        noted.push([orderId, ending, why]);
        return Promise.resolve();
      },
    },
    telemetry,
    timing,
  });
  const run = (detail: unknown) => handler({ detail } as EventBridgeEvent<string, unknown>, invocation());
  return { run, telemetry, noted };
}

const mail = {
  destination: ["ada@example.com"],
  tags: { "ses:configuration-set": ["mail"], orderId: ["A-1001"], pipeline: ["shop-prod-orders-confirm"] },
};
const bounce = {
  bounceType: "Permanent",
  bounceSubType: "General",
  bouncedRecipients: [{ emailAddress: "ada@example.com", diagnosticCode: "smtp; 550 5.1.1 Ada is unknown" }],
};
const complaint = {
  complainedRecipients: [{ emailAddress: "ada@example.com" }],
  complaintFeedbackType: "abuse",
};

describe("recordFeedback", () => {
  it("notes a bounce on its order, and counts it", async () => {
    const { run, noted, telemetry } = setUp();
    await run({ eventType: "Bounce", bounce, mail });
    expect(noted).to.deep.equal([["A-1001", "confirmationBouncedAt", "Bounce Permanent General"]]);
    expect(telemetry.counts).to.deep.equal([{ ConfirmationsBounced: 1, ConfirmationsComplainedOf: 0 }]);
  });

  it("notes a complaint on its order, of a kind or of none", async () => {
    const { run, noted, telemetry } = setUp();
    await run({ eventType: "Complaint", complaint, mail });
    await run({ eventType: "Complaint", complaint: { complaintFeedbackType: null }, mail });
    expect(noted).to.deep.equal([
      ["A-1001", "confirmationComplainedAt", "Complaint abuse"],
      ["A-1001", "confirmationComplainedAt", "Complaint"],
    ]);
    expect(telemetry.counts[0]).to.deep.equal({ ConfirmationsBounced: 0, ConfirmationsComplainedOf: 1 });
  });

  it("notes what is told, where of a bounce or a complaint no more is told than that it was one", async () => {
    const { run, noted } = setUp();
    await run({ eventType: "Bounce", mail });
    await run({ eventType: "Complaint", mail });
    expect(noted).to.deep.equal([
      ["A-1001", "confirmationBouncedAt", "Bounce"],
      ["A-1001", "confirmationComplainedAt", "Complaint"],
    ]);
  });

  it("puts no address into logs", async () => {
    const { run, telemetry } = setUp();
    await run({ eventType: "Bounce", bounce, mail });
    expect(JSON.stringify(telemetry.lines))
      .to.contain("A-1001")
      .and.not.to.match(/ada@|unknown/);
  });

  it("fails when the order cannot be changed, so that the event comes again", async () => {
    const { run } = setUp(awsError("ThrottlingException"));
    const error: unknown = await run({ eventType: "Bounce", bounce, mail }).catch((cause: unknown) => cause);
    expect(error).to.have.property("name", "ThrottlingException");
  });

  const wrong: [string, unknown, string][] = [
    ["nothing", undefined, "detail"],
    ["another event", { eventType: "Open", mail }, "eventType"],
    ["a mail without an order", { eventType: "Bounce", bounce, mail: { tags: {} } }, "mail.tags.orderId"],
    [
      "an order's id that is none",
      { eventType: "Bounce", bounce, mail: { tags: { orderId: ["a b"] } } },
      "mail.tags.orderId.0",
    ],
    [
      "two orders",
      { eventType: "Bounce", bounce, mail: { tags: { orderId: ["a", "b"] } } },
      "mail.tags.orderId",
    ],
  ];
  for (const [name, detail, field] of wrong) {
    it(`refuses ${name}, naming ${field}`, async () => {
      const { run, noted } = setUp();
      const error: unknown = await run(detail).catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(Error).with.property("message").that.contains(`confirmation: ${field}`);
      expect(noted).to.deep.equal([]);
    });
  }
});
