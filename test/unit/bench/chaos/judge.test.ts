import { expect } from "chai";
import { isBroken, judge, PROMISES, type Change, type Evidence } from "../../../../bench/chaos/judge";
import type { GeneratedMessage } from "../../../../tools/demonstration/orders";

const AT = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-01T00:01:00.000Z";
const order = {
  orderId: "A-1",
  customerName: "Ann",
  totalAmount: 9.5,
  customerEmail: "ann@customer.example",
  items: [{ sku: "TEA", quantity: 2 }],
};
const stored = { ...order, status: "Processed", createdAt: AT, confirmationSentAt: LATER };
const refused = { body: "not JSON", reason: "order: got a string of 8 characters; expected valid JSON" };
const inserted: Change = { kind: "INSERT", orderId: "A-1", status: "Processed", createdAt: AT };
const cancelled = { ...stored, status: "Cancelled", cancelledAt: LATER };

const sent: readonly GeneratedMessage[] = [
  { body: JSON.stringify(order), kind: "order" },
  { body: refused.body, kind: "malformed" },
];
/** A run in which all went well: one order stored, one message refused. */
const well: Evidence = {
  sent,
  stored: [stored],
  letters: [refused],
  history: [inserted, { ...inserted, kind: "MODIFY" }],
  stocked: { TEA: 5 },
  left: { TEA: 3 },
  lowestStock: 0,
  mails: new Map([["A-1", 1]]),
  failedConfirmations: new Map(),
  givenUp: new Map(),
  refusesMail: () => false,
  announcements: new Map([
    [`OrderProcessed/A-1/${AT}`, 1],
    ["OrderRefused/m-2", 1],
  ]),
  fleet: { maximum: 3, peak: 3, left: 0 },
  leaked: [],
};

/** The promises that this evidence breaks, each with how often. */
async function broken(changes: Partial<Evidence>): Promise<Record<string, number>> {
  const verdict = await judge({ ...well, ...changes });
  const figures = PROMISES.filter((name) => verdict[name] !== 0).map((name) => [name, verdict[name]]);
  expect(isBroken(verdict)).to.equal(figures.length > 0);
  if (figures.length > 0) expect(verdict.complaints, "complaints").not.to.have.length(0);
  return Object.fromEntries(figures) as Record<string, number>;
}

