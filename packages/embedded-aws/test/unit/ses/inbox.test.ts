import { expect } from "chai";
import { EMAILS_KEPT, Inbox, type Email } from "../../../src/services/ses/inbox";

const HOUR_MS = 3_600_000;

const email = (at: number): Email => ({
  messageId: `m-${at}`,
  at,
  from: "shop@example.com",
  to: ["customer@example.com"],
  cc: [],
  bcc: [],
  replyTo: [],
  subject: "Your order",
  tags: {},
});

describe("the inbox", () => {
  it("counts all and keeps the newest", () => {
    const inbox = new Inbox(3);
    for (let at = 0; at < 300_000; at++) inbox.add(email(at));
    expect(inbox.total).to.equal(300_000);
    expect(inbox.emails.map(({ at }) => at)).to.deep.equal([299_997, 299_998, 299_999]);
    expect(inbox.sentLast24Hours(300_000)).to.equal(300_000);
  });

  it("keeps 1,000 unless it is told otherwise", () => {
    const inbox = new Inbox();
    for (let at = 0; at <= EMAILS_KEPT; at++) inbox.add(email(at));
    expect(inbox.emails).to.have.length(1_000);
    expect(inbox.emails[0]?.at).to.equal(1);
  });

  it("counts those of the last 24 hours, kept or not", () => {
    const inbox = new Inbox(1);
    for (const hour of [0, 1, 2, 2, 25]) inbox.add(email(hour * HOUR_MS));
    expect(inbox.sentLast24Hours(25 * HOUR_MS)).to.equal(3);
    expect(inbox.sentLast24Hours(25.5 * HOUR_MS)).to.equal(3);
    expect(inbox.sentLast24Hours(26 * HOUR_MS)).to.equal(1);
    expect(inbox.sentLast24Hours(50 * HOUR_MS)).to.equal(0);
  });
});
