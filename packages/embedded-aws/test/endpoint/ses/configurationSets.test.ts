import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  CreateEmailIdentityCommand,
  DeleteConfigurationSetCommand,
  DeleteConfigurationSetEventDestinationCommand,
  type EventType,
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  ListConfigurationSetsCommand,
  PutEmailIdentityConfigurationSetAttributesCommand,
  SendEmailCommand,
  SESv2Client,
  UpdateConfigurationSetEventDestinationCommand,
} from "@aws-sdk/client-sesv2";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createEvents } from "../../../src/services/eventBridge/eventBridge";
import { createSes } from "../../../src/services/ses/ses";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const SENDER = "orders@shop.example";
const BUS = "arn:aws:events:us-east-1:000000000000:event-bus/default";

describe("SES's configuration sets", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;
  let client: SESv2Client;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createSes, createEvents, createSqs],
      conditions: { iamPropagationMs: 0 },
    });
    client = new SESv2Client({ ...cloud.client, maxAttempts: 1 });
    await client.send(new CreateConfigurationSetCommand({ ConfigurationSetName: "orders" }));
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: SENDER }));
  });
  afterEach(() => cloud.close());

  const email = (to: string, ConfigurationSetName?: string) =>
    new SendEmailCommand({
      FromEmailAddress: SENDER,
      Destination: { ToAddresses: [to] },
      Content: { Simple: { Subject: { Data: "s" }, Body: { Text: { Data: "t" } } } },
      EmailTags: [{ Name: "orderId", Value: "o-1" }],
      ConfigurationSetName,
    });
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (cause: unknown) => cause as Error,
    );
  const destination = (types: EventType[], Enabled = true) => ({
    ConfigurationSetName: "orders",
    EventDestinationName: "feedback",
    EventDestination: { Enabled, MatchingEventTypes: types, EventBridgeDestination: { EventBusArn: BUS } },
  });

  it("are made, read, listed and deleted", async () => {
    expect(
      await client.send(new GetConfigurationSetCommand({ ConfigurationSetName: "orders" })),
    ).to.deep.include({ ConfigurationSetName: "orders", Tags: [] });
    expect((await client.send(new ListConfigurationSetsCommand({}))).ConfigurationSets).to.deep.equal([
      "orders",
    ]);
    const again = client.send(new CreateConfigurationSetCommand({ ConfigurationSetName: "orders" }));
    expect(await failure(again)).to.have.property("name", "AlreadyExistsException");
    await client.send(new DeleteConfigurationSetCommand({ ConfigurationSetName: "orders" }));
    const gone = await failure(
      client.send(new GetConfigurationSetCommand({ ConfigurationSetName: "orders" })),
    );
    expect(gone).to.have.property("name", "NotFoundException");
    expect(await failure(client.send(email("ann@example.com", "orders")))).to.include({
      name: "NotFoundException",
      message: "Configuration set <orders> does not exist.",
    });
  });

  it("have event destinations, on the default bus alone", async () => {
    await client.send(new CreateConfigurationSetEventDestinationCommand(destination(["BOUNCE"])));
    await client.send(
      new UpdateConfigurationSetEventDestinationCommand(destination(["BOUNCE", "COMPLAINT"], false)),
    );
    const read = () =>
      client.send(new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName: "orders" }));
    expect((await read()).EventDestinations).to.deep.equal([
      {
        Name: "feedback",
        Enabled: false,
        MatchingEventTypes: ["BOUNCE", "COMPLAINT"],
        EventBridgeDestination: { EventBusArn: BUS },
      },
    ]);
    const wrong = destination(["BOUNCE"]);
    wrong.EventDestination.EventBridgeDestination.EventBusArn = `${BUS}-other`;
    expect(
      await failure(
        client.send(
          new CreateConfigurationSetEventDestinationCommand({ ...wrong, EventDestinationName: "b" }),
        ),
      ),
    ).to.have.property("name", "BadRequestException");
    const opens = { ...destination(["OPEN"]), EventDestinationName: "c" };
    expect(
      await failure(client.send(new CreateConfigurationSetEventDestinationCommand(opens))),
    ).to.have.property("name", "NotSupportedByEmbeddedCloud");
    const named = { ConfigurationSetName: "orders", EventDestinationName: "feedback" };
    await client.send(new DeleteConfigurationSetEventDestinationCommand(named));
    expect(
      await failure(client.send(new DeleteConfigurationSetEventDestinationCommand(named))),
    ).to.have.property("name", "NotFoundException");
    expect((await read()).EventDestinations).to.deep.equal([]);
  });

  const cases: readonly (readonly [string, string, string, object])[] = [
    ["bounce", "Email Bounced", "Bounce", { bounceType: "Permanent", bounceSubType: "General" }],
    ["bounce+a", "Email Bounced", "Bounce", { bounceType: "Permanent", bounceSubType: "General" }],
    ["suppressionlist", "Email Bounced", "Bounce", { bounceSubType: "Suppressed" }],
    ["complaint", "Email Complaint Received", "Complaint", { complaintFeedbackType: "abuse" }],
  ];
  for (const [who, detailType, eventType, what] of cases) {
    it(`tell EventBridge of mail to ${who}@simulator.amazonses.com`, async () => {
      await client.send(
        new CreateConfigurationSetEventDestinationCommand(destination(["BOUNCE", "COMPLAINT"])),
      );
      const { QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", { QueueName: "feedback" });
      const { Attributes } = await cloud.call("sqs", "GetQueueAttributes", {
        QueueUrl,
        AttributeNames: ["QueueArn"],
      });
      const { RuleArn } = await cloud.call("events", "PutRule", {
        Name: "feedback",
        EventPattern: JSON.stringify({
          source: ["aws.ses"],
          detail: { mail: { tags: { "ses:configuration-set": ["orders"], orderId: ["o-1"] } } },
        }),
      });
      const statement = {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: Attributes?.QueueArn,
        Condition: { ArnEquals: { "aws:SourceArn": RuleArn } },
      };
      await cloud.call("sqs", "SetQueueAttributes", {
        QueueUrl,
        Attributes: { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) },
      });
      await cloud.call("events", "PutTargets", {
        Rule: "feedback",
        Targets: [{ Id: "1", Arn: Attributes?.QueueArn ?? "" }],
      });
      const { MessageId } = await client.send(email(`${who}@simulator.amazonses.com`, "orders"));
      await client.send(email("success@simulator.amazonses.com", "orders"));
      await client.send(email(`${who}@simulator.amazonses.com`));
      await clock.advance(5_000);
      const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
        QueueUrl,
        MaxNumberOfMessages: 10,
      });
      expect(Messages).to.have.length(1);
      const event = JSON.parse(Messages[0]?.Body ?? "{}") as Record<string, Record<string, unknown>>;
      expect(event).to.deep.include({
        source: "aws.ses",
        "detail-type": detailType,
        resources: ["arn:aws:ses:us-east-1:000000000000:configuration-set/orders"],
      });
      expect(event.detail).to.have.property("eventType", eventType);
      expect(event.detail?.[eventType.toLowerCase()]).to.deep.include(what);
      expect(event.detail).to.have.nested.property("mail.messageId", MessageId);
    });
  }

  it("count for an identity whose own they are, and for the permission to send", async () => {
    await client.send(
      new PutEmailIdentityConfigurationSetAttributesCommand({
        EmailIdentity: SENDER,
        ConfigurationSetName: "orders",
      }),
    );
    expect(await client.send(new GetEmailIdentityCommand({ EmailIdentity: SENDER }))).to.have.property(
      "ConfigurationSetName",
      "orders",
    );
    await cloud.call("iam", "CreateRole", {
      RoleName: "mailer",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      }),
    });
    const arn = (rest: string) => `arn:aws:ses:us-east-1:000000000000:${rest}`;
    const may = (...Resource: string[]) =>
      cloud.call("iam", "PutRolePolicy", {
        RoleName: "mailer",
        PolicyName: "p",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "ses:SendEmail", Resource }],
        }),
      });
    const mailer = new SESv2Client(cloud.clientAs(cloud.context.issueCredentials("mailer", "s")));
    await may(arn(`identity/${SENDER}`));
    const denied = await failure(mailer.send(email("ann@example.com")));
    expect(denied).to.have.property("name", "AccessDeniedException");
    expect(denied?.message).to.contain("configuration-set/orders");
    await may(arn(`identity/${SENDER}`), arn("configuration-set/orders"));
    await mailer.send(email("ann@example.com"));
    await mailer.send(email("ann@example.com", "orders"));
    mailer.destroy();
  });
});