describe("the judge of a chaos run", () => {
  it("finds nothing where every promise was kept", async () => {
    expect(await broken({})).to.deep.equal({});
    expect(await judge(well)).to.include({
      stored: 1,
      deadLettered: 1,
      repeatedMails: 0,
      repeatedLetters: 0,
    });
  });

  it("counts what comes twice and may", async () => {
    const changes = {
      letters: [refused, refused],
      mails: new Map([["A-1", 3]]),
      announcements: new Map([...well.announcements, [`OrderProcessed/A-1/${AT}`, 2]]),
    };
    expect(await broken(changes)).to.deep.equal({});
    expect(await judge({ ...well, ...changes })).to.include({
      repeatedLetters: 1,
      repeatedMails: 2,
      repeatedAnnouncements: 1,
    });
  });

  const goods = { left: { TEA: 5 } };
  const wrongs: readonly (readonly [string, Partial<Evidence>, Record<string, number>])[] = [
    ["an order that is nowhere", { stored: [], history: [], ...goods }, { lost: 1 }],
    ["a dead letter whose body was changed", { letters: [{ ...refused, body: "not  JSON" }] }, { lost: 1 }],
    ["a stored order that says something else", { stored: [{ ...stored, totalAmount: 9 }] }, { lost: 1 }],
    ["a dead letter without a reason", { letters: [{ ...refused, reason: undefined }] }, { unexplained: 1 }],
    ["an order that was inserted twice", { history: [inserted, inserted] }, { doubled: 1 }],
    [
      "an order that was written over",
      { history: [inserted, { ...inserted, kind: "MODIFY", createdAt: LATER }] },
      { doubled: 1 },
    ],
    ["an order that was removed", { history: [inserted, { ...inserted, kind: "REMOVE" }] }, { doubled: 1 }],
    [
      "an order that came back after it was cancelled",
      {
        history: [
          inserted,
          { ...inserted, kind: "MODIFY", status: "Cancelled" },
          { ...inserted, kind: "MODIFY", status: "Processed" },
        ],
      },
      { doubled: 1 },
    ],
    ["an order that its stream never told of", { history: [] }, { doubled: 1 }],
    [
      "an order that is stored and dead-lettered",
      {
        letters: [refused, { body: JSON.stringify(order), reason: "conflict" }],
        announcements: new Map([...well.announcements, ["OrderRefused/m-1", 1]]),
      },
      { doubled: 1 },
    ],
    ["goods that left the stock twice", { left: { TEA: 1 } }, { doubled: 2 }],
    ["goods that never left it", { left: { TEA: 5 } }, { oversold: 2 }],
    ["a stock below zero, be it for a moment", { lowestStock: -4 }, { oversold: 4 }],
    [
      "goods of a cancelled order that did not come back",
      {
        stored: [cancelled],
        announcements: new Map([...well.announcements, [`OrderCancelled/A-1/${LATER}`, 1]]),
      },
      { doubled: 2 },
    ],
    ["a mail that never came", { mails: new Map() }, { unconfirmed: 1 }],
    [
      "a mail that was not noted",
      { stored: [{ ...order, status: "Processed", createdAt: AT }] },
      { unconfirmed: 1 },
    ],
    ["a refused mail that nobody is told of", { refusesMail: () => true }, { unconfirmed: 1 }],
    [
      "an order that was not announced",
      { announcements: new Map([["OrderRefused/m-2", 1]]) },
      { unannounced: 1 },
    ],
    ["a cancellation that was not announced", { stored: [cancelled], left: { TEA: 5 } }, { unannounced: 1 }],
    [
      "a refusal that was not announced",
      { announcements: new Map([[`OrderProcessed/A-1/${AT}`, 1]]) },
      { unannounced: 1 },
    ],
    ["a fleet above its maximum", { fleet: { maximum: 3, peak: 5, left: 0 } }, { overMaximum: 2 }],
    ["an instance that outlives its stack", { fleet: { maximum: 3, peak: 3, left: 1 } }, { leaked: 1 }],
    ["a process that is left", { leaked: ["a process of a function"] }, { leaked: 1 }],
  ];
  for (const [what, changes, expected] of wrongs)
    it(`finds ${what}`, async () => {
      expect(await broken(changes)).to.deep.equal(expected);
    });

  it("names what Lambda has given up, which may be why nobody was told", async () => {
    const givenUp = new Map([["confirm, RecordAgeExceeded", 7]]);
    const { complaints } = await judge({ ...well, givenUp, mails: new Map() });
    expect(complaints[0]).to.equal("confirm, RecordAgeExceeded: 7 records were given up");
    expect(complaints[1]).to.match(/^A-1 .* 0 mails/);
  });

  it("takes no mail for an order that cannot have one", async () => {
    const { customerEmail: _address, ...without } = stored;
    const { customerEmail: _other, ...body } = order;
    const others: GeneratedMessage[] = [
      { body: JSON.stringify(body), kind: "order" },
      { body: refused.body, kind: "malformed" },
    ];
    expect(await broken({ sent: others, stored: [without], mails: new Map() })).to.deep.equal({});
    const unreachable = { ...order, status: "Processed", createdAt: AT, confirmationFailedAt: AT };
    expect(await broken({ stored: [unreachable], mails: new Map() })).to.deep.equal({});
    const early = { ...order, status: "Cancelled", createdAt: AT, cancelledAt: LATER };
    const announcements = new Map([...well.announcements, [`OrderCancelled/A-1/${LATER}`, 1]]);
    expect(await broken({ stored: [early], mails: new Map(), announcements, ...goods })).to.deep.equal({});
    // The function was killed between the mail and its note; when the record came again, the order was cancelled.
    expect(await broken({ stored: [early], announcements, ...goods })).to.deep.equal({});
  });
});
