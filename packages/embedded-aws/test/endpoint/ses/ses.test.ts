import {
  CreateEmailIdentityCommand,
  GetAccountCommand,
  GetEmailIdentityCommand,
  ListEmailIdentitiesCommand,
  SendEmailCommand,
  SESv2Client,
} from "@aws-sdk/client-sesv2";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import type { CloudEvent } from "../../../src/core/eventStream";
import { inboxOf } from "../../../src/services/ses/inbox";
import { createSes } from "../../../src/services/ses/ses";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const SENDER = "orders@shop.example";

describe("SES", () => {
  let cloud: TestCloud;
  let client: SESv2Client;

  beforeEach(async () => {
    cloud = await startTestCloud({
      clock: new SteppedClock(),
      services: [createSes],
      // What a role may do counts at once.
      conditions: { iamPropagationMs: 0 },
    });
    client = new SESv2Client({ ...cloud.client, maxAttempts: 1 });
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: SENDER }));
  });
  afterEach(() => cloud.close());

  const email = (change: { from?: string; to?: string[] } = {}) =>
    new SendEmailCommand({
      FromEmailAddress: change.from ?? `Shop <${SENDER}>`,
      Destination: { ToAddresses: change.to ?? ["ann@example.com"] },
      Content: {
        Simple: {
          Subject: { Data: "Your order" },
          Body: { Text: { Data: "confirmed" }, Html: { Data: "<p>confirmed</p>", Charset: "UTF-8" } },
        },
      },
      EmailTags: [{ Name: "orderId", Value: "o-1" }],
    });
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (cause: unknown) => cause as Error,
    );

  it("puts what it is sent into the inbox, and tells of it", async () => {
    const happened: CloudEvent[] = [];
    cloud.context.events.subscribe((event) => happened.push(event));
    const { MessageId } = await client.send(email());
    expect(inboxOf(cloud.context).emails).to.deep.equal([
      {
        messageId: MessageId,
        at: Date.UTC(2026, 0, 1),
        from: SENDER,
        to: ["ann@example.com"],
        cc: [],
        bcc: [],
        replyTo: [],
        subject: "Your order",
        text: "confirmed",
        html: "<p>confirmed</p>",
        tags: { orderId: "o-1" },
      },
    ]);
    expect(happened.find((event) => event.type === "email-sent")).to.deep.include({
      messageId: MessageId,
      to: ["ann@example.com"],
    });
    const { SendQuota } = await client.send(new GetAccountCommand({}));
    expect(SendQuota?.SentLast24Hours).to.equal(1);
  });

  it("sends from any address of a verified domain", async () => {
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: "bakery.example" }));
    await client.send(email({ from: "anybody@bakery.example" }));
    expect(inboxOf(cloud.context).total).to.equal(1);
    const { EmailIdentities } = await client.send(new ListEmailIdentitiesCommand({ PageSize: 10 }));
    const listed = EmailIdentities?.map((identity) => [identity.IdentityName, identity.IdentityType]);
    expect(listed).to.have.deep.members([
      [SENDER, "EMAIL_ADDRESS"],
      ["bakery.example", "DOMAIN"],
    ]);
    expect(await client.send(new GetEmailIdentityCommand({ EmailIdentity: SENDER }))).to.include({
      VerifiedForSendingStatus: true,
    });
  });

  const refused: readonly (readonly [string, { from?: string; to?: string[] }, string])[] = [
    ["a sender that is not verified", { from: "other@elsewhere.example" }, "MessageRejected"],
    ["a sender that is no address", { from: "nobody" }, "BadRequestException"],
    ["a recipient on the suppression list", { to: ["ann@rejected.example"] }, "MessageRejected"],
    ["a recipient that is no address", { to: ["ann at example"] }, "BadRequestException"],
    ["no recipient", { to: [] }, "BadRequestException"],
    [
      "too many recipients",
      { to: Array.from({ length: 51 }, (_, index) => `a${index}@example.com`) },
      "BadRequestException",
    ],
  ];
  for (const [what, change, code] of refused) {
    it(`refuses ${what}`, async () => {
      expect((await failure(client.send(email(change))))?.name).to.equal(code);
      expect(inboxOf(cloud.context).total).to.equal(0);
    });
  }

  it("fails on demand", async () => {
    const inbox = inboxOf(cloud.context);
    let calls = 0;
    inbox.fault = () =>
      ++calls < 2 ? new AwsError("TooManyRequestsException", "Rate exceeded", 429) : undefined;
    expect((await failure(client.send(email())))?.name).to.equal("TooManyRequestsException");
    await client.send(email());
    expect(inbox.total).to.equal(1);
  });

  it("lets a role send from the identity and address of its policy only", async () => {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
      ],
    });
    await cloud.call("iam", "CreateRole", { RoleName: "mailer", AssumeRolePolicyDocument });
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "ses:SendEmail",
          Resource: "arn:aws:ses:us-east-1:000000000000:identity/shop.example",
          Condition: { StringEquals: { "ses:FromAddress": "news@shop.example" } },
        },
      ],
    });
    await cloud.call("iam", "PutRolePolicy", { RoleName: "mailer", PolicyName: "p", PolicyDocument });
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: "shop.example" }));
    const mailer = new SESv2Client(cloud.clientAs(cloud.context.issueCredentials("mailer", "s")));
    await mailer.send(email({ from: "News <news@shop.example>" }));
    for (const from of ["ads@shop.example", SENDER]) {
      expect((await failure(mailer.send(email({ from }))))?.name).to.equal("AccessDeniedException");
    }
  });
});
