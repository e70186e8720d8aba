import {
  CreateEmailIdentityCommand,
  SendBulkEmailCommand,
  type SendBulkEmailCommandInput,
  SESv2Client,
} from "@aws-sdk/client-sesv2";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import { inboxOf } from "../../../src/services/ses/inbox";
import { createSes } from "../../../src/services/ses/ses";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const SENDER = "orders@shop.example";
const TEMPLATE = { Subject: "Order {{id}}", Text: "Hello {{ name }}", Html: "<p>{{name}}</p>" };

describe("SES's SendBulkEmail", () => {
  let cloud: TestCloud;
  let client: SESv2Client;
  let clock: SteppedClock;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createSes],
      conditions: { iamPropagationMs: 0 },
    });
    client = new SESv2Client({ ...cloud.client, maxAttempts: 1 });
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: SENDER }));
  });
  afterEach(() => cloud.close());

  const entry = (to: string, data?: object) => ({
    Destination: { ToAddresses: [to] },
    ...(data === undefined
      ? {}
      : {
          ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: JSON.stringify(data) } },
        }),
  });
  const send = async (change: Partial<SendBulkEmailCommandInput> = {}) =>
    await client.send(
      new SendBulkEmailCommand({
        FromEmailAddress: `Shop <${SENDER}>`,
        DefaultContent: { Template: { TemplateContent: TEMPLATE, TemplateData: '{"id":7,"name":"you"}' } },
        BulkEmailEntries: [entry("ann@example.com", { name: "Ann & <co>" }), entry("bob@example.com")],
        ...change,
      }),
    );
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (cause: unknown) => cause as Error,
    );
  const emails = () => inboxOf(cloud.context).emails;

  it("fills its template with the entry's values before the default ones, as they are given", async () => {
    const { BulkEmailEntryResults = [] } = await send({
      DefaultEmailTags: [{ Name: "shop", Value: "s" }],
      BulkEmailEntries: [
        { ...entry("ann@example.com", { name: "Ann & <co>" }), ReplacementTags: [{ Name: "o", Value: "1" }] },
        entry("bob@example.com"),
      ],
    });
    expect(BulkEmailEntryResults.map(({ Status }) => Status)).to.deep.equal(["SUCCESS", "SUCCESS"]);
    expect(emails().map(({ messageId }) => messageId)).to.deep.equal(
      BulkEmailEntryResults.map(({ MessageId }) => MessageId),
    );
    expect(
      emails().map(({ to, subject, text, html, tags }) => ({ to, subject, text, html, tags })),
    ).to.deep.equal([
      {
        to: ["ann@example.com"],
        subject: "Order 7",
        text: "Hello Ann & <co>",
        html: "<p>Ann & <co></p>",
        tags: { shop: "s", o: "1" },
      },
      {
        to: ["bob@example.com"],
        subject: "Order 7",
        text: "Hello you",
        html: "<p>you</p>",
        tags: { shop: "s" },
      },
    ]);
  });

  it("puts no value through the template again", async () => {
    await send({ BulkEmailEntries: [entry("ann@example.com", { name: "{{id}}" })] });
    expect(emails()[0]?.text).to.equal("Hello {{id}}");
  });

  it("accepts, and never delivers, an e-mail for which a value is missing", async () => {
    const { BulkEmailEntryResults = [] } = await send({
      DefaultContent: { Template: { TemplateContent: TEMPLATE, TemplateData: "{}" } },
      BulkEmailEntries: [
        entry("ann@example.com", { id: 1 }),
        entry("bob@example.com", { id: 2, name: "Bob" }),
      ],
    });
    expect(BulkEmailEntryResults.map(({ Status }) => Status)).to.deep.equal(["SUCCESS", "SUCCESS"]);
    expect(emails().map(({ to }) => to)).to.deep.equal([["bob@example.com"]]);
  });

  it("says of each e-mail what became of it, and sends the others", async () => {
    inboxOf(cloud.context).fault = ({ to }) =>
      to.includes("slow@example.com")
        ? new AwsError("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
        : undefined;
    const { BulkEmailEntryResults } = await send({
      BulkEmailEntries: ["ann@rejected.example", "nobody", "slow@example.com", "bob@example.com"].map((to) =>
        entry(to),
      ),
    });
    expect(BulkEmailEntryResults?.map(({ Status }) => Status)).to.deep.equal([
      "MESSAGE_REJECTED",
      "INVALID_PARAMETER",
      "ACCOUNT_THROTTLED",
      "SUCCESS",
    ]);
    expect(BulkEmailEntryResults?.[0]?.Error).to.contain("suppression list");
    expect(emails().map(({ to }) => to)).to.deep.equal([["bob@example.com"]]);
  });

  const refused: readonly (readonly [string, Partial<SendBulkEmailCommandInput>, string])[] = [
    ["a sender that is not verified", { FromEmailAddress: "other@elsewhere.example" }, "MessageRejected"],
    ["a sender that is no address", { FromEmailAddress: "nobody" }, "BadRequestException"],
    ["no entries", { BulkEmailEntries: [] }, "BadRequestException"],
    [
      "more than fifty entries",
      { BulkEmailEntries: Array.from({ length: 51 }, () => entry("ann@example.com")) },
      "BadRequestException",
    ],
    ["no template", { DefaultContent: {} }, "BadRequestException"],
    [
      "a template without a text",
      { DefaultContent: { Template: { TemplateContent: { Subject: "s" } } } },
      "BadRequestException",
    ],
    [
      "a template without a subject",
      { DefaultContent: { Template: { TemplateContent: { Text: "t" } } } },
      "BadRequestException",
    ],
    [
      "default data that is no JSON object",
      { DefaultContent: { Template: { TemplateContent: TEMPLATE, TemplateData: "[1]" } } },
      "BadRequestException",
    ],
    [
      "more than simple substitutions",
      { DefaultContent: { Template: { TemplateContent: { ...TEMPLATE, Text: "{{#if name}}x{{/if}}" } } } },
      "BadRequestException",
    ],
    ...["{{{name}}}", "\\{{name}}", "{{a.b}}", "{{! a comment }}"].map(
      (Text) =>
        [
          `what it does not know of Handlebars: ${Text}`,
          { DefaultContent: { Template: { TemplateContent: { ...TEMPLATE, Text } } } },
          "NotSupportedByEmbeddedCloud",
        ] as const,
    ),
    [
      "a call of more than a megabyte",
      {
        BulkEmailEntries: Array.from({ length: 5 }, () =>
          entry("a@example.com", { name: "é".repeat(110_000) }),
        ),
      },
      "BadRequestException",
    ],
    [
      "a template that is stored",
      { DefaultContent: { Template: { TemplateName: "t", TemplateData: "{}" } } },
      "NotSupportedByEmbeddedCloud",
    ],
    ["a set that does not exist", { ConfigurationSetName: "none" }, "NotFoundException"],
  ];
  for (const [what, change, code] of refused) {
    it(`refuses ${what}`, async () => {
      expect((await failure(send(change)))?.name).to.equal(code);
      expect(inboxOf(cloud.context).total).to.equal(0);
    });
  }

  for (const [code, status, said] of [
    ["AccountSuspendedException", 400, "ACCOUNT_SUSPENDED"],
    ["SendingPausedException", 400, "ACCOUNT_SENDING_PAUSED"],
    ["MailFromDomainNotVerifiedException", 400, "MAIL_FROM_DOMAIN_NOT_VERIFIED"],
    ["InternalFailure", 500, "TRANSIENT_FAILURE"],
    ["LimitExceededException", 400, "FAILED"],
  ] as const)
    it(`says ${said} of an e-mail that SendEmail refuses by ${code}`, async () => {
      inboxOf(cloud.context).fault = () => new AwsError(code, "no", status);
      const { BulkEmailEntryResults = [] } = await send();
      expect(BulkEmailEntryResults.map(({ Status }) => Status)).to.deep.equal([said, said]);
    });

  it("tells in the sandbox a second's quota from a day's", async () => {
    cloud.setConditions({ sesSandbox: true });
    const statuses = async () =>
      (
        await send({
          BulkEmailEntries: ["success", "success"].map((name) => entry(`${name}@simulator.amazonses.com`)),
        })
      ).BulkEmailEntryResults?.map(({ Status }) => Status);
    expect(await statuses()).to.deep.equal(["SUCCESS", "ACCOUNT_THROTTLED"]);
    for (let sent = 1; sent < 200; sent++) {
      await clock.advance(1000);
      await statuses();
    }
    await clock.advance(1000);
    expect(await statuses()).to.deep.equal(["ACCOUNT_DAILY_QUOTA_EXCEEDED", "ACCOUNT_DAILY_QUOTA_EXCEEDED"]);
  });

  it("says of an entry whose data is no JSON object that it is invalid, and sends the others", async () => {
    const bad = { ReplacementTemplate: { ReplacementTemplateData: "{" } };
    const { BulkEmailEntryResults } = await send({
      BulkEmailEntries: [
        { ...entry("ann@example.com"), ReplacementEmailContent: bad },
        entry("bob@example.com"),
      ],
    });
    expect(BulkEmailEntryResults?.map(({ Status }) => Status)).to.deep.equal([
      "INVALID_PARAMETER",
      "SUCCESS",
    ]);
  });

  it("is an action of its own, on the identity and on the set", async () => {
    const { accountId } = cloud.context;
    const role = { kind: "role", accountId, roleName: "mailer", sessionName: "s" } as const;
    const statement = (Action: string, Resource: string) => ({ Effect: "Allow", Action, Resource });
    await cloud.call("iam", "CreateRole", {
      RoleName: "mailer",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      }),
    });
    const allow = async (...Statement: object[]) => {
      await cloud.call("iam", "PutRolePolicy", {
        RoleName: "mailer",
        PolicyName: "p",
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
      });
    };
    await cloud.call("ses", "CreateConfigurationSet", { ConfigurationSetName: "mail" });
    const arn = (resource: string) => `arn:aws:ses:us-east-1:${accountId}:${resource}`;
    const sendAs = () =>
      cloud.context.call(
        "ses",
        "SendBulkEmail",
        {
          FromEmailAddress: SENDER,
          ConfigurationSetName: "mail",
          DefaultContent: { Template: { TemplateContent: TEMPLATE, TemplateData: '{"id":1,"name":"n"}' } },
          BulkEmailEntries: [entry("ann@example.com")],
        },
        role,
      );
    const identity = statement("ses:SendBulkEmail", arn(`identity/${SENDER}`));
    await allow(statement("ses:SendEmail", "*"));
    expect((await failure(sendAs()))?.message).to.contain("ses:SendBulkEmail");
    await allow(identity);
    expect((await failure(sendAs()))?.message).to.contain("configuration-set/mail");
    await allow(identity, statement("ses:SendBulkEmail", arn("configuration-set/mail")));
    await sendAs();
    expect(emails()).to.have.length(1);
    // AWS tells policies about this action neither sender nor recipients.
    const Condition = { StringEquals: { "ses:FromAddress": SENDER } };
    await allow({ ...statement("ses:SendBulkEmail", "*"), Condition });
    expect((await failure(sendAs()))?.message).to.contain("ses:SendBulkEmail");
  });
});
