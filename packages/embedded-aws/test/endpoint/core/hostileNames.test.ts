import { expect } from "chai";
import fc from "fast-check";
import { parseEventPattern } from "../../../src/core/eventPattern";
import { recordOf } from "../../../src/core/record";
import { evaluate } from "../../../src/core/iam/evaluate";
import { parsePolicyDocument } from "../../../src/core/iam/policyDocument";
import { checkedVariables } from "../../../src/services/lambda/settings";
import { embeddedMetrics } from "../../../src/services/cloudWatch/embeddedMetricFormat";
import { decodeForm, queryStyle } from "../../../src/wire/form";
import { modelOf } from "../../../src/wire/model";
import { InputProblem } from "../../../src/wire/problem";
import { formHeaders, jsonHeaders, type RawRequest, sendRaw } from "../../support/rawRequest";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { runs } from "../../support/runs";

const inherited = [...Object.getOwnPropertyNames(Object.prototype), "prototype"];
const names = fc.uniqueArray(fc.oneof(fc.constantFrom(...inherited), fc.stringMatching(/^[a-z]{1,4}$/)), {
  minLength: 1,
  maxLength: 8,
});
const texts = names.map((keys) => recordOf(keys.map((key) => [key, `value of ${key}`])));
const entriesOf = (value: unknown) => Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1));
const copyOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("names of a prototype", () => {
  let cloud: TestCloud;
  let queueUrl: string;

  before(async () => {
    cloud = await startTestCloud();
    ({ QueueUrl: queueUrl } = (await json("sqs", "AmazonSQS.CreateQueue", { QueueName: "q" })) as {
      QueueUrl: string;
    });
  });

  after(async () => {
    await cloud.close();
  });

  afterEach(() => {
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });

  async function send(request: RawRequest, status = 200): Promise<string> {
    const answer = await sendRaw(cloud.endpoint, request);
    expect(answer.status, answer.text).to.equal(status);
    return answer.text;
  }

  async function json(
    service: string,
    target: string,
    input: object,
    status = 200,
  ): Promise<Record<string, unknown>> {
    const headers = jsonHeaders(target, service === "sqs" ? "1.0" : "1.1");
    const text = await send({ service, headers, body: JSON.stringify(input) }, status);
    return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  }

  const form = (service: string, parameters: readonly (readonly [string, string])[]) =>
    send({
      service,
      headers: formHeaders,
      body: new URLSearchParams(
        parameters.map(([name, value]): [string, string] => [name, value]),
      ).toString(),
    });

  const holds = (property: (values: Record<string, string>) => Promise<void>) =>
    fc.assert(fc.asyncProperty(texts, property), { numRuns: runs(20) });

  it("name message attributes of queues", async () => {
    await holds(async (values) => {
      const attributes = recordOf(
        Object.entries(values).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
      );
      await json("sqs", "AmazonSQS.SendMessage", {
        QueueUrl: queueUrl,
        MessageBody: "b",
        MessageAttributes: attributes,
      });
      const received = await json("sqs", "AmazonSQS.ReceiveMessage", {
        QueueUrl: queueUrl,
        MessageAttributeNames: Object.keys(values),
      });
      const [message] = received.Messages as [{ MessageAttributes: object; ReceiptHandle: string }];
      expect(entriesOf(message.MessageAttributes)).to.deep.equal(entriesOf(copyOf(attributes)));
      await json("sqs", "AmazonSQS.DeleteMessage", {
        QueueUrl: queueUrl,
        ReceiptHandle: message.ReceiptHandle,
      });
    });
  });

  it("name tags of queues and log groups", async () => {
    await json("logs", "Logs_20140328.CreateLogGroup", { logGroupName: "g" });
    await holds(async (values) => {
      await json("sqs", "AmazonSQS.TagQueue", { QueueUrl: queueUrl, Tags: values });
      const { Tags } = await json("sqs", "AmazonSQS.ListQueueTags", { QueueUrl: queueUrl });
      expect(entriesOf(Tags)).to.deep.equal(entriesOf(values));
      await json("sqs", "AmazonSQS.UntagQueue", { QueueUrl: queueUrl, TagKeys: Object.keys(values) });
      const resourceArn = "arn:aws:logs:us-east-1:000000000000:log-group:g";
      await json("logs", "Logs_20140328.TagResource", { resourceArn, tags: values });
      const { tags } = await json("logs", "Logs_20140328.ListTagsForResource", { resourceArn });
      expect(entriesOf(tags)).to.deep.equal(entriesOf(values));
      // Else the names of all runs together come to more than the fifty that a resource may have.
      await json("logs", "Logs_20140328.UntagResource", { resourceArn, tagKeys: Object.keys(values) });
    });
  });

  for (const name of inherited) {
    it(`are no attributes of queues, members of inputs or operations: ${name}`, async () => {
      const Attributes = recordOf([[name, "1"]]);
      for (const [operation, input] of [
        ["CreateQueue", { QueueName: "other", Attributes }],
        ["SetQueueAttributes", { QueueUrl: queueUrl, Attributes }],
        ["GetQueueAttributes", { QueueUrl: queueUrl, AttributeNames: [name] }],
        ["ReceiveMessage", { QueueUrl: queueUrl, MessageSystemAttributeNames: [name] }],
      ] as const) {
        const { __type } = await json("sqs", `AmazonSQS.${operation}`, input, 400);
        expect(__type).to.match(/InvalidAttributeName$/);
      }
      const unknown = await json("sqs", "AmazonSQS.ListQueues", recordOf([[name, "1"]]), 501);
      expect(unknown.message).to.contain(name);
      await json("sqs", `AmazonSQS.${name}`, {}, 501);
      // REST services take no notice of a query parameter that no member is bound to.
      await send({ service: "ses", method: "GET", path: `/v2/email/account?${name}=1` }, 200);
    });
  }

  it("name entries of maps in forms, and no members", () => {
    const { input } = modelOf("@aws-sdk/client-sns").operations.get("CreateTopic")!;
    fc.assert(
      fc.property(texts, (values) => {
        const map = new URLSearchParams([
          ["Name", "t"],
          ...Object.entries(values).flatMap(([name, value], n): [string, string][] => [
            [`Attributes.entry.${n + 1}.key`, name],
            [`Attributes.entry.${n + 1}.value`, value],
          ]),
        ]);
        const { Attributes } = decodeForm(input, map, queryStyle) as { Attributes: object };
        expect(entriesOf(Attributes)).to.deep.equal(entriesOf(values));
      }),
    );
    for (const name of inherited) {
      for (const path of [name, `${name}.B`, `Tags.member.1.${name}`]) {
        const form = new URLSearchParams([
          ["Name", "t"],
          [path, "x"],
        ]);
        expect(() => decodeForm(input, form, queryStyle), path).to.throw(InputProblem);
      }
    }
  });

  it("name attributes of topics' messages, which a queue receives", async () => {
    const created = await form("sns", [
      ["Action", "CreateTopic"],
      ["Name", "t"],
    ]);
    const topic = /<TopicArn>([^<]+)</.exec(created)?.[1] ?? "";
    await json("sqs", "AmazonSQS.SetQueueAttributes", {
      QueueUrl: queueUrl,
      Attributes: {
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: "*" },
        }),
      },
    });
    await form("sns", [
      ["Action", "Subscribe"],
      ["TopicArn", topic],
      ["Protocol", "sqs"],
      ["Endpoint", "arn:aws:sqs:us-east-1:000000000000:q"],
    ]);
    await holds(async (values) => {
      await form("sns", [
        ["Action", "Publish"],
        ["TopicArn", topic],
        ["Message", "m"],
        ...Object.entries(values).flatMap(([name, value], n) => [
          [`MessageAttributes.entry.${n + 1}.Name`, name] as const,
          [`MessageAttributes.entry.${n + 1}.Value.DataType`, "String"] as const,
          [`MessageAttributes.entry.${n + 1}.Value.StringValue`, value] as const,
        ]),
      ]);
      const { Messages } = await json("sqs", "AmazonSQS.ReceiveMessage", {
        QueueUrl: queueUrl,
        WaitTimeSeconds: 1,
      });
      const [{ Body, ReceiptHandle }] = Messages as [{ Body: string; ReceiptHandle: string }];
      const { MessageAttributes } = JSON.parse(Body) as {
        MessageAttributes: Record<string, { Value: string }>;
      };
      expect(
        entriesOf(MessageAttributes).map(([name, { Value }]: [string, { Value: string }]) => [name, Value]),
      ).to.deep.equal(entriesOf(values));
      await json("sqs", "AmazonSQS.DeleteMessage", { QueueUrl: queueUrl, ReceiptHandle });
    });
  });

  it("name fields of events, and match the patterns that name them alone", () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...inherited), (values, name) => {
        const detail: unknown = copyOf(values);
        const pattern = parseEventPattern(JSON.stringify(recordOf([[name, [{ exists: true }]]])));
        expect(pattern(detail)).to.equal(Object.hasOwn(values, name));
        const all = recordOf(Object.entries(values).map(([key, value]) => [key, [value]]));
        expect(parseEventPattern(copyOf(all))(detail)).to.equal(true);
        expect(parseEventPattern(copyOf(all))({})).to.equal(false);
      }),
    );
  });

  it("name condition keys of policies, which requests have or have not", () => {
    for (const name of inherited) {
      const document = parsePolicyDocument(
        {
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Action: "*",
            Resource: "*",
            Condition: { StringEquals: recordOf([[name, "x"]]) },
          },
        },
        "identity",
      );
      const allowed = (present: boolean) =>
        evaluate(
          {
            caller: {
              kind: "role",
              accountId: "000000000000",
              roleArn: "arn:aws:iam::000000000000:role/r",
              sessionArn: "arn:aws:sts::000000000000:assumed-role/r/s",
            },
            action: "sqs:SendMessage",
            resource: "arn:aws:sqs:us-east-1:000000000000:q",
            context: (key) => (present && key === name ? ["x"] : undefined),
          },
          [document],
          undefined,
        ).allowed;
      expect([allowed(true), allowed(false)], name).to.deep.equal([true, false]);
    }
  });

  it("name variables of functions", () => {
    const values = recordOf(inherited.filter((name) => !name.startsWith("_")).map((name) => [name, name]));
    expect(entriesOf(checkedVariables(values))).to.deep.equal(entriesOf(values));
    expect(() => checkedVariables(recordOf([["__proto__", "x"]]))).to.throw("__proto__");
  });

  it("name metrics and dimensions in logs", () => {
    for (const name of inherited) {
      const line = (members: readonly (readonly [string, unknown])[]) =>
        JSON.stringify(
          recordOf<unknown>([
            [
              "_aws",
              { CloudWatchMetrics: [{ Namespace: "n", Dimensions: [[name]], Metrics: [{ Name: "m" }] }] },
            ],
            ["m", 1],
            ...members,
          ]),
        );
      expect(embeddedMetrics(line([]))).to.deep.equal([]);
      expect(embeddedMetrics(line([[name, "x"]])).map(({ identity }) => identity.dimensions)).to.deep.equal([
        [{ Name: name, Value: "x" }],
      ]);
    }
  });

  it("name tags of mails", async () => {
    const sent: unknown[] = [];
    cloud.context.events.subscribe((event) => {
      if (event.type === "email-sent") sent.push(event);
    });
    const EmailTags = ["constructor", "__proto__"].map((Name) => ({ Name, Value: "x" }));
    await send({ service: "ses", path: "/v2/email/identities", body: '{"EmailIdentity":"example.com"}' });
    await send({
      service: "ses",
      path: "/v2/email/outbound-emails",
      body: JSON.stringify({
        FromEmailAddress: "a@example.com",
        Destination: { ToAddresses: ["b@example.com"] },
        Content: { Simple: { Subject: { Data: "s" }, Body: { Text: { Data: "t" } } } },
        EmailTags,
      }),
    });
    expect(sent).to.have.length(1);
  });
});
