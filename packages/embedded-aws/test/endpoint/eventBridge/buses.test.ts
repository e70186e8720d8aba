import { CreateArchiveCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { expect } from "chai";
import type { Principal } from "../../../src/core/iam/principal";
import { createKms } from "../../../src/services/kms/kms";
import { createEvents } from "../../../src/services/eventBridge/eventBridge";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import type { Input, OperationName } from "../../../src/wire/operation";

const ACCOUNT = "000000000000";
const BUS_ARN = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/shop`;
const EventPattern = '{"source":["shop"]}';

describe("event buses", () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startTestCloud({
      services: [createKms, createSqs, createEvents],
      conditions: { iamPropagationMs: 0 },
    });
    await events("CreateEventBus", { Name: "shop", Description: "orders", Tags: [{ Key: "a", Value: "1" }] });
  });
  afterEach(() => cloud.close());

  const events = <N extends OperationName<"events">>(operation: N, input: Input<"events", N>) =>
    cloud.call("events", operation, input);
  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  const queueArn = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
  /** A rule on a bus whose events lie in a queue of its name. */
  const collect = async (QueueName: string, EventBusName?: string) => {
    const bus = EventBusName === undefined ? {} : { EventBusName };
    const statement = {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn(QueueName),
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statement });
    await cloud.call("sqs", "CreateQueue", { QueueName, Attributes: { Policy } });
    await events("PutRule", { Name: "orders", EventPattern, ...bus });
    await events("PutTargets", {
      Rule: "orders",
      ...bus,
      Targets: [{ Id: "queue", Arn: queueArn(QueueName) }],
    });
  };
  const received = async (name: string) => {
    const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
      QueueUrl: `${cloud.endpoint}/${ACCOUNT}/${name}`,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
    });
    return Messages.map(({ Body = "" }) => (JSON.parse(Body) as { detail: { to: string } }).detail.to);
  };
  const entry = (to: string, EventBusName?: string) => ({
    Source: "shop",
    DetailType: "order",
    Detail: JSON.stringify({ to }),
    ...(EventBusName === undefined ? {} : { EventBusName }),
  });

  it("hand events to their own rules alone, by name and by ARN", async () => {
    await collect("at-default");
    await collect("at-shop", "shop");
    const Entries = [entry("default"), entry("name", "shop"), entry("arn", BUS_ARN)];
    expect(await events("PutEvents", { Entries })).to.include({ FailedEntryCount: 0 });
    expect(await received("at-default")).to.deep.equal(["default"]);
    expect((await received("at-shop")).sort()).to.deep.equal(["arn", "name"]);
    const rule = await events("DescribeRule", { Name: "orders", EventBusName: BUS_ARN });
    expect(rule).to.include({
      EventBusName: "shop",
      Arn: `arn:aws:events:us-east-1:${ACCOUNT}:rule/shop/orders`,
    });
    expect((await events("ListRules", { EventBusName: "shop" })).Rules).to.have.lengthOf(1);
    expect(
      (await events("ListTargetsByRule", { Rule: "orders", EventBusName: "shop" })).Targets,
    ).to.have.lengthOf(1);
  });

  it("are described, changed, listed and, without rules, deleted", async () => {
    await events("UpdateEventBus", { Name: "shop", Description: "all orders" });
    expect(await events("DescribeEventBus", { Name: BUS_ARN })).to.include({
      Name: "shop",
      Arn: BUS_ARN,
      Description: "all orders",
    });
    expect(await events("DescribeEventBus", {})).to.include({ Name: "default" });
    const names = async (NamePrefix?: string) =>
      (await events("ListEventBuses", NamePrefix === undefined ? {} : { NamePrefix })).EventBuses?.map(
        ({ Name }) => Name,
      );
    expect(await names()).to.have.members(["default", "shop"]);
    expect(await names("sh")).to.deep.equal(["shop"]);
    expect(await refusalOf(events("CreateEventBus", { Name: "shop" }))).to.match(
      /^ResourceAlreadyExistsException/,
    );
    await events("PutRule", { Name: "r", EventPattern, EventBusName: "shop" });
    expect(await refusalOf(events("DeleteEventBus", { Name: "shop" }))).to.match(
      /^ValidationException: .*since it has rules: r/,
    );
    await events("DeleteRule", { Name: "r", EventBusName: "shop" });
    await events("DeleteEventBus", { Name: "shop" });
    await events("DeleteEventBus", { Name: "shop" });
    expect(await names()).to.deep.equal(["default"]);
    expect(await refusalOf(events("DeleteEventBus", { Name: "default" }))).to.match(/^ValidationException/);
  });

  it("that are not there refuse rules, and lose events without a word, as AWS does", async () => {
    for (const call of [
      events("PutRule", { Name: "r", EventPattern, EventBusName: "none" }),
      events("ListRules", { EventBusName: "none" }),
      events("DescribeEventBus", { Name: "none" }),
      events("PutPermission", { EventBusName: "none", Policy: "{}" }),
    ])
      expect(await refusalOf(call)).to.equal("ResourceNotFoundException: Event bus none does not exist.");
    const { Entries, FailedEntryCount } = await events("PutEvents", { Entries: [entry("nobody", "none")] });
    expect(FailedEntryCount).to.equal(0);
    expect(Entries?.[0]?.EventId).to.be.a("string");
  });

  it("of one's own have no schedules", async () => {
    const schedule = { Name: "r", ScheduleExpression: "rate(1 minute)", EventBusName: "shop" };
    expect(await refusalOf(events("PutRule", schedule))).to.equal(
      "ValidationException: ScheduleExpression is supported only on the default event bus.",
    );
  });

  it("decide by their policy too who may send to them", async () => {
    const trust = {
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: trust });
    await cloud.call("iam", "CreateRole", { RoleName: "sender", AssumeRolePolicyDocument });
    const sender: Principal = { kind: "role", accountId: ACCOUNT, roleName: "sender", sessionName: "s" };
    const send = (EventBusName: string) =>
      refusalOf(cloud.context.call("events", "PutEvents", { Entries: [entry("x", EventBusName)] }, sender));
    expect(await send("shop")).to.match(/^AccessDeniedException/);
    const statement = {
      Sid: "role",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/sender` },
      Action: "events:PutEvents",
      Resource: BUS_ARN,
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statement });
    await events("PutPermission", { EventBusName: "shop", Policy });
    expect(await send("shop")).to.equal("none");
    expect(await send("default")).to.match(/^AccessDeniedException/);
    await events("RemovePermission", { EventBusName: "shop", RemoveAllPermissions: true });
    expect(await send("shop")).to.match(/^AccessDeniedException/);
  });

  it("keep their policy statement by statement", async () => {
    const permit = (StatementId: string, Principal: string, more: object = {}) =>
      events("PutPermission", {
        EventBusName: "shop",
        Action: "events:PutEvents",
        StatementId,
        Principal,
        ...more,
      });
    const policy = async () => {
      const { Policy } = await events("DescribeEventBus", { Name: "shop" });
      if (Policy === undefined) return undefined;
      const { Statement } = JSON.parse(Policy) as { Statement: { Sid: string; Principal: unknown }[] };
      return Object.fromEntries(Statement.map(({ Sid, Principal }) => [Sid, Principal]));
    };
    const remove = (StatementId: string) => events("RemovePermission", { EventBusName: "shop", StatementId });
    await permit("one", "111122223333");
    await permit("all", "*", {
      Condition: { Type: "StringEquals", Key: "aws:PrincipalOrgID", Value: "o-1234567890" },
    });
    await permit("one", "444455556666");
    expect(await policy()).to.deep.equal({ all: "*", one: { AWS: "arn:aws:iam::444455556666:root" } });
    await remove("one");
    expect(await refusalOf(remove("one"))).to.match(/^ResourceNotFoundException: Statement/);
    await remove("all");
    expect(await policy()).to.equal(undefined);
    expect(await refusalOf(remove("all"))).to.match(/^ResourceNotFoundException: .*does not have a policy/);
    const put = (Policy: string) => refusalOf(events("PutPermission", { EventBusName: "shop", Policy }));
    expect(await put("{")).to.match(/^ValidationException: Policy is not valid/);
    expect(await put(" ".repeat(10_241))).to.match(/^PolicyLengthExceededException/);
    expect(await refusalOf(events("PutPermission", { EventBusName: "shop" }))).to.match(
      /^ValidationException/,
    );
  });

  it("and their rules carry tags, which what is not there cannot", async () => {
    await events("PutRule", { Name: "orders", EventPattern, EventBusName: "shop" });
    const ruleArn = `arn:aws:events:us-east-1:${ACCOUNT}:rule/shop/orders`;
    for (const ResourceARN of [BUS_ARN, ruleArn]) {
      await events("TagResource", { ResourceARN, Tags: [{ Key: "b", Value: "2" }] });
      await events("UntagResource", { ResourceARN, TagKeys: ["a"] });
      expect(await events("ListTagsForResource", { ResourceARN })).to.deep.equal({
        Tags: [{ Key: "b", Value: "2" }],
      });
    }
    const missing = ["rule/none", "rule/shop/none", "rule/none/orders", "event-bus/none", "archive/none"];
    for (const path of missing) {
      const ResourceARN = `arn:aws:events:us-east-1:${ACCOUNT}:${path}`;
      const refusals = [
        events("TagResource", { ResourceARN, Tags: [{ Key: "b", Value: "2" }] }),
        events("UntagResource", { ResourceARN, TagKeys: ["b"] }),
        events("ListTagsForResource", { ResourceARN }),
      ];
      for (const call of refusals) expect(await refusalOf(call), path).to.match(/^ResourceNotFoundException/);
    }
  });

  it("have no archives here, which is said by name", async () => {
    const client = new EventBridgeClient(cloud.client);
    const archive = client.send(new CreateArchiveCommand({ ArchiveName: "a", EventSourceArn: BUS_ARN }));
    expect(await refusalOf(archive)).to.match(/^NotSupportedByEmbeddedCloud: .*CreateArchive/);
    client.destroy();
  });

  describe("with a key of the account", () => {
    /** A key that EventBridge may use for what is given. */
    const keyFor = async (sourceArn: string) => {
      const Statement = [
        {
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: ["kms:GenerateDataKey", "kms:Decrypt"],
          Resource: "*",
          Condition: {
            StringEquals: {
              "aws:SourceArn": sourceArn,
              "kms:EncryptionContext:aws:events:event-bus:arn": BUS_ARN,
            },
          },
        },
      ];
      const { KeyMetadata } = await cloud.call("kms", "CreateKey", {
        Policy: JSON.stringify({ Version: "2012-10-17", Statement }),
      });
      return KeyMetadata?.Arn ?? "";
    };
    const describeBus = () => events("DescribeEventBus", { Name: "shop" });
    const DeadLetterConfig = { Arn: queueArn("failed") };

    it("show it and their dead-letter queue, until they are updated without", async () => {
      const KmsKeyIdentifier = await keyFor(BUS_ARN);
      const settings = { KmsKeyIdentifier, DeadLetterConfig };
      const made = await events("CreateEventBus", { Name: "second", ...settings });
      expect(made).to.deep.include(settings);
      expect(await events("UpdateEventBus", { Name: "shop", ...settings })).to.deep.include(settings);
      expect(await describeBus()).to.deep.include({ ...settings, Description: "orders" });
      expect((await events("ListEventBuses", { NamePrefix: "shop" })).EventBuses?.[0]).to.include({
        Name: "shop",
      });
      await events("UpdateEventBus", { Name: "shop", KmsKeyIdentifier: "" });
      expect(await describeBus()).not.to.have.any.keys("KmsKeyIdentifier", "DeadLetterConfig");
      const refused = events("CreateEventBus", {
        Name: "third",
        DeadLetterConfig: { Arn: "arn:aws:sns:us-east-1:1:t" },
      });
      expect(await refusalOf(refused)).to.match(/^ValidationException: .*deadLetterConfig\.arn/i);
    });

    it("hand on what EventBridge may encrypt, and bury the rest with the reason", async () => {
      await collect("at-shop", "shop");
      await collect("failed");
      await events("RemoveTargets", { Rule: "orders", Ids: ["queue"] });
      const good = await keyFor(BUS_ARN);
      await events("UpdateEventBus", { Name: "shop", KmsKeyIdentifier: good, DeadLetterConfig });
      await events("PutEvents", { Entries: [entry("good", "shop")] });
      expect(await received("at-shop")).to.deep.equal(["good"]);
      const bad = [await keyFor("arn:aws:events:us-east-1:000000000000:event-bus/other"), "alias/none", good];
      await cloud.call("kms", "DisableKey", { KeyId: good });
      const codes: string[] = [];
      for (const KmsKeyIdentifier of bad) {
        await events("UpdateEventBus", { Name: "shop", KmsKeyIdentifier, DeadLetterConfig });
        // Whoever sends is told nothing of it.
        expect(await events("PutEvents", { Entries: [entry("bad", "shop")] })).to.include({
          FailedEntryCount: 0,
        });
        const { Messages: [letter] = [] } = await cloud.call("sqs", "ReceiveMessage", {
          QueueUrl: `${cloud.endpoint}/${ACCOUNT}/failed`,
          WaitTimeSeconds: 1,
          MessageAttributeNames: ["All"],
        });
        expect(JSON.parse(letter?.Body ?? "{}")).to.deep.include({ source: "shop", detail: { to: "bad" } });
        codes.push(letter?.MessageAttributes?.ERROR_CODE?.StringValue ?? "");
      }
      expect(codes).to.deep.equal([
        "KMSAccessDeniedException",
        "KMSNotFoundException",
        "KMSDisabledException",
      ]);
      expect(await received("at-shop")).to.deep.equal([]);
      // Without a queue to bury it in, it is lost.
      await events("UpdateEventBus", { Name: "shop", KmsKeyIdentifier: good });
      await events("PutEvents", { Entries: [entry("lost", "shop")] });
      expect(await received("failed")).to.deep.equal([]);
    });
  });
});
