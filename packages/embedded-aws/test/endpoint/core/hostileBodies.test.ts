import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import { formHeaders, jsonHeaders, type RawRequest, sendRaw } from "../../support/rawRequest";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";

const listQueues = { service: "sqs", headers: jsonHeaders("AmazonSQS.ListQueues") };
const encoded = (coding: string, body: Uint8Array | string): RawRequest => ({
  ...listQueues,
  headers: { ...listQueues.headers, "content-encoding": coding },
  body,
});

/** An error's name; some services write a namespace before it. */
function typeOf(text: string): string | undefined {
  return (JSON.parse(text) as { __type: string }).__type.split("#").at(-1);
}

describe("bodies that a stranger sends", () => {
  let cloud: TestCloud;

  before(async () => {
    cloud = await startTestCloud();
  });

  after(async () => {
    await cloud.close();
  });

  const send = (request: RawRequest) => sendRaw(cloud.endpoint, request);

  describe("compressed", () => {
    const body = JSON.stringify({ QueueNamePrefix: "a" });
    const codings: [coding: string, body: Uint8Array | string][] = [
      ["gzip", gzipSync(body)],
      ["x-gzip", gzipSync(body)],
      ["GZIP", gzipSync(body)],
      ["deflate", deflateSync(body)],
      ["deflate", deflateRawSync(body)],
      ["br", brotliCompressSync(body)],
      ["identity", body],
      ["amz-1.0", body],
      ["deflate, gzip", gzipSync(deflateSync(body))],
      ["br,identity , deflate", deflateSync(brotliCompressSync(body))],
      ["gzip", Buffer.concat([gzipSync(body.slice(0, 9)), gzipSync(body.slice(9))])],
    ];
    for (const [index, [coding, bytes]] of codings.entries()) {
      it(`are read as ${coding} (${index + 1})`, async () => {
        expect(await send(encoded(coding, bytes))).to.deep.include({ status: 200, text: "{}" });
      });
    }

    it("are what the SDK makes of much metric data", async () => {
      const client = new CloudWatchClient({ ...cloud.client, maxAttempts: 1 });
      let coding: string | undefined;
      client.middlewareStack.add(
        (next) => (args) => {
          coding = (args.request as { headers: Record<string, string> }).headers["content-encoding"];
          return next(args);
        },
        { step: "finalizeRequest", priority: "low" },
      );
      const data = Array.from({ length: 500 }, (_, n) => ({ MetricName: `metric-${n}`, Value: n }));
      await client.send(new PutMetricDataCommand({ Namespace: "Compressed", MetricData: data }));
      expect(coding).to.equal("gzip");
      const listed = await cloud.call("monitoring", "ListMetrics", { Namespace: "Compressed" });
      expect(listed.Metrics).to.have.length(500);
      client.destroy();
    });

    it("are unpacked to the limit and no further", async () => {
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
      const nested = gzipSync(bomb);
      for (const request of [encoded("gzip", bomb), encoded("gzip, gzip", nested)]) {
        const { status, text } = await send(request);
        expect(status).to.equal(413);
        expect(typeOf(text)).to.equal("RequestEntityTooLarge");
      }
    });

    for (const [coding, bytes] of [
      ["gzip", "no gzip"],
      ["gzip", gzipSync(body).subarray(0, 20)],
      ["deflate", gzipSync(body)],
      ["br", "no brotli"],
    ] as const) {
      it(`are refused by name when they are not ${coding}`, async () => {
        const { status, text } = await send(encoded(coding, bytes));
        expect(status).to.equal(400);
        expect(typeOf(text)).to.equal("SerializationException");
        expect(text).to.contain(coding);
      });
    }

    it("are refused in the words of the protocol", async () => {
      const headers = { ...formHeaders, "content-encoding": "gzip" };
      const form = await send({ service: "iam", headers, body: "rubbish" });
      expect(form.status).to.equal(400);
      expect(form.text).to.contain("<Code>SerializationException</Code>");
      const rest = await send({
        service: "lambda",
        path: "/2015-03-31/functions",
        headers: { "content-encoding": "gzip" },
        body: "rubbish",
      });
      expect(rest.headers["x-amzn-errortype"]).to.equal("SerializationException");
    });

    for (const coding of ["zstd", "gzip, lzma", "constructor", "gzip,gzip,gzip,gzip,gzip"]) {
      it(`are refused as ${coding}`, async () => {
        const { status, text } = await send(encoded(coding, gzipSync(body)));
        expect(status).to.equal(415);
        expect(text).to.contain("expected at most 4 of gzip, deflate, br and identity");
      });
    }
  });

  describe("nested", () => {
    const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    const objects = (levels: number) => '{"a":'.repeat(levels) + "1" + "}".repeat(levels);

    for (const levels of [1001, 50_000, 1_000_000]) {
      for (const [protocol, request] of [
        ["AWS JSON", listQueues],
        ["REST JSON", { service: "ses", path: "/v2/email/outbound-emails" }],
      ] as const) {
        it(`${levels} levels deep are refused in ${protocol}`, async () => {
          for (const value of [deep(levels), objects(levels)]) {
            const { status, text } = await send({ ...request, body: `{"QueueNamePrefix":${value}}` });
            expect(status).to.equal(400);
            expect(text).to.contain("nests more than 1000 levels");
          }
        });
      }
    }

    it("a thousand levels deep reach the operation", async () => {
      const { status, text } = await send({ ...listQueues, body: `{"QueueNamePrefix":${deep(999)}}` });
      expect(status).to.equal(400);
      expect(text).to.contain("QueueNamePrefix");
    });

    it("in the JSON within a member are refused by its service", async () => {
      const levels = 50_000;
      const call = (service: "sqs" | "events" | "monitoring" | "iam", operation: string, input: object) =>
        untyped(cloud.call)(service, operation, input).then(
          () => "accepted",
          (error: unknown) => String(error),
        );
      const policy = `{"Version":"2012-10-17","Statement":${deep(levels)}}`;
      const answers = await Promise.all([
        call("sqs", "CreateQueue", { QueueName: "q", Attributes: { Policy: policy } }),
        call("sqs", "CreateQueue", { QueueName: "q", Attributes: { RedrivePolicy: deep(levels) } }),
        call("events", "PutRule", { Name: "r", EventPattern: objects(levels) }),
        call("monitoring", "PutDashboard", { DashboardName: "d", DashboardBody: objects(levels) }),
        call("iam", "CreateRole", { RoleName: "r", AssumeRolePolicyDocument: policy }),
      ]);
      for (const answer of answers)
        expect(answer)
          .to.match(/^\w+: /)
          .and.not.match(/InternalFailure|RangeError/);
      const put = await cloud.call("events", "PutEvents", {
        Entries: [{ Source: "s", DetailType: "t", Detail: objects(levels) }],
      });
      expect(put.Entries?.[0]?.ErrorCode).to.equal("MalformedDetail");
    });
  });

  describe("of forms", () => {
    const form = (service: string, body: string) => send({ service, headers: formHeaders, body });
    const cases: [what: string, body: string][] = [
      ["of half a million parameters", "Action=ListRoles" + "&a=1".repeat(500_000)],
      ["of half a million empty parameters", "Action=ListRoles" + "&".repeat(500_000)],
      ["with a key of 100,000 levels", `Action=ListRoles&${"a.".repeat(100_000)}b=1`],
      ["with a key of 17 levels", `Action=ListRoles&${"a.".repeat(16)}b=1`],
      ["with a key of escaped levels", `Action=ListRoles&${"a%2e".repeat(20)}b=1`],
      ["with a key of 1 MB", `Action=ListRoles&${"a".repeat(1_000_000)}=1`],
    ];
    for (const [what, body] of cases) {
      for (const service of ["iam", "ec2"]) {
        it(`${what} are refused by ${service}`, async () => {
          const { status, text } = await form(service, body);
          expect(status).to.equal(400);
          expect(text).to.contain("<Code>MalformedQueryString</Code>").and.have.length.below(1000);
        });
      }
    }
  });
});
