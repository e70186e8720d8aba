import { expect } from "chai";
import fc from "fast-check";
import type { Mail } from "../../../../handlers/orders/confirmationMail";
import { groupMails, sesBulkMail, sesMail } from "../../../../handlers/orders/sesMail";

const mail = (orderId: string, change: Partial<Mail> = {}): Mail => ({
  orderId,
  to: `${orderId}@example.com`,
  subject: "s",
  text: "t",
  html: "h",
  ...change,
});
const sender = "shop@example.com";
const tracking = { configurationSet: "mail", pipeline: "p" };
const tagsOf = (orderId: string) => [
  { Name: "orderId", Value: orderId },
  { Name: "pipeline", Value: "p" },
];

describe("sesMail", () => {
  it("is sent by the configured address, to the customer alone, in both forms", () => {
    expect(sesMail(mail("o-1"), { sender })).to.deep.equal({
      FromEmailAddress: sender,
      Destination: { ToAddresses: ["o-1@example.com"] },
      Content: {
        Simple: {
          Subject: { Data: "s", Charset: "UTF-8" },
          Body: { Text: { Data: "t", Charset: "UTF-8" }, Html: { Data: "h", Charset: "UTF-8" } },
        },
      },
    });
  });

  it("carries, with a configuration set, the tags by which what becomes of it leads back to its order", () => {
    const input = sesMail(mail("o-1"), { sender, tracking });
    expect(input.ConfigurationSetName).to.equal("mail");
    expect(input.EmailTags).to.deep.equal(tagsOf("o-1"));
  });
});

describe("sesBulkMail", () => {
  it("hands each customer's mail on as it is written, to nobody else", () => {
    expect(sesBulkMail([mail("o-1"), mail("o-2", { text: "O'Hara & <co>" })], { sender })).to.deep.equal({
      FromEmailAddress: sender,
      DefaultContent: {
        Template: {
          TemplateContent: { Subject: "{{subject}}", Text: "{{text}}", Html: "{{html}}" },
          TemplateData: "{}",
        },
      },
      BulkEmailEntries: [
        {
          Destination: { ToAddresses: ["o-1@example.com"] },
          ReplacementEmailContent: {
            ReplacementTemplate: { ReplacementTemplateData: '{"subject":"s","text":"t","html":"h"}' },
          },
        },
        {
          Destination: { ToAddresses: ["o-2@example.com"] },
          ReplacementEmailContent: {
            ReplacementTemplate: {
              ReplacementTemplateData: '{"subject":"s","text":"O\'Hara & <co>","html":"h"}',
            },
          },
        },
      ],
    });
  });

  it("carries, with a configuration set, each order's own tags", () => {
    const input = sesBulkMail([mail("o-1"), mail("o-2")], { sender, tracking });
    expect(input.ConfigurationSetName).to.equal("mail");
    expect(input.BulkEmailEntries?.map(({ ReplacementTags }) => ReplacementTags)).to.deep.equal([
      tagsOf("o-1"),
      tagsOf("o-2"),
    ]);
  });
});

describe("groupMails", () => {
  const idsOf = (mails: readonly Mail[]) =>
    groupMails(mails).map((group) => group.map(({ orderId }) => orderId));
  const numbered = (count: number, change: Partial<Mail> = {}) =>
    Array.from({ length: count }, (_, place) => mail(`o${place}`, change));

  it("puts fifty mails into a call, as many as SES takes", () => {
    expect(groupMails(numbered(101)).map(({ length }) => length)).to.deep.equal([50, 50, 1]);
    expect(groupMails([])).to.deep.equal([]);
  });

  it("puts no more bytes into a call than SES takes, counted as UTF-8", () => {
    // 100 KB each, in characters of two bytes.
    expect(groupMails(numbered(9, { text: "é".repeat(50_000) })).map(({ length }) => length)).to.deep.equal([
      4, 4, 1,
    ]);
  });

  it("sends alone what is too large to be sent beside others", () => {
    const around = '{"subject":"s","text":"t","html":""}'.length;
    const ofBytes = (bytes: number) => mail("large", { html: "h".repeat(bytes - around) });
    expect(idsOf([mail("a"), ofBytes(250_001), mail("b")])).to.deep.equal([["a", "b"], ["large"]]);
    expect(idsOf([mail("a"), ofBytes(250_000), mail("b")])).to.deep.equal([["a", "large", "b"]]);
  });

  for (const member of ["subject", "text", "html"] as const)
    it(`sends alone what has braces in its ${member}`, () => {
      const braces = mail("braces", { [member]: "Hello {{name}}" });
      expect(idsOf([braces, mail("a"), mail("b"), mail("c", { [member]: "{one}" })])).to.deep.equal([
        ["a", "b", "c"],
        ["braces"],
      ]);
    });

  it("loses and doubles none", () => {
    const lengths = fc.array(fc.record({ length: fc.nat(300_000), braces: fc.boolean() }), {
      maxLength: 120,
    });
    fc.assert(
      fc.property(lengths, (given) => {
        const mails = given.map(({ length, braces }, place) =>
          mail(`o${place}`, { text: `${braces ? "{{" : ""}${"x".repeat(length)}` }),
        );
        const groups = groupMails(mails);
        expect(groups.flat()).to.have.members(mails);
        for (const group of groups) {
          expect(group.length).to.be.within(1, 50);
          if (group.length === 1) continue;
          const { BulkEmailEntries = [] } = sesBulkMail(group, { sender });
          const data = BulkEmailEntries.map(
            ({ ReplacementEmailContent: content }) =>
              content?.ReplacementTemplate?.ReplacementTemplateData ?? "",
          );
          for (const one of data) expect(one.length).to.be.at.most(262_144);
          expect(data.join("").length).to.be.at.most(1_000_000);
          expect(data.join("")).not.to.contain("{{");
        }
      }),
      { numRuns: 20 },
    );
  });
});
